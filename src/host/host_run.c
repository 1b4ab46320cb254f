// SPDX-License-Identifier: Apache-2.0
// The few programs that may be started, and children of our own: always by absolute path, without a shell, with an
// empty environment, no input, a time limit and a cap on what they say.
#include "host/host_internal.h"

#include "base/clock.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <nftables/libnftables.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGUMENTS_MAX 64
#define RULESET_MAX ((size_t)16 << 20)

static const char *const PROGRAMS[] = {
	[HOST_SSHD] = "/usr/sbin/sshd",
	[HOST_SYSTEMD_ANALYZE] = "/usr/bin/systemd-analyze",
};

struct collected {
	char *text;
	size_t size, room;
};

static int collect_more(struct host *h, int fd, size_t max, struct collected *c)
{
	if (c->size == c->room) {
		size_t room = c->room ? 4 * c->room : 65536;
		char *grown = host_alloc(h, room + 1);
		if (c->size)
			memcpy(grown, c->text, c->size);
		c->text = grown;
		c->room = room;
	}
	ssize_t n = read(fd, c->text + c->size, c->room - c->size);
	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 1 : -errno;
	c->size += (size_t)n;
	if (c->size > max)
		return -EFBIG;
	return n > 0;
}

int host_child_collect(struct host *h, pid_t child, int fd, size_t max, unsigned seconds, char **ret_text,
		       size_t *ret_size, int *ret_status)
{
	struct collected c = { 0 };
	uint64_t end = clock_monotonic_ns() + seconds * 1000000000ull;
	int r = 1, status = 0;
	while (r > 0) {
		uint64_t now = clock_monotonic_ns();
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int ready = now < end ? poll(&p, 1, (int)((end - now) / 1000000 + 1)) : 0;
		if (ready == 0)
			r = -ETIMEDOUT;
		else if (ready > 0)
			r = collect_more(h, fd, max, &c);
		else if (errno != EINTR)
			r = -errno;
	}
	if (r < 0)
		kill(child, SIGKILL);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (r < 0)
		return r;
	*ret_text = c.text ? c.text : host_alloc(h, 1);
	(*ret_text)[c.size] = 0;
	*ret_size = c.size;
	*ret_status = status;
	return 0;
}

int host_child_enter(const struct host *h)
{
	char etc[4096];
	if (h->live)
		return 0;
	// by name: the descriptor belongs to the namespace that was left
	if (snprintf(etc, sizeof etc, "%s/etc", h->root_name) >= (int)sizeof etc)
		return -ENAMETOOLONG;
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount(etc, "/etc", NULL, MS_BIND, NULL) || mount("none", "/run", "tmpfs", 0, "mode=755") ||
	    mkdir("/run/sshd", 0755))
		return -errno;
	return 0;
}

// Standard input from nowhere, output to the pipe; nothing else is inherited.
static void child_streams(int out)
{
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
		_exit(126);
}

NORETURN static void child_program(const struct host *h, const char *path, char **argv, int out)
{
	char *environment[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", NULL };
	if (host_child_enter(h))
		_exit(125);
	child_streams(out);
	setpgid(0, 0);
	close_range(3, ~0u, 0);
	execve(path, argv, environment);
	_exit(127);
}

static int program_run(struct host *h, const char *path, char **argv, struct host_output *to)
{
	int ends[2], status;
	size_t size;
	char *text;
	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	pid_t child = fork();
	if (child == 0)
		child_program(h, path, argv, ends[1]);
	close(ends[1]);
	int r = child < 0 ? -errno :
			    host_child_collect(h, child, ends[0], HOST_OUTPUT_MAX, HOST_PROGRAM_SECONDS, &text, &size, &status);
	close(ends[0]);
	if (r)
		return r;
	to->text = text;
	to->exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return to->exit_status == 125 ? -EPERM : to->exit_status == 127 ? -ENOENT : 0;
}

const struct host_output *host_run(struct host *h, enum host_program program, const char *const *arguments)
{
	struct host_output *o = host_alloc(h, sizeof *o);
	char *argv[ARGUMENTS_MAX] = { host_copy(h, PROGRAMS[program], strlen(PROGRAMS[program])) };
	o->text = "";
	for (size_t i = 0; arguments[i]; i++) {
		ASSERT(i + 2 < ARGUMENTS_MAX);
		argv[i + 1] = host_copy(h, arguments[i], strlen(arguments[i]));
	}
	if (h->programs == HOST_PROGRAMS_MAX) {
		o->error = -EDQUOT;
	} else if (access(PROGRAMS[program], X_OK)) {
		o->error = -errno;
	} else {
		h->programs++;
		o->error = program_run(h, PROGRAMS[program], argv, o);
	}
	return o;
}

#define NOBODY 65534

// What talks to a listener needs no power: root becomes nobody, and a user to whom its unit gave some gives them back.
static int child_weaken(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	const struct __user_cap_data_struct none[2] = { 0 };
	if (!geteuid() && (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY)))
		return -errno;
	return syscall(SYS_capset, &head, none) ? -errno : 0;
}

