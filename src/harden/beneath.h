// SPDX-License-Identifier: Apache-2.0
// Writing beneath the host's root: a link that points out of the tree stays inside. Each call is whole or has no
// effect, and is on the disk when it returns. 0 or negative errno.
#pragma once

#include "host/host.h"

MUST_USE int beneath_write(struct host *h, const char *path, const char *text, size_t size, unsigned mode, uid_t uid, gid_t gid);
// A symbolic link, in place of what is there. What it leads to is not looked at.
MUST_USE int beneath_link(struct host *h, const char *path, const char *target);
// Where a link leads to, read anew; NULL when there is none.
const char *beneath_link_read(struct host *h, const char *path);
// Into a file that is there, as the kernel's settings want it: no rename.
MUST_USE int beneath_set(struct host *h, const char *path, const char *text, size_t size);
// Owner and mode of what is there; a link is refused with -ELOOP.
MUST_USE int beneath_mode(struct host *h, const char *path, unsigned mode, uid_t uid, gid_t gid);
// What a killed beneath_write may have left beside the path.
void beneath_sweep(struct host *h, const char *path);
MUST_USE int beneath_remove(struct host *h, const char *path);
// Makes the folders on the way to a file that are not there yet.
MUST_USE int beneath_folders(struct host *h, const char *path, unsigned mode);
// Reads anew, past what the host remembers. A NUL follows the text.
MUST_USE int beneath_read(struct host *h, const char *path, char **ret, size_t *ret_size, struct stat *ret_status);
