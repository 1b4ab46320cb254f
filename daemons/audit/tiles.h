// SPDX-License-Identifier: Apache-2.0
// The tree's tiles on disk (c2sp.org/tlog-tiles): full ones as they fill up,
// partial ones for each checkpoint. A full tile never changes: one that is on the disk
// with other bytes is a fork, and nothing is written over it.
#pragma once

#include "tlog/tlog.h"

#define TILE_BYTES (TLOG_TILE_WIDTH * TLOG_HASH_SIZE)

struct tile_edge { // the rightmost tile of a level
	uint64_t n;              // its index
	unsigned width;          // hashes in it
	unsigned width_written;  // of the partial tile on disk
	uint8_t hash[TLOG_TILE_WIDTH][TLOG_HASH_SIZE];
};

struct tiles {
	int dir_fd;
	uint64_t written;        // tile files, ever
	struct tile_edge edge[TLOG_TILE_LEVELS];
};

// Loads the right edge of a log of `size` leaves from the disk. 0, 1 = a tile is missing or has another length
// (*ret_path names it), or negative errno.
MUST_USE int tiles_open(struct tiles *t, int dir_fd, uint64_t size, char ret_path[TLOG_PATH_MAX]);

// What the tree's last append added. 0, 1 = a full tile with other bytes is on the disk (*ret_path), or negative errno.
MUST_USE int tiles_append(struct tiles *t, const struct tlog_tree *tree, char ret_path[TLOG_PATH_MAX]);

// Writes the partial tiles, durable: everything that a checkpoint of this size needs is then there.
MUST_USE int tiles_sync(struct tiles *t);

// Reading a stored tree of `size` leaves, for tlog_source. 0 or negative errno (-ENOENT: a tile is missing).
struct tiles_reader {
	int dir_fd;
	uint64_t size;
	unsigned cached_level;
	uint64_t cached_n;
	bool cached;
	uint8_t hash[TLOG_TILE_WIDTH][TLOG_HASH_SIZE];
};
int tiles_hash_at(void *context, unsigned level, uint64_t index, uint8_t hash[TLOG_HASH_SIZE]);

// One whole tile of that tree; *ret_width hashes. 0, 1 = missing or of another length, or negative errno.
MUST_USE int tile_read(int dir_fd, uint64_t size, unsigned level, uint64_t n,
		       uint8_t hash[TLOG_TILE_WIDTH][TLOG_HASH_SIZE], unsigned *ret_width);

// The root of the 256 hashes of a full tile.
void tile_root(const uint8_t hash[TLOG_TILE_WIDTH][TLOG_HASH_SIZE], uint8_t root[TLOG_HASH_SIZE]);
