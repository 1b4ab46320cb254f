// SPDX-License-Identifier: Apache-2.0
// Files beneath the log's directory, written so that a reader sees a whole one
// or none, and durable when the call returns.
#pragma once

#include "base/base.h"

// Makes the folders on the way, writes beside, syncs, renames, syncs the folder. 0 or negative errno.
MUST_USE int log_file_write(int dir_fd, const char *path, const void *data, size_t size);

// At most `room` bytes. 0 with *ret_size, 1 = it is not there, 2 = it is larger, or negative errno.
MUST_USE int log_file_read(int dir_fd, const char *path, void *to, size_t room, size_t *ret_size);

// Removes the folder `path` and the files in it; what cannot be removed stays.
void log_folder_remove(int dir_fd, const char *path);
