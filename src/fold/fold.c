// SPDX-License-Identifier: Apache-2.0
#include "fold/fold.h"

#include "fold/voids.h"

#include <stdio.h>
#include <stdlib.h>

struct fold {
	struct exchange *exchange;
	struct journal_reader *reader;
	struct journal_ahead *ahead; // has the reader while it is there
	struct voids voids;
	struct fold_place place;
	struct fold_divergence divergence;
	bool diverged;
	uint64_t started_from;
	char started_text[256];
};

static int fault(struct journal_error *error, const struct block_view *block, const char *what, uint64_t sequence)
{
	*error = (struct journal_error){ .fault = JOURNAL_DAMAGED, .segment = block->segment,
					 .offset = block->offset, .block = block->number };
	snprintf(error->text, sizeof error->text,
		 "block %llu, entry %llu: %s; the journal's writer is broken, stop and keep the journal",
		 (unsigned long long)block->number, (unsigned long long)sequence, what);
	return FOLD_FAULT;
}

static int reader_reopen(struct fold *f, const struct fold_options *o, struct journal_error *error)
{
	journal_reader_close(f->reader);
	f->reader = NULL;
	return journal_reader_open(o->storage, o->master_key, o->founding->exchange_id, f->place.blocks, &f->reader,
				   error);
}

// Reads from the fold's place to the durable end, once, for VOIDs alone.
static int voids_scan(struct fold *f, const struct fold_options *o, struct journal_error *error)
{
	f->voids.count = 0;
	int r = reader_reopen(f, o, error);
	struct block_view block;
	if (!r)
		journal_reader_light(f->reader); // every block is read again, in full, when it is folded
	while (!r) {
		r = journal_reader_next(f->reader, o->durable, &block, error);
		if (!r && voids_collect(&f->voids, &block))
			return fault(error, &block, "its entries cannot be read", block.first_sequence);
		if (!r && o->progress)
			o->progress(o->context, block.number + 1);
	}
	return r == 2 ? reader_reopen(f, o, error) : r;
}

static int state_fresh(struct fold *f, const struct fold_options *o)
{
	exchange_free(f->exchange);
	f->exchange = exchange_new(&o->founding->genesis);
	f->place = (struct fold_place){ 0 };
	f->started_from = 0;
	return f->exchange ? 0 : -ENOMEM;
}

static void place_from(struct fold_place *place, const struct snapshot_info *info)
{
	*place = (struct fold_place){ .blocks = info->blocks, .sequence = info->sequence,
				      .time_us = info->time_us, .digest = info->digest };
	memcpy(place->leaf_hash, info->leaf_hash, sizeof place->leaf_hash);
}

// The state of the newest snapshot at or below `blocks`. 0, 1 = none that can be used, or negative errno.
static int state_load(struct fold *f, const struct fold_options *o, uint64_t blocks)
{
	struct snapshot_info info;
	struct journal_error error = { 0 };
	uint8_t *data = NULL;
	int r = o->snapshots_fd < 0 ? 1
				    : snapshot_load(o->snapshots_fd, o->master_key, o->founding->exchange_id, blocks,
						    &info, &data, &error);
	if (error.text[0])
		snprintf(f->started_text, sizeof f->started_text, "%s", error.text);
	if (r)
		return r;
	uint8_t hash[32];
	sha256_of(data, info.size, hash);
	bool whole = equal_constant_time(hash, info.state_hash, sizeof hash) &&
		     !exchange_load(f->exchange, data, info.size);
	snapshot_free(data, info.size);
	if (!whole) {
		snprintf(f->started_text, sizeof f->started_text,
			 "snapshot %llu is not a state of this exchange and was passed over",
			 (unsigned long long)info.sequence);
		return 1;
	}
	place_from(&f->place, &info);
	f->started_from = info.sequence;
	return 0;
}

// A snapshot that already holds an entry which a later VOID passes over is of no use: go further back.
static int fold_start(struct fold *f, const struct fold_options *o, struct journal_error *error)
{
	uint64_t blocks = u64_min(o->blocks_max, o->durable);
	for (;;) {
		int r = state_fresh(f, o);
		if (!r)
			r = state_load(f, o, blocks);
		if (r == 1)
			r = state_fresh(f, o);
		if (!r)
			r = voids_scan(f, o, error);
		if (r || f->place.blocks == 0 || voids_lowest(&f->voids) > f->place.sequence)
			return r;
		blocks = f->place.blocks - 1;
	}
}

int fold_open(const struct fold_options *options, struct fold **ret, struct journal_error *ret_error)
{
	*ret_error = (struct journal_error){ 0 };
	struct fold *f = calloc(1, sizeof *f);
	if (!f)
		return -ENOMEM;
	int r = fold_start(f, options, ret_error);
	if (!r && options->ahead)
		r = journal_ahead_open(f->reader, options->durable, &f->ahead);
	if (r) {
		fold_close(f);
		return r;
	}
	*ret = f;
	return FOLD_DONE;
}

