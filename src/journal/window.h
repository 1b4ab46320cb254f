// SPDX-License-Identifier: Apache-2.0
// A read-ahead window over one segment.
#pragma once

#include "journal/layout.h"

#define WINDOW_SIZE (1u << 20)
#define WINDOW_SIZE_MIN (2u * BLOCK_FRAME_MAX)

struct window {
	const struct storage *storage;
	uint8_t *bytes;          // WINDOW_SIZE, aligned
	uint32_t segment;
	uint64_t segment_size;
	uint64_t offset;         // of bytes[0] in the segment
	size_t size;             // bytes that are there
	size_t ahead;            // how much to read next: grows while reading goes on, shrinks at the tail
};

MUST_USE int window_init(struct window *w, const struct storage *storage);
void window_clear(struct window *w); // fine on a zeroed struct

// Points the window at a segment and forgets what it held.
void window_enter(struct window *w, uint32_t segment, uint64_t segment_size);

// The bytes at `offset` (a multiple of BLOCK_ALIGN): BLOCK_FRAME_MAX of them, fewer only at
// the segment's end (0 there). `fresh` reads them again even when the window has them:
// it may be older than the writer's last write. 0 or negative errno.
MUST_USE int window_at(struct window *w, uint64_t offset, bool fresh, const uint8_t **ret, size_t *ret_available);
