// SPDX-License-Identifier: Apache-2.0
// A new order: every reason to refuse it first, while nothing has changed; then
// hold, accept, match, and rest or end.
#include "exchange/close.h"
#include "exchange/match.h"

// What the checks worked out on their way.
struct plan {
	struct market *market;
	uint32_t ticks, key;       // own price; key in the book of its own side
	uint32_t key_limit;        // in the book of the other side
	uint64_t lots;
	struct amount hold;        // on entry
	struct order_client client;
	uint32_t hash;
	struct index_entry *client_at; // place in by_client
	bool may_rest;
};

static enum refusal check_asker(const struct exchange *x, const struct order_new *in)
{
	if (UNLIKELY(in->market >= x->market_count))
		return REFUSED_UNKNOWN_MARKET;
	if (UNLIKELY(in->customer >= x->customers.count))
		return REFUSED_UNKNOWN_CUSTOMER;
	if (UNLIKELY(!customers_key_trades(&x->customers, in->key, in->customer)))
		return REFUSED_UNKNOWN_KEY;
	if (UNLIKELY(x->customers.list[in->customer].status != CUSTOMER_ACTIVE))
		return REFUSED_CUSTOMER_FROZEN;
	if (UNLIKELY(x->markets[in->market].status != MARKET_TRADING))
		return REFUSED_MARKET_CLOSED;
	return REFUSED_NOT;
}

static ALWAYS_INLINE enum refusal check_limit(const struct order_new *in, struct plan *plan)
{
	const struct market *m = plan->market;
	struct amount notional;
	if (UNLIKELY(in->by_quote || (in->type == ORDER_LIMIT_MAKER && in->tif != TIF_GTC)))
		return REFUSED_MALFORMED;
	if (UNLIKELY(!market_ticks(m, in->price, &plan->ticks)))
		return REFUSED_PRICE_FILTER;
	if (UNLIKELY(!market_lots(m, in->quantity, &plan->lots)))
		return REFUSED_LOT_SIZE;
	if (UNLIKELY(!market_notional(m, plan->ticks, plan->lots, &notional)))
		return REFUSED_OVERFLOW;
	if (UNLIKELY(!market_notional_allowed(m, notional)))
		return REFUSED_NOTIONAL;
	plan->key = book_key(in->side, plan->ticks);
	plan->key_limit = book_key(!in->side, plan->ticks);
	plan->hold = in->side == SIDE_BUY ? notional : (struct amount){ in->quantity.units };
	plan->may_rest = in->tif == TIF_GTC;
	return REFUSED_NOT;
}

// NOTIONAL for a MARKET order by quantity: at the last trade's price, else at the price it would meet. With neither
// there is nothing to measure by, and nothing to trade with.
static enum refusal check_market_notional(const struct market *m, unsigned side, uint64_t lots)
{
	uint32_t best = m->book.side[!side].best;
	uint32_t ticks = m->ticks_last ? m->ticks_last : best != KEY_NONE ? book_ticks(!side, best) : 0;
	struct amount notional;
	if (!ticks)
		return REFUSED_NOT;
	return market_notional(m, ticks, lots, &notional) && market_notional_allowed(m, notional) ? REFUSED_NOT
												 : REFUSED_NOTIONAL;
}

// MARKET by quantity. A bid must be payable as a whole at the book as it is.
static enum refusal check_market_quantity(const struct exchange *x, const struct order_new *in, struct plan *plan)
{
	const struct market *m = plan->market;
	if (!market_lots(m, in->quantity, &plan->lots))
		return REFUSED_LOT_SIZE;
	if (in->side == SIDE_SELL)
		plan->hold.units = in->quantity.units;
	else if (match_cost(x, m, SIDE_BUY, plan->lots) > ledger_line(&x->ledger, in->customer, m->quote)->available.units)
		return REFUSED_BALANCE;
	return check_market_notional(m, in->side, plan->lots);
}

// MARKET by quote amount. A bid needs the amount itself, an ask at least one lot.
static enum refusal check_market_quote(const struct exchange *x, const struct order_new *in, struct plan *plan)
{
	const struct market *m = plan->market;
	bool bid = in->side == SIDE_BUY;
	uint64_t least = bid ? in->quantity.units : m->lot.divisor;
	if (in->quantity.units == 0 || in->quantity.units > AMOUNT_MAX)
		return REFUSED_LOT_SIZE;
	if (!market_notional_allowed(m, (struct amount){ in->quantity.units }))
		return REFUSED_NOTIONAL;
	if (ledger_line(&x->ledger, in->customer, bid ? m->quote : m->base)->available.units < least)
		return REFUSED_BALANCE;
	plan->lots = UINT64_MAX;
	return REFUSED_NOT;
}

static enum refusal check_market(const struct exchange *x, const struct order_new *in, struct plan *plan)
{
	if (in->price.units || in->tif == TIF_FOK)
		return REFUSED_MALFORMED;
	plan->ticks = 0;
	plan->key = book_key(in->side, 0);
	plan->key_limit = KEY_MAX;
	plan->hold.units = 0;
	plan->may_rest = false;
	return in->by_quote ? check_market_quote(x, in, plan) : check_market_quantity(x, in, plan);
}

