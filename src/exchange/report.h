// SPDX-License-Identifier: Apache-2.0
// Events, written straight into the buffer and folded into the digest.
#pragma once

#include "exchange/digest.h"

// Everything of struct event before its union, as two words.
static inline struct event *event_begin(struct exchange *x, enum event_kind kind, unsigned reason)
{
	struct event *e = &x->events[x->event_count++];
	uint64_t head[2] = { (uint64_t)kind | (uint64_t)reason << 8, 0 };
	memcpy(e, head, sizeof head);
	return e;
}
_Static_assert(offsetof(struct event, order) == 16, "event_begin writes the 16 bytes before the union");

// The small fields of an order_view, from `customer` to `client_id_size`, as the digest and the view hold them.
static inline uint64_t view_traits(unsigned side, unsigned type, unsigned tif, unsigned stp, unsigned status,
				   unsigned by_quote, unsigned client_size)
{
	return (uint64_t)side | (uint64_t)type << 8 | (uint64_t)tif << 16 | (uint64_t)stp << 24 |
	       (uint64_t)status << 32 | (uint64_t)by_quote << 40 | (uint64_t)client_size << 48;
}

static inline uint64_t order_traits(const struct order *o)
{
	unsigned f = o->flags;
	return view_traits(f & 1, f >> ORDER_TYPE_SHIFT & 3, f >> ORDER_TIF_SHIFT & 3, f >> ORDER_STP_SHIFT & 3,
			   f >> ORDER_STATUS_SHIFT & 7, f >> 7 & 1, o->client_size);
}

// Writes traits, client id and the padding behind it: the tail of an order_view from `side` on.
static inline void view_tail(struct order_view *v, uint64_t traits, const struct order_client *client)
{
	uint64_t zero = 0;
	uint32_t last = (uint32_t)client->word[4];
	char *id = v->client_id;
	memcpy(&v->side, &traits, 8);            // its eighth byte is the id's first, written next
	memcpy(id + 35, &zero, 8);               // ends with the struct
	memcpy(id, &client->word[0], 32);
	memcpy(id + 32, &last, 4);
}
_Static_assert(offsetof(struct order_view, client_id) == offsetof(struct order_view, side) + 7, "seven traits");
_Static_assert(offsetof(struct order_view, client_id) + 43 == sizeof(struct order_view), "seven bytes of padding");

static inline void view_write(const struct exchange *x, struct order_view *v, const struct order *o,
			      const struct order_cold *cold)
{
	const struct market *m = &x->markets[o->market];
	uint64_t asked = o->flags & ORDER_BY_QUOTE ? o->remaining : (o->executed + o->remaining) * m->lot.divisor;
	v->id = o->id;
	v->price.units = book_ticks(order_side(o), o->key) * m->tick.divisor;
	v->quantity.units = asked;
	v->executed.units = o->executed * m->lot.divisor;
	v->quote.units = o->quote;
	v->time_us = cold->time_us;
	v->updated_us = cold->updated_us;
	v->customer = o->customer;
	v->market = o->market;
	view_tail(v, order_traits(o), &cold->client);
}

static inline void event_order(struct exchange *x, enum event_kind kind, uint32_t slot)
{
	const struct order *o = &x->orders.hot[slot];
	const struct order_cold *cold = &x->orders.cold[slot];
	struct event *e = event_begin(x, kind, REFUSED_NOT);
	view_write(x, &e->order, o, cold);
	const uint64_t words[8] = {
		o->id ^ (uint64_t)kind << 56, e->order.price.units,
		e->order.quantity.units, e->order.executed.units,
		o->quote, cold->time_us ^ (uint64_t)o->customer << 32,
		cold->updated_us ^ (uint64_t)o->market << 48, order_traits(o) ^ o->hash,
	};
	digest_fold(x, hash_pairs(&x->hash, words, 4));
}
