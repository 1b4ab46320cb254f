// SPDX-License-Identifier: Apache-2.0
// Walking over a journal frame by frame: what reading and recovery share.
#pragma once

#include "journal/fault.h"
#include "journal/frame.h"
#include "journal/segment.h"
#include "journal/window.h"

struct journal_reader {
	struct storage storage;
	struct journal_keys keys;
	uint8_t exchange_id[32];
	struct window window;
	uint8_t *leaf;             // plaintext of the frame just read, BLOCK_FRAME_MAX
	uint32_t segment;
	uint64_t segment_size;
	uint64_t offset;           // of the next frame
	struct journal_place place; // everything before it
	bool anchored;             // the place's hash and sequence are known
	bool light;                // tags only: see journal_reader_light
};

enum step {
	STEP_BLOCK = 0,   // a block; the place moved on
	STEP_SEAL,        // the segment ends here
	STEP_CLOSE,       // the writer closed here; the offset stays
	STEP_INVALID,     // no valid frame of this place
	STEP_FAULT,       // *ret_error says what
};

MUST_USE int steps_init(struct journal_reader *r, const struct storage *storage, const uint8_t master_key[32],
			const uint8_t exchange_id[32]);
void steps_clear(struct journal_reader *r); // fine on a zeroed struct

// Reads a segment's header and judges it. 0 with *ret_state (and *ret_head when whole; 4096 bytes at *ret_bytes unless NULL), 1 with the error.
MUST_USE int steps_head(struct journal_reader *r, uint32_t segment, enum segment_state *ret_state,
			struct segment_head *ret_head, const uint8_t **ret_bytes, struct journal_error *ret_error);
// The error for a header that is not whole.
int steps_head_fault(const struct journal_reader *r, uint32_t segment, enum segment_state state,
		     struct journal_error *ret_error);

// Stands before the first frame of a segment whose header is `head`. 0 or 1 with the error (cut short).
MUST_USE int steps_enter(struct journal_reader *r, const struct segment_head *head, struct journal_error *ret_error);
// The same, checking that it continues the place.
MUST_USE int steps_enter_next(struct journal_reader *r, struct journal_error *ret_error);

// Reads the next frame. *ret is filled for STEP_BLOCK.
enum step steps_next(struct journal_reader *r, struct block_view *ret, struct journal_error *ret_error);
// Passes over the next block by its head and CRC alone; the place is then not anchored.
enum step steps_hop(struct journal_reader *r, struct journal_error *ret_error);

static inline struct place steps_place(const struct journal_reader *r)
{
	return (struct place){ r->segment, r->offset, r->place.blocks };
}
