// SPDX-License-Identifier: Apache-2.0
#include "journal/writer.h"

#include "journal/note.h"

#include <stdlib.h>
#include <sys/mman.h>

uint32_t journal_segment_wanted(const struct journal *j)
{
	return j->segment + (j->offset >= j->segment_size / 8);
}

static struct place here(const struct journal *j)
{
	return (struct place){ j->segment, j->offset, j->place.blocks };
}

static int durable_write(struct journal *j, uint64_t offset, const void *from, size_t size,
			 struct journal_error *ret_error)
{
	int error = j->storage.write(j->storage.context, j->segment, offset, from, size);
	if (error)
		return fault_storage(ret_error, error, here(j), "Writing");
	error = j->storage.sync(j->storage.context, j->segment);
	return error ? fault_storage(ret_error, error, here(j), "Syncing") : 0;
}

int writer_head(struct journal *j, struct journal_error *ret_error)
{
	struct segment_head head = { .index = j->segment, .size = j->segment_size, .first_block = j->place.blocks,
				     .first_sequence = j->place.sequence + 1, .time_us = j->place.time_us,
				     .digest = j->place.digest };
	memcpy(head.exchange_id, j->exchange_id, 32);
	memcpy(head.previous, j->place.leaf_hash, 32);
	memcpy(head.incarnation, j->incarnation, 32);
	segment_head_write(&head, &j->keys, j->staging);
	j->offset = SEGMENT_HEAD_SIZE;
	return durable_write(j, 0, j->staging, SEGMENT_HEAD_SIZE, ret_error);
}

int writer_segment(struct journal *j, uint32_t index, struct journal_error *ret_error)
{
	int result = 0;
	pthread_mutex_lock(&j->preparing);
	if (index >= j->segments) {
		int error = j->storage.create(j->storage.context, index, j->segment_size_new);
		if (error)
			result = fault_storage(ret_error, error, (struct place){ index, 0, 0 }, "Making");
		else
			j->segments = index + 1;
	}
	pthread_mutex_unlock(&j->preparing);
	return result;
}

int journal_prepare_segment(struct journal *j, struct journal_error *ret_error)
{
	return writer_segment(j, journal_segment(j) + 1, ret_error);
}

uint32_t journal_segment(const struct journal *j)
{
	return __atomic_load_n(&j->segment, __ATOMIC_RELAXED);
}

void writer_note(struct journal *j)
{
	uint8_t bytes[NOTE_SIZE];
	struct note note = { .segment = j->segment, .blocks = j->place.blocks, .sequence = j->place.sequence };
	memcpy(note.leaf_hash, j->place.leaf_hash, 32);
	note_encode(&note, j->exchange_id, bytes);
	(void)j->storage.note_write(j->storage.context, bytes, sizeof bytes);
}

static int stage(struct journal *j, uint16_t kind, uint64_t number, const void *plain, uint32_t plain_size,
		 struct journal_error *ret_error)
{
	struct frame_head head = { .kind = kind, .plain_size = plain_size, .number = number,
				   .batch_first = j->staged ? j->batch_first : number };
	memcpy(head.incarnation, j->incarnation, 32);
	int error = frame_seal(&j->keys, &head, plain, j->staging + j->staged);
	if (error)
		return fault_storage(ret_error, error, here(j), "Encrypting for");
	j->batch_first = head.batch_first;
	j->staged += frame_size(plain_size);
	return 0;
}

static int stage_mark(struct journal *j, uint16_t kind, const struct journal_place *place,
		      struct journal_error *ret_error)
{
	uint8_t mark[FRAME_MARK_SIZE];
	struct writer w = writer_over(mark, sizeof mark);
	write_u64(&w, place->sequence);
	write_bytes(&w, place->leaf_hash, 32);
	return stage(j, kind, place->blocks, mark, sizeof mark, ret_error);
}

// One write, one sync.
static int flush(struct journal *j, const struct journal_place *place, struct journal_error *ret_error)
{
	if (j->staged == 0)
		return 0;
	if (durable_write(j, j->offset, j->staging, j->staged, ret_error))
		return 1;
	j->offset += j->staged;
	j->staged = 0;
	j->place = *place;
	return 0;
}