NORETURN static void child_ask(void (*ask)(const void *context, int out), const void *context, int out)
{
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(nothing, 1) < 0 || dup2(nothing, 2) < 0)
		_exit(126);
	if (child_weaken())
		_exit(125);
	ask(context, out);
	_exit(0);
}

const struct host_output *host_ask(struct host *h, void (*ask)(const void *context, int out), const void *context)
{
	struct host_output *o = host_alloc(h, sizeof *o);
	int ends[2], status = 0;
	size_t size;
	char *text;
	o->text = "";
	if (pipe2(ends, O_CLOEXEC)) {
		o->error = -errno;
		return o;
	}
	pid_t child = fork();
	if (child == 0)
		child_ask(ask, context, ends[1]);
	close(ends[1]);
	o->error = child < 0 ? -errno : host_child_collect(h, child, ends[0], HOST_OUTPUT_MAX, HOST_PROGRAM_SECONDS, &text, &size, &status);
	close(ends[0]);
	if (!o->error && status)
		o->error = -EPROTO;
	if (!o->error)
		o->text = text;
	return o;
}

// --- the ruleset: libnftables in a child, because it keeps state and may end the process on an error --------------

static void ruleset_say(int out, const char *text)
{
	for (size_t size = strlen(text); size;) {
		ssize_t n = write(out, text, size);
		if (n <= 0)
			_exit(1);
		text += n;
		size -= (size_t)n;
	}
}

// An empty network. Who is not root gets it in a user namespace, where nothing outside of it is within reach.
static int network_leave(void)
{
	return unshare(CLONE_NEWNET) && unshare(CLONE_NEWUSER | CLONE_NEWNET) ? -errno : 0;
}

NORETURN static void child_ruleset(const struct host *h, const char *file, int out)
{
	if (file && (host_child_enter(h) || network_leave()))
		_exit(125);
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(nothing, 1) < 0 || dup2(nothing, 2) < 0)
		_exit(126);
	struct nft_ctx *nft = nft_ctx_new(NFT_CTX_DEFAULT);
	if (!nft)
		_exit(124);
	nft_ctx_buffer_output(nft);
	nft_ctx_buffer_error(nft);
	if (file && nft_run_cmd_from_filename(nft, file))
		_exit(123);
	nft_ctx_output_set_flags(nft, NFT_CTX_OUTPUT_JSON | NFT_CTX_OUTPUT_NUMERIC_PROTO);
	if (nft_run_cmd_from_buffer(nft, "list ruleset"))
		_exit(122);
	ruleset_say(out, nft_ctx_get_output_buffer(nft));
	_exit(0);
}

static const struct host_file *ruleset_ask(struct host *h, const char *file)
{
	struct host_file *f = host_alloc(h, sizeof *f);
	int ends[2], status = 0;
	char *text = NULL;
	f->path = file ? file : "the live ruleset";
	f->text = "";
	if (pipe2(ends, O_CLOEXEC)) {
		f->error = -errno;
		return f;
	}
	pid_t child = fork();
	if (child == 0)
		child_ruleset(h, file, ends[1]);
	close(ends[1]);
	f->error = child < 0 ? -errno :
			       host_child_collect(h, child, ends[0], RULESET_MAX, HOST_PROGRAM_SECONDS, &text, &f->size,
						  &status);
	close(ends[0]);
	if (!f->error && status)
		f->error = WIFEXITED(status) && WEXITSTATUS(status) == 123 ? -EINVAL : -EPERM;
	if (!f->error)
		f->text = text;
	return f;
}

const struct host_file *host_ruleset(struct host *h)
{
	if (!h->ruleset)
		h->ruleset = h->live ? ruleset_ask(h, NULL) : host_file(h, "/facts/nft.json");
	return h->ruleset;
}

const struct host_file *host_ruleset_of_file(struct host *h, const char *path)
{
	return ruleset_ask(h, path);
}
