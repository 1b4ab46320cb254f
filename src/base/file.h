// SPDX-License-Identifier: Apache-2.0
// Files that are whole or not there, also after a power loss. Paths are beneath dir_fd (AT_FDCWD: the working folder).
#pragma once

#include "base/base.h"

// Every byte, or an error. 0 or negative errno.
MUST_USE int descriptor_write(int fd, const void *data, size_t size);
MUST_USE int descriptor_write_at(int fd, const void *data, size_t size, uint64_t offset);

// All of a regular file that has at most `max` bytes, with a NUL behind it; free() it. 0; -EINVAL: not a regular file;
// -EFBIG; -EIO: it became shorter meanwhile; another negative errno.
MUST_USE int descriptor_read_file(int fd, size_t max, char **ret, size_t *ret_size);

// Makes every folder on the way to a file; a new one's name is durable. 0 or negative errno.
MUST_USE int file_folders_make(int dir_fd, const char *path, unsigned mode);
// Makes the names in the folder that a file is in durable. 0 or negative errno.
MUST_USE int file_folder_sync(int dir_fd, const char *path);

#define FILE_BESIDE ".new" // what is being written is called like the file and this
#define FILE_PATH_MAX 4096

// Begins a file beside its place, which nobody else has open: a descriptor, or negative errno. What a killed process left
// there is removed. Ends with file_place.
MUST_USE int file_begin(int dir_fd, const char *path, unsigned mode);
// Closes it. r = 0: it is synced and takes its place, durably. Otherwise it is removed, and r comes back. 0 or negative
// errno.
MUST_USE int file_place(int dir_fd, const char *path, int fd, int r);

// A whole file in one call: the old one or the new one is there at any moment. 0 or negative errno.
MUST_USE int file_put(int dir_fd, const char *path, unsigned mode, const void *data, size_t size);
