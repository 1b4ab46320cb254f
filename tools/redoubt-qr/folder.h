// SPDX-License-Identifier: Apache-2.0
// The images of a directory in the order of their names, each given once, and again when it has changed.
#pragma once

#include "base/base.h"

#include <sys/stat.h>

#define FOLDER_IMAGES_MAX 100000
#define FOLDER_NAME_MAX 255

struct folder_image {
	char *name;
	off_t size;
	struct timespec changed;
	bool given;
};

struct folder {
	int fd;
	struct folder_image *images; // sorted by name
	size_t count, room;
};

// Looks for new and changed images. 0, or negative errno: -E2BIG above FOLDER_IMAGES_MAX.
MUST_USE int folder_look(struct folder *folder);

// The first that was not given yet, and is from now on; NULL when all were.
const char *folder_next(struct folder *folder);
