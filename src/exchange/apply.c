// SPDX-License-Identifier: Apache-2.0
// The door: one entry in, events out.
#include "exchange/digest.h"

#define INCARNATION_SIZE 32

static int apply_tick(struct exchange *x, const struct entry *entry)
{
	return entry->payload_size != 0;
}

static int apply_open(struct exchange *x, const struct entry *entry)
{
	return entry->payload_size != INCARNATION_SIZE;
}

// Who folds a journal has collected its VOIDs beforehand; in its own place one does nothing.
static int apply_void(struct exchange *x, const struct entry *entry)
{
	return entry->payload_size != sizeof(uint64_t);
}

typedef int (*apply_function)(struct exchange *x, const struct entry *entry);

static const apply_function functions[256] = {
	[ENTRY_TICK] = apply_tick,
	[ENTRY_OPEN] = apply_open,
	[ENTRY_VOID] = apply_void,
	[ENTRY_ORDER_CANCEL_ALL] = apply_order_cancel_all,
	[ENTRY_GENESIS] = apply_control,
	[ENTRY_RULES] = apply_control,
	[ENTRY_ASSET_ADD] = apply_control,
	[ENTRY_MARKET_ADD] = apply_control,
	[ENTRY_MARKET_SET] = apply_control,
	[ENTRY_CUSTOMER_ADD] = apply_control,
	[ENTRY_CUSTOMER_SET] = apply_control,
	[ENTRY_KEY_ADD] = apply_control,
	[ENTRY_KEY_REMOVE] = apply_control,
	[ENTRY_DEPOSIT_TEST] = apply_control,
	[ENTRY_HOST_REPORT] = apply_control,
};

// Nearly all entries are one of two kinds: direct calls, which can be inlined.
static ALWAYS_INLINE int apply_kind(struct exchange *x, const struct entry *entry)
{
	if (LIKELY(entry->kind == ENTRY_ORDER_NEW))
		return apply_order_new(x, entry);
	if (LIKELY(entry->kind == ENTRY_ORDER_CANCEL))
		return apply_order_cancel(x, entry);
	apply_function function = functions[entry->kind];
	return function ? function(x, entry) : 1;
}

int exchange_apply(struct exchange *x, uint64_t sequence, uint64_t time_us, const void *data, size_t size)
{
	struct reader r = reader_over(data, size);
	struct entry entry;
	ASSERT(sequence == x->sequence + 1 && time_us >= x->time_us);
	x->event_count = 0;
	if (UNLIKELY(entry_read(&r, &entry) || !reader_done(&r)))
		return 1;
	uint64_t before = x->time_us;
	x->time_us = time_us;
	if (UNLIKELY(apply_kind(x, &entry))) {
		x->time_us = before;
		return 1;
	}
	x->sequence = sequence;
	return 0;
}

void exchange_skip(struct exchange *x, uint64_t sequence)
{
	ASSERT(sequence == x->sequence + 1);
	x->event_count = 0;
	x->sequence = sequence;
}

size_t exchange_event_count(const struct exchange *x)
{
	return x->event_count;
}

const struct event *exchange_event(const struct exchange *x, size_t i)
{
	ASSERT(i < x->event_count);
	return &x->events[i];
}

uint64_t exchange_sequence(const struct exchange *x)
{
	return x->sequence;
}

uint64_t exchange_time_us(const struct exchange *x)
{
	return x->time_us;
}

static void scrub_lines(struct exchange *x)
{
	uint64_t lines = (uint64_t)x->asset_count * x->customers.count;
	for (uint64_t i = 0; i < SCRUB_LINES && i < lines; i++) {
		uint64_t at = x->scrub_line < lines ? x->scrub_line : 0;
		uint16_t asset = (uint16_t)(at / x->customers.count);
		digest_line(x, ledger_line(&x->ledger, (uint32_t)(at % x->customers.count), asset));
		x->scrub_line = at + 1;
	}
}

static void scrub_orders(struct exchange *x)
{
	uint32_t used = x->orders.fresh;
	for (uint32_t i = 0; i < SCRUB_ORDERS && i < used; i++) {
		uint32_t slot = x->scrub_order < used ? x->scrub_order + 1 : 1;
		const struct order *o = &x->orders.hot[slot];
		x->scrub_order = slot;
		if (!o->id)
			continue;
		digest_pair(x, o->id ^ (uint64_t)o->market << 53, o->traits);
		digest_pair(x, o->remaining ^ (uint64_t)o->hash << 32, o->executed);
		digest_pair(x, o->quote, (uint64_t)o->customer << 32 | o->key);
	}
}

uint64_t exchange_seal_block(struct exchange *x)
{
	scrub_lines(x);
	scrub_orders(x);
	for (uint16_t i = 0; i < x->asset_count; i++)
		digest_asset(x, &x->ledger.assets[i]);
	return x->digest;
}
