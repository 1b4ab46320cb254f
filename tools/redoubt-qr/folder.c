// SPDX-License-Identifier: Apache-2.0
#include "tools/redoubt-qr/folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

static bool is_image(const char *name)
{
	static const char *const endings[] = { ".png", ".pgm", ".ppm", ".pnm" };
	const char *dot = strrchr(name, '.');
	for (size_t i = 0; dot && i < ARRAY_LEN(endings); i++)
		if (!strcasecmp(dot, endings[i]))
			return name[0] != '.';
	return false;
}

static struct folder_image *image_find(struct folder *folder, size_t known, const char *name)
{
	size_t low = 0, high = known;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strverscmp(folder->images[middle].name, name);
		if (order == 0)
			return &folder->images[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static int image_add(struct folder *folder, const char *name, const struct stat *status)
{
	if (folder->count == FOLDER_IMAGES_MAX)
		return -E2BIG;
	if (folder->count == folder->room) {
		size_t room = folder->room ? 2 * folder->room : 256;
		struct folder_image *more = realloc(folder->images, room * sizeof *more);
		if (!more)
			return -ENOMEM;
		folder->images = more;
		folder->room = room;
	}
	char *copy = strdup(name);
	if (!copy)
		return -ENOMEM;
	folder->images[folder->count++] = (struct folder_image){ copy, status->st_size, status->st_mtim, false };
	return 0;
}

// A camera's program may still be writing: what has changed is looked at again.
static void image_renew(struct folder_image *image, const struct stat *status)
{
	if (image->size == status->st_size && image->changed.tv_sec == status->st_mtim.tv_sec &&
	    image->changed.tv_nsec == status->st_mtim.tv_nsec)
		return;
	image->size = status->st_size;
	image->changed = status->st_mtim;
	image->given = false;
}

static int by_name(const void *a, const void *b)
{
	return strverscmp(((const struct folder_image *)a)->name, ((const struct folder_image *)b)->name);
}

static int entry_take(struct folder *folder, size_t known, const char *name)
{
	struct stat status;
	if (!is_image(name) || fstatat(folder->fd, name, &status, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(status.st_mode))
		return 0;
	struct folder_image *image = image_find(folder, known, name);
	if (!image)
		return image_add(folder, name, &status);
	image_renew(image, &status);
	return 0;
}

int folder_look(struct folder *folder)
{
	int fd = openat(folder->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	if (!list)
		return -errno;
	size_t known = folder->count;
	int r = 0;
	for (struct dirent *entry; r == 0 && (entry = readdir(list));)
		r = entry_take(folder, known, entry->d_name);
	closedir(list);
	if (folder->count > known)
		qsort(folder->images, folder->count, sizeof *folder->images, by_name);
	return r;
}

const char *folder_next(struct folder *folder)
{
	for (size_t i = 0; i < folder->count; i++) {
		if (!folder->images[i].given) {
			folder->images[i].given = true;
			return folder->images[i].name;
		}
	}
	return NULL;
}
