// SPDX-License-Identifier: Apache-2.0
// Segment files: their names, headers and bytes.
#pragma once

#include "walk.h"

#define SEGMENT_HEAD 4096u
#define KEY_CHECKED 152u // bytes of the header under the key check

struct segment_head {
	uint32_t index;
	uint64_t size, first_block, first_sequence, time_us, digest; // time and digest of the block before
	const uint8_t *exchange, *previous, *incarnation, *key_check; // 32 bytes each
	bool unused; // made ahead of time
};

// NULL, or what is wrong with these 4096 bytes.
const char *segment_head_parse(const uint8_t bytes[SEGMENT_HEAD], struct segment_head *ret);

// How many segments there are. True when their numbers have no gap; else *ret_count is the first missing one.
// -errno when the directory cannot be read.
int segments_count(int dir_fd, uint32_t *ret_count, bool *ret_gap);

// One segment file and a window of it in memory.
struct segment_file {
	int fd;
	uint64_t size;
	uint64_t window_at;
	size_t window_size;
	uint8_t *window; // WINDOW bytes
};
#define WINDOW (1u << 20)

// 0 or negative errno.
MUST_USE int segment_open(struct segment_file *f, int dir_fd, uint32_t index);
void segment_close(struct segment_file *f);
// At most FRAME_MAX bytes from `offset`; fewer at the end of the file. NULL with *ret_error on an I/O error.
const uint8_t *segment_bytes(struct segment_file *f, uint64_t offset, size_t *ret_size, int *ret_error);
void segment_forget(struct segment_file *f); // the next segment_bytes reads the disk again
