// SPDX-License-Identifier: Apache-2.0
// Events, written straight into the buffer and folded into the digest.
#pragma once

#include "exchange/digest.h"

// Everything of struct event before its union, as two words.
static ALWAYS_INLINE struct event *event_begin(struct exchange *x, enum event_kind kind, unsigned reason)
{
	struct event *e = &x->events[x->event_count++];
	uint64_t head[2] = { (uint64_t)kind | (uint64_t)reason << 8, 0 };
	memcpy(e, head, sizeof head);
	return e;
}
_Static_assert(offsetof(struct event, order) == 16, "event_begin writes the 16 bytes before the union");

// Everything of an order_view but the client id.
struct view_words {
	uint64_t price, quantity, executed, traits;
};

static ALWAYS_INLINE struct view_words view_words_of(const struct market *m, const struct order *o)
{
	uint64_t lot = m->lot.divisor, executed = o->executed * lot;
	return (struct view_words){
		.price = book_ticks(order_side(o), o->key) * m->tick.divisor,
		.quantity = UNLIKELY(order_by_quote(o)) ? o->remaining : executed + o->remaining * lot,
		.executed = executed,
		.traits = o->traits,
	};
}

// Writes traits, client id and the padding behind it: the tail of an order_view from `side` on.
static ALWAYS_INLINE void view_tail(struct order_view *v, uint64_t traits, const struct order_client *client)
{
	uint64_t zero = 0;
	uint32_t last = (uint32_t)client->word[4];
	char *id = v->client_id;
	memcpy(&v->side, &traits, 8);            // its eighth byte is the id's first, written next
	memcpy(id + 35, &zero, 8);               // ends with the struct
	memcpy(id, &client->word[0], 8);
	memcpy(id + 8, &client->word[1], 8);
	memcpy(id + 16, &client->word[2], 8);
	memcpy(id + 24, &client->word[3], 8);
	memcpy(id + 32, &last, 4);
}
_Static_assert(offsetof(struct order_view, type) == offsetof(struct order_view, side) + TRAIT_TYPE / 8 &&
		       offsetof(struct order_view, tif) == offsetof(struct order_view, side) + TRAIT_TIF / 8 &&
		       offsetof(struct order_view, stp) == offsetof(struct order_view, side) + TRAIT_STP / 8 &&
		       offsetof(struct order_view, status) == offsetof(struct order_view, side) + TRAIT_STATUS / 8 &&
		       offsetof(struct order_view, by_quote) == offsetof(struct order_view, side) + TRAIT_BY_QUOTE / 8 &&
		       offsetof(struct order_view, client_id_size) ==
			       offsetof(struct order_view, side) + TRAIT_CLIENT_SIZE / 8 &&
		       offsetof(struct order_view, client_id) == offsetof(struct order_view, side) + TRAIT_LIVE / 8,
	       "traits lie in a view as in an order");
_Static_assert(offsetof(struct order_view, client_id) + 43 == sizeof(struct order_view), "seven bytes of padding");

static ALWAYS_INLINE void view_put(struct order_view *v, const struct order *o, const struct view_words *words,
			    uint64_t time_us, uint64_t updated_us, const struct order_client *client)
{
	v->id = o->id;
	v->price.units = words->price;
	v->quantity.units = words->quantity;
	v->executed.units = words->executed;
	v->quote.units = o->quote;
	v->time_us = time_us;
	v->updated_us = updated_us;
	v->customer = o->customer;
	v->market = (uint16_t)o->market;
	view_tail(v, words->traits, client);
}

static ALWAYS_INLINE void view_write(const struct exchange *x, struct order_view *v, const struct order *o,
			      const struct order_cold *cold)
{
	struct view_words words = view_words_of(&x->markets[o->market], o);
	view_put(v, o, &words, cold->time_us, cold->updated_us, &cold->client);
}

// Each field enters the digest when it is first said: price, quantity, owner and
// names with ORDER_ACCEPTED, what became of them with the events that follow.
static ALWAYS_INLINE void digest_accepted(struct exchange *x, const struct order *o)
{
	digest_pair(x, o->id ^ (uint64_t)o->customer << 40 ^ (uint64_t)o->market << 53, o->remaining);
	digest_pair(x, (uint64_t)o->key << 32 | o->hash, o->traits);
}

static ALWAYS_INLINE void digest_order(struct exchange *x, enum event_kind kind, const struct order *o)
{
	digest_pair(x, o->id ^ (uint64_t)kind << 56, o->remaining ^ o->traits << 24);
	if (o->executed)
		digest_pair(x, o->executed, o->quote);
}

static ALWAYS_INLINE void event_order(struct exchange *x, enum event_kind kind, uint32_t slot)
{
	const struct order *o = &x->orders.hot[slot];
	struct event *e = event_begin(x, kind, REFUSED_NOT);
	view_write(x, &e->order, o, &x->orders.cold[slot]);
	digest_order(x, kind, o);
}
