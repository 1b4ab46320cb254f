// SPDX-License-Identifier: Apache-2.0
#include "daemons/audit/tiles.h"

#include "daemons/audit/files.h"

#include <stdio.h>

static unsigned width_in(uint64_t size, unsigned level, uint64_t n)
{
	uint64_t full;
	unsigned partial = tlog_tile_partial(level, size, &full);
	return n < full ? TLOG_TILE_WIDTH : n == full ? partial : 0;
}

int tile_read(int dir_fd, uint64_t size, unsigned level, uint64_t n,
	      uint8_t hash[TLOG_TILE_WIDTH][TLOG_HASH_SIZE], unsigned *ret_width)
{
	char path[TLOG_PATH_MAX];
	unsigned width = width_in(size, level, n);
	size_t have = 0;
	if (width == 0)
		return 1;
	tlog_tile_path((int)level, n, width, path);
	int r = log_file_read(dir_fd, path, hash, TILE_BYTES, &have);
	// A partial tile may be gone once its full one is there, which begins with it.
	if (r == 1 && width < TLOG_TILE_WIDTH) {
		tlog_tile_path((int)level, n, TLOG_TILE_WIDTH, path);
		r = log_file_read(dir_fd, path, hash, TILE_BYTES, &have);
		if (!r && have == TILE_BYTES)
			have = width * TLOG_HASH_SIZE;
	}
	if (r < 0)
		return r;
	if (r || have != width * TLOG_HASH_SIZE)
		return 1;
	*ret_width = width;
	return 0;
}

int tiles_hash_at(void *context, unsigned level, uint64_t index, uint8_t hash[TLOG_HASH_SIZE])
{
	struct tiles_reader *reader = context;
	uint64_t n = index / TLOG_TILE_WIDTH;
	unsigned width;
	if (!reader->cached || reader->cached_level != level || reader->cached_n != n) {
		reader->cached = false;
		int r = tile_read(reader->dir_fd, reader->size, level, n, reader->hash, &width);
		if (r)
			return r == 1 ? -ENOENT : r;
		reader->cached = true;
		reader->cached_level = level;
		reader->cached_n = n;
	}
	memcpy(hash, reader->hash[index % TLOG_TILE_WIDTH], TLOG_HASH_SIZE);
	return 0;
}

int tiles_open(struct tiles *t, int dir_fd, uint64_t size, char ret_path[TLOG_PATH_MAX])
{
	memset(t, 0, sizeof *t);
	t->dir_fd = dir_fd;
	for (unsigned level = 0; level < TLOG_TILE_LEVELS; level++) {
		struct tile_edge *e = &t->edge[level];
		unsigned width = tlog_tile_partial(level, size, &e->n);
		if (!width)
			continue;
		int r = tile_read(dir_fd, size, level, e->n, e->hash, &e->width);
		if (r) {
			tlog_tile_path((int)level, e->n, width, ret_path);
			return r;
		}
		e->width_written = e->width;
	}
	return 0;
}

static int full_write(struct tiles *t, unsigned level, struct tile_edge *e, char ret_path[TLOG_PATH_MAX])
{
	char path[TLOG_PATH_MAX], folder[TLOG_PATH_MAX + 2];
	uint8_t there[TILE_BYTES];
	size_t have = 0;
	tlog_tile_path((int)level, e->n, TLOG_TILE_WIDTH, path);
	int r = log_file_read(t->dir_fd, path, there, sizeof there, &have);
	if (r < 0)
		return r;
	if (r != 1 && (r == 2 || have != TILE_BYTES || memcmp(there, e->hash, TILE_BYTES))) {
		memcpy(ret_path, path, TLOG_PATH_MAX);
		return 1;
	}
	if (r == 1) {
		r = log_file_write(t->dir_fd, path, e->hash, TILE_BYTES);
		t->written++;
	}
	if (r)
		return r;
	snprintf(folder, sizeof folder, "%s.p", path);
	log_folder_remove(t->dir_fd, folder);
	e->n++;
	e->width = e->width_written = 0;
	return 0;
}

int tiles_append(struct tiles *t, const struct tlog_tree *tree, char ret_path[TLOG_PATH_MAX])
{
	uint64_t index;
	uint8_t hash[TLOG_HASH_SIZE];
	for (unsigned level = 0; level < TLOG_TILE_LEVELS; level++) {
		if (!tlog_tree_tile_hash(tree, level, &index, hash))
			return 0;
		struct tile_edge *e = &t->edge[level];
		ASSERT(index / TLOG_TILE_WIDTH == e->n && index % TLOG_TILE_WIDTH == e->width);
		memcpy(e->hash[e->width++], hash, TLOG_HASH_SIZE);
		int r = e->width == TLOG_TILE_WIDTH ? full_write(t, level, e, ret_path) : 0;
		if (r)
			return r;
	}
	return 0;
}

int tiles_sync(struct tiles *t)
{
	for (unsigned level = 0; level < TLOG_TILE_LEVELS; level++) {
		struct tile_edge *e = &t->edge[level];
		char path[TLOG_PATH_MAX];
		if (e->width == e->width_written)
			continue;
		tlog_tile_path((int)level, e->n, e->width, path);
		int r = log_file_write(t->dir_fd, path, e->hash, e->width * TLOG_HASH_SIZE);
		if (r)
			return r;
		t->written++;
		e->width_written = e->width;
	}
	return 0;
}

void tile_root(const uint8_t hash[TLOG_TILE_WIDTH][TLOG_HASH_SIZE], uint8_t root[TLOG_HASH_SIZE])
{
	uint8_t node[TLOG_TILE_WIDTH / 2][TLOG_HASH_SIZE];
	for (size_t i = 0; i < TLOG_TILE_WIDTH / 2; i++)
		tlog_node_hash(hash[2 * i], hash[2 * i + 1], node[i]);
	for (size_t count = TLOG_TILE_WIDTH / 2; count > 1; count /= 2)
		for (size_t i = 0; i < count / 2; i++)
			tlog_node_hash(node[2 * i], node[2 * i + 1], node[i]);
	memcpy(root, node[0], TLOG_HASH_SIZE);
}
