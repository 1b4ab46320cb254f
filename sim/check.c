// SPDX-License-Identifier: Apache-2.0
#include "sim/world.h"

#include <stdio.h>
#include <stdlib.h>

#define IDS_MAX SENT_MAX

struct tally { // what folding from zero found
	struct world *w;
	uint32_t *tag_of;        // by sequence: tag + 1 of the answered command
	uint64_t sequences;
	uint64_t deposited[2];
	uint8_t accepted[IDS_MAX]; // sticky orders accepted, by tag
	uint64_t time_us, found;
};

static void answered_compare(struct tally *t, const struct exchange *x, const struct entry *entry, uint64_t sequence)
{
	uint32_t tag = sequence < t->sequences ? t->tag_of[sequence] : 0;
	if (!tag)
		return;
	const struct sent *s = &t->w->sent[tag - 1];
	const struct event *first = exchange_event_count(x) ? exchange_event(x, 0) : NULL;
	uint8_t refusal = first && (first->kind == EVENT_ORDER_REJECTED || first->kind == EVENT_CANCEL_REJECTED ||
				    first->kind == EVENT_CONTROL_REFUSED) ? first->reason : REFUSED_NOT;
	t->found++;
	if (refusal != s->refusal)
		world_fail(t->w, "entry %llu was answered with refusal %u, the journal says %u",
			   (unsigned long long)sequence, s->refusal, refusal);
	if (!s->control && (entry->payload_size != (size_t)s->size - ENTRY_HEADER_SIZE ||
			    memcmp(entry->payload, s->entry + ENTRY_HEADER_SIZE, entry->payload_size) != 0))
		world_fail(t->w, "entry %llu is not the command that was acknowledged under it",
			   (unsigned long long)sequence);
}

static void accepted_count(struct tally *t, const struct event *event)
{
	char id[CLIENT_ID_MAX + 1] = { 0 };
	unsigned number;
	memcpy(id, event->order.client_id, event->order.client_id_size);
	if (event->kind != EVENT_ORDER_ACCEPTED || sscanf(id, "sticky-%u", &number) != 1)
		return;
	ASSERT(number >= 1 && number <= IDS_MAX);
	if (t->accepted[number - 1]++)
		world_fail(t->w, "client order id %s was accepted twice", id);
}

static void deposit_count(struct tally *t, const struct exchange *x, const struct entry *entry)
{
	struct control control;
	struct deposit_test deposit;
	if (entry->kind != ENTRY_DEPOSIT_TEST || control_read(entry, &control) ||
	    deposit_test_read(control.body, control.body_size, &deposit))
		return;
	for (size_t i = 0; i < exchange_event_count(x); i++)
		if (exchange_event(x, i)->kind == EVENT_CONTROL_DONE)
			t->deposited[deposit.asset] += deposit.amount.units;
}

static void entry_check(void *context, const struct exchange *x, const struct entry *entry, uint64_t sequence,
			uint64_t time_us)
{
	struct tally *t = context;
	if (time_us < t->time_us)
		world_fail(t->w, "time goes back at entry %llu", (unsigned long long)sequence);
	t->time_us = time_us;
	t->w->entries_folded++;
	answered_compare(t, x, entry, sequence);
	for (size_t i = 0; i < exchange_event_count(x); i++)
		accepted_count(t, exchange_event(x, i));
	deposit_count(t, x, entry);
}

static void totals_check(struct world *w, const struct exchange *x, const struct tally *t)
{
	for (uint16_t asset = 0; asset < exchange_asset_count(x); asset++) {
		struct asset_totals s;
		exchange_totals(x, asset, &s);
		uint64_t inside = s.customers_available.units + s.customers_held.units + s.fees.units;
		if (inside != s.external.units || s.external.units != t->deposited[asset])
			world_fail(w, "asset %u: inside %llu, outside %llu, deposited %llu", asset,
				   (unsigned long long)inside, (unsigned long long)s.external.units,
				   (unsigned long long)t->deposited[asset]);
	}
	const char *broken = exchange_check(x);
	if (broken)
		world_fail(w, "after folding from zero: %s", broken);
}

static void hashes_check(struct world *w, const struct exchange *folded, const struct exchange *x)
{
	uint8_t ours[32], theirs[32];
	exchange_hash(folded, ours);
	exchange_hash(x, theirs);
	if (memcmp(ours, theirs, 32) != 0)
		world_fail(w, "snapshot and tail give another state hash than a fold from zero, at entry %llu",
			   (unsigned long long)exchange_sequence(x));
	if (w->hash_known && w->hash_sequence == exchange_sequence(folded) && memcmp(w->hash, ours, 32) != 0)
		world_fail(w, "the live state hash at entry %llu is not the replayed one",
			   (unsigned long long)w->hash_sequence);
	if (w->hash_known && w->hash_sequence > exchange_sequence(folded))
		world_fail(w, "closed cleanly at entry %llu, but only %llu are there", (unsigned long long)w->hash_sequence,
			   (unsigned long long)exchange_sequence(folded));
}

// Everything that was acknowledged must be in the journal that there is now.
static void acknowledged_index(struct tally *t)
{
	struct world *w = t->w;
	for (uint32_t i = 0; i < w->sent_count; i++) {
		const struct sent *s = &w->sent[i];
		if (!s->answered || (s->sequence == 0 && s->refusal)) // refused before it had a place: nothing changed
			continue;
		if (s->sequence == 0 || s->sequence >= t->sequences) {
			world_fail(w, "entry %llu was acknowledged, but the journal ends at %llu",
				   (unsigned long long)s->sequence, (unsigned long long)t->sequences - 1);
			return;
		}
		t->tag_of[s->sequence] = i + 1;
	}
}

static void fold_from_zero(struct tally *t, uint64_t blocks, const struct exchange *x)
{
	struct world *w = t->w;
	struct journal_error error = { 0 };
	struct fold *f;
	struct fold_options how = { .storage = &w->storage, .master_key = w->key, .founding = &w->beginning->founding,
				    .snapshots_fd = -1, .blocks_max = blocks, .durable = blocks };
	int r = fold_open(&how, &f, &error);
	if (r) {
		world_fail(w, "the fold from zero does not open: %d %s", r, error.text);
		return;
	}
	while (!w->failure[0] && fold_place(f)->blocks < blocks) {
		r = fold_block(f, blocks, entry_check, t, &error);
		if (r)
			world_fail(w, "the fold from zero stops at block %llu: %d %s",
				   (unsigned long long)fold_place(f)->blocks, r, error.text);
	}
	if (!w->failure[0]) {
		totals_check(w, fold_exchange(f), t);
		hashes_check(w, fold_exchange(f), x);
	}
	fold_close(f);
}

void check_everything(struct world *w, const struct exchange *x, const struct journal_place *place)
{
	struct tally *t = calloc(1, sizeof *t);
	ASSERT(t);
	t->w = w;
	t->sequences = place->sequence + 1;
	t->tag_of = calloc(t->sequences, sizeof *t->tag_of);
	ASSERT(t->tag_of);
	w->disk.read_fails_in = 0; // this is the judge reading, not the engine
	acknowledged_index(t);
	if (!w->failure[0])
		fold_from_zero(t, place->blocks, x);
	if (w->disk.nonce_reused)
		world_fail(w, "a key and nonce were used for two different frames");
	free(t->tag_of);
	free(t);
}
