// SPDX-License-Identifier: Apache-2.0
// A server has half a million files, and an examination looks at each of them. So an entry costs one system call and
// no memory: the kernel's own records are read in place, a directory is asked through the descriptor that reads it,
// and the path grows and shrinks in one buffer.
#include "host/walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NAMES_SIZE 32768 // of names asked for at once: two calls for nearly every directory

struct walk {
	uint64_t *budget;
	enum walk_kinds kinds;
	walk_step_visit *visit;
	void *context;
	char *names[WALK_DEPTH_MAX + 1]; // of the directories that are open at this moment
	char path[PATH_MAX];
};

struct name { // linux_dirent64 of getdents64(2)
	uint64_t inode;
	int64_t next;
	uint16_t size;
	uint8_t type;
	char text[];
};

static int directory_walk(struct walk *w, int fd, size_t size, unsigned depth);

static int told(const struct walk *w, int directory, const char *name, const struct stat *s, unsigned depth, int fd, int error)
{
	struct walk_step step = { { w->path, directory, name, s }, depth, fd, error };
	return w->visit(w->context, &step);
}

static int open_directory(int at, const char *name)
{
	static const int FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
	int fd = openat(at, name, FLAGS | O_NOATIME); // looking leaves no trace, and costs the disk no write
	if (fd < 0 && errno == EPERM)
		fd = openat(at, name, FLAGS);
	return fd < 0 ? -errno : fd;
}

static int other_walk(struct walk *w, int directory, const char *name, unsigned depth, int error)
{
	struct stat s;
	if (!fstatat(directory, name, &s, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT))
		return told(w, directory, name, &s, depth, -1, S_ISDIR(s.st_mode) ? error : 0);
	return errno == ENOENT ? 0 : told(w, directory, name, NULL, depth, -1, -errno); // ENOENT: gone meanwhile
}

// Opened first and asked through the descriptor: a second search for its name is spared, and it cannot be another's.
static int inner_walk(struct walk *w, int directory, const char *name, size_t size, unsigned depth)
{
	struct stat s;
	int fd = depth < WALK_DEPTH_MAX ? open_directory(directory, name) : -ELOOP;
	if (fd < 0)
		return fd == -ENOENT ? 0 : other_walk(w, directory, name, depth, fd); // by now it may be a file
	int error = fstat(fd, &s) ? -errno : 0;
	int r = told(w, directory, name, error ? NULL : &s, depth, fd, error);
	if (!r && !error)
		r = directory_walk(w, fd, size, depth + 1);
	close(fd);
	return r;
}

// File systems may leave the kind open.
static uint8_t type_of(int directory, const struct name *n)
{
	struct stat s;
	if (n->type != DT_UNKNOWN || fstatat(directory, n->text, &s, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT))
		return n->type;
	return (uint8_t)IFTODT(s.st_mode);
}

static int name_walk(struct walk *w, int fd, const struct name *n, size_t size, unsigned depth)
{
	const char *text = n->text;
	if (text[0] == '.' && (!text[1] || (text[1] == '.' && !text[2])))
		return 0;
	if (!*w->budget)
		return -E2BIG;
	--*w->budget;
	uint8_t type = type_of(fd, n);
	if (w->kinds == WALK_FILES && type != DT_REG && type != DT_DIR && type != DT_LNK && type != DT_UNKNOWN)
		return 0;
	size_t more = strlen(text);
	w->path[size] = 0;
	if (size + more + 2 > sizeof w->path)
		return told(w, fd, text, NULL, depth, -1, -ENAMETOOLONG);
	w->path[size] = '/';
	memcpy(w->path + size + 1, text, more + 1);
	if (w->kinds == WALK_FILES && type == DT_LNK)
		return told(w, fd, text, NULL, depth, -1, 0);
	return type == DT_DIR ? inner_walk(w, fd, text, size + 1 + more, depth) : other_walk(w, fd, text, depth, 0);
}

// Negative stops all, "do not enter" concerns the entry alone.
static int names_walk(struct walk *w, int fd, size_t size, unsigned depth, long bytes)
{
	const char *names = w->names[depth];
	int r = 0;
	for (long at = 0; at < bytes && r >= 0;) {
		const struct name *n = (const struct name *)(const void *)(names + at);
		at += n->size;
		r = name_walk(w, fd, n, size, depth);
	}
	return r < 0 ? r : 0;
}

static int directory_walk(struct walk *w, int fd, size_t size, unsigned depth)
{
	if (!w->names[depth] && !(w->names[depth] = malloc(NAMES_SIZE)))
		return -ENOMEM;
	int r = 0;
	long bytes = 0;
	while (!r && (bytes = syscall(SYS_getdents64, fd, w->names[depth], NAMES_SIZE)) > 0)
		r = names_walk(w, fd, size, depth, bytes);
	int error = -errno;
	w->path[size] = 0;
	if (bytes < 0 && error != -ENOENT) // ENOENT: the directory was removed while it was read
		r = told(w, fd, "", NULL, depth, -1, error);
	return r < 0 ? r : 0;
}

static int start_walk(const struct host *h, struct walk *w, const char *path, size_t size)
{
	struct stat s;
	int place = host_openat(h, path, O_PATH);
	if (place < 0)
		return place;
	int r = fstat(place, &s) ? -errno : 0;
	close(place); // O_PATH first: opening a device or a FIFO can itself have an effect
	if (r)
		return r;
	if (!S_ISDIR(s.st_mode))
		return told(w, -1, path, &s, 0, -1, 0);
	int fd = host_openat(h, path, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
	if (fd < 0)
		return fd;
	r = fstat(fd, &s) ? -errno : told(w, -1, "", &s, 0, fd, 0);
	if (!r)
		r = directory_walk(w, fd, size, 0);
	close(fd);
	return r;
}

int host_walk_steps(const struct host *h, const char *path, enum walk_kinds kinds, uint64_t *budget, walk_step_visit *visit, void *context)
{
	size_t size = strlen(path);
	while (size && path[size - 1] == '/')
		size--;
	if (size >= PATH_MAX)
		return -ENAMETOOLONG;
	struct walk *w = calloc(1, sizeof *w);
	if (!w)
		return -ENOMEM;
	w->budget = budget;
	w->kinds = kinds;
	w->visit = visit;
	w->context = context;
	memcpy(w->path, path, size);
	int r = start_walk(h, w, path, size);
	for (size_t i = 0; i < ARRAY_LEN(w->names); i++)
		free(w->names[i]);
	free(w);
	return r < 0 ? r : 0;
}

// --- the plain one: the first error ends it --------------------------------------------------------------------------

static bool entered(const char *path)
{
	static const char *const NOT[] = { "/proc", "/sys", "/dev", "/run" };
	for (size_t i = 0; i < ARRAY_LEN(NOT); i++)
		if (!strcmp(path, NOT[i]))
			return false;
	return true;
}

struct plain { walk_visit *visit; void *context; };

static int plain_visit(void *context, const struct walk_step *step)
{
	const struct plain *p = context;
	const struct walk_entry *entry = &step->entry;
	if (!entry->status)
		return step->error;
	if (step->fd >= 0 && entry->directory < 0)
		return 0; // the start itself is the caller's
	int r = p->visit(p->context, entry);
	if (r || !S_ISDIR(entry->status->st_mode))
		return r;
	return entered(entry->path) ? step->error : 1;
}

int host_walk(const struct host *h, const char *path, uint64_t *budget, walk_visit *visit, void *context)
{
	return host_walk_steps(h, path, WALK_ALL, budget, plain_visit, &(struct plain){ visit, context });
}
