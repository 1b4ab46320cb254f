// SPDX-License-Identifier: Apache-2.0
#include "journal/tail.h"

#include <stdlib.h>

static int segments_list(const struct storage *storage, uint32_t *ret_count, struct journal_error *ret_error)
{
	uint32_t first = 0, count = 0;
	int error = storage->list(storage->context, &first, &count);
	if (error == -ENOENT || (!error && count && first != 0))
		return fault(ret_error, JOURNAL_MISSING, (struct place){ error ? first : 0, 0, 0 },
			     "segment %u is missing; bring it back from a copy of the journal", error ? first : 0);
	if (error)
		return fault_storage(ret_error, error, (struct place){ 0 }, "Listing");
	*ret_count = count;
	return 0;
}

// The last segment whose header is whole and that starts at or below `from`.
static int segment_find(struct journal_reader *r, uint64_t from, struct segment_head *ret,
			struct journal_error *ret_error)
{
	uint32_t count = 0;
	if (segments_list(&r->storage, &count, ret_error))
		return 1;
	if (count == 0)
		return fault(ret_error, JOURNAL_MISSING, (struct place){ 0 },
			     "there is no segment in this directory; check the path");
	for (uint32_t k = count; k-- > 0;) {
		enum segment_state state = SEGMENT_BROKEN;
		if (steps_head(r, k, &state, ret, NULL, ret_error))
			return 1;
		if (state == SEGMENT_WHOLE && ret->first_block <= from)
			return 0;
		// An unused or half-written header is no error at the journal's end; tail_judge looks at it from there.
		if (state != SEGMENT_WHOLE && (k == 0 || (state != SEGMENT_UNUSED && state != SEGMENT_BROKEN)))
			return steps_head_fault(r, k, state, ret_error);
	}
	return steps_head_fault(r, 0, SEGMENT_NONSENSE, ret_error);
}

static int too_far(const struct journal_reader *r, uint64_t from, struct journal_error *ret_error)
{
	return fault(ret_error, JOURNAL_DAMAGED, steps_place(r),
		     "block %llu was asked for, but the journal can be read only up to block %llu (segment %u, offset "
		     "%llu): it is shorter than the asker knows, or damaged there",
		     (unsigned long long)from, (unsigned long long)r->place.blocks, r->segment,
		     (unsigned long long)r->offset);
}

// Hops to the block before `from` and reads that one whole, so that the chain is anchored.
static int forward(struct journal_reader *r, uint64_t from, struct journal_error *ret_error)
{
	struct block_view view;
	while (r->place.blocks < from) {
		enum step step = r->place.blocks + 1 < from ? steps_hop(r, ret_error) : steps_next(r, &view, ret_error);
		if (step == STEP_FAULT)
			return 1;
		if (step == STEP_SEAL && steps_enter_next(r, ret_error))
			return 1;
		if (step != STEP_BLOCK && step != STEP_SEAL)
			return too_far(r, from, ret_error);
	}
	return 0;
}

int journal_reader_open(const struct storage *storage, const uint8_t master_key[32], const uint8_t exchange_id[32],
			uint64_t from, struct journal_reader **ret, struct journal_error *ret_error)
{
	struct segment_head head;
	struct journal_reader *r = malloc(sizeof *r);
	int error = r ? steps_init(r, storage, master_key, exchange_id) : -ENOMEM;
	if (error) {
		free(r);
		return fault_storage(ret_error, error, (struct place){ 0 }, "Opening");
	}
	if (segment_find(r, from, &head, ret_error) || steps_enter(r, &head, ret_error) ||
	    forward(r, from, ret_error)) {
		journal_reader_close(r);
		return 1;
	}
	*ret = r;
	return 0;
}

void journal_reader_close(struct journal_reader *r)
{
	if (!r)
		return;
	steps_clear(r);
	free(r);
}

void journal_reader_light(struct journal_reader *r)
{
	r->light = true;
}

// Nothing valid although more is promised, or the end of what is there.
static int stopped_here(struct journal_reader *r, enum step step, uint64_t durable, struct journal_error *ret_error)
{
	uint32_t segments = 0;
	struct tail tail;
	struct place at = steps_place(r);
	if (segments_list(&r->storage, &segments, ret_error) || tail_judge(r, step, segments, &tail, ret_error))
		return 1;
	if (durable == UINT64_MAX)
		return 2;
	return fault(ret_error, JOURNAL_DAMAGED, at,
		     "block %llu in segment %u at offset %llu is not there although the writer says that it is durable; "
		     "bring segment %u back from a copy of the journal",
		     (unsigned long long)at.block, at.segment, (unsigned long long)at.offset, at.segment);
}

int journal_reader_next(struct journal_reader *r, uint64_t durable, struct block_view *ret,
			struct journal_error *ret_error)
{
	for (bool again = false; r->place.blocks < durable;) {
		enum step step = steps_next(r, ret, ret_error);
		if (step == STEP_BLOCK)
			return 0;
		if (step == STEP_FAULT)
			return 1;
		if (step == STEP_SEAL) {
			// Sealed, but the next segment may not have begun: then this is the end.
			struct journal_error begun;
			if (!steps_enter_next(r, &begun))
				continue;
			window_enter(&r->window, r->segment, r->segment_size);
			if (begun.fault != JOURNAL_DAMAGED && begun.fault != JOURNAL_MISSING) {
				*ret_error = begun;
				return 1;
			}
		}
		int result = stopped_here(r, step, durable, ret_error);
		if (result != 1 || again)
			return result;
		again = true; // the writer may have come past while this was being judged
	}
	return 2;
}
