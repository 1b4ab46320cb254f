// SPDX-License-Identifier: Apache-2.0
#include "host/walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct walk {
	uint64_t *budget;
	walk_visit *visit;
	void *context;
	char path[PATH_MAX];
};

static bool entered(const char *path)
{
	static const char *const NOT[] = { "/proc", "/sys", "/dev", "/run" };
	for (size_t i = 0; i < ARRAY_LEN(NOT); i++)
		if (!strcmp(path, NOT[i]))
			return false;
	return true;
}

static int directory_walk(struct walk *w, int fd, size_t size, unsigned depth);

static int entry_walk(struct walk *w, int directory, const char *name, size_t size, unsigned depth)
{
	struct stat s;
	if (!*w->budget)
		return -E2BIG;
	--*w->budget;
	if (fstatat(directory, name, &s, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT))
		return errno == ENOENT ? 0 : -errno; // gone meanwhile
	int r = w->visit(w->context, &(struct walk_entry){ w->path, directory, name, &s });
	if (r || !S_ISDIR(s.st_mode) || !entered(w->path))
		return r < 0 ? r : 0;
	if (depth == WALK_DEPTH_MAX)
		return -ELOOP;
	int fd = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	return directory_walk(w, fd, size, depth + 1);
}

static int directory_walk(struct walk *w, int fd, size_t size, unsigned depth)
{
	DIR *d = fdopendir(fd);
	int r = 0;
	if (!d) {
		close(fd);
		return -ENOMEM;
	}
	for (struct dirent *e; !r && (errno = 0, e = readdir(d));) {
		size_t more = strlen(e->d_name);
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		if (size + more + 2 > sizeof w->path) {
			r = -ENAMETOOLONG;
			break;
		}
		w->path[size] = '/';
		memcpy(w->path + size + 1, e->d_name, more + 1);
		r = entry_walk(w, fd, e->d_name, size + 1 + more, depth);
	}
	if (!r && errno)
		r = -errno;
	w->path[size] = 0;
	closedir(d);
	return r;
}

int host_walk(const struct host *h, const char *path, uint64_t *budget, walk_visit *visit, void *context)
{
	struct walk w = { .budget = budget, .visit = visit, .context = context };
	size_t size = strlen(path);
	struct stat s;
	while (size && path[size - 1] == '/')
		size--;
	if (size >= sizeof w.path)
		return -ENAMETOOLONG;
	memcpy(w.path, path, size);
	int fd = host_openat(h, path, O_PATH);
	if (fd < 0)
		return fd;
	int r = fstat(fd, &s) ? -errno : 0;
	close(fd);
	if (r)
		return r;
	if (!S_ISDIR(s.st_mode)) {
		r = visit(context, &(struct walk_entry){ w.path, -1, path, &s });
		return r < 0 ? r : 0;
	}
	fd = host_openat(h, path, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
	return fd < 0 ? fd : directory_walk(&w, fd, size, 0);
}
