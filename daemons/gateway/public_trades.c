// SPDX-License-Identifier: Apache-2.0
// Trades and what is made of them: the newest from the replica's page, older ones and candles from history.
#include "daemons/gateway/public.h"

#define TRADES_DEFAULT 500
#define ROWS_LIMIT_MAX 1000
#define AVERAGE_SPAN_US UINT64_C(300000000)

// The ring of recent trades into g->trade, oldest first. Returns how many; *ret_all when they are all there ever were.
static bool trades_read(struct ask *a, size_t *ret_count, bool *ret_all)
{
	struct gateway *g = a->g;
	const struct marketdata_market *m = a->page;
	static struct marketdata_trade ring[MARKETDATA_TRADES];
	uint64_t ever;
	if (!ask_fresh(a))
		return false;
	const struct piece pieces[] = { { &m->trade_count, &ever, sizeof ever }, { m->trade, ring, sizeof ring } };
	if (!market_copy(m, pieces, ARRAY_LEN(pieces))) {
		ask_refuse(a, API_OVERLOADED, NULL);
		return false;
	}
	size_t count = u64_min(ever, MARKETDATA_TRADES);
	for (size_t i = 0; i < count; i++)
		g->trade[i] = ring[(ever - count + i) % MARKETDATA_TRADES];
	*ret_count = count;
	*ret_all = ever <= MARKETDATA_TRADES;
	return true;
}

void public_trades(struct ask *a)
{
	size_t count;
	bool all;
	if (!ask_market(a) || !trades_read(a, &count, &all))
		return;
	size_t limit = ask_limit(a, TRADES_DEFAULT, ROWS_LIMIT_MAX);
	struct writer w = scratch_writer(a->g);
	JSON(&w, "[");
	for (size_t i = count > limit ? count - limit : 0, n = 0; i < count; i++, n++) {
		if (n)
			JSON(&w, ",");
		answer_trade_row(&w, &a->g->trade[i].trade, a->g->trade[i].time_us);
	}
	JSON(&w, "]");
	ask_answer(a, &w);
}

static void history(struct ask *a, enum history_kind kind, uint64_t limit)
{
	const struct params *p = &a->g->params;
	struct history_query query = {
		.kind = (uint8_t)kind,
		.market = (uint16_t)a->market,
		.limit = (uint16_t)limit,
		.from_id = param_has(p, PARAM_FROM_ID) ? u64_max(param_number(p, PARAM_FROM_ID, 0), 1) : 0,
		.start_us = param_number(p, PARAM_START_TIME, 0),
		.end_us = param_number(p, PARAM_END_TIME, 0),
		.interval = (uint8_t)param_number(p, PARAM_INTERVAL, 0),
	};
	if (query.start_us && query.end_us && query.start_us > query.end_us) {
		ask_refuse(a, API_INVALID_PARAMETER, "endTime");
		return;
	}
	history_ask(a->g, a->c, a->slot, &query);
}

void public_historical_trades(struct ask *a)
{
	if (!ask_market(a))
		return;
	if (param_has(&a->g->params, PARAM_FROM_ID))
		history(a, HISTORY_TRADES, ask_limit(a, TRADES_DEFAULT, ROWS_LIMIT_MAX));
	else
		public_trades(a);
}

// Trades of one taker at one price that follow one another are one aggregate, named by its first trade.
static bool same_aggregate(const struct trade_view *x, const struct trade_view *y)
{
	return x->taker_order == y->taker_order && x->price.units == y->price.units;
}

static struct trade_row aggregate_of(const struct marketdata_trade *first, const struct marketdata_trade *last)
{
	struct trade_row row = { .trade = first->trade, .time_us = first->time_us };
	for (const struct marketdata_trade *t = first + 1; t <= last; t++)
		row.trade.quantity.units += t->trade.quantity.units;
	row.trade.maker_order = first->trade.id;
	row.trade.taker_order = last->trade.id;
	return row;
}

// Where the newest `limit` aggregates begin. Without the first trade ever, the oldest one seen may be the middle of an
// aggregate, so it does not count. Returns how many there are.
static size_t aggregates_from(const struct marketdata_trade *trade, size_t count, bool all, size_t limit, size_t *ret_from)
{
	size_t found = 0, at = count;
	while (at > 0 && found < limit) {
		size_t first = at - 1;
		while (first > 0 && same_aggregate(&trade[first - 1].trade, &trade[at - 1].trade))
			first--;
		if (first == 0 && !all)
			break;
		at = first;
		found++;
	}
	*ret_from = at;
	return found;
}

static void aggregates_answer(struct ask *a, size_t from, size_t count)
{
	const struct marketdata_trade *trade = a->g->trade;
	struct writer w = scratch_writer(a->g);
	JSON(&w, "[");
	for (size_t at = from; at < count;) {
		size_t last = at;
		while (last + 1 < count && same_aggregate(&trade[last + 1].trade, &trade[at].trade))
			last++;
		if (at != from)
			JSON(&w, ",");
		struct trade_row row = aggregate_of(&trade[at], &trade[last]);
		answer_agg_trade_row(&w, &row);
		at = last + 1;
	}
	JSON(&w, "]");
	ask_answer(a, &w);
}

void public_agg_trades(struct ask *a)
{
	const struct params *p = &a->g->params;
	size_t limit = ask_limit(a, TRADES_DEFAULT, ROWS_LIMIT_MAX), count, from;
	bool all;
	if (!ask_market(a))
		return;
	if (param_has(p, PARAM_FROM_ID) || param_has(p, PARAM_START_TIME) || param_has(p, PARAM_END_TIME)) {
		history(a, HISTORY_AGG_TRADES, limit);
		return;
	}
	if (!trades_read(a, &count, &all))
		return;
	if (aggregates_from(a->g->trade, count, all, limit, &from) < limit && !all)
		history(a, HISTORY_AGG_TRADES, limit);
	else
		aggregates_answer(a, from, count);
}

void public_klines(struct ask *a)
{
	if (ask_market(a))
		history(a, HISTORY_KLINES, ask_limit(a, TRADES_DEFAULT, ROWS_LIMIT_MAX));
}

// Weighted by volume over the five minutes before the last trade.
void public_average(struct ask *a)
{
	size_t count;
	bool all;
	unsigned __int128 quote = 0, volume = 0;
	if (!ask_market(a) || !trades_read(a, &count, &all))
		return;
	const struct marketdata_trade *trade = a->g->trade;
	uint64_t close = count ? trade[count - 1].time_us : 0;
	for (size_t i = count; i > 0 && trade[i - 1].time_us + AVERAGE_SPAN_US > close; i--) {
		quote += trade[i - 1].trade.quote.units;
		volume += trade[i - 1].trade.quantity.units;
	}
	struct price price = { volume ? (uint64_t)(quote * AMOUNT_SCALE / volume) : 0 };
	struct writer w = scratch_writer(a->g);
	answer_average(&w, price, close);
	ask_answer(a, &w);
}
