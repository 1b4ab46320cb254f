// SPDX-License-Identifier: Apache-2.0
// Canonical snapshot bytes. docs/PROTOCOL.snapshot.md is the written format;
// load.c reads it. Everything that later entries can notice is in it, in one
// order; what is only arrangement (hash tables, tree nodes) is not.
#include "exchange/snapshot.h"

#include "crypto/sha256.h"
#include "exchange/state.h"

#define OUT_BUFFER 65536u

struct out {
	snapshot_sink sink;
	void *context;
	size_t used;
	int result;      // first non-zero result of the sink; then nothing more is written
	uint8_t buffer[OUT_BUFFER];
};

static void out_flush(struct out *o)
{
	if (!o->result && o->used)
		o->result = o->sink(o->context, o->buffer, o->used);
	o->used = 0;
}

static void out_bytes(struct out *o, const void *data, size_t size)
{
	if (OUT_BUFFER - o->used < size)
		out_flush(o);
	memcpy(o->buffer + o->used, data, size);
	o->used += size;
}

static void out_u8(struct out *o, uint8_t v)
{
	out_bytes(o, &v, sizeof v);
}

static void out_u16(struct out *o, uint16_t v)
{
	out_bytes(o, &v, sizeof v);
}

static void out_u32(struct out *o, uint32_t v)
{
	out_bytes(o, &v, sizeof v);
}

static void out_u64(struct out *o, uint64_t v)
{
	out_bytes(o, &v, sizeof v);
}

static void out_body(struct out *o, const uint8_t *body, size_t size)
{
	ASSERT(size); // it was read by the same format once
	out_u16(o, (uint16_t)size);
	out_bytes(o, body, size);
}

static void write_head(struct out *o, const struct exchange *x)
{
	out_u64(o, SNAPSHOT_MAGIC);
	out_u32(o, SNAPSHOT_VERSION);
	out_bytes(o, x->id, sizeof x->id);
	out_u64(o, x->sequence);
	out_u64(o, x->time_us);
	out_u64(o, x->digest);
	out_u64(o, x->orders_ever);
	out_u32(o, x->rules);
	out_u64(o, x->scrub_line);
	out_u32(o, x->scrub_order);
	out_u64(o, x->control_number);
	out_bytes(o, x->control_hash, sizeof x->control_hash);
}

static void write_assets(struct out *o, const struct exchange *x)
{
	uint8_t body[SNAPSHOT_BODY_MAX];
	out_u16(o, x->asset_count);
	for (uint16_t i = 0; i < x->asset_count; i++) {
		out_body(o, body, asset_add_write(&x->assets[i], body, sizeof body));
		out_u64(o, x->ledger.assets[i].fees.units);
		out_u64(o, x->ledger.assets[i].external.units);
	}
}

static void write_markets(struct out *o, const struct exchange *x)
{
	uint8_t body[SNAPSHOT_BODY_MAX];
	out_u16(o, x->market_count);
	for (uint16_t i = 0; i < x->market_count; i++) {
		const struct market *m = &x->markets[i];
		out_body(o, body, market_add_write(&x->market_terms[i], body, sizeof body));
		out_u8(o, m->status);
		out_u32(o, m->ticks_last);
		out_u64(o, m->trades);
		out_u64(o, m->book_update);
	}
}

static void write_customers(struct out *o, const struct exchange *x)
{
	uint8_t body[SNAPSHOT_BODY_MAX];
	out_u32(o, x->customers.count);
	for (uint32_t i = 0; i < x->customers.count; i++) {
		out_body(o, body, customer_add_write(&x->customer_info[i], body, sizeof body));
		out_u8(o, x->customers.list[i].status);
	}
	out_u32(o, x->customers.key_count);
	for (uint32_t i = 0; i < x->customers.key_count; i++) {
		out_body(o, body, key_add_write(&x->key_info[i], body, sizeof body));
		out_u8(o, x->key_removed[i]);
	}
}

static bool line_used(const struct ledger_line *line)
{
	return line->available.units | line->held.units;
}

