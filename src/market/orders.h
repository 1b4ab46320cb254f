// SPDX-License-Identifier: Apache-2.0
// The pool of orders, live and recently closed. An order is two cache lines:
// what matching reads, and what only its owner asks for. Slot 0 means none.
#pragma once

#include "base/base.h"

#define ORDER_CLIENT_ID_MAX 36
#define ORDER_CLIENT_WORDS 5 // (client id, customer) as 64-bit words: 40 bytes

// Bits of order.flags.
enum {
	ORDER_SIDE_BITS = 0x1,        // 0 bid, 1 ask
	ORDER_TYPE_SHIFT = 1, ORDER_TYPE_BITS = 0x3 << 1,
	ORDER_TIF_SHIFT = 3, ORDER_TIF_BITS = 0x3 << 3,
	ORDER_STP_SHIFT = 5, ORDER_STP_BITS = 0x3 << 5,
	ORDER_BY_QUOTE = 0x80,
	ORDER_STATUS_SHIFT = 8, ORDER_STATUS_BITS = 0x7 << 8,
	ORDER_LIVE = 0x800,           // in a book
};

struct order {
	uint64_t id;
	uint64_t remaining;           // lots; for by_quote orders, which never rest, the quote amount asked
	uint64_t executed;            // lots
	uint64_t quote;               // cumulative
	uint32_t previous, next;      // in the level's queue
	uint32_t key;                 // price in the book of its side (that of 0 ticks for MARKET)
	uint32_t leaf;
	uint32_t customer;
	uint32_t hash;                // of (client id, customer)
	uint16_t market;
	uint16_t flags;
	uint8_t client_size;
	uint8_t reserved[3];
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

static inline unsigned order_side(const struct order *o)
{
	return o->flags & ORDER_SIDE_BITS;
}

static inline unsigned order_status(const struct order *o)
{
	return (o->flags & ORDER_STATUS_BITS) >> ORDER_STATUS_SHIFT;
}

static inline void order_status_set(struct order *o, unsigned status)
{
	o->flags = (uint16_t)((o->flags & ~ORDER_STATUS_BITS) | status << ORDER_STATUS_SHIFT);
}

static inline bool order_live(const struct order *o)
{
	return o->flags & ORDER_LIVE;
}

static inline uint32_t order_client_customer(const struct order_client *c)
{
	return (uint32_t)(c->word[4] >> 32);
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
