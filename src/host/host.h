// SPDX-License-Identifier: Apache-2.0
// The host under examination: its files beneath one root directory, its /proc, and the answers of the few
// permitted programs. With root "/" this is the running machine; with any other root it is a tree that a test made
// (or the mounted disk of another machine), and nothing outside the tree is read.
//
// Every path goes through openat2 with RESOLVE_IN_ROOT, so a link that points out of the tree stays inside. Only
// regular files are read, opened without blocking; sizes are capped. Nothing read here is ever executed, and no
// shell is started. What is returned stays valid until host_close (one arena, freed whole).
#pragma once

#include "base/base.h"

#include <sys/stat.h>
#include <sys/types.h>

#define HOST_FILE_MAX (16u << 20)   // a longer file reads as -EFBIG
#define HOST_NAMES_MAX 65536        // entries of one directory; more is -EFBIG
#define HOST_PROCESSES_MAX 32768
#define HOST_PROGRAMS_MAX 45        // programs one examination may start: the promise is 50
#define HOST_PROGRAM_SECONDS 10
#define HOST_OUTPUT_MAX (8u << 20)

struct host;

// Opens the root. 0 or negative errno.
MUST_USE int host_open(const char *root, struct host **ret);
void host_close(struct host *h); // accepts NULL

bool host_is_live(const struct host *h);
const char *host_root(const struct host *h);  // as it was given
uint64_t host_now(const struct host *h);      // seconds since 1970; in a tree: facts/now when it is there
unsigned host_programs_started(const struct host *h);

// Memory of the examination. Running out of it aborts: the examination reads, it holds nothing that could be lost.
void *host_alloc(struct host *h, size_t size); // zeroed
char *host_print(struct host *h, const char *format, ...) PRINTF_LIKE(2, 3);
char *host_copy(struct host *h, const char *text, size_t size); // with a NUL behind it

// Hands over what was allocated elsewhere: released by host_close.
void host_keep(struct host *h, void *what, void (*release)(void *what));

// --- files -----------------------------------------------------------------------------------------------------

struct host_file {
	const char *path;
	int error;         // 0, or negative errno: -ENOENT, -EACCES, -EFBIG, -EINVAL (not a regular file) ...
	const char *text;  // NUL behind the last byte; "" on error
	size_t size;
	struct stat status;
};

// The whole file, read once and remembered. Never NULL.
const struct host_file *host_file(struct host *h, const char *path);

// Like lstat and stat beneath the root. 0 or negative errno.
MUST_USE int host_lstat(struct host *h, const char *path, struct stat *ret);
MUST_USE int host_stat(struct host *h, const char *path, struct stat *ret);
// The link's text, or NULL.
const char *host_link(struct host *h, const char *path);

struct host_names {
	int error;
	size_t count;
	const char **name; // sorted bytewise, without "." and ".."
};

// The names in a directory. Never NULL.
const struct host_names *host_names(struct host *h, const char *path);

// A descriptor of something beneath the root with openat2 flags (O_CLOEXEC and O_NOFOLLOW-free), or negative errno.
MUST_USE int host_openat(const struct host *h, const char *path, int flags);

// Everything that a descriptor gives up to its end, at most `max` bytes, with a NUL behind it: a pipe and a file of /proc
// have no size to trust; `expected` (or 0) spares growing. 0, -EFBIG or another negative errno.
MUST_USE int host_read(struct host *h, int fd, size_t expected, size_t max, const char **ret, size_t *ret_size);

// A cursor over lines: comments are the caller's. False at the end; ret_line is a copy without the newline.
struct host_lines {
	const char *at;
	unsigned number; // of the line given last, from 1
};
bool host_line(struct host *h, struct host_lines *cursor, const char **ret_line);

// Splits a line at blanks into at most `max` words (copies); returns how many there are (may exceed max).
size_t host_words(struct host *h, const char *line, const char **words, size_t max);

// What stands behind the last slash.
const char *host_basename(const char *path);

// --- processes and sockets -------------------------------------------------------------------------------------

struct host_process {
	pid_t pid;
	uid_t uid;             // effective
	bool root;             // one of its four uids is 0: it is root, or may become root by a call
	const char *name;      // comm
	const char *program;   // target of exe; "" when unreadable (a kernel thread, or not ours to read)
	const char *arguments; // cmdline with blanks between
	const char *network;   // target of ns/net, "" when unreadable
	uint64_t started;      // seconds since 1970, 0 when unknown
	int no_new_privileges, seccomp; // -1 unknown
	uint64_t capabilities; // effective, permitted, inheritable and ambient
	bool deleted;          // the program's file was replaced
};

struct host_processes {
	int error;
	size_t count;
	const struct host_process *process;
};
const struct host_processes *host_processes(struct host *h);

struct host_socket {
	bool udp, v6;
	uint8_t address[16]; // network order; 4 bytes when not v6
	uint16_t port;
	uid_t uid;
	uint64_t inode;
	const struct host_process *owner; // NULL when no readable process holds it
};

struct host_sockets {
	int error;
	size_t count;
	const struct host_socket *socket; // TCP that listens, UDP that is bound and not connected
};
const struct host_sockets *host_sockets(struct host *h);
bool host_socket_wildcard(const struct host_socket *s);
bool host_socket_loopback(const struct host_socket *s);
const char *host_socket_text(struct host *h, const struct host_socket *s); // "tcp [::]:22 (sshd)"

// --- programs --------------------------------------------------------------------------------------------------

enum host_program { HOST_SSHD, HOST_SYSTEMD_ANALYZE };

struct host_output {
	int error;       // 0; -ENOENT not installed; -ETIMEDOUT; -EFBIG; -EDQUOT too many programs; -EPERM no namespaces
	int exit_status; // of the program
	const char *text; // standard output, or standard error when there is none
};

// Runs one of the permitted programs with these arguments (argv[1...], NULL at the end): absolute path, empty
// environment, no input, a time limit. For a tree its etc stands in place of /etc, in a mount namespace.
const struct host_output *host_run(struct host *h, enum host_program program, const char *const *arguments);

// Runs a function of ours in a child that has given up root, with the same limits, and collects what it writes to `out`:
// for libraries that read what a network says. It counts as no program.
const struct host_output *host_ask(struct host *h, void (*ask)(const void *context, int out), const void *context);

// The nftables ruleset as libnftables' JSON, asked in a process of its own; in a tree facts/nft.json.
const struct host_file *host_ruleset(struct host *h);
// What a rules file would become once loaded: it is loaded into an empty network namespace and listed there.
const struct host_file *host_ruleset_of_file(struct host *h, const char *path);
