// SPDX-License-Identifier: Apache-2.0
// The pool of orders, live and recently closed. An order is two cache lines:
// what matching reads, and what only its owner asks for. Slot 0 means none.
#pragma once

#include "base/base.h"

#define ORDER_CLIENT_ID_MAX 36
#define ORDER_CLIENT_WORDS 5 // (client id, customer) as 64-bit words: 40 bytes

// An order's small fields, a byte each in one word: as reports have them, so
// that they are copied whole. The last byte is the pool's own.
enum {
	TRAIT_SIDE = 0, TRAIT_TYPE = 8, TRAIT_TIF = 16, TRAIT_STP = 24, TRAIT_STATUS = 32, TRAIT_BY_QUOTE = 40,
	TRAIT_CLIENT_SIZE = 48, TRAIT_LIVE = 56,
};
#define ORDER_LIVE ((uint64_t)1 << TRAIT_LIVE) // in a book

struct order {
	uint64_t id : 53, market : 11; // id 0: a free slot
	uint64_t traits;
	uint64_t remaining;           // lots; for by_quote orders, which never rest, the quote amount asked
	uint64_t executed;            // lots
	uint64_t quote;               // cumulative
	uint32_t previous, next;      // in the level's queue
	uint32_t key;                 // price in the book of its side (that of 0 ticks for MARKET)
	uint32_t leaf;
	uint32_t customer;
	uint32_t hash;                // of (client id, customer)
};
_Static_assert(sizeof(struct order) == 64, "one cache line");

struct order_client {
	uint64_t word[ORDER_CLIENT_WORDS]; // 36 bytes of client id, NUL-padded, then u32 customer
};

struct order_cold {
	struct order_client client;
	uint64_t time_us, updated_us;
	uint32_t older, newer;        // the customer's live orders by age
};
_Static_assert(sizeof(struct order_cold) == 64, "one cache line");

struct orders {
	struct order *hot;            // [1 .. slots]
	struct order_cold *cold;
	uint32_t *ring;               // closed orders, oldest at ring_first
	uint32_t *free;               // stack of free slots below `fresh`
	uint32_t slots, fresh, free_count, live;
	uint32_t ring_size, ring_first, ring_count;
};

// Slots: every live order, every remembered one, and one that is just being matched.
size_t orders_memory(uint32_t live, uint32_t closed);
void orders_init(struct orders *orders, void *zeroed, uint32_t live, uint32_t closed);

static inline unsigned order_trait(const struct order *o, unsigned trait)
{
	return (uint8_t)(o->traits >> trait);
}

static inline unsigned order_side(const struct order *o)
{
	return o->traits & 1;
}

static inline bool order_live(const struct order *o)
{
	return o->traits >> TRAIT_LIVE;
}

static inline bool order_by_quote(const struct order *o)
{
	return o->traits >> TRAIT_BY_QUOTE & 1;
}

static inline void order_status_set(struct order *o, unsigned status, bool live)
{
	const uint64_t both = (uint64_t)0xff << TRAIT_STATUS | (uint64_t)0xff << TRAIT_LIVE;
	o->traits = (o->traits & ~both) | (uint64_t)status << TRAIT_STATUS | (uint64_t)live << TRAIT_LIVE;
}

static inline bool order_client_equal(const struct order_client *a, const struct order_client *b)
{
	uint64_t difference = 0;
	for (unsigned i = 0; i < ORDER_CLIENT_WORDS; i++)
		difference |= a->word[i] ^ b->word[i];
	return difference == 0;
}

// A free slot. There always is one: see orders_memory.
static inline uint32_t orders_take(struct orders *orders)
{
	if (LIKELY(orders->free_count))
		return orders->free[--orders->free_count];
	ASSERT(orders->fresh < orders->slots);
	return ++orders->fresh;
}

static inline void orders_give(struct orders *orders, uint32_t slot)
{
	orders->free[orders->free_count++] = slot;
}

// The closed order that has to be forgotten before one more is remembered; 0 while there is room.
static inline uint32_t orders_oldest_if_full(const struct orders *orders)
{
	return orders->ring_count == orders->ring_size && orders->ring_size ? orders->ring[orders->ring_first] : 0;
}

static inline uint32_t ring_index(const struct orders *orders, uint32_t i)
{
	uint32_t at = orders->ring_first + i; // both below 2^31
	return at >= orders->ring_size ? at - orders->ring_size : at;
}

static inline void orders_oldest_drop(struct orders *orders)
{
	orders->ring_first = ring_index(orders, 1);
	orders->ring_count--;
}

static inline void orders_remember(struct orders *orders, uint32_t slot)
{
	orders->ring[ring_index(orders, orders->ring_count)] = slot;
	orders->ring_count++;
}
