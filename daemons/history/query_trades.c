// SPDX-License-Identifier: Apache-2.0
#include "daemons/history/query.h"

static void trades_reverse(struct answer *answer)
{
	for (uint32_t i = 0, j = answer->count; i + 1 < j; i++) {
		struct trade_row swap = answer->trade[i];
		answer->trade[i] = answer->trade[--j];
		answer->trade[j] = swap;
	}
}

static int trades_gather(struct store *store, sqlite3_stmt *s, uint32_t limit, struct answer *ret)
{
	int r = 0;
	while (ret->count < limit && !(r = store_row(store, s)))
		trade_columns(s, &ret->trade[ret->count++]);
	store_done(s);
	return r < 0 ? r : 0;
}

// An order's trades lie between its first and its last one. 1 when it is not this customer's.
static int range_of_order(struct store *store, const struct history_query *query, struct id_range *range)
{
	const int64_t key[] = { (int64_t)query->order };
	sqlite3_stmt *s = store_bind(store, STATEMENT_ORDER_GET, 1, key);
	int r = store_row(store, s);
	if (r)
		return r;
	struct order_record order;
	order_columns(s, &order);
	store_done(s);
	if (order.view.customer != query->customer || order.view.market != query->market || !order.first_trade)
		return 1;
	range->from = u64_max(range->from, order.first_trade);
	range->to = u64_min(range->to, order.last_trade);
	return 0;
}

int query_my_trades(struct store *store, const struct history_query *query, struct answer *ret)
{
	struct id_range range;
	ret->kind = MESSAGE_HISTORY_TRADES;
	int r = query_range(store, ID_OF_TRADES, query, &range);
	if (!r && query->order)
		r = range_of_order(store, query, &range);
	if (r)
		return r == 1 ? 0 : r;
	const int64_t key[] = { query->customer, query->market, (int64_t)range.from, (int64_t)range.to,
				(int64_t)query->order, query->limit };
	r = trades_gather(store,
			  store_bind(store, range.newest ? STATEMENT_MINE_DOWN : STATEMENT_MINE_UP, ARRAY_LEN(key), key),
			  query->limit, ret);
	if (!r && range.newest)
		trades_reverse(ret);
	return r;
}

static sqlite3_stmt *trades_bind(struct store *store, const struct history_query *query,
				 const struct id_range *range, uint32_t limit)
{
	const int64_t key[] = { query->market, (int64_t)range->from, (int64_t)range->to, limit };
	return store_bind(store, range->newest ? STATEMENT_TRADES_DOWN : STATEMENT_TRADES_UP, ARRAY_LEN(key), key);
}

int query_trades(struct store *store, const struct history_query *query, struct answer *ret)
{
	struct id_range range;
	ret->kind = MESSAGE_HISTORY_TRADES;
	int r = query_range(store, ID_OF_TRADES, query, &range);
	if (!r)
		r = trades_gather(store, trades_bind(store, query, &range, query->limit), query->limit, ret);
	if (!r && range.newest)
		trades_reverse(ret);
	return r;
}

// ---- aggregates: the trades of one taker at one price, which follow one another ----

static bool same_aggregate(const struct trade_row *a, const struct trade_row *b)
{
	return a->trade.taker_order == b->trade.taker_order && a->trade.price.units == b->trade.price.units;
}

struct aggregate {
	struct trade_row first; // of those seen: its taker and price are the aggregate's
	uint64_t from, to;      // trade ids
	uint64_t quantity, quote;
};

static void aggregate_start(struct aggregate *a, const struct trade_row *trade)
{
	*a = (struct aggregate){ .first = *trade, .from = trade->trade.id, .to = trade->trade.id,
				 .quantity = trade->trade.quantity.units, .quote = trade->trade.quote.units };
}

static void aggregate_add(struct aggregate *a, const struct trade_row *trade)
{
	a->from = u64_min(a->from, trade->trade.id);
	a->to = u64_max(a->to, trade->trade.id);
	a->quantity += trade->trade.quantity.units;
	a->quote += trade->trade.quote.units;
}

static void aggregate_emit(const struct aggregate *a, struct answer *ret)
{
	struct trade_row *row = &ret->trade[ret->count++];
	*row = a->first;
	row->trade.id = a->from;
	row->trade.maker_order = a->from;
	row->trade.taker_order = a->to;
	row->trade.quantity.units = a->quantity;
	row->trade.quote.units = a->quote;
}

static int trade_get(struct store *store, uint16_t market, uint64_t id, struct trade_row *ret)
{
	const int64_t key[] = { market, (int64_t)id, (int64_t)id, 1 };
	sqlite3_stmt *s = store_bind(store, STATEMENT_TRADES_UP, ARRAY_LEN(key), key);
	int r = store_row(store, s);
	if (!r)
		trade_columns(s, ret);
	store_done(s);
	return r;
}

// An aggregate has the id of its first trade. A page that would begin inside one begins after it.
static int skip_started(struct store *store, uint16_t market, struct id_range *range)
{
	struct trade_row before, at;
	int r = range->from > 1 ? trade_get(store, market, range->from - 1, &before) : 1;
	if (r)
		return r == 1 ? 0 : r;
	for (uint32_t i = 0; i < QUERY_SCAN_MAX; i++, range->from++) {
		r = trade_get(store, market, range->from, &at);
		if (r || !same_aggregate(&before, &at))
			break;
	}
	return r < 0 ? r : 0;
}

int query_aggregates(struct store *store, const struct history_query *query, struct answer *ret)
{
	struct id_range range;
	ret->kind = MESSAGE_HISTORY_TRADES;
	int r = query_range(store, ID_OF_TRADES, query, &range);
	if (!r && !range.newest)
		r = skip_started(store, query->market, &range);
	if (r)
		return r;
	sqlite3_stmt *s = trades_bind(store, query, &range, QUERY_SCAN_MAX);
	struct aggregate open = { 0 };
	struct trade_row trade;
	while (!(r = store_row(store, s))) {
		trade_columns(s, &trade);
		if (open.from && same_aggregate(&open.first, &trade)) {
			aggregate_add(&open, &trade);
			continue;
		}
		if (open.from)
			aggregate_emit(&open, ret);
		open.from = 0;
		if (ret->count == query->limit)
			break;
		aggregate_start(&open, &trade);
	}
	store_done(s);
	if (r < 0)
		return r;
	if (open.from && ret->count < query->limit)
		aggregate_emit(&open, ret);
	if (range.newest)
		trades_reverse(ret);
	return 0;
}
