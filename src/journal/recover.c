// SPDX-License-Identifier: Apache-2.0
// Opening for writing: find the end, refuse damage, truncate a torn tail.
#include "journal/tail.h"
#include "journal/writer.h"

#include <stdlib.h>
#include <sys/mman.h>

struct survey {
	uint32_t segments;        // on the disk
	bool begun;               // at least one header is whole
	struct segment_head last; // the last one that is whole
};

// Reads every header before anything is touched.
static int survey(struct journal_reader *r, struct survey *ret, struct journal_error *ret_error)
{
	uint32_t first = 0, unusable = UINT32_MAX;
	enum segment_state unusable_state = SEGMENT_UNUSED;
	int error = r->storage.list(r->storage.context, &first, &ret->segments);
	if (error == -ENOENT || (!error && ret->segments && first != 0))
		return fault(ret_error, JOURNAL_MISSING, (struct place){ error ? first : 0, 0, 0 },
			     "segment %u is missing; bring it back from a copy of the journal", error ? first : 0);
	if (error)
		return fault_storage(ret_error, error, (struct place){ 0 }, "Listing");
	for (uint32_t k = 0; k < ret->segments; k++) {
		struct segment_head head;
		enum segment_state state = SEGMENT_BROKEN;
		if (steps_head(r, k, &state, &head, NULL, ret_error))
			return 1;
		if (state == SEGMENT_WHOLE) {
			if (unusable != UINT32_MAX)
				return steps_head_fault(r, unusable, unusable_state, ret_error);
			if (ret->begun && head.first_block <= ret->last.first_block)
				return steps_head_fault(r, k, SEGMENT_NONSENSE, ret_error);
			ret->begun = true;
			ret->last = head;
		} else if (state != SEGMENT_UNUSED && state != SEGMENT_BROKEN) {
			return steps_head_fault(r, k, state, ret_error);
		} else if (unusable == UINT32_MAX) {
			unusable = k;
			unusable_state = state;
		}
	}
	return 0;
}

// No header is whole: a journal that has not begun, or one whose first header is gone.
static int nothing_begun(struct journal_reader *r, uint32_t segments, struct journal_error *ret_error)
{
	struct note note;
	note_load(&r->storage, r->exchange_id, &note);
	if (segments == 0 && note.blocks == 0)
		return 0;
	if (segments == 0)
		return fault(ret_error, JOURNAL_MISSING, (struct place){ 0 },
			     "every segment is missing, but the durable note counts %llu blocks; bring the segments back "
			     "from a copy of the journal",
			     (unsigned long long)note.blocks);
	// As if a segment before the first had been sealed: everything on the disk must then be empty.
	struct tail tail;
	struct journal_reader before = *r;
	before.segment = UINT32_MAX;
	return tail_judge(&before, STEP_SEAL, segments, &tail, ret_error);
}

static int walk_to_end(struct journal_reader *r, enum step *ret_stopped, struct journal_error *ret_error)
{
	struct block_view view;
	do {
		*ret_stopped = steps_next(r, &view, ret_error);
	} while (*ret_stopped == STEP_BLOCK);
	return *ret_stopped == STEP_FAULT;
}

static int zero_out(struct journal *j, uint64_t from, uint64_t to, struct journal_error *ret_error)
{
	struct place at = { j->segment, from, j->place.blocks };
	for (uint64_t offset = from; offset < to;) {
		size_t size = (size_t)u64_min(to - offset, (uint64_t)BATCH_BLOCKS_MAX * BLOCK_FRAME_MAX);
		int error = j->storage.write(j->storage.context, j->segment, offset, j->staging, size);
		if (error)
			return fault_storage(ret_error, error, at, "Clearing the torn tail");
		offset += size;
	}
	int error = j->storage.sync(j->storage.context, j->segment);
	return error ? fault_storage(ret_error, error, at, "Syncing") : 0;
}

// Starts segment `index` (which may have to be made) after the place.
static int begin_segment(struct journal *j, uint32_t index, struct journal_error *ret_error)
{
	if (writer_segment(j, index, ret_error))
		return 1;
	int error = j->storage.size(j->storage.context, index, &j->segment_size);
	if (error)
		return fault_storage(ret_error, error, (struct place){ index, 0, j->place.blocks }, "Opening");
	j->segment = index;
	return writer_head(j, ret_error);
}

