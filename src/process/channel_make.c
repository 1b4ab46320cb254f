// SPDX-License-Identifier: Apache-2.0
// Making channels and doorbells, and opening either end.
#include "process/channel_layout.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "process/memory.h"

int doorbell_create(int *ret_hear, int *ret_ring)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	*ret_hear = ends[0];
	*ret_ring = ends[1];
	return 0;
}

void doorbell_ring(int ring)
{
	// A full pipe is already ringing.
	ssize_t n = write(ring, "!", 1);
	(void)n;
}

void doorbell_clear(int hear)
{
	char sink[256];
	// A pipe gives all it has up to the size asked: a short read has emptied it.
	while (read(hear, sink, sizeof sink) == (ssize_t)sizeof sink)
		;
}

static bool size_valid(uint64_t size)
{
	return size >= CHANNEL_SIZE_MIN && size <= CHANNEL_SIZE_MAX && (size & (size - 1)) == 0;
}

int channel_create(const char *name, size_t size, int doorbell, struct channel_fds *ret)
{
	if (!size_valid(size))
		return -EINVAL;
	int ring = memory_create(name, CHANNEL_HEAD_SIZE + size);
	if (ring < 0)
		return ring;
	int cursor = memory_create(name, CHANNEL_CURSOR_SIZE);
	if (cursor < 0) {
		close(ring);
		return cursor;
	}
	uint64_t magic = CHANNEL_MAGIC;
	if (pwrite(ring, &magic, sizeof magic, 0) != sizeof magic) {
		close(ring);
		close(cursor);
		return -EIO;
	}
	*ret = (struct channel_fds){ .ring = ring, .cursor = cursor, .doorbell = doorbell };
	return 0;
}

int channel_end(const struct channel_fds *made, bool writer, struct channel_fds *ret)
{
	int ring = memory_reopen(made->ring, writer);
	if (ring < 0)
		return ring;
	int cursor = memory_reopen(made->cursor, !writer);
	if (cursor < 0) {
		close(ring);
		return cursor;
	}
	*ret = (struct channel_fds){ .ring = ring, .cursor = cursor, .doorbell = made->doorbell };
	return 0;
}

void channel_fds_close(struct channel_fds *fds)
{
	int *each[2] = { &fds->ring, &fds->cursor };
	for (size_t i = 0; i < ARRAY_LEN(each); i++) {
		if (*each[i] < 0)
			continue;
		memory_seal_mode(*each[i]);
		close(*each[i]);
		*each[i] = -1;
	}
}

// Maps a whole memfd after checking that nobody can shrink it under us.
static int map_sealed(int fd, bool writable, uint64_t *ret_size, void **ret)
{
	int seals = fcntl(fd, F_GET_SEALS);
	if (seals < 0)
		return -errno;
	if ((seals & (F_SEAL_SHRINK | F_SEAL_GROW)) != (F_SEAL_SHRINK | F_SEAL_GROW))
		return -EPERM;
	struct stat st;
	if (fstat(fd, &st) < 0)
		return -errno;
	void *p = mmap(NULL, (size_t)st.st_size, PROT_READ | (writable ? PROT_WRITE : 0), MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return -errno;
	*ret_size = (uint64_t)st.st_size;
	*ret = p;
	return 0;
}

// Both mappings of one end. The sizes come from the sealed memfds, never from what is in them.
static int map_both(const struct channel_fds *fds, bool writer, void **ret_ring, uint64_t *ret_size,
		    void **ret_cursor)
{
	void *ring, *cursor;
	uint64_t ring_size, cursor_size;
	int r = map_sealed(fds->ring, writer, &ring_size, &ring);
	if (r < 0)
		return r;
	r = map_sealed(fds->cursor, !writer, &cursor_size, &cursor);
	if (r < 0) {
		munmap(ring, ring_size);
		return r;
	}
	if (ring_size < CHANNEL_HEAD_SIZE || !size_valid(ring_size - CHANNEL_HEAD_SIZE) ||
	    cursor_size != CHANNEL_CURSOR_SIZE) {
		munmap(ring, ring_size);
		munmap(cursor, cursor_size);
		return -EINVAL;
	}
	*ret_ring = ring;
	*ret_size = ring_size - CHANNEL_HEAD_SIZE;
	*ret_cursor = cursor;
	return 0;
}

int channel_open_writer(struct channel_writer *w, const struct channel_fds *fds)
{
	void *ring, *cursor;
	uint64_t size;
	int r = map_both(fds, true, &ring, &size, &cursor);
	if (r < 0)
		return r;
	*w = (struct channel_writer){ .map = ring,
				      .ring = (uint8_t *)ring + CHANNEL_HEAD_SIZE,
				      .cursor = cursor,
				      .size = size,
				      .doorbell = fds->doorbell };
	return 0;
}

int channel_open_reader(struct channel_reader *r, const struct channel_fds *fds)
{
	void *ring, *cursor;
	uint64_t size;
	int error = map_both(fds, false, &ring, &size, &cursor);
	if (error < 0)
		return error;
	*r = (struct channel_reader){ .map = ring,
				      .ring = (const uint8_t *)ring + CHANNEL_HEAD_SIZE,
				      .cursor = cursor,
				      .size = size };
	return 0;
}

void channel_close_writer(struct channel_writer *w)
{
	if (w->map) {
		munmap(w->map, CHANNEL_HEAD_SIZE + w->size);
		munmap((void *)(uintptr_t)w->cursor, CHANNEL_CURSOR_SIZE);
	}
	memset(w, 0, sizeof *w);
}

void channel_close_reader(struct channel_reader *r)
{
	if (r->map) {
		munmap((void *)(uintptr_t)r->map, CHANNEL_HEAD_SIZE + r->size);
		munmap(r->cursor, CHANNEL_CURSOR_SIZE);
	}
	memset(r, 0, sizeof *r);
}
