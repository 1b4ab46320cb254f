// SPDX-License-Identifier: Apache-2.0
// Candles of any length, gathered from the base length below it. A candle in
// which nobody traded is flat at the last close, as clients of this API expect.
#include "daemons/history/query.h"

static unsigned span_below(enum kline_interval interval)
{
	unsigned span = 0;
	while (span + 1 < CANDLE_SPANS && candle_span[span + 1] <= interval)
		span++;
	return span;
}

// One base candle: the first at or after from_us (and before to_us), or the last before from_us.
static int candle_find(struct store *store, const struct history_query *query, enum statement which,
		       uint64_t from_us, uint64_t to_us, struct candle *ret)
{
	const int64_t key[] = { span_below(query->interval), query->market, (int64_t)from_us, (int64_t)to_us };
	sqlite3_stmt *s = store_bind(store, which, which == STATEMENT_KLINES_UP ? 4 : 3, key);
	int r = store_row(store, s);
	if (!r)
		candle_columns(s, ret);
	store_done(s);
	return r;
}

// The candles asked for: openings from `first` on, while they are <= last, at most limit.
struct grid {
	uint64_t first, last;
	uint64_t close; // of the candle before the first, 0 = nobody had traded yet
};

static int grid_plan(struct store *store, const struct history_query *query, uint64_t now_us, struct grid *ret)
{
	enum kline_interval interval = query->interval;
	uint64_t end = query->end_us ? u64_min(query->end_us, now_us) : now_us;
	struct grid grid = { .last = interval_open(interval, end) };
	if (query->start_us) {
		grid.first = interval_open(interval, query->start_us);
		if (grid.first < query->start_us)
			grid.first = interval_next(interval, grid.first);
	} else {
		grid.first = grid.last;
		for (uint16_t i = 1; i < query->limit && grid.first > 0; i++)
			grid.first = interval_open(interval, grid.first - 1);
	}
	struct candle candle;
	int r = candle_find(store, query, STATEMENT_KLINE_BEFORE, grid.first, 0, &candle);
	if (r == 0)
		grid.close = candle.close;
	if (r == 1) { // begin with the first trade ever
		r = candle_find(store, query, STATEMENT_KLINES_UP, grid.first, INT64_MAX, &candle);
		if (r == 0)
			grid.first = u64_max(grid.first, interval_open(interval, candle.open_us));
	}
	if (r == 0)
		*ret = grid;
	return r;
}

static void kline_emit(struct answer *ret, const struct candle *c, uint64_t open_us, uint64_t next_us, uint64_t *close)
{
	uint64_t flat = *close;
	bool traded = c->trades != 0;
	if (traded)
		*close = c->close;
	ret->kline[ret->count++] = (struct kline_row){
		.open_time_us = open_us, .close_time_us = next_us - 1,
		.open.units = traded ? c->open : flat, .high.units = traded ? c->high : flat,
		.low.units = traded ? c->low : flat, .close.units = *close,
		.volume.units = c->volume, .taker_buy_volume.units = c->taker_volume,
		.quote.units = c->quote, .taker_buy_quote.units = c->taker_quote, .trades = c->trades };
}

int query_klines(struct store *store, const struct history_query *query, uint64_t now_us, struct answer *ret)
{
	struct grid grid;
	ret->kind = MESSAGE_HISTORY_KLINES;
	int r = grid_plan(store, query, now_us, &grid);
	if (r)
		return r == 1 ? 0 : r;
	const int64_t key[] = { span_below(query->interval), query->market, (int64_t)grid.first, INT64_MAX };
	sqlite3_stmt *s = store_bind(store, STATEMENT_KLINES_UP, ARRAY_LEN(key), key);
	struct candle base;
	r = store_row(store, s);
	if (!r)
		candle_columns(s, &base);
	for (uint64_t open = grid.first; open <= grid.last && ret->count < query->limit && r >= 0;) {
		uint64_t next = interval_next(query->interval, open);
		struct candle sum = { 0 };
		while (r == 0 && base.open_us < next) {
			candle_merge(&sum, &base);
			r = store_row(store, s);
			if (!r)
				candle_columns(s, &base);
		}
		kline_emit(ret, &sum, open, next, &grid.close);
		open = next;
	}
	store_done(s);
	return r < 0 ? r : 0;
}
