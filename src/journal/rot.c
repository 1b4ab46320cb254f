// SPDX-License-Identifier: Apache-2.0
#include "journal/rot.h"

#include "base/crc32c.h"

#define CRC32C_REFLECTED 0x82f63b78u

static bool whole(struct journal_keys *keys, const uint8_t *frame, size_t available, uint8_t *plain,
		  struct frame_head *ret)
{
	return frame_check(frame, available, ret) == FRAME_WHOLE &&
	       frame_open(keys, frame, ret, plain) == FRAME_WHOLE;
}

static void flip(uint8_t *frame, size_t bit)
{
	frame[bit / 8] ^= (uint8_t)(1u << bit % 8);
}

// The head is small: try each of its bits.
static bool head_repaired(struct journal_keys *keys, uint8_t *frame, size_t available, uint8_t *plain,
			  struct frame_head *ret)
{
	for (size_t bit = 0; bit < FRAME_HEAD_SIZE * 8; bit++) {
		flip(frame, bit);
		if (whole(keys, frame, available, plain, ret))
			return true;
		flip(frame, bit);
	}
	return false;
}

// A CRC is linear: the difference between the stored and the computed one
// depends on the flipped bit's distance from the end alone. Walking the register
// back from the end finds the bit without computing 500,000 checksums.
static bool body_repaired(struct journal_keys *keys, uint8_t *frame, size_t available, uint8_t *plain,
			  struct frame_head *ret)
{
	uint32_t size, stored;
	memcpy(&size, frame + 12, sizeof size);
	if (size % BLOCK_ALIGN || size == 0 || size > available)
		return false;
	memcpy(&stored, frame + FRAME_ASSOCIATED_SIZE, sizeof stored);
	uint32_t crc = crc32c(0, frame, FRAME_ASSOCIATED_SIZE);
	uint32_t wanted = stored ^ crc32c(crc, frame + FRAME_HEAD_SIZE, size - FRAME_HEAD_SIZE), state = 1;
	for (size_t distance = 1; distance <= (size_t)(size - FRAME_HEAD_SIZE) * 8; distance++) {
		state = state >> 1 ^ (state & 1 ? CRC32C_REFLECTED : 0);
		if (state != wanted)
			continue;
		flip(frame, (size_t)size * 8 - distance);
		if (whole(keys, frame, available, plain, ret))
			return true;
		flip(frame, (size_t)size * 8 - distance);
	}
	return false;
}

bool frame_rotten(struct journal_keys *keys, uint8_t *frame, size_t available, uint8_t *plain,
		  struct frame_head *ret)
{
	return available >= BLOCK_ALIGN && (body_repaired(keys, frame, available, plain, ret) ||
					    head_repaired(keys, frame, available, plain, ret));
}
