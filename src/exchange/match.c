// SPDX-License-Identifier: Apache-2.0
#include "exchange/match.h"

#include "exchange/close.h"

// One fill's two sides and places.
struct fill {
	uint64_t lots, cost, base;       // base and quote units
	struct amount maker_fee, taker_fee;
};

static ALWAYS_INLINE void event_trade(struct exchange *x, struct market *m, const struct order *maker,
			       const struct order *taker, uint32_t ticks, const struct fill *f)
{
	struct event *e = event_begin(x, EVENT_TRADE, REFUSED_NOT);
	struct trade_view *t = &e->trade;
	uint64_t side = order_side(taker), done = maker->remaining == 0;
	uint64_t traits = (uint64_t)maker->market | side << 16 | done << 24;
	t->id = m->trades;
	t->price.units = ticks * m->tick.divisor;
	t->quantity.units = f->base;
	t->quote.units = f->cost;
	t->maker_order = maker->id;
	t->taker_order = taker->id;
	t->maker_fee = f->maker_fee;
	t->taker_fee = f->taker_fee;
	t->maker = maker->customer;
	t->taker = taker->customer;
	memcpy(&t->market, &traits, 8);
	digest_pair(x, m->trades ^ (uint64_t)ticks << 32, f->base ^ traits << 40);
	digest_pair(x, maker->id ^ (uint64_t)maker->customer << 40, taker->id ^ (uint64_t)taker->customer << 40);
	digest_pair(x, f->maker_fee.units, f->taker_fee.units);
}
_Static_assert(offsetof(struct trade_view, market) + 8 == sizeof(struct trade_view), "traits fill the tail");

static ALWAYS_INLINE void settle_bid(struct exchange *x, const struct market *m, const struct taking *t, uint32_t taker,
			      uint32_t maker, uint64_t lot_price, struct fill *f)
{
	struct ledger_line *const *lines = x->lines[m - x->markets];
	struct ledger_line *base = lines[BOOK_ASK], *quote = lines[BOOK_BID];
	if (t->from == TAKE_HELD) {
		ledger_release(&quote[taker], (struct amount){ f->lots * (t->lot_price - lot_price) });
	} else {
		bool payable = ledger_hold(&quote[taker], (struct amount){ f->cost });
		ASSERT(payable);
	}
	f->taker_fee = amount_fee((struct amount){ f->base }, m->fee[1]);
	f->maker_fee = amount_fee((struct amount){ f->cost }, m->fee[0]);
	ledger_pay(&quote[taker], &quote[maker], &x->ledger.assets[m->quote], (struct amount){ f->cost },
		   f->maker_fee);
	ledger_pay(&base[maker], &base[taker], &x->ledger.assets[m->base], (struct amount){ f->base }, f->taker_fee);
}

static ALWAYS_INLINE void settle_ask(struct exchange *x, const struct market *m, const struct taking *t, uint32_t taker,
			      uint32_t maker, struct fill *f)
{
	struct ledger_line *const *lines = x->lines[m - x->markets];
	struct ledger_line *base = lines[BOOK_ASK], *quote = lines[BOOK_BID];
	if (t->from == TAKE_AVAILABLE) {
		bool there = ledger_hold(&base[taker], (struct amount){ f->base });
		ASSERT(there);
	}
	f->taker_fee = amount_fee((struct amount){ f->cost }, m->fee[1]);
	f->maker_fee = amount_fee((struct amount){ f->base }, m->fee[0]);
	ledger_pay(&quote[maker], &quote[taker], &x->ledger.assets[m->quote], (struct amount){ f->cost },
		   f->taker_fee);
	ledger_pay(&base[taker], &base[maker], &x->ledger.assets[m->base], (struct amount){ f->base }, f->maker_fee);
}

static void digest_maker(struct exchange *x, const struct market *m, uint32_t maker)
{
	digest_line(x, ledger_line(&x->ledger, maker, m->base));
	digest_line(x, ledger_line(&x->ledger, maker, m->quote));
}

// How many lots this taker can have from a maker with `offered` lots at this price.
static ALWAYS_INLINE uint64_t lots_taken(const struct exchange *x, const struct market *m, const struct taking *t,
				  unsigned side, uint32_t taker, uint64_t lot_price, uint64_t offered)
{
	uint64_t lots = u64_min(t->lots, offered);
	if (LIKELY(t->from == TAKE_HELD))
		return lots;
	if (t->by_quote && lots * lot_price > t->quote) // no overflow: a maker's whole order was checked on entry
		lots = t->quote / lot_price;
	bool bid = side == BOOK_BID;
	uint64_t available = ledger_line(&x->ledger, taker, bid ? m->quote : m->base)->available.units;
	uint64_t one = bid ? lot_price : m->lot.divisor;
	return lots * one > available ? available / one : lots;
}

static ALWAYS_INLINE void maker_fill(struct exchange *x, struct market *m, uint32_t slot, struct level *level,
			      const struct fill *f)
{
	struct order *maker = &x->orders.hot[slot];
	maker->remaining -= f->lots;
	maker->executed += f->lots;
	maker->quote += f->cost;
	level->quantity -= f->lots;
	x->orders.cold[slot].updated_us = x->time_us;
	order_status_set(maker, maker->remaining ? ORDER_PARTIALLY_FILLED : ORDER_FILLED, maker->remaining);
}

