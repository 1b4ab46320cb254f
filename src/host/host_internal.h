// SPDX-License-Identifier: Apache-2.0
// Shared by the files of the host interface alone; checks use host.h.
#pragma once

#include "host/host.h"

struct host_block; // of the arena

struct host_kept { // until the host is closed
	struct host_kept *next;
	void *what;
	void (*release)(void *what);
};

struct host_known { // files and directories that were read
	struct host_known *next;
	const char *path;
	const struct host_file *file;
	const struct host_names *names;
};

#define HOST_KNOWN_SLOTS 512

struct host {
	int root;
	char *root_name;
	bool live;
	uint64_t now;
	unsigned programs;
	struct host_block *blocks;
	struct host_known *known[HOST_KNOWN_SLOTS];
	const struct host_processes *processes;
	const struct host_sockets *sockets;
	const struct host_mounts *mounts;
	const struct host_file *ruleset;
	struct dpkg *dpkg; // once asked
	bool dpkg_asked;
	struct host_kept *kept;
};

struct host_known *host_known(struct host *h, const char *path);
void host_blocks_free(struct host *h);

// Output of a child of ours, up to `max` bytes and `seconds`. 0 or negative errno; the child has ended either way.
MUST_USE int host_child_collect(struct host *h, pid_t child, int fd, size_t max, unsigned seconds, char **ret_text,
				size_t *ret_size, int *ret_status);

// In a child: puts the tree's etc in place of /etc in a mount namespace of its own. 0 or negative errno.
MUST_USE int host_child_enter(const struct host *h);