// Everything was judged; from here on the disk is changed.
static int continue_after(struct journal *j, const struct journal_reader *r, enum step stopped,
			  const struct tail *tail, struct journal_error *ret_error)
{
	j->place = r->place;
	j->segment = r->segment;
	j->segment_size = r->segment_size;
	j->offset = r->offset;
	// What was read may still be on its way to the disk: zero_out ends with a sync even when there is nothing to clear.
	if (zero_out(j, r->offset, tail->dirty_end, ret_error))
		return 1;
	return stopped == STEP_SEAL ? begin_segment(j, r->segment + 1, ret_error) : 0;
}

static int shorter(uint64_t blocks, const struct journal_floor *floor, struct journal_error *ret_error)
{
	if (blocks >= floor->blocks)
		return 0;
	return fault(ret_error, JOURNAL_MISSING, (struct place){ 0, 0, blocks },
		     "the journal on the disk has %llu blocks, but %s counts %llu: it was lost or set back; restore the "
		     "journal from a backup (nothing was changed)",
		     (unsigned long long)blocks, floor->witness, (unsigned long long)floor->blocks);
}

static int recover(struct journal *j, struct journal_reader *r, const struct journal_floor *floor,
		   struct journal_error *ret_error)
{
	struct survey found = { 0 };
	struct tail tail;
	enum step stopped;
	if (survey(r, &found, ret_error))
		return 1;
	j->segments = found.segments;
	if (!found.begun)
		return nothing_begun(r, found.segments, ret_error) || shorter(0, floor, ret_error) ||
		       begin_segment(j, 0, ret_error);
	if (steps_enter(r, &found.last, ret_error) || walk_to_end(r, &stopped, ret_error) ||
	    tail_judge(r, stopped, found.segments, &tail, ret_error) || shorter(r->place.blocks, floor, ret_error))
		return 1;
	return continue_after(j, r, stopped, &tail, ret_error);
}

static int journal_init(struct journal *j, const struct storage *storage, const uint8_t master_key[32],
			const uint8_t exchange_id[32], const uint8_t incarnation[32], uint64_t segment_size)
{
	*j = (struct journal){ .storage = *storage, .segment_size_new = segment_size };
	memcpy(j->exchange_id, exchange_id, 32);
	memcpy(j->incarnation, incarnation, 32);
	pthread_mutex_init(&j->preparing, NULL);
	if (segment_size < SEGMENT_SIZE_MIN || segment_size > SEGMENT_SIZE_MAX || segment_size % BLOCK_ALIGN)
		return -EINVAL;
	// Zeros, which zero_out writes; aligned; pages come as batches grow.
	void *staging = mmap(NULL, STAGING_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (staging == MAP_FAILED)
		return -ENOMEM;
	j->staging = staging;
	int error = journal_keys_init(&j->keys, master_key, exchange_id);
	return error ? error : journal_keys_use(&j->keys, incarnation);
}

static void journal_drop(struct journal *j)
{
	if (j)
		j->dead = true; // leaves the disk alone
	journal_close(j);
}

int journal_open_above(const struct storage *storage, const uint8_t master_key[32], const uint8_t exchange_id[32],
		       const uint8_t incarnation[32], uint64_t segment_size, const struct journal_floor *floor,
		       struct journal **ret, struct journal_place *ret_place, struct journal_error *ret_error)
{
	struct journal_reader r = { 0 };
	struct journal *j = malloc(sizeof *j);
	int error = j ? journal_init(j, storage, master_key, exchange_id, incarnation, segment_size) : -ENOMEM;
	if (!error)
		error = steps_init(&r, storage, master_key, exchange_id);
	if (error) {
		journal_drop(j);
		return fault_storage(ret_error, error, (struct place){ 0 }, "Opening");
	}
	int result = recover(j, &r, floor, ret_error);
	steps_clear(&r);
	if (result) {
		journal_drop(j);
		return 1;
	}
	writer_note(j);
	*ret = j;
	*ret_place = j->place;
	return 0;
}

int journal_open(const struct storage *storage, const uint8_t master_key[32], const uint8_t exchange_id[32],
		 const uint8_t incarnation[32], uint64_t segment_size, struct journal **ret,
		 struct journal_place *ret_place, struct journal_error *ret_error)
{
	static const struct journal_floor none = { 0 };
	return journal_open_above(storage, master_key, exchange_id, incarnation, segment_size, &none, ret, ret_place,
				  ret_error);
}
