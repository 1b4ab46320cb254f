// SPDX-License-Identifier: Apache-2.0
#include "segment.h"

#include "base/crc32c.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool zeros(const uint8_t *p, size_t size)
{
	while (size && *p == 0) {
		p++;
		size--;
	}
	return size == 0;
}

const char *segment_head_parse(const uint8_t bytes[SEGMENT_HEAD], struct segment_head *ret)
{
	struct segment_head h = { 0 };
	struct reader r = reader_over(bytes, SEGMENT_HEAD);
	if (zeros(bytes, SEGMENT_HEAD)) {
		h.unused = true;
		*ret = h;
		return NULL;
	}
	const uint8_t *magic = read_bytes(&r, 8);
	uint32_t version = read_u32(&r);
	h.index = read_u32(&r);
	h.exchange = read_bytes(&r, 32);
	h.size = read_u64(&r);
	h.first_block = read_u64(&r);
	h.first_sequence = read_u64(&r);
	h.previous = read_bytes(&r, 32);
	h.time_us = read_u64(&r);
	h.digest = read_u64(&r);
	h.incarnation = read_bytes(&r, 32);
	h.key_check = read_bytes(&r, 32);
	uint32_t crc = read_u32(&r);
	if (memcmp(magic, "RDBTSEG1", 8) != 0)
		return "does not begin with RDBTSEG1";
	if (crc32c(0, bytes, KEY_CHECKED + 32) != crc)
		return "has a header with a wrong CRC";
	if (version != 1)
		return "has a version that this program does not know";
	if (!zeros(r.at, reader_left(&r)))
		return "has a header with bytes behind its end";
	*ret = h;
	return NULL;
}

static bool name_parse(const char *name, uint32_t *ret)
{
	char again[32];
	unsigned index;
	if (sscanf(name, "segment-%8u", &index) != 1)
		return false;
	snprintf(again, sizeof again, "segment-%08u", index);
	*ret = index;
	return strcmp(again, name) == 0;
}

int segments_count(int dir_fd, uint32_t *ret_count, bool *ret_gap)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir)
		return -errno;
	uint32_t most = 0, present = 0, index;
	for (struct dirent *e; (e = readdir(dir));) {
		if (!name_parse(e->d_name, &index))
			continue;
		present++;
		most = index + 1 > most ? index + 1 : most;
	}
	closedir(dir);
	*ret_gap = most != present;
	*ret_count = most;
	for (uint32_t i = 0; *ret_gap && i < most; i++) {
		char name[32];
		struct stat st;
		snprintf(name, sizeof name, "segment-%08u", i);
		if (fstatat(dir_fd, name, &st, 0) && errno == ENOENT) {
			*ret_count = i;
			break;
		}
	}
	return 0;
}

int segment_open(struct segment_file *f, int dir_fd, uint32_t index)
{
	char name[32];
	struct stat st;
	snprintf(name, sizeof name, "segment-%08u", index);
	*f = (struct segment_file){ .fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC), .window = malloc(WINDOW) };
	if (f->fd >= 0 && f->window && fstat(f->fd, &st) == 0) {
		f->size = (uint64_t)st.st_size;
		return 0;
	}
	int error = f->window ? -errno : -ENOMEM;
	segment_close(f);
	return error;
}

void segment_close(struct segment_file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	free(f->window);
	f->fd = -1;
	f->window = NULL;
}

void segment_forget(struct segment_file *f)
{
	f->window_size = 0;
}

static int window_fill(struct segment_file *f, uint64_t offset)
{
	f->window_at = offset;
	f->window_size = 0;
	while (f->window_size < WINDOW) {
		ssize_t n = pread(f->fd, f->window + f->window_size, WINDOW - f->window_size,
				  (off_t)(offset + f->window_size));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		f->window_size += (size_t)n;
	}
	return 0;
}

const uint8_t *segment_bytes(struct segment_file *f, uint64_t offset, size_t *ret_size, int *ret_error)
{
	size_t wanted = offset < f->size ? (size_t)u64_min(FRAME_MAX, f->size - offset) : 0;
	bool there = offset >= f->window_at && offset + wanted <= f->window_at + f->window_size;
	int error = there ? 0 : window_fill(f, offset);
	if (error) {
		*ret_error = error;
		return NULL;
	}
	*ret_size = (size_t)u64_min(wanted, f->window_size - (offset - f->window_at));
	return f->window + (offset - f->window_at);
}
