// SPDX-License-Identifier: Apache-2.0
#include "journal/tail.h"

#include "journal/rot.h"

#include <stdlib.h>

#define REMEDY "bring segment %u back from a copy of the journal"

static int damaged(const struct journal_reader *r, const char *proof, uint64_t number, struct journal_error *ret_error)
{
	struct place at = steps_place(r);
	return fault(ret_error, JOURNAL_DAMAGED, at,
		     "block %llu in segment %u at offset %llu is damaged, and it had been durable: %s %llu; " REMEDY,
		     (unsigned long long)at.block, at.segment, (unsigned long long)at.offset, proof,
		     (unsigned long long)number, at.segment);
}

static int note_agrees(const struct journal_reader *r, struct journal_error *ret_error)
{
	struct note note;
	note_load(&r->storage, r->exchange_id, &note);
	if (note.blocks > r->place.blocks)
		return damaged(r, "the durable note counts blocks up to", note.blocks - 1, ret_error);
	if (note.blocks && r->anchored && note.blocks == r->place.blocks &&
	    memcmp(note.leaf_hash, r->place.leaf_hash, 32) != 0)
		return damaged(r, "the durable note names another hash for block", note.blocks - 1, ret_error);
	return 0;
}

// What the bytes at the reader's offset say about themselves.
static int frame_judge(struct journal_reader *r, struct journal_error *ret_error)
{
	const uint8_t *bytes;
	size_t available;
	struct frame_head head;
	int error = window_at(&r->window, r->offset, true, &bytes, &available);
	if (error)
		return fault_storage(ret_error, error, steps_place(r), "Reading");
	enum frame_state state = frame_check(bytes, available, &head);
	if (state == FRAME_VERSION_UNKNOWN)
		return fault(ret_error, JOURNAL_FORMAT, steps_place(r),
			     "block %llu has a format version that this program does not know; use a newer redoubt",
			     (unsigned long long)r->place.blocks);
	if (state == FRAME_WHOLE) {
		if (frame_open(&r->keys, bytes, &head, r->leaf) != FRAME_WHOLE)
			return damaged(r, "its CRC fits but its tag does not, so it was altered; it claims number",
				       head.number, ret_error);
		if (head.number == r->place.blocks)
			return damaged(r, "it is whole but does not follow the block before; it claims number",
				       head.number, ret_error);
		return 0; // left over from a torn write; tail_scan judges it with the others
	}
	uint8_t *copy = malloc(BLOCK_FRAME_MAX);
	if (!copy)
		return fault_storage(ret_error, -ENOMEM, steps_place(r), "Judging");
	memcpy(copy, bytes, available);
	bool rotten = frame_rotten(&r->keys, copy, available, r->leaf, &head);
	free(copy);
	if (rotten && head.kind == FRAME_BLOCK && head.number == r->place.blocks)
		return damaged(r, "one bit of it has flipped; it is number", head.number, ret_error);
	return 0;
}

static bool all_zero(const uint8_t *p, size_t size)
{
	return p[0] == 0 && !memcmp(p, p + 1, size - 1);
}

struct found {
	bool any;
	uint64_t number;    // of the first such frame
	uint64_t dirty_end; // what is not zero ends here
};

// Looks for a whole frame of ours at every 4096 boundary from `offset` on whose batch began at
// block `least` or later. 0, or 1 with the error.
static int frames_scan(struct journal_reader *r, uint64_t offset, uint64_t least, struct found *ret,
		       struct journal_error *ret_error)
{
	*ret = (struct found){ .dirty_end = offset };
	for (; offset < r->window.segment_size; offset += BLOCK_ALIGN) {
		const uint8_t *bytes;
		size_t available;
		struct frame_head head;
		int error = window_at(&r->window, offset, false, &bytes, &available);
		if (error)
			return fault_storage(ret_error, error,
					     (struct place){ r->window.segment, offset, r->place.blocks }, "Reading");
		if (all_zero(bytes, BLOCK_ALIGN))
			continue;
		ret->dirty_end = offset + BLOCK_ALIGN;
		if (frame_check(bytes, available, &head) == FRAME_WHOLE && head.batch_first >= least &&
		    frame_open(&r->keys, bytes, &head, r->leaf) == FRAME_WHOLE) {
			ret->any = true;
			ret->number = head.number;
			return 0;
		}
	}
	return 0;
}

// Segments after the last one in use must be empty.
static int later_segment(struct journal_reader *r, uint32_t segment, bool sealed, struct journal_error *ret_error)
{
	enum segment_state state = SEGMENT_BROKEN;
	struct segment_head head;
	const uint8_t *bytes;
	struct found found;
	if (steps_head(r, segment, &state, &head, &bytes, ret_error))
		return 1;
	if (state == SEGMENT_WHOLE) // its header is written after the seal before it is durable
		return sealed ? steps_head_fault(r, segment, SEGMENT_NONSENSE, ret_error) :
				damaged(r, "the next segment is in use and starts with block", head.first_block,
					ret_error);
	if (state == SEGMENT_BROKEN) {
		uint8_t *copy = malloc(SEGMENT_HEAD_SIZE);
		if (!copy)
			return fault_storage(ret_error, -ENOMEM, (struct place){ segment, 0, 0 }, "Judging");
		memcpy(copy, bytes, SEGMENT_HEAD_SIZE);
		bool rotten = segment_head_rotten(copy, &r->keys, r->exchange_id, segment);
		free(copy);
		if (rotten)
			return steps_head_fault(r, segment, state, ret_error);
	} else if (state != SEGMENT_UNUSED) {
		return steps_head_fault(r, segment, state, ret_error);
	}
	if (frames_scan(r, SEGMENT_HEAD_SIZE, r->place.blocks, &found, ret_error))
		return 1;
	return found.any ? steps_head_fault(r, segment, state, ret_error) : 0;
}

// The bytes from the reader's offset to the end of its segment.
static int rest_judge(struct journal_reader *r, struct tail *ret, struct journal_error *ret_error)
{
	struct found found;
	if (frame_judge(r, ret_error) || frames_scan(r, r->offset, r->place.blocks + 1, &found, ret_error))
		return 1;
	if (found.any)
		return damaged(r, "a later write is there, of block", found.number, ret_error);
	ret->dirty_end = found.dirty_end;
	return 0;
}

int tail_judge(struct journal_reader *r, enum step stopped, uint32_t segments, struct tail *ret,
	       struct journal_error *ret_error)
{
	struct tail tail = { .dirty_end = r->offset };
	if (stopped == STEP_SEAL && r->segment + 1 >= segments)
		return fault(ret_error, JOURNAL_MISSING, (struct place){ r->segment + 1, 0, r->place.blocks },
			     "segment %u is missing although segment %u was sealed; bring it back from a copy of the "
			     "journal",
			     r->segment + 1, r->segment);
	if (note_agrees(r, ret_error))
		return 1;
	if (stopped == STEP_INVALID && rest_judge(r, &tail, ret_error))
		return 1;
	if (stopped == STEP_CLOSE)
		tail.dirty_end += BLOCK_ALIGN;
	for (uint32_t k = r->segment + 1; k < segments && stopped != STEP_CLOSE; k++)
		if (later_segment(r, k, stopped == STEP_SEAL, ret_error))
			return 1;
	window_enter(&r->window, r->segment, r->segment_size);
	*ret = tail;
	return 0;
}
