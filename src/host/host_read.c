// SPDX-License-Identifier: Apache-2.0
// Reading beneath the root: files, links and directories.
#include "host/host_internal.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int host_openat(const struct host *h, const char *path, int flags)
{
	struct open_how how = { .flags = (uint64_t)(flags | O_CLOEXEC), .resolve = RESOLVE_IN_ROOT };
	while (*path == '/')
		path++;
	long fd = syscall(SYS_openat2, h->root, *path ? path : ".", &how, sizeof how);
	return fd < 0 ? -errno : (int)fd;
}

int host_read(struct host *h, int fd, size_t expected, size_t max, const char **ret, size_t *ret_size)
{
	size_t room = expected ? expected + 1 : 4096, size = 0;
	char *text = host_alloc(h, room + 1);
	for (;;) {
		ssize_t n = read(fd, text + size, room - size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		size += (size_t)n;
		if (size > max)
			return -EFBIG;
		if (size == room) {
			char *grown = host_alloc(h, 4 * room + 1);
			memcpy(grown, text, size);
			text = grown;
			room *= 4;
		}
	}
	text[size] = 0;
	*ret = text;
	*ret_size = size;
	return 0;
}

static int file_read(struct host *h, const char *path, struct host_file *to)
{
	// O_PATH first: opening a device or a FIFO can itself have an effect
	int place = host_openat(h, path, O_PATH);
	if (place < 0)
		return place;
	int r = fstat(place, &to->status) ? -errno : 0;
	close(place);
	if (!r && !S_ISREG(to->status.st_mode))
		r = -EINVAL;
	if (!r && to->status.st_size > HOST_FILE_MAX)
		r = -EFBIG;
	if (r)
		return r;
	int fd = host_openat(h, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return fd;
	struct stat opened;
	if (fstat(fd, &opened) || !S_ISREG(opened.st_mode))
		r = -EINVAL;
	else
		r = host_read(h, fd, (size_t)to->status.st_size, HOST_FILE_MAX, &to->text, &to->size);
	close(fd);
	return r;
}

// Whoever looks through the root of the first process, from a sandbox of systemd's with a /tmp, a /dev and a /home of its
// own, is told what is mounted there.
static const char *file_place(const struct host *h, const char *path)
{
	return h->live && !strcmp(h->root_name, "/proc/1/root") && !strcmp(path, "/proc/self/mountinfo") ? "/proc/1/mountinfo" : path;
}

const struct host_file *host_file(struct host *h, const char *path)
{
	struct host_known *k = host_known(h, path);
	if (k->file)
		return k->file;
	struct host_file *f = host_alloc(h, sizeof *f);
	f->path = k->path;
	f->text = "";
	f->error = file_read(h, file_place(h, path), f);
	if (f->error) {
		f->text = "";
		f->size = 0;
	}
	k->file = f;
	return f;
}

static int path_stat(struct host *h, const char *path, int flags, struct stat *ret)
{
	int fd = host_openat(h, path, O_PATH | flags);
	if (fd < 0)
		return fd;
	int r = fstat(fd, ret) ? -errno : 0;
	close(fd);
	return r;
}

int host_lstat(struct host *h, const char *path, struct stat *ret)
{
	return path_stat(h, path, O_NOFOLLOW, ret);
}

int host_stat(struct host *h, const char *path, struct stat *ret)
{
	return path_stat(h, path, 0, ret);
}

const char *host_link(struct host *h, const char *path)
{
	char target[4096];
	int fd = host_openat(h, path, O_PATH | O_NOFOLLOW);
	if (fd < 0)
		return NULL;
	ssize_t n = readlinkat(fd, "", target, sizeof target);
	close(fd);
	return n < 0 ? NULL : host_copy(h, target, (size_t)n);
}

static int name_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int names_read(struct host *h, DIR *d, struct host_names *to)
{
	size_t room = 64;
	const char **name = host_alloc(h, room * sizeof *name);
	for (struct dirent *entry; (errno = 0, entry = readdir(d));) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (to->count == HOST_NAMES_MAX)
			return -EFBIG;
		if (to->count == room) {
			const char **grown = host_alloc(h, 2 * room * sizeof *grown);
			memcpy(grown, name, room * sizeof *name);
			name = grown;
			room *= 2;
		}
		name[to->count++] = host_copy(h, entry->d_name, strlen(entry->d_name));
	}
	if (errno)
		return -errno;
	qsort(name, to->count, sizeof *name, name_compare);
	to->name = name;
	return 0;
}

const struct host_names *host_names(struct host *h, const char *path)
{
	struct host_known *k = host_known(h, path);
	if (k->names)
		return k->names;
	struct host_names *n = host_alloc(h, sizeof *n);
	k->names = n;
	int fd = host_openat(h, path, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	if (!d) {
		n->error = fd < 0 ? fd : -errno;
		if (fd >= 0)
			close(fd);
		return n;
	}
	n->error = names_read(h, d, n);
	if (n->error)
		n->count = 0;
	closedir(d);
	return n;
}