static void write_ledger(struct out *o, const struct exchange *x)
{
	for (uint16_t asset = 0; asset < x->asset_count; asset++) {
		const struct ledger_line *lines = ledger_asset_lines(&x->ledger, asset);
		uint32_t used = 0;
		for (uint32_t i = 0; i < x->customers.count; i++)
			used += line_used(&lines[i]);
		out_u32(o, used);
		for (uint32_t i = 0; i < x->customers.count; i++) {
			if (!line_used(&lines[i]))
				continue;
			out_u32(o, i);
			out_u64(o, lines[i].available.units);
			out_u64(o, lines[i].held.units);
		}
	}
}

static void write_order(struct out *o, uint32_t slot, const struct order *hot, const struct order_cold *cold)
{
	out_u32(o, slot);
	out_u64(o, hot->id);
	out_u64(o, hot->remaining);
	out_u64(o, hot->executed);
	out_u64(o, hot->quote);
	out_u32(o, hot->key);
	out_u32(o, hot->customer);
	out_u16(o, (uint16_t)hot->market);
	out_u64(o, hot->traits);
	out_bytes(o, &cold->client, CLIENT_ID_MAX);
	out_u64(o, cold->time_us);
	out_u64(o, cold->updated_us);
}

static void write_orders(struct out *o, const struct exchange *x)
{
	const struct orders *orders = &x->orders;
	out_u32(o, orders->fresh);
	out_u32(o, orders->fresh - orders->free_count);
	for (uint32_t slot = 1; slot <= orders->fresh; slot++) {
		if (orders->hot[slot].id)
			write_order(o, slot, &orders->hot[slot], &orders->cold[slot]);
	}
}

static void write_side(struct out *o, const struct exchange *x, const struct tree *tree)
{
	uint32_t leaf = tree->best_leaf;
	for (uint32_t key = tree->best; key != KEY_NONE; key = tree_next(&x->levels, key, &leaf)) {
		uint32_t slot = tree_level(&x->levels, leaf, key)->head;
		for (; slot; slot = x->orders.hot[slot].next)
			out_u32(o, slot);
	}
	out_u32(o, 0);
}

static void write_books(struct out *o, const struct exchange *x)
{
	for (uint16_t i = 0; i < x->market_count; i++) {
		write_side(o, x, &x->markets[i].book.side[BOOK_BID]);
		write_side(o, x, &x->markets[i].book.side[BOOK_ASK]);
	}
}

static void write_owners(struct out *o, const struct exchange *x)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < x->customers.count; i++)
		count += x->customers.list[i].live != 0;
	out_u32(o, count);
	for (uint32_t i = 0; i < x->customers.count; i++) {
		if (!x->customers.list[i].live)
			continue;
		out_u32(o, i);
		for (uint32_t slot = x->customers.list[i].newest; slot; slot = x->orders.cold[slot].older)
			out_u32(o, slot);
		out_u32(o, 0);
	}
}

static void write_ring(struct out *o, const struct orders *orders)
{
	out_u32(o, orders->ring_count);
	for (uint32_t i = 0; i < orders->ring_count; i++)
		out_u32(o, orders->ring[ring_index(orders, i)]);
	out_u32(o, orders->free_count);
	for (uint32_t i = 0; i < orders->free_count; i++)
		out_u32(o, orders->free[i]);
}

int exchange_snapshot(const struct exchange *x, snapshot_sink sink, void *context)
{
	struct out out = { .sink = sink, .context = context };
	write_head(&out, x);
	write_assets(&out, x);
	write_markets(&out, x);
	write_customers(&out, x);
	write_ledger(&out, x);
	write_orders(&out, x);
	write_books(&out, x);
	write_owners(&out, x);
	write_ring(&out, &x->orders);
	out_u64(&out, SNAPSHOT_END);
	out_flush(&out);
	return out.result;
}

static int hash_sink(void *context, const void *data, size_t size)
{
	sha256_update(context, data, size);
	return 0;
}

void exchange_hash(const struct exchange *x, uint8_t hash[32])
{
	struct sha256 s;
	sha256_init(&s);
	int stopped = exchange_snapshot(x, hash_sink, &s);
	ASSERT(!stopped);
	sha256_final(&s, hash);
}
