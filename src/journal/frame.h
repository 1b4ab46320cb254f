// SPDX-License-Identifier: Apache-2.0
// One frame: head, ciphertext, tag, padding.
#pragma once

#include "journal/keys.h"

enum frame_kind { FRAME_BLOCK = 0, FRAME_SEAL = 1, FRAME_CLOSE = 2, FRAME_KINDS };

struct frame_head {
	uint16_t kind;         // enum frame_kind
	uint32_t size;         // of the whole frame
	uint32_t plain_size;   // of what is encrypted
	uint64_t number, batch_first;
	uint8_t incarnation[32];
};

enum frame_state {
	FRAME_WHOLE = 0,
	FRAME_NONE,            // does not start with a frame's magic
	FRAME_BROKEN,          // a head that makes no sense, a wrong CRC, padding that is not zero
	FRAME_VERSION_UNKNOWN, // whole, but of another version
	FRAME_FORGED,          // the tag does not fit
	FRAME_UNREADABLE,      // the cipher failed: no verdict
};

static inline uint32_t frame_size(uint32_t plain_size)
{
	return (uint32_t)u64_round_up(FRAME_HEAD_SIZE + plain_size + AEAD_TAG_SIZE, BLOCK_ALIGN);
}

// Encrypts `plain` into a whole frame at `to` (frame_size(plain_size) bytes). The keys are those of head->incarnation;
// head->size is computed. 0 or negative errno.
MUST_USE int frame_seal(struct journal_keys *keys, const struct frame_head *head, const void *plain, uint8_t *to);

// Reads and checks the head, the CRC and the padding of the frame at the front of `available` bytes.
enum frame_state frame_check(const uint8_t *from, size_t available, struct frame_head *ret);

// The head alone: enough to decrypt, whose tag then vouches for head and ciphertext, not for CRC and padding.
enum frame_state frame_peek(const uint8_t *from, size_t available, struct frame_head *ret);

// Decrypts a frame that frame_check found whole. `to` holds plain_size bytes.
enum frame_state frame_open(struct journal_keys *keys, const uint8_t *from, const struct frame_head *head, void *to);
