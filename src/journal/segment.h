// SPDX-License-Identifier: Apache-2.0
// A segment's header.
#pragma once

#include "journal/keys.h"

struct segment_head {
	uint32_t index;
	uint8_t exchange_id[32];
	uint64_t size, first_block, first_sequence;
	uint8_t previous[32];            // of the block before: leaf hash,
	uint64_t time_us, digest;        // time and digest, so that the place is whole from here
	uint8_t incarnation[32];
};

enum segment_state {
	SEGMENT_WHOLE = 0,
	SEGMENT_UNUSED,    // all zeros: made ahead of time
	SEGMENT_BROKEN,    // magic or CRC wrong
	SEGMENT_VERSION_UNKNOWN,
	SEGMENT_OTHER_EXCHANGE,
	SEGMENT_KEY_WRONG,
	SEGMENT_NONSENSE,  // whole, but its own numbers contradict each other
};

void segment_head_write(const struct segment_head *head, const struct journal_keys *keys,
			uint8_t to[SEGMENT_HEAD_SIZE]);
// Reads 4096 bytes. *ret is filled for SEGMENT_WHOLE only.
enum segment_state segment_head_read(const uint8_t from[SEGMENT_HEAD_SIZE], const struct journal_keys *keys,
				     const uint8_t exchange_id[32], uint32_t index, struct segment_head *ret);
// True when flipping one bit makes a broken header whole: rot, not a torn write.
bool segment_head_rotten(const uint8_t from[SEGMENT_HEAD_SIZE], const struct journal_keys *keys,
			 const uint8_t exchange_id[32], uint32_t index);