// Seals the segment behind what is staged and starts the next one.
static int roll(struct journal *j, const struct journal_place *place, struct journal_error *ret_error)
{
	uint64_t size;
	if (writer_segment(j, j->segment + 1, ret_error)) // must exist before the seal says so
		return 1;
	if (stage_mark(j, FRAME_SEAL, place, ret_error) || flush(j, place, ret_error))
		return 1;
	int error = j->storage.size(j->storage.context, j->segment + 1, &size);
	if (error)
		return fault_storage(ret_error, error, (struct place){ j->segment + 1, 0, place->blocks }, "Opening");
	__atomic_store_n(&j->segment, j->segment + 1, __ATOMIC_RELAXED);
	j->segment_size = size;
	return writer_head(j, ret_error);
}

// Completes the leaf in place: its head lies right before the entries.
static const uint8_t *leaf_complete(struct block *b, const uint8_t salt[32], const struct journal_place *place)
{
	ASSERT(b->count > 0 && b->size > 0 && b->size <= BLOCK_ENTRIES_MAX);
	ASSERT(b->first_sequence == place->sequence + 1 && b->time_us >= place->time_us);
	uint8_t *leaf = b->head + sizeof b->head - BLOCK_LEAF_HEAD;
	struct writer w = writer_over(leaf, BLOCK_LEAF_HEAD);
	write_u64(&w, place->blocks);
	write_u64(&w, b->first_sequence);
	write_u64(&w, b->time_us);
	write_u32(&w, b->count);
	write_u32(&w, b->size);
	write_u64(&w, b->digest);
	write_bytes(&w, place->leaf_hash, 32);
	write_bytes(&w, salt, BLOCK_SALT_SIZE);
	ASSERT(!w.failed && writer_size(&w) == BLOCK_LEAF_HEAD);
	leaf[-1] = 0; // RFC 6962's prefix: one pass over one range gives chain and leaf
	return leaf;
}

static int block_write(struct journal *j, struct block *b, const uint8_t salt[32], struct journal_place *place,
		       struct journal_error *ret_error)
{
	uint32_t plain_size = BLOCK_LEAF_HEAD + b->size, size = frame_size(plain_size);
	if (j->offset + j->staged + size + BLOCK_ALIGN > j->segment_size && roll(j, place, ret_error))
		return 1;
	const uint8_t *leaf = leaf_complete(b, salt, place);
	if (stage(j, FRAME_BLOCK, place->blocks, leaf, plain_size, ret_error))
		return 1;
	sha256_of(leaf - 1, plain_size + 1, place->leaf_hash);
	place->blocks++;
	place->sequence += b->count;
	place->time_us = b->time_us;
	place->digest = b->digest;
	return 0;
}

static int die(struct journal *j, struct journal_error *ret_error)
{
	if (!j->dead)
		j->error = *ret_error;
	j->dead = true;
	*ret_error = j->error;
	return 1;
}

int journal_write(struct journal *j, struct block *const *blocks, size_t count, const uint8_t (*salts)[32],
		  struct journal_place *ret_place, struct journal_error *ret_error)
{
	struct journal_place place = j->place;
	ASSERT(count > 0 && count <= BATCH_BLOCKS_MAX);
	if (j->dead)
		return die(j, ret_error);
	for (size_t i = 0; i < count; i++)
		if (block_write(j, blocks[i], salts[i], &place, ret_error))
			return die(j, ret_error);
	if (flush(j, &place, ret_error))
		return die(j, ret_error);
	writer_note(j);
	*ret_place = place;
	return 0;
}

void journal_close(struct journal *j)
{
	struct journal_error ignored;
	if (!j)
		return;
	// There is always room: a block leaves BLOCK_ALIGN behind it for the seal.
	if (!j->dead && j->staged == 0 && !stage_mark(j, FRAME_CLOSE, &j->place, &ignored))
		(void)flush(j, &j->place, &ignored);
	journal_keys_clear(&j->keys);
	pthread_mutex_destroy(&j->preparing);
	if (j->staging)
		munmap(j->staging, STAGING_SIZE);
	free(j);
}
