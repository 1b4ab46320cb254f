// SPDX-License-Identifier: Apache-2.0
#include "journal/steps.h"

#include <stdlib.h>

int steps_init(struct journal_reader *r, const struct storage *storage, const uint8_t master_key[32],
	       const uint8_t exchange_id[32])
{
	*r = (struct journal_reader){ .storage = *storage, .anchored = true };
	memcpy(r->exchange_id, exchange_id, 32);
	int error = journal_keys_init(&r->keys, master_key, exchange_id);
	if (!error)
		error = window_init(&r->window, &r->storage);
	if (!error) {
		r->leaf = aligned_alloc(BLOCK_ALIGN, BLOCK_FRAME_MAX);
		error = r->leaf ? 0 : -ENOMEM;
	}
	if (error)
		steps_clear(r);
	return error;
}

void steps_clear(struct journal_reader *r)
{
	journal_keys_clear(&r->keys);
	window_clear(&r->window);
	free(r->leaf);
	r->leaf = NULL;
}

int steps_head(struct journal_reader *r, uint32_t segment, enum segment_state *ret_state,
	       struct segment_head *ret_head, const uint8_t **ret_bytes, struct journal_error *ret_error)
{
	const uint8_t *bytes;
	size_t available;
	uint64_t size;
	struct place at = { segment, 0, r->place.blocks };
	int error = r->storage.size(r->storage.context, segment, &size);
	if (error == -ENOENT)
		return fault(ret_error, JOURNAL_MISSING, at,
			     "segment %u is missing; bring it back from a copy of the journal", segment);
	if (error)
		return fault_storage(ret_error, error, at, "Opening");
	if (size < SEGMENT_SIZE_MIN || size % BLOCK_ALIGN || size > SEGMENT_SIZE_MAX)
		return fault(ret_error, JOURNAL_DAMAGED, at,
			     "segment %u is %llu bytes long, no segment has that size: it was cut or replaced; "
			     "bring it back from a copy of the journal",
			     segment, (unsigned long long)size);
	window_enter(&r->window, segment, size);
	error = window_at(&r->window, 0, true, &bytes, &available);
	if (error)
		return fault_storage(ret_error, error, at, "Reading");
	*ret_state = segment_head_read(bytes, &r->keys, r->exchange_id, segment, ret_head);
	if (ret_bytes)
		*ret_bytes = bytes;
	return 0;
}

int steps_head_fault(const struct journal_reader *r, uint32_t segment, enum segment_state state,
		     struct journal_error *ret_error)
{
	static const struct {
		enum journal_fault kind;
		const char *text;
	} table[] = {
		[SEGMENT_UNUSED] = { JOURNAL_DAMAGED, "the header of segment %u is zeros although blocks follow it; "
						      "bring the segment back from a copy of the journal" },
		[SEGMENT_BROKEN] = { JOURNAL_DAMAGED, "the header of segment %u is damaged (magic or CRC); "
						      "bring the segment back from a copy of the journal" },
		[SEGMENT_VERSION_UNKNOWN] = { JOURNAL_FORMAT, "segment %u has a format version that this program "
							      "does not know; use a newer redoubt" },
		[SEGMENT_OTHER_EXCHANGE] = { JOURNAL_OTHER, "segment %u belongs to another exchange; check the "
							    "directory and the founding file" },
		[SEGMENT_KEY_WRONG] = { JOURNAL_WRONG_KEY, "the master key does not fit segment %u; nothing was "
							   "changed; check the journal's key file" },
		[SEGMENT_NONSENSE] = { JOURNAL_DAMAGED, "segment %u stands in the wrong place (its own index or "
							"numbers differ); restore the directory's file names" },
	};
	struct place at = { segment, 0, r->place.blocks };
	ASSERT(state > SEGMENT_WHOLE && state < ARRAY_LEN(table));
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	return fault(ret_error, table[state].kind, at, table[state].text, segment);
#pragma GCC diagnostic pop
}

int steps_enter(struct journal_reader *r, const struct segment_head *head, struct journal_error *ret_error)
{
	struct place at = { head->index, 0, head->first_block };
	uint64_t size;
	int error = r->storage.size(r->storage.context, head->index, &size);
	if (error)
		return fault_storage(ret_error, error, at, "Opening");
	if (size != head->size)
		return fault(ret_error, JOURNAL_DAMAGED, at,
			     "segment %u is %llu bytes long, its header says %llu: it was cut; bring it back from a "
			     "copy of the journal",
			     head->index, (unsigned long long)size, (unsigned long long)head->size);
	window_enter(&r->window, head->index, size);
	r->segment = head->index;
	r->segment_size = size;
	r->offset = SEGMENT_HEAD_SIZE;
	r->place = (struct journal_place){ .blocks = head->first_block, .sequence = head->first_sequence - 1,
					   .time_us = head->time_us, .digest = head->digest };
	memcpy(r->place.leaf_hash, head->previous, 32);
	r->anchored = true;
	return 0;
}

