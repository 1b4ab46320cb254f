// SPDX-License-Identifier: Apache-2.0
#include "markets.h"

#include <stdlib.h>

#define NONE UINT32_MAX
#define NAME_SIZE 32 // padded, whole pairs of words
_Static_assert(SYMBOL_MAX < NAME_SIZE, "a symbol fits its padded name");

struct market_table {
	uint32_t capacity, buckets;
	struct market_row *row; // by number; an empty symbol = none
	uint32_t *bucket;
	struct hash_key hash;
};

struct market_table *market_table_new(uint32_t capacity, const uint8_t seed[32])
{
	struct market_table *t = calloc(1, sizeof *t);
	if (!t)
		return NULL;
	t->capacity = capacity;
	t->buckets = 16;
	while (t->buckets < capacity * 4u)
		t->buckets *= 2;
	hash_key_init(&t->hash, seed);
	t->row = calloc(u64_max(capacity, 1), sizeof *t->row);
	t->bucket = malloc(t->buckets * sizeof *t->bucket);
	if (!t->row || !t->bucket) {
		market_table_free(t);
		return NULL;
	}
	market_table_clear(t);
	return t;
}

void market_table_free(struct market_table *t)
{
	if (!t)
		return;
	free(t->row);
	free(t->bucket);
	free(t);
}

void market_table_clear(struct market_table *t)
{
	memset(t->bucket, 0xff, t->buckets * sizeof *t->bucket); // NONE
	memset(t->row, 0, t->capacity * sizeof *t->row);
}

// Where the symbol stands, or the free bucket where it would.
static uint32_t bucket_find(const struct market_table *t, const char *symbol, size_t size)
{
	uint64_t words[NAME_SIZE / 8] = { 0 };
	memcpy(words, symbol, size);
	uint32_t b = (uint32_t)hash_pairs(&t->hash, words, ARRAY_LEN(words) / 2) & (t->buckets - 1);
	for (; t->bucket[b] != NONE; b = (b + 1) & (t->buckets - 1)) {
		const char *name = t->row[t->bucket[b]].add.symbol;
		if (!strncmp(name, symbol, size) && name[size] == 0)
			break;
	}
	return b;
}

int market_table_set(struct market_table *t, const struct market_row *row)
{
	size_t size = strnlen(row->add.symbol, sizeof row->add.symbol);
	if (row->market >= t->capacity || size == 0 || size > SYMBOL_MAX)
		return 1;
	struct market_row *to = &t->row[row->market];
	if (to->add.symbol[0] && strcmp(to->add.symbol, row->add.symbol))
		return 1; // a market keeps its symbol
	uint32_t b = bucket_find(t, row->add.symbol, size);
	if (t->bucket[b] != NONE && t->bucket[b] != row->market)
		return 1;
	t->bucket[b] = row->market;
	*to = *row;
	return 0;
}

const struct market_row *market_table_find(const struct market_table *t, const char *symbol, size_t size)
{
	if (size == 0 || size > SYMBOL_MAX)
		return NULL;
	uint32_t b = bucket_find(t, symbol, size);
	return t->bucket[b] == NONE ? NULL : &t->row[t->bucket[b]];
}

static bool price_fits(const struct market_add *m, struct price price)
{
	return price.units >= m->price_min.units && price.units <= m->price_max.units && price.units % m->tick.units == 0;
}

enum refusal market_filters(const struct market_row *market, const struct order_new *order)
{
	const struct market_add *m = &market->add;
	struct amount notional = { order->quantity.units };
	if (market->status != MARKET_TRADING)
		return REFUSED_MARKET_CLOSED;
	if (order->type != ORDER_MARKET && !price_fits(m, order->price))
		return REFUSED_PRICE_FILTER;
	if (!order->by_quote && (order->quantity.units < m->quantity_min.units ||
				 order->quantity.units > m->quantity_max.units ||
				 order->quantity.units % m->lot.units))
		return REFUSED_LOT_SIZE;
	if (order->type == ORDER_MARKET && !order->by_quote)
		return REFUSED_NOT; // what it is worth only the book knows
	if (!order->by_quote && !amount_notional(order->price, order->quantity, ROUND_DOWN, &notional))
		return REFUSED_OVERFLOW;
	if (notional.units < m->notional_min.units || notional.units > m->notional_max.units)
		return REFUSED_NOTIONAL;
	return REFUSED_NOT;
}
