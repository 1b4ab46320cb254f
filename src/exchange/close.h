// SPDX-License-Identifier: Apache-2.0
// An order's way in and out: found by id or client id, listed with its owner,
// released and remembered when it ends.
#pragma once

#include "exchange/client.h"
#include "exchange/digest.h"

struct id_sought {
	const struct order *hot;
	uint64_t id;
};

static ALWAYS_INLINE bool id_same(const void *context, uint32_t slot)
{
	const struct id_sought *sought = context;
	return sought->hot[slot].id == sought->id;
}

// The slot of a live or remembered order, 0 when it is unknown.
static ALWAYS_INLINE uint32_t order_by_id(const struct exchange *x, uint64_t id)
{
	const struct order *hot = x->orders.hot;
	uint32_t slot = x->by_id.window[id & x->by_id.mask];
	if (LIKELY(slot && hot[slot].id == id))
		return slot;
	const struct id_sought sought = { hot, id };
	return index_find(&x->by_id.old, id_tag(id), id_same, &sought)->slot;
}

// For an id above all that are known.
static ALWAYS_INLINE void order_id_insert(struct exchange *x, uint64_t id, uint32_t slot)
{
	uint32_t *place = &x->by_id.window[id & x->by_id.mask];
	if (UNLIKELY(*place)) // it outlived a whole window
		index_insert(&x->by_id.old, id_tag(x->orders.hot[*place].id), *place);
	*place = slot;
}

static ALWAYS_INLINE void order_id_remove(struct exchange *x, uint64_t id, uint32_t slot)
{
	uint32_t *place = &x->by_id.window[id & x->by_id.mask];
	if (LIKELY(*place == slot)) {
		*place = 0;
		return;
	}
	bool known = index_remove(&x->by_id.old, id_tag(id), slot);
	ASSERT(known);
}

struct client_sought {
	const struct order_cold *cold;
	const struct order_client *client;
};

static ALWAYS_INLINE bool client_same(const void *context, uint32_t slot)
{
	const struct client_sought *sought = context;
	return order_client_equal(&sought->cold[slot].client, sought->client);
}

// Where in by_client the order of this client id is, or the free place where it belongs.
static ALWAYS_INLINE struct index_entry *client_place(const struct exchange *x, uint32_t hash,
						      const struct order_client *client)
{
	const struct client_sought sought = { x->orders.cold, client };
	return index_find(&x->by_client, hash, client_same, &sought);
}

static ALWAYS_INLINE uint32_t order_by_client(const struct exchange *x, uint32_t hash, const struct order_client *client)
{
	return client_place(x, hash, client)->slot;
}

static ALWAYS_INLINE void order_owner_add(struct exchange *x, uint32_t slot)
{
	struct order_cold *cold = x->orders.cold;
	struct customer *owner = &x->customers.list[x->orders.hot[slot].customer];
	cold[slot].older = owner->newest;
	cold[slot].newer = 0;
	cold[owner->newest].newer = slot; // slot 0 takes the write that has no neighbour
	owner->newest = slot;
	owner->live++;
	x->orders.live++;
}

static ALWAYS_INLINE void order_owner_remove(struct exchange *x, uint32_t slot)
{
	struct order_cold *cold = x->orders.cold, *c = &cold[slot];
	struct customer *owner = &x->customers.list[x->orders.hot[slot].customer];
	uint32_t newer = c->newer, older = c->older;
	cold[newer].older = older;
	cold[older].newer = newer;
	owner->newest = newer ? owner->newest : older;
	owner->live--;
	x->orders.live--;
}

// An order that was remembered long enough leaves both indices; its slot is free.
static ALWAYS_INLINE void order_forget(struct exchange *x, uint32_t slot)
{
	struct order *o = &x->orders.hot[slot];
	order_id_remove(x, o->id, slot);
	if (order_trait(o, TRAIT_CLIENT_SIZE)) // its client id may have passed to a newer order
		(void)index_remove(&x->by_client, o->hash, slot);
	o->id = 0; // a free slot
	orders_give(&x->orders, slot);
}

// The order has ended: it stays readable until as many more have ended as genesis says.
static ALWAYS_INLINE void order_remember(struct exchange *x, uint32_t slot)
{
	struct orders *orders = &x->orders;
	if (UNLIKELY(!orders->ring_size)) {
		order_forget(x, slot);
		return;
	}
	uint32_t oldest = orders_oldest_if_full(orders);
	if (LIKELY(oldest)) {
		orders_oldest_drop(orders);
		order_forget(x, oldest);
		// The next two to be forgotten were last touched long ago, and so was the slot that is free now.
		const struct order *next = &orders->hot[orders->ring[orders->ring_first]];
		__builtin_prefetch(&orders->hot[orders->ring[ring_index(orders, 1)]]);
		__builtin_prefetch(&x->by_id.window[next->id & x->by_id.mask], 1);
		index_prefetch(&x->by_client, next->hash);
		__builtin_prefetch(&orders->cold[oldest], 1);
	}
	orders_remember(orders, slot);
}

// What a live order still holds, back to available.
static ALWAYS_INLINE void order_release(struct exchange *x, const struct market *m, const struct order *o)
{
	bool bid = order_side(o) == BOOK_BID;
	uint64_t lot_price = market_lot_price(m, book_ticks(order_side(o), o->key));
	struct ledger_line *line = &x->lines[o->market][order_side(o)][o->customer];
	ledger_release(line, (struct amount){ o->remaining * (bid ? lot_price : m->lot.divisor) });
	digest_line(x, line);
}

// A live order ends with this status: out of its book, its owner's list and its hold.
static ALWAYS_INLINE void order_end(struct exchange *x, struct market *m, uint32_t slot, enum order_status status)
{
	struct order *o = &x->orders.hot[slot];
	book_leave(&m->book, &x->levels, x->orders.hot, o);
	order_release(x, m, o);
	order_owner_remove(x, slot);
	order_status_set(o, status, false);
	x->orders.cold[slot].updated_us = x->time_us;
}