int steps_enter_next(struct journal_reader *r, struct journal_error *ret_error)
{
	enum segment_state state = SEGMENT_BROKEN;
	struct segment_head head;
	struct journal_place before = r->place;
	uint32_t next = r->segment + 1;
	if (steps_head(r, next, &state, &head, NULL, ret_error))
		return 1;
	if (state != SEGMENT_WHOLE)
		return steps_head_fault(r, next, state, ret_error);
	if (head.first_block != before.blocks ||
	    (r->anchored && (head.first_sequence != before.sequence + 1 ||
			     head.time_us != before.time_us || head.digest != before.digest ||
			     memcmp(head.previous, before.leaf_hash, 32) != 0)))
		return fault(ret_error, JOURNAL_DAMAGED, (struct place){ next, 0, before.blocks },
			     "segment %u does not continue segment %u at block %llu; bring both back from one copy of "
			     "the journal",
			     next, r->segment, (unsigned long long)before.blocks);
	return steps_enter(r, &head, ret_error);
}

// A whole frame of this place, or why not. Looks twice: the window may be older than the last write.
static enum step frame_here(struct journal_reader *r, bool decrypt, const uint8_t **ret_bytes,
			    struct frame_head *ret, struct journal_error *ret_error)
{
	for (unsigned fresh = 0; fresh < 2; fresh++) {
		size_t available;
		int error = window_at(&r->window, r->offset, fresh, ret_bytes, &available);
		if (error) {
			(void)fault_storage(ret_error, error, steps_place(r), "Reading");
			return STEP_FAULT;
		}
		bool light = r->light && decrypt;
		enum frame_state found = light ? frame_peek(*ret_bytes, available, ret) :
						 frame_check(*ret_bytes, available, ret);
		if (found != FRAME_WHOLE || ret->number != r->place.blocks)
			continue;
		enum frame_state state = decrypt ? frame_open(&r->keys, *ret_bytes, ret, r->leaf) : FRAME_WHOLE;
		if (state == FRAME_WHOLE)
			return STEP_BLOCK;
		if (state == FRAME_UNREADABLE) {
			(void)fault_storage(ret_error, -EIO, steps_place(r), "Decrypting");
			return STEP_FAULT;
		}
	}
	return STEP_INVALID;
}

static void leaf_hash_of(const uint8_t *leaf, size_t size, uint8_t hash[32])
{
	static const uint8_t prefix = 0; // RFC 6962 section 2.1
	struct sha256 s;
	sha256_init(&s);
	sha256_update(&s, &prefix, 1);
	sha256_update(&s, leaf, size);
	sha256_final(&s, hash);
}

// Reads the leaf's fields; false when it does not continue the place.
static bool leaf_read(struct journal_reader *r, const struct frame_head *head, struct block_view *ret)
{
	struct reader in = reader_over(r->leaf, head->plain_size);
	struct block_view v = { .segment = r->segment, .offset = r->offset, .leaf = r->leaf,
				.leaf_size = head->plain_size };
	v.number = read_u64(&in);
	v.first_sequence = read_u64(&in);
	v.time_us = read_u64(&in);
	v.count = read_u32(&in);
	v.entries_size = read_u32(&in);
	v.digest = read_u64(&in);
	read_copy(&in, v.previous, 32);
	(void)read_bytes(&in, BLOCK_SALT_SIZE);
	v.entries = read_bytes(&in, v.entries_size);
	if (!reader_done(&in) || v.number != head->number || v.count == 0)
		return false;
	if (v.first_sequence == 0 || v.first_sequence + v.count < v.first_sequence)
		return false;
	if (r->anchored && (v.first_sequence != r->place.sequence + 1 || v.time_us < r->place.time_us ||
			    memcmp(v.previous, r->place.leaf_hash, 32) != 0))
		return false;
	if (!r->light)
		leaf_hash_of(r->leaf, head->plain_size, v.leaf_hash);
	*ret = v;
	return true;
}

// A seal or a close says again where the journal stood.
static bool mark_fits(const struct journal_reader *r)
{
	uint64_t sequence;
	memcpy(&sequence, r->leaf, sizeof sequence);
	return !r->anchored || (sequence == r->place.sequence && !memcmp(r->leaf + 8, r->place.leaf_hash, 32));
}

enum step steps_next(struct journal_reader *r, struct block_view *ret, struct journal_error *ret_error)
{
	struct frame_head head;
	const uint8_t *bytes;
	enum step step = frame_here(r, true, &bytes, &head, ret_error);
	if (step != STEP_BLOCK)
		return step;
	if (head.kind != FRAME_BLOCK)
		return !mark_fits(r) ? STEP_INVALID : head.kind == FRAME_SEAL ? STEP_SEAL : STEP_CLOSE;
	struct block_view view;
	if (!leaf_read(r, &head, &view))
		return STEP_INVALID;
	r->offset += head.size;
	r->place = (struct journal_place){ .blocks = view.number + 1, .sequence = view.first_sequence + view.count - 1,
					   .time_us = view.time_us, .digest = view.digest };
	memcpy(r->place.leaf_hash, view.leaf_hash, 32);
	r->anchored = !r->light;
	*ret = view;
	return STEP_BLOCK;
}

enum step steps_hop(struct journal_reader *r, struct journal_error *ret_error)
{
	struct frame_head head;
	const uint8_t *bytes;
	enum step step = frame_here(r, false, &bytes, &head, ret_error);
	if (step != STEP_BLOCK)
		return step;
	if (head.kind != FRAME_BLOCK)
		return head.kind == FRAME_SEAL ? STEP_SEAL : STEP_CLOSE;
	r->offset += head.size;
	r->place.blocks++;
	r->anchored = false;
	return STEP_BLOCK;
}