// A filled maker leaves; its hold is used up.
static ALWAYS_INLINE void maker_done(struct exchange *x, struct market *m, uint32_t slot)
{
	struct order *maker = &x->orders.hot[slot];
	book_leave(&m->book, &x->levels, x->orders.hot, maker);
	order_owner_remove(x, slot);
	order_remember(x, slot);
}

// A maker of the taker's own customer, in its way.
static void maker_expire(struct exchange *x, struct market *m, uint32_t slot)
{
	order_end(x, m, slot, ORDER_EXPIRED_IN_MATCH);
	event_order(x, EVENT_ORDER_DONE, slot);
	order_remember(x, slot);
}

static ALWAYS_INLINE void fill_one(struct exchange *x, struct market *m, struct taking *t, uint32_t maker_slot,
			    struct level *level, uint32_t ticks, uint64_t lots)
{
	struct order *taker = &x->orders.hot[t->slot], *maker = &x->orders.hot[maker_slot];
	uint64_t lot_price = market_lot_price(m, ticks);
	struct fill f = { .lots = lots, .cost = lots * lot_price, .base = lots * m->lot.divisor };
	if (order_side(taker) == BOOK_BID)
		settle_bid(x, m, t, taker->customer, maker->customer, lot_price, &f);
	else
		settle_ask(x, m, t, taker->customer, maker->customer, &f);
	taker->executed += lots;
	taker->quote += f.cost;
	t->lots -= lots;
	if (t->by_quote)
		t->quote -= f.cost;
	maker_fill(x, m, maker_slot, level, &f);
	m->trades++;
	m->ticks_last = ticks;
	event_trade(x, m, maker, taker, ticks, &f);
	digest_maker(x, m, maker->customer);
	if (!maker->remaining)
		maker_done(x, m, maker_slot);
}

// A quote amount is spent when what is left of it does not pay for one more lot.
static bool spent(const struct taking *t, const struct order *taker, uint64_t lot_price)
{
	return t->by_quote && taker->executed && t->quote < lot_price;
}

enum order_status match(struct exchange *x, struct market *m, struct taking *t)
{
	struct order *hot = x->orders.hot;
	uint32_t customer = hot[t->slot].customer;
	unsigned side = order_side(&hot[t->slot]), other = !side;
	struct tree *opposite = &m->book.side[other];
	uint32_t steps = x->fills_max;
	while (t->lots && opposite->best <= t->key_limit) {
		if (UNLIKELY(!steps--))
			return ORDER_EXPIRED;
		struct level *level = tree_level(&x->levels, opposite->best_leaf, opposite->best);
		uint32_t maker_slot = level->head, ticks = book_ticks(other, opposite->best);
		const struct order *maker = &hot[maker_slot];
		__builtin_prefetch(&hot[maker->next]);
		if (UNLIKELY(maker->customer == customer && t->stp != STP_NONE)) {
			if (t->stp != STP_EXPIRE_TAKER)
				maker_expire(x, m, maker_slot);
			if (t->stp != STP_EXPIRE_MAKER)
				return ORDER_EXPIRED_IN_MATCH;
			continue;
		}
		uint64_t lots = lots_taken(x, m, t, side, customer, market_lot_price(m, ticks), maker->remaining);
		if (UNLIKELY(!lots))
			return spent(t, &hot[t->slot], market_lot_price(m, ticks)) ? ORDER_FILLED : ORDER_NEW;
		fill_one(x, m, t, maker_slot, level, ticks, lots);
	}
	return t->lots && (!t->by_quote || t->quote) ? ORDER_NEW : ORDER_FILLED;
}

bool match_would_fill(const struct exchange *x, const struct market *m, unsigned side, uint32_t customer,
		      uint32_t key_limit, enum self_trade stp, uint64_t lots)
{
	const struct tree *opposite = &m->book.side[!side];
	uint32_t leaf = opposite->best_leaf, steps = x->fills_max;
	for (uint32_t key = opposite->best; key <= key_limit; key = tree_next(&x->levels, key, &leaf)) {
		uint32_t slot = tree_level(&x->levels, leaf, key)->head;
		for (; slot; slot = x->orders.hot[slot].next) {
			const struct order *maker = &x->orders.hot[slot];
			if (!steps--)
				return false;
			if (maker->customer == customer && stp != STP_NONE) {
				if (stp != STP_EXPIRE_MAKER)
					return false;
				continue;
			}
			if (maker->remaining >= lots)
				return true;
			lots -= maker->remaining;
		}
	}
	return false;
}

uint64_t match_cost(const struct exchange *x, const struct market *m, unsigned side, uint64_t lots)
{
	const struct tree *opposite = &m->book.side[!side];
	uint32_t leaf = opposite->best_leaf, steps = x->fills_max;
	uint64_t cost = 0;
	for (uint32_t key = opposite->best; key != KEY_NONE && lots && steps--;
	     key = tree_next(&x->levels, key, &leaf)) {
		uint64_t taken = u64_min(lots, tree_level(&x->levels, leaf, key)->quantity), part;
		if (__builtin_mul_overflow(market_lot_price(m, book_ticks(!side, key)), taken, &part) ||
		    __builtin_add_overflow(cost, part, &cost))
			return UINT64_MAX;
		lots -= taken;
	}
	return cost;
}