static ALWAYS_INLINE enum refusal check_client_id(const struct exchange *x, const struct order_new *in, struct plan *plan)
{
	if (UNLIKELY(!in->client_id_size))
		return REFUSED_NOT;
	plan->client_at = client_place(x, plan->hash, &plan->client);
	uint32_t slot = plan->client_at->slot;
	return UNLIKELY(slot && order_live(&x->orders.hot[slot])) ? REFUSED_DUPLICATE_CLIENT_ID : REFUSED_NOT;
}

// An order that may rest needs room, even if it then finds all it wants: whether it does is known only after it matched.
static ALWAYS_INLINE enum refusal check_room(const struct exchange *x, const struct order_new *in, const struct plan *plan)
{
	if (!plan->may_rest)
		return REFUSED_NOT;
	if (UNLIKELY(x->orders.live >= x->orders_max))
		return REFUSED_ORDERS_FULL;
	if (UNLIKELY(x->customers.list[in->customer].live >= x->orders_per_customer))
		return REFUSED_CUSTOMER_ORDERS_FULL;
	if (UNLIKELY(tree_full(&x->levels)) &&
	    !tree_walk(&x->levels, &plan->market->book.side[in->side], plan->key >> 6))
		return REFUSED_LEVELS_FULL;
	if (in->type == ORDER_LIMIT_MAKER && plan->market->book.side[!in->side].best <= plan->key_limit)
		return REFUSED_WOULD_TAKE;
	return REFUSED_NOT;
}

static ALWAYS_INLINE enum refusal check(struct exchange *x, const struct order_new *in, struct plan *plan)
{
	enum refusal reason = check_asker(x, in);
	if (UNLIKELY(reason))
		return reason;
	plan->market = &x->markets[in->market];
	reason = LIKELY(in->type != ORDER_MARKET) ? check_limit(in, plan) : check_market(x, in, plan);
	if (UNLIKELY(reason))
		return reason;
	reason = check_client_id(x, in, plan);
	if (UNLIKELY(reason))
		return reason;
	reason = check_room(x, in, plan);
	if (UNLIKELY(reason))
		return reason;
	return LIKELY(ledger_hold(&x->lines[in->market][in->side][in->customer], plan->hold)) ? REFUSED_NOT : REFUSED_BALANCE; // the last check and the first change
}

static uint64_t traits_of(const struct order_new *in, enum order_status status)
{
	return (uint64_t)in->side << TRAIT_SIDE | (uint64_t)in->type << TRAIT_TYPE | (uint64_t)in->tif << TRAIT_TIF |
	       (uint64_t)in->stp << TRAIT_STP | (uint64_t)status << TRAIT_STATUS |
	       (uint64_t)in->by_quote << TRAIT_BY_QUOTE | (uint64_t)in->client_id_size << TRAIT_CLIENT_SIZE;
}

static COLD void refuse(struct exchange *x, const struct order_new *in, enum refusal reason)
{
	struct event *e = event_begin(x, EVENT_ORDER_REJECTED, reason);
	struct order_client client = client_of(in->client_id, in->client_id_size, in->customer);
	uint64_t traits = traits_of(in, ORDER_REJECTED);
	e->order = (struct order_view){
		.price = in->price, .quantity = in->quantity, .time_us = x->time_us, .updated_us = x->time_us,
		.customer = in->customer, .market = in->market,
	};
	view_tail(&e->order, traits, &client);
	digest_pair(x, traits ^ (uint64_t)reason << 56, (uint64_t)in->market << 32 | in->customer);
	digest_pair(x, in->price.units ^ client_hash(x, &client), in->quantity.units);
}

static ALWAYS_INLINE uint32_t order_make(struct exchange *x, const struct order_new *in, const struct plan *plan)
{
	uint32_t slot = orders_take(&x->orders);
	uint64_t id = ++x->orders_ever;
	ASSERT(id <= EPOCH_ORDER_ID_MAX);
	x->orders.hot[slot] = (struct order){
		.id = id & EPOCH_ORDER_ID_MAX,
		.market = in->market & (MARKETS_MAX - 1),
		.traits = traits_of(in, ORDER_NEW),
		.remaining = in->by_quote ? in->quantity.units : plan->lots,
		.key = plan->key,
		.customer = in->customer,
		.hash = plan->hash,
	};
	x->orders.cold[slot] = (struct order_cold){
		.client = plan->client, .time_us = x->time_us, .updated_us = x->time_us,
	};
	order_id_insert(x, id, slot);
	if (LIKELY(in->client_id_size)) {
		bool first = !plan->client_at->slot; // else the name passes on from an order that has ended
		*plan->client_at = (struct index_entry){ .tag = plan->hash, .slot = slot };
		if (LIKELY(first))
			index_count(&x->by_client);
	}
	return slot;
}

static ALWAYS_INLINE void event_accepted(struct exchange *x, uint32_t slot, const struct plan *plan)
{
	const struct order *o = &x->orders.hot[slot];
	struct view_words words = view_words_of(plan->market, o);
	view_put(&event_begin(x, EVENT_ORDER_ACCEPTED, REFUSED_NOT)->order, o, &words, x->time_us, x->time_us,
		 &plan->client);
	digest_accepted(x, o);
}

