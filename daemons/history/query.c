// SPDX-License-Identifier: Apache-2.0
#include "daemons/history/query.h"

#include "base/clock.h"

static int last_id(struct store *store, enum id_of what, uint16_t market, uint64_t *ret)
{
	const int64_t key[] = { market };
	sqlite3_stmt *s = what == ID_OF_ORDERS ? store_bind(store, STATEMENT_ORDER_LAST, 0, NULL)
					       : store_bind(store, STATEMENT_TRADE_LAST, 1, key);
	int r = store_row(store, s);
	if (r)
		return r == 1 ? -EIO : r; // max() always gives a row
	*ret = (uint64_t)sqlite3_column_int64(s, 0);
	store_done(s);
	return 0;
}

// The first id whose time is not before time_us; last + 1 when there is none.
static int id_at_time(struct store *store, enum id_of what, uint16_t market, uint64_t time_us, uint64_t *ret)
{
	uint64_t low = 1, high;
	int r = last_id(store, what, market, &high);
	if (r)
		return r;
	for (high++; low < high;) {
		uint64_t middle = low + (high - low) / 2;
		const int64_t key[] = { (int64_t)middle, market };
		sqlite3_stmt *s = what == ID_OF_ORDERS ? store_bind(store, STATEMENT_ORDER_TIME, 1, key)
						       : store_bind(store, STATEMENT_TRADE_TIME, 2, key);
		r = store_row(store, s);
		if (r < 0)
			return r;
		if (r == 0 && (uint64_t)sqlite3_column_int64(s, 1) < time_us)
			low = (uint64_t)sqlite3_column_int64(s, 0) + 1;
		else
			high = middle;
		store_done(s);
	}
	*ret = low;
	return 0;
}

int query_range(struct store *store, enum id_of what, const struct history_query *query, struct id_range *ret)
{
	struct id_range range = { .from = u64_max(query->from_id, 1), .to = INT64_MAX,
				  .newest = !query->from_id && !query->start_us };
	uint64_t id = 0;
	int r = 0;
	if (query->start_us) {
		r = id_at_time(store, what, query->market, query->start_us, &id);
		range.from = u64_max(range.from, id);
	}
	if (!r && query->end_us && query->end_us < INT64_MAX) {
		r = id_at_time(store, what, query->market, query->end_us + 1, &id);
		range.to = id - 1;
	}
	if (!r)
		*ret = range;
	return r;
}

static int query_dispatch(struct store *store, const struct history_query *query, uint64_t now_us,
			  struct answer *ret)
{
	switch (query->kind) {
	case HISTORY_ORDER:
		return query_order(store, query, ret);
	case HISTORY_ALL_ORDERS:
		return query_all_orders(store, query, ret);
	case HISTORY_MY_TRADES:
		return query_my_trades(store, query, ret);
	case HISTORY_TRADES:
		return query_trades(store, query, ret);
	case HISTORY_AGG_TRADES:
		return query_aggregates(store, query, ret);
	default:
		ASSERT(query->kind == HISTORY_KLINES);
		return query_klines(store, query, now_us, ret);
	}
}

int query_answer(struct store *store, const struct history_query *query, uint64_t now_us, struct answer *ret)
{
	ret->count = 0;
	ret->refusal = REFUSED_NOT;
	// Times and ids are compared as SQLite's signed integers; what is beyond them is beyond everything.
	struct history_query bounded = *query;
	uint64_t *fields[] = { &bounded.from_id, &bounded.start_us, &bounded.end_us, &bounded.order };
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		*fields[i] = u64_min(*fields[i], INT64_MAX);
	store->deadline_ns = clock_monotonic_ns() + QUERY_MS_MAX * 1000000ull;
	int r = query_dispatch(store, &bounded, now_us, ret);
	store->deadline_ns = 0;
	if (r != -ETIME)
		return r;
	ret->kind = MESSAGE_HISTORY_REFUSED;
	ret->count = 0;
	return 0;
}
