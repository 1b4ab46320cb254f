// SPDX-License-Identifier: Apache-2.0
// The root, the arena, and reading beneath the root.
#include "host/host_internal.h"

#include "base/clock.h"
#include "packet/packet.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BLOCK_SIZE ((size_t)256 << 10)
#define MEMORY_MAX ((size_t)512 << 20)

struct host_block {
	struct host_block *next;
	size_t used, size;
	alignas(16) uint8_t bytes[];
};

void *host_alloc(struct host *h, size_t size)
{
	ASSERT(size < MEMORY_MAX);
	size = (size + 15) & ~(size_t)15;
	struct host_block *b = h->blocks;
	if (!b || b->size - b->used < size) {
		size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;
		b = malloc(sizeof *b + room);
		ASSERT(b);
		b->used = 0;
		b->size = room;
		b->next = h->blocks;
		h->blocks = b;
	}
	void *p = b->bytes + b->used;
	b->used += size;
	return memset(p, 0, size);
}

char *host_copy(struct host *h, const char *text, size_t size)
{
	char *copy = host_alloc(h, size + 1);
	if (size)
		memcpy(copy, text, size);
	return copy;
}

char *host_print(struct host *h, const char *format, ...)
{
	va_list arguments, again;
	va_start(arguments, format);
	va_copy(again, arguments);
	char start[512];
	int n = vsnprintf(start, sizeof start, format, arguments);
	va_end(arguments);
	ASSERT(n >= 0);
	char *text = host_copy(h, start, (size_t)n < sizeof start ? (size_t)n : 0);
	if ((size_t)n >= sizeof start) {
		text = host_alloc(h, (size_t)n + 1);
		vsnprintf(text, (size_t)n + 1, format, again);
	}
	va_end(again);
	return text;
}

int host_openat(const struct host *h, const char *path, int flags)
{
	struct open_how how = { .flags = (uint64_t)(flags | O_CLOEXEC), .resolve = RESOLVE_IN_ROOT };
	while (*path == '/')
		path++;
	long fd = syscall(SYS_openat2, h->root, *path ? path : ".", &how, sizeof how);
	return fd < 0 ? -errno : (int)fd;
}

static uint64_t now_of(struct host *h)
{
	if (!h->live) {
		const struct host_file *f = host_file(h, "/facts/now");
		if (!f->error)
			return strtoull(f->text, NULL, 10);
	}
	return clock_realtime_us() / 1000000;
}

int host_open(const char *root, struct host **ret)
{
	struct host *h = calloc(1, sizeof *h);
	if (!h)
		return -ENOMEM;
	struct stat here, top;
	h->root = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (h->root < 0 || fstat(h->root, &here) || stat("/", &top)) {
		int r = -errno;
		host_close(h);
		return r;
	}
	h->root_name = host_copy(h, root, strlen(root));
	h->live = here.st_dev == top.st_dev && here.st_ino == top.st_ino;
	h->now = now_of(h);
	*ret = h;
	return 0;
}

void host_close(struct host *h)
{
	if (!h)
		return;
	for (struct host_block *b = h->blocks, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	if (h->root >= 0)
		close(h->root);
	ruleset_free(h->firewall);
	free(h);
}

bool host_is_live(const struct host *h)
{
	return h->live;
}

const char *host_root(const struct host *h)
{
	return h->root_name;
}

uint64_t host_now(const struct host *h)
{
	return h->now;
}

unsigned host_programs_started(const struct host *h)
{
	return h->programs;
}

struct host_known *host_known(struct host *h, const char *path)
{
	uint32_t hash = 5381;
	for (const char *at = path; *at; at++)
		hash = hash * 33 + (unsigned char)*at;
	struct host_known **slot = &h->known[hash % HOST_KNOWN_SLOTS];
	for (struct host_known *k = *slot; k; k = k->next)
		if (!strcmp(k->path, path))
			return k;
	struct host_known *k = host_alloc(h, sizeof *k);
	k->path = host_copy(h, path, strlen(path));
	k->next = *slot;
	*slot = k;
	return k;
}

// Everything up to the end: files of /proc have no size to trust.
static int content_read(struct host *h, int fd, struct host_file *to)
{
	size_t room = to->status.st_size > 0 && to->status.st_size < HOST_FILE_MAX ? (size_t)to->status.st_size + 1 : 4096;
	size_t size = 0;
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
		if (size > HOST_FILE_MAX)
			return -EFBIG;
		if (size == room) {
			char *grown = host_alloc(h, 4 * room + 1);
			memcpy(grown, text, size);
			text = grown;
			room *= 4;
		}
	}
	text[size] = 0;
	to->text = text;
	to->size = size;
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
		r = content_read(h, fd, to);
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

bool host_line(struct host *h, struct host_lines *cursor, const char **ret_line)
{
	if (!cursor->at || !*cursor->at)
		return false;
	size_t size = strcspn(cursor->at, "\n");
	*ret_line = host_copy(h, cursor->at, size);
	cursor->at += size + (cursor->at[size] == '\n');
	cursor->number++;
	return true;
}

const char *host_basename(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

size_t host_words(struct host *h, const char *line, const char **words, size_t max)
{
	size_t count = 0;
	for (;;) {
		line += strspn(line, " \t\r");
		size_t size = strcspn(line, " \t\r");
		if (!size)
			return count;
		if (count < max)
			words[count] = host_copy(h, line, size);
		count++;
		line += size;
	}
}
