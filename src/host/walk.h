// SPDX-License-Identifier: Apache-2.0
// Walking trees and hashing files beneath the host's root, without following a link and without a limit of memory.
#pragma once

#include "host/host.h"

#include "crypto/sha256.h"

#define WALK_DEPTH_MAX 256

struct walk_entry {
	const char *path;  // beneath the root, absolute
	int directory;     // descriptor of the directory that holds it
	const char *name;
	const struct stat *status; // of the thing itself, no link followed
};

// 0: go on; 1: do not enter this directory; negative: stop with this.
typedef int walk_visit(void *context, const struct walk_entry *entry);

// Visits everything beneath `path` in the order of the disk, `path` itself first when it is not a directory.
// /proc, /sys, /dev and /run are not entered. *budget counts down an entry each; -E2BIG when it is used up.
// -ENOENT when there is no such path.
MUST_USE int host_walk(const struct host *h, const char *path, uint64_t *budget, walk_visit *visit, void *context);

// The same with more in sight and more to decide.
struct walk_step {
	struct walk_entry entry; // status NULL when even that could not be had
	unsigned depth;          // of the directory that holds it: 0 for what lies in `path` itself
	int fd;                  // of a directory, open for reading; -1 otherwise
	int error;               // why it could not be asked or entered: it will not be
};
typedef int walk_step_visit(void *context, const struct walk_step *step);

// WALK_FILES: devices, FIFOs and sockets are left out, and a link is told without being asked: no status and no error.
enum walk_kinds { WALK_ALL, WALK_FILES };

// Visits `path` itself, too (its name is empty when it is a directory); enters what it is not told to leave out.
MUST_USE int host_walk_steps(const struct host *h, const char *path, enum walk_kinds kinds, uint64_t *budget, walk_step_visit *visit,
			     void *context);

#define MD5_TEXT 33

struct digest_job {
	const char *path;  // beneath the root; "/proc/N/exe" of a live host is opened as it is
	int error;         // 0 or negative errno
	struct stat status;
	uint8_t sha256[SHA256_SIZE];
	bool md5_wanted;   // MD5, because dpkg records nothing else: the file is read once for both
	char md5[MD5_TEXT];
};

struct digest_cost { uint64_t bytes, wall_ns, cpu_ns; };

// Hashes all of them, `threads` at a time (0: as many as there are processors, and some to wait for the disk).
void digest_all(const struct host *h, struct digest_job *jobs, size_t count, unsigned threads, struct digest_cost *ret);

// The MD5 alone. 0 or negative errno.
MUST_USE int digest_md5(const struct host *h, const char *path, char hex[MD5_TEXT]);