static ALWAYS_INLINE void rest(struct exchange *x, struct market *m, uint32_t slot)
{
	struct order *o = &x->orders.hot[slot];
	order_status_set(o, o->executed ? ORDER_PARTIALLY_FILLED : ORDER_NEW, true);
	book_rest(&m->book, &x->levels, x->orders.hot, slot);
	order_owner_add(x, slot);
}

// The order ends without having rested. What it still holds goes back.
static void finish(struct exchange *x, const struct market *m, const struct taking *t, enum order_status status)
{
	struct order *o = &x->orders.hot[t->slot];
	if (t->from == TAKE_HELD && o->remaining)
		order_release(x, m, o);
	order_status_set(o, status, false);
	event_order(x, EVENT_ORDER_DONE, t->slot);
	order_remember(x, t->slot);
}

static ALWAYS_INLINE struct taking taking_of(const struct order_new *in, const struct plan *plan, uint32_t slot)
{
	bool held = in->type != ORDER_MARKET || (in->side == SIDE_SELL && !in->by_quote);
	return (struct taking){
		.slot = slot,
		.key_limit = plan->key_limit,
		.from = held ? TAKE_HELD : TAKE_AVAILABLE,
		.lot_price = market_lot_price(plan->market, plan->ticks),
		.lots = plan->lots,
		.quote = in->by_quote ? in->quantity.units : 0,
		.by_quote = in->by_quote,
		.stp = in->stp,
	};
}

static enum order_status take(struct exchange *x, const struct order_new *in, const struct plan *plan,
			      struct taking *t)
{
	const struct market *m = plan->market;
	if (in->tif == TIF_FOK &&
	    !match_would_fill(x, m, in->side, in->customer, plan->key_limit, in->stp, plan->lots))
		return ORDER_EXPIRED;
	enum order_status status = match(x, plan->market, t);
	if (!t->by_quote)
		x->orders.hot[t->slot].remaining = t->lots;
	digest_line(x, &x->lines[in->market][BOOK_BID][in->customer]);
	digest_line(x, &x->lines[in->market][BOOK_ASK][in->customer]);
	digest_asset(x, &x->ledger.assets[m->base]);
	digest_asset(x, &x->ledger.assets[m->quote]);
	return status;
}

// Most orders meet nobody: both of their events say the same.
static ALWAYS_INLINE void accept_resting(struct exchange *x, const struct order_new *in, const struct plan *plan,
				  uint32_t slot)
{
	struct market *m = plan->market;
	rest(x, m, slot);
	const struct order *o = &x->orders.hot[slot];
	struct view_words words = view_words_of(m, o);
	struct event *accepted = event_begin(x, EVENT_ORDER_ACCEPTED, REFUSED_NOT);
	struct event *rested = event_begin(x, EVENT_ORDER_RESTED, REFUSED_NOT);
	view_put(&accepted->order, o, &words, x->time_us, x->time_us, &plan->client);
	view_put(&rested->order, o, &words, x->time_us, x->time_us, &plan->client);
	digest_accepted(x, o);
	digest_line(x, &x->lines[in->market][in->side][in->customer]);
}

static NOINLINE void accept_taking(struct exchange *x, const struct order_new *in, const struct plan *plan, uint32_t slot)
{
	struct market *m = plan->market;
	event_accepted(x, slot, plan);
	struct taking t = taking_of(in, plan, slot);
	enum order_status status = take(x, in, plan, &t);
	if (status == ORDER_NEW && plan->may_rest) {
		rest(x, m, slot);
		event_order(x, EVENT_ORDER_RESTED, slot);
	} else {
		finish(x, m, &t, status == ORDER_NEW ? ORDER_EXPIRED : status);
	}
}

static ALWAYS_INLINE void accept(struct exchange *x, const struct order_new *in, const struct plan *plan)
{
	uint32_t slot = order_make(x, in, plan);
	plan->market->book_update++;
	if (LIKELY(plan->may_rest && plan->market->book.side[!in->side].best > plan->key_limit))
		accept_resting(x, in, plan, slot);
	else
		accept_taking(x, in, plan, slot);
}

int apply_order_new(struct exchange *x, const struct entry *entry)
{
	struct order_new in;
	struct plan plan;
	if (UNLIKELY(order_new_form(entry, &in)))
		return 1;
	// First of all, because its place in the table is the one cache miss that everything after waits for. Any
	// characters are safe here: the form has shown that they lie in the entry.
	plan.client = client_of(in.client_id, in.client_id_size, in.customer);
	plan.hash = client_hash(x, &plan.client);
	index_prefetch(&x->by_client, plan.hash);
	if (UNLIKELY(!client_id_good(in.client_id, in.client_id_size)))
		return 1;
	enum refusal reason = check(x, &in, &plan);
	if (LIKELY(reason == REFUSED_NOT))
		accept(x, &in, &plan);
	else
		refuse(x, &in, reason);
	return 0;
}