void fold_close(struct fold *f)
{
	if (!f)
		return;
	if (f->ahead)
		f->reader = journal_ahead_close(f->ahead);
	journal_reader_close(f->reader);
	exchange_free(f->exchange);
	free(f);
}

// Live only: a VOID that was not there when the fold was opened, for something folded long ago.
static bool void_is_news(const struct fold *f, const struct entry *entry)
{
	struct reader r = reader_over(entry->payload, entry->payload_size);
	uint64_t names = read_u64(&r);
	return !voids_contain(&f->voids, names) && names <= exchange_sequence(f->exchange);
}

static int entry_fold(struct fold *f, const struct block_view *block, const uint8_t *at, const struct entry *entry,
		      uint64_t sequence, fold_entry each, void *context, struct journal_error *error)
{
	uint64_t time_us = block->time_us + entry->delay_us;
	if (sequence != exchange_sequence(f->exchange) + 1)
		return fault(error, block, "its sequence does not follow", sequence);
	if (time_us < exchange_time_us(f->exchange))
		return fault(error, block, "its time goes back", sequence);
	if (entry->kind == ENTRY_VOID && void_is_news(f, entry))
		return FOLD_VOIDED;
	if (UNLIKELY(f->voids.count && voids_contain(&f->voids, sequence))) {
		exchange_skip(f->exchange, sequence);
		if (each)
			each(context, f->exchange, NULL, sequence, time_us);
		return 0;
	}
	if (exchange_apply(f->exchange, sequence, time_us, at, ENTRY_HEADER_SIZE + entry->payload_size))
		return fault(error, block, "it is malformed", sequence);
	if (each)
		each(context, f->exchange, entry, sequence, time_us);
	return 0;
}

static int digest_compare(struct fold *f, const struct block_view *block)
{
	uint64_t ours = exchange_seal_block(f->exchange);
	f->place = (struct fold_place){ .blocks = block->number + 1,
					.sequence = block->first_sequence + block->count - 1,
					.time_us = exchange_time_us(f->exchange), .digest = ours };
	memcpy(f->place.leaf_hash, block->leaf_hash, sizeof f->place.leaf_hash);
	if (ours == block->digest || voids_blur(&f->voids, block))
		return FOLD_DONE;
	f->diverged = true;
	f->divergence = (struct fold_divergence){ .block = block->number, .first_sequence = block->first_sequence,
						  .last_sequence = f->place.sequence, .engine = block->digest,
						  .ours = ours };
	return FOLD_DIVERGED;
}

// The next block; what was read ahead first.
static int block_next(struct fold *f, uint64_t durable, struct block_view *ret, struct journal_error *error)
{
	if (f->ahead) {
		int r = journal_ahead_next(f->ahead, ret, error);
		if (r != 2)
			return r;
		f->reader = journal_ahead_close(f->ahead);
		f->ahead = NULL;
	}
	return journal_reader_next(f->reader, durable, ret, error);
}

int fold_block(struct fold *f, uint64_t durable, fold_entry each, void *context, struct journal_error *ret_error)
{
	struct block_view block;
	if (f->diverged)
		return FOLD_DIVERGED;
	int r = block_next(f, durable, &block, ret_error);
	if (r)
		return r;
	struct reader entries = reader_over(block.entries, block.entries_size);
	for (uint32_t i = 0; i < block.count; i++) {
		const uint8_t *at = entries.at;
		struct entry entry;
		uint64_t sequence = block.first_sequence + i;
		if (entry_read(&entries, &entry))
			return fault(ret_error, &block, "it cannot be read", sequence);
		r = entry_fold(f, &block, at, &entry, sequence, each, context, ret_error);
		if (r)
			return r;
	}
	if (!reader_done(&entries))
		return fault(ret_error, &block, "bytes follow it", block.first_sequence + block.count);
	return digest_compare(f, &block);
}

bool fold_rewrites(const struct fold *f, uint64_t sequence)
{
	for (uint32_t i = 0; i < f->voids.count; i++)
		if (f->voids.entry[i].names <= sequence && f->voids.entry[i].at > sequence)
			return true;
	return false;
}

const struct exchange *fold_exchange(const struct fold *f)
{
	return f->exchange;
}

struct exchange *fold_exchange_mutable(struct fold *f)
{
	return f->exchange;
}

struct exchange *fold_take(struct fold *f)
{
	struct exchange *x = f->exchange;
	f->exchange = NULL;
	return x;
}

const struct fold_place *fold_place(const struct fold *f)
{
	return &f->place;
}

const struct fold_divergence *fold_diverged(const struct fold *f)
{
	return &f->divergence;
}

uint64_t fold_started_from(const struct fold *f, const char **ret_text)
{
	if (ret_text)
		*ret_text = f->started_text;
	return f->started_from;
}
