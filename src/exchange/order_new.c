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
	uint32_t client_at;        // place in by_client
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

static inline enum refusal check_limit(const struct order_new *in, struct plan *plan)
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

static inline enum refusal check_client_id(const struct exchange *x, const struct order_new *in, struct plan *plan)
{
	plan->client = client_of(in->client_id, in->client_id_size, in->customer);
	plan->hash = client_hash(x, &plan->client);
	if (UNLIKELY(!in->client_id_size))
		return REFUSED_NOT;
	plan->client_at = client_place(x, plan->hash, &plan->client);
	uint32_t slot = x->by_client.entries[plan->client_at].slot;
	return UNLIKELY(slot && order_live(&x->orders.hot[slot])) ? REFUSED_DUPLICATE_CLIENT_ID : REFUSED_NOT;
}

// An order that may rest needs room, even if it then finds all it wants: whether it does is known only after it matched.
static inline enum refusal check_room(const struct exchange *x, const struct order_new *in, const struct plan *plan)
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

static inline enum refusal check(struct exchange *x, const struct order_new *in, struct plan *plan)
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
	bool bid = in->side == SIDE_BUY;
	struct ledger_line *line =
		ledger_line(&x->ledger, in->customer, bid ? plan->market->quote : plan->market->base);
	return LIKELY(ledger_hold(line, plan->hold)) ? REFUSED_NOT : REFUSED_BALANCE; // the last check and the first change
}

static void refuse(struct exchange *x, const struct order_new *in, enum refusal reason)
{
	struct event *e = event_begin(x, EVENT_ORDER_REJECTED, reason);
	struct order_view *v = &e->order;
	struct order_client client = client_of(in->client_id, in->client_id_size, in->customer);
	*v = (struct order_view){
		.price = in->price, .quantity = in->quantity, .time_us = x->time_us, .updated_us = x->time_us,
		.customer = in->customer, .market = in->market,
	};
	uint64_t traits = view_traits(in->side, in->type, in->tif, in->stp, ORDER_REJECTED, in->by_quote,
				      in->client_id_size);
	view_tail(v, traits, &client);
	const uint64_t words[6] = { traits, (uint64_t)reason << 32 | in->customer, in->price.units,
				    in->quantity.units, client_hash(x, &client), in->market };
	digest_fold(x, hash_pairs(&x->hash, words, 3));
}

static inline uint32_t order_make(struct exchange *x, const struct order_new *in, const struct plan *plan)
{
	uint32_t slot = orders_take(&x->orders);
	unsigned flags = in->side | (unsigned)in->type << ORDER_TYPE_SHIFT | (unsigned)in->tif << ORDER_TIF_SHIFT |
			 (unsigned)in->stp << ORDER_STP_SHIFT | (in->by_quote ? ORDER_BY_QUOTE : 0u);
	x->orders.hot[slot] = (struct order){
		.id = ++x->orders_ever,
		.remaining = in->by_quote ? in->quantity.units : plan->lots,
		.key = plan->key,
		.customer = in->customer,
		.hash = plan->hash,
		.market = in->market,
		.flags = (uint16_t)flags,
		.client_size = in->client_id_size,
	};
	x->orders.cold[slot] = (struct order_cold){
		.client = plan->client, .time_us = x->time_us, .updated_us = x->time_us,
	};
	index_insert(&x->by_id, index_tag_of_id(x->orders_ever), slot);
	if (LIKELY(in->client_id_size)) {
		struct index_entry *e = &x->by_client.entries[plan->client_at];
		x->by_client.used += !e->slot;
		*e = (struct index_entry){ .tag = plan->hash, .slot = slot };
	}
	return slot;
}

static inline void rest(struct exchange *x, struct market *m, uint32_t slot)
{
	struct order *o = &x->orders.hot[slot];
	o->flags |= ORDER_LIVE;
	if (o->executed)
		order_status_set(o, ORDER_PARTIALLY_FILLED);
	book_rest(&m->book, &x->levels, x->orders.hot, slot);
	order_owner_add(x, slot);
	event_order(x, EVENT_ORDER_RESTED, slot);
}

// The order ends without having rested. What it still holds goes back.
static void finish(struct exchange *x, const struct market *m, const struct taking *t, enum order_status status)
{
	struct order *o = &x->orders.hot[t->slot];
	if (t->from == TAKE_HELD && o->remaining)
		order_release(x, m, o);
	order_status_set(o, status);
	event_order(x, EVENT_ORDER_DONE, t->slot);
	order_remember(x, t->slot);
}

static inline struct taking taking_of(const struct order_new *in, const struct plan *plan, uint32_t slot)
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
	digest_line(x, ledger_line(&x->ledger, in->customer, m->base));
	digest_line(x, ledger_line(&x->ledger, in->customer, m->quote));
	digest_asset(x, &x->ledger.assets[m->base]);
	digest_asset(x, &x->ledger.assets[m->quote]);
	return status;
}

static inline void accept(struct exchange *x, const struct order_new *in, const struct plan *plan)
{
	struct market *m = plan->market;
	uint32_t slot = order_make(x, in, plan);
	event_order(x, EVENT_ORDER_ACCEPTED, slot);
	m->book_update++;
	if (LIKELY(plan->may_rest && m->book.side[!in->side].best > plan->key_limit)) { // meets nobody
		digest_line(x, ledger_line(&x->ledger, in->customer, in->side == SIDE_BUY ? m->quote : m->base));
		rest(x, m, slot);
		return;
	}
	struct taking t = taking_of(in, plan, slot);
	enum order_status status = take(x, in, plan, &t);
	if (status == ORDER_NEW && plan->may_rest)
		rest(x, m, slot);
	else
		finish(x, m, &t, status == ORDER_NEW ? ORDER_EXPIRED : status);
}

int apply_order_new(struct exchange *x, const struct entry *entry)
{
	struct order_new in;
	struct plan plan;
	if (UNLIKELY(order_new_read(entry, &in)))
		return 1;
	enum refusal reason = check(x, &in, &plan);
	if (LIKELY(reason == REFUSED_NOT))
		accept(x, &in, &plan);
	else
		refuse(x, &in, reason);
	return 0;
}
