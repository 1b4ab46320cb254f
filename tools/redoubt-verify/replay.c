// SPDX-License-Identifier: Apache-2.0
#include "replay.h"

#include "exchange/exchange.h"

#include <stdlib.h>

struct replay {
	struct exchange *exchange;
	const struct voids *voids;
	struct snapshots *snapshots;
	struct report *report;
	struct replayed done;
};

struct replay *replay_new(const uint8_t *body, size_t size, const struct voids *voids, struct snapshots *snapshots,
			  struct report *report)
{
	struct genesis genesis;
	struct replay *r = calloc(1, sizeof *r);
	ASSERT(r);
	*r = (struct replay){ .voids = voids, .snapshots = snapshots, .report = report };
	if (genesis_read(body, size, &genesis) == 0)
		r->exchange = exchange_new(&genesis);
	if (r->exchange)
		return r;
	finding_add(report, "the exchange cannot be folded: its genesis asks for %zu bytes of memory",
		    exchange_memory(&genesis));
	free(r);
	return NULL;
}

void replay_free(struct replay *r)
{
	if (!r)
		return;
	exchange_free(r->exchange);
	free(r);
}

static bool is_void(const struct voids *v, uint64_t sequence)
{
	for (unsigned i = 0; i < v->count; i++) {
		if (v->list[i].names == sequence)
			return true;
	}
	return false;
}

// The engine that took this block's digest did not know of a VOID to come.
static bool digest_blurred(const struct voids *v, uint64_t first, uint64_t last)
{
	for (unsigned i = 0; i < v->count; i++) {
		if (v->list[i].names <= last && v->list[i].at >= first)
			return true;
	}
	return false;
}

// A snapshot taken before a VOID for something in it was written holds another state by right.
static bool snapshot_blurred(const struct voids *v, uint64_t sequence)
{
	return digest_blurred(v, sequence, sequence);
}

static void snapshots_compare(struct replay *r, uint64_t blocks, uint64_t digest)
{
	for (unsigned i = 0; i < r->snapshots->count; i++) {
		struct snapshot *s = &r->snapshots->list[i];
		uint8_t hash[32];
		if (!s->whole || s->blocks != blocks || snapshot_blurred(r->voids, s->sequence))
			continue;
		exchange_hash(r->exchange, hash);
		s->folded = memcmp(hash, s->state_hash, 32) == 0 && digest == s->digest;
		if (!s->folded)
			finding_add(r->report, "%s holds another state than folding %llu blocks gives", s->name,
				    (unsigned long long)blocks);
	}
}

static bool digest_compare(struct replay *r, const struct leaf *leaf)
{
	uint64_t last = leaf->first_sequence + leaf->count - 1, digest = exchange_seal_block(r->exchange);
	bool blurred = digest_blurred(r->voids, leaf->first_sequence, last);
	r->done.skipped_digests += blurred;
	r->done.digests += !blurred;
	if (!blurred && digest != leaf->digest) {
		finding_add(r->report,
			    "block %llu (entries %llu to %llu): the engine's outputs have digest %016llx, folding gives %016llx",
			    (unsigned long long)leaf->number, (unsigned long long)leaf->first_sequence,
			    (unsigned long long)last, (unsigned long long)leaf->digest, (unsigned long long)digest);
		return false;
	}
	snapshots_compare(r, leaf->number + 1, digest);
	return true;
}

bool replay_block(struct replay *r, const struct leaf *leaf)
{
	struct reader entries = reader_over(leaf->entries, leaf->entries_size);
	for (uint32_t i = 0; i < leaf->count; i++) {
		struct item item;
		uint64_t sequence = leaf->first_sequence + i;
		if (item_next(&entries, &item))
			return false; // the walk before this one has said so
		r->done.entries++;
		if (is_void(r->voids, sequence)) {
			exchange_skip(r->exchange, sequence);
			continue;
		}
		if (exchange_apply(r->exchange, sequence, leaf->time_us + item.delay_us, item.bytes, item.size)) {
			finding_add(r->report, "entry %llu is malformed for the exchange", (unsigned long long)sequence);
			return false;
		}
	}
	return digest_compare(r, leaf);
}

static void totals_check(struct replay *r, uint16_t asset)
{
	struct asset_totals t;
	exchange_totals(r->exchange, asset, &t);
	unsigned __int128 inside = (unsigned __int128)t.customers_available.units + t.customers_held.units + t.fees.units;
	if (inside != t.external.units)
		finding_add(r->report, "%s does not balance: customers and fees have %llu units, %llu came in",
			    exchange_asset(r->exchange, asset)->name, (unsigned long long)inside,
			    (unsigned long long)t.external.units);
}

void replay_finish(struct replay *r, struct replayed *ret)
{
	const char *wrong = exchange_check(r->exchange);
	uint64_t number;
	if (wrong)
		finding_add(r->report, "the folded state breaks an invariant: %s", wrong);
	for (uint16_t i = 0; i < replay_assets(r); i++)
		totals_check(r, i);
	exchange_hash(r->exchange, r->done.state_hash);
	exchange_control_head(r->exchange, &number, r->done.control_head);
	*ret = r->done;
}

uint16_t replay_assets(const struct replay *r)
{
	return exchange_asset_count(r->exchange);
}

uint64_t replay_external(const struct replay *r, uint16_t asset)
{
	struct asset_totals t;
	exchange_totals(r->exchange, asset, &t);
	return t.external.units;
}
