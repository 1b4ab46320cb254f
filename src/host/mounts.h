// SPDX-License-Identifier: Apache-2.0
// What is mounted, from /proc/self/mountinfo.
#pragma once

#include "host/host.h"

struct host_mount {
	const char *path;    // unescaped
	const char *options; // "rw,nosuid,..." of this mount
	const char *kind;    // "ext4", "nfs4", "fuse.sshfs" ...
	const char *source;  // "/dev/sda1", "host:/export", "//host/share" ...; unescaped
	const char *device;  // "254:1": the same on every place where one file system is mounted
};

struct host_mounts {
	int error;
	size_t count;
	const struct host_mount *mount; // in the kernel's order: a later one on the same path hides the earlier
};

const struct host_mounts *host_mounts(struct host *h); // never NULL
const struct host_mount *host_mount_at(struct host *h, const char *path); // the one that is seen there, or NULL

bool host_mount_option(const struct host_mount *m, const char *option);
// A view of the kernel, which keeps no files of anybody: proc, sysfs, cgroup ...
bool host_mount_virtual(const struct host_mount *m);
// Its files lie with another machine or another process.
bool host_mount_remote(const struct host_mount *m);
