// SPDX-License-Identifier: Apache-2.0
// Whole files, durable or not there, by path.
#pragma once

#include "backup/sealed_file.h"

#include <limits.h>

#define CHECKPOINT_FILE_MAX 4096 // a signed checkpoint, with witnesses' signatures

// Writes beside, syncs, renames, syncs the folder; makes folders on the way (0700). 0 or negative errno.
MUST_USE int whole_file_write(const char *path, unsigned mode, const void *data, size_t size);
// Reads at most `max` bytes (free them; a NUL follows). 0 with *ret, or negative errno (-EFBIG: larger).
MUST_USE int whole_file_read(const char *path, size_t max, char **ret, size_t *ret_size);
// Copies a file to a place where there is none yet, and compares its SHA-256 on the way: 0, 1 when the digest is
// another (nothing is left there), or negative errno.
MUST_USE int object_copy(const char *from, const char *to, const uint8_t digest[SHA256_SIZE]);

// Joins two parts of a path; false when it does not fit.
MUST_USE bool path_join(char to[PATH_MAX], const char *folder, const char *name);

// "objects/ab/abcd..." beneath a folder.
MUST_USE bool object_path(char to[PATH_MAX], const char *folder, const uint8_t digest[SHA256_SIZE]);
// "manifests/00000000000000000017"
MUST_USE bool manifest_path(char to[PATH_MAX], const char *folder, uint64_t number);
