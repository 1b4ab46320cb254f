// SPDX-License-Identifier: Apache-2.0
// Public routes: from the clock, the catalogue, the replica's mapping, or history.
#include "daemons/gateway/internal.h"

#define TRADES_DEFAULT 500
#define ROWS_LIMIT_MAX 1000
#define DEPTH_DEFAULT 100
#define AVERAGE_SPAN_US UINT64_C(300000000)

struct ask { // one public request
	struct gateway *g;
	struct connection *c;
	struct slot *slot;
	const struct route *route;
	uint32_t market;                      // where the route has a symbol
	const struct marketdata_market *page;
};

static void answer(struct ask *a, const struct writer *w)
{
	slot_answer_body(a->g, a->c, a->slot, w);
}

static void refuse(struct ask *a, enum api_error error, const char *detail)
{
	slot_refuse(a->g, a->c, a->slot, error, detail);
}

static void answer_text(struct ask *a, const char *text)
{
	slot_answer(a->g, a->c, a->slot, 200, slice_text(text), slice_of(NULL, 0));
}

// Sets market and page from `symbol`. False: refused.
static bool market_find(struct ask *a)
{
	int market = catalogue_find(&a->g->catalogue, param_text(&a->g->params, PARAM_SYMBOL));
	a->page = market < 0 ? NULL : market_page(a->g, (uint32_t)market);
	if (!a->page) {
		refuse(a, API_SYMBOL, NULL);
		return false;
	}
	a->market = (uint32_t)market;
	return true;
}

// limit=0 and what is above the cap are brought to the cap, as the convention does.
static uint64_t limit_of(const struct ask *a, uint64_t fallback, uint64_t most)
{
	uint64_t limit = param_number(&a->g->params, PARAM_LIMIT, fallback);
	return limit == 0 || limit > most ? most : limit;
}

static void ping(struct ask *a)
{
	answer_text(a, "{}");
}

static void time_now(struct ask *a)
{
	struct writer w = scratch_writer(a->g);
	answer_time(&w, a->g->realtime_us);
	answer(a, &w);
}

static void empty_list(struct ask *a)
{
	answer_text(a, "[]");
}

static void no_symbols(struct ask *a)
{
	answer_text(a, "{\"symbols\":[]}");
}

static void system_status(struct ask *a)
{
	answer_text(a, "{\"status\":0,\"msg\":\"normal\"}");
}

// ---- exchangeInfo ----

static void info_render(struct gateway *g)
{
	struct writer w = scratch_writer(g);
	for (uint32_t i = 0; i < g->catalogue.markets; i++) {
		if (i)
			JSON(&w, ",");
		answer_info_symbol(&w, &g->catalogue, i);
	}
	g->info.size = 0;
	if (!w.failed && bytes_append(g, &g->info, g->scratch, writer_size(&w), GATEWAY_ANSWER_MAX))
		g->info_version = g->catalogue.version;
}

typedef void (*symbol_writer)(struct ask *a, struct writer *w, uint32_t market);

// The markets that `symbol` or `symbols` name, or all of them; joined with commas. False: refused.
static bool symbols_write(struct ask *a, struct writer *w, symbol_writer write)
{
	const struct params *p = &a->g->params;
	struct slice name;
	size_t at = 0;
	bool first = true;
	if (param_has(p, PARAM_SYMBOL) && param_has(p, PARAM_SYMBOLS)) {
		refuse(a, API_NOT_REQUIRED, "symbols");
		return false;
	}
	if (param_has(p, PARAM_SYMBOL)) {
		if (!market_find(a))
			return false;
		write(a, w, a->market);
		return true;
	}
	if (!param_has(p, PARAM_SYMBOLS)) {
		for (uint32_t i = 0; i < a->g->catalogue.markets; i++) {
			if (i)
				JSON(w, ",");
			write(a, w, i);
		}
		return true;
	}
	while (symbols_next(p, &at, &name)) {
		int market = catalogue_find(&a->g->catalogue, name);
		if (market < 0) {
			refuse(a, API_SYMBOL, NULL);
			return false;
		}
		if (!first)
			JSON(w, ",");
		first = false;
		write(a, w, (uint32_t)market);
	}
	return true;
}

static void info_symbol_write(struct ask *a, struct writer *w, uint32_t market)
{
	answer_info_symbol(w, &a->g->catalogue, market);
}

static void exchange_info(struct ask *a)
{
	struct gateway *g = a->g;
	bool some = param_has(&g->params, PARAM_SYMBOL) || param_has(&g->params, PARAM_SYMBOLS);
	if (!some && g->info_version != g->catalogue.version)
		info_render(g);
	struct writer w = scratch_writer(g);
	answer_info_begin(&w, g->realtime_us, &g->setup.limits);
	if (!some)
		write_bytes(&w, g->info.at, g->info.size);
	else if (!symbols_write(a, &w, info_symbol_write))
		return;
	answer_info_end(&w);
	answer(a, &w);
}

// ---- book ----

static void depth(struct ask *a)
{
	struct gateway *g = a->g;
	if (!market_find(a))
		return;
	const struct marketdata_market *m = a->page;
	uint64_t limit = limit_of(a, DEPTH_DEFAULT, MARKETDATA_LEVELS), update;
	uint32_t counts[2];
	_Static_assert(offsetof(struct marketdata_market, asks) ==
			       offsetof(struct marketdata_market, bids) + sizeof(uint32_t),
		       "both counts are one piece");
	const struct piece pieces[] = { { &m->book_update, &update, sizeof update },
					{ &m->bids, counts, sizeof counts },
					{ m->bid, g->bid, limit * sizeof g->bid[0] },
					{ m->ask, g->ask, limit * sizeof g->ask[0] } };
	if (!market_copy(m, pieces, ARRAY_LEN(pieces))) {
		refuse(a, API_OVERLOADED, NULL);
		return;
	}
	struct writer w = scratch_writer(g);
	answer_depth(&w, update, g->bid, u64_min(counts[0], limit), g->ask, u64_min(counts[1], limit));
	answer(a, &w);
}

static bool touch_read(const struct marketdata_market *m, struct answer_touch *touch, struct marketdata_ticker *ticker)
{
	uint32_t counts[2];
	const struct piece pieces[] = { { &m->bids, counts, sizeof counts },
					{ m->bid, &touch->bid, sizeof touch->bid },
					{ m->ask, &touch->ask, sizeof touch->ask },
					{ &m->ticker, ticker, sizeof *ticker } };
	if (!market_copy(m, pieces, ARRAY_LEN(pieces)))
		return false;
	if (!counts[0])
		touch->bid = (struct marketdata_level){ 0 };
	if (!counts[1])
		touch->ask = (struct marketdata_level){ 0 };
	return true;
}

// ---- tickers: an object for `symbol`, else a list ----

static void ticker_write(struct ask *a, struct writer *w, uint32_t market)
{
	const struct marketdata_market *m = market_page(a->g, market);
	struct answer_touch touch = { 0 };
	struct marketdata_ticker ticker = { 0 };
	// A page that cannot be read shows zeros; the replica is then down, and `status` says so.
	if (m && !touch_read(m, &touch, &ticker))
		ticker = (struct marketdata_ticker){ 0 };
	if (a->route->id == ROUTE_TICKER_PRICE)
		answer_ticker_price(w, &a->g->catalogue, market, ticker.last);
	else if (a->route->id == ROUTE_TICKER_BOOK)
		answer_ticker_book(w, &a->g->catalogue, market, &touch);
	else
		answer_ticker_24hr(w, &a->g->catalogue, market, &ticker, &touch,
				   param_number(&a->g->params, PARAM_TICKER_TYPE, 0) == 1);
}

static void ticker(struct ask *a)
{
	bool one = param_has(&a->g->params, PARAM_SYMBOL);
	struct writer w = scratch_writer(a->g);
	if (!one)
		JSON(&w, "[");
	if (!symbols_write(a, &w, ticker_write))
		return;
	if (!one)
		JSON(&w, "]");
	answer(a, &w);
}

// ---- trades ----

// The ring of recent trades into g->trade, oldest first. Returns how many; *ret_all when they are all there ever were.
static bool trades_read(struct ask *a, size_t *ret_count, bool *ret_all)
{
	struct gateway *g = a->g;
	const struct marketdata_market *m = a->page;
	static struct marketdata_trade ring[MARKETDATA_TRADES];
	uint64_t ever;
	const struct piece pieces[] = { { &m->trade_count, &ever, sizeof ever }, { m->trade, ring, sizeof ring } };
	if (!market_copy(m, pieces, ARRAY_LEN(pieces))) {
		refuse(a, API_OVERLOADED, NULL);
		return false;
	}
	size_t count = u64_min(ever, MARKETDATA_TRADES);
	for (size_t i = 0; i < count; i++)
		g->trade[i] = ring[(ever - count + i) % MARKETDATA_TRADES];
	*ret_count = count;
	*ret_all = ever <= MARKETDATA_TRADES;
	return true;
}

static void trades(struct ask *a)
{
	size_t count;
	bool all;
	if (!market_find(a) || !trades_read(a, &count, &all))
		return;
	size_t limit = limit_of(a, TRADES_DEFAULT, ROWS_LIMIT_MAX);
	struct writer w = scratch_writer(a->g);
	JSON(&w, "[");
	for (size_t i = count > limit ? count - limit : 0, n = 0; i < count; i++, n++) {
		if (n)
			JSON(&w, ",");
		answer_trade_row(&w, &a->g->trade[i].trade, a->g->trade[i].time_us);
	}
	JSON(&w, "]");
	answer(a, &w);
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
		refuse(a, API_INVALID_PARAMETER, "endTime");
		return;
	}
	history_ask(a->g, a->c, a->slot, &query);
}

static void historical_trades(struct ask *a)
{
	if (!market_find(a))
		return;
	if (param_has(&a->g->params, PARAM_FROM_ID))
		history(a, HISTORY_TRADES, limit_of(a, TRADES_DEFAULT, ROWS_LIMIT_MAX));
	else
		trades(a);
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
	answer(a, &w);
}

static void agg_trades(struct ask *a)
{
	const struct params *p = &a->g->params;
	size_t limit = limit_of(a, TRADES_DEFAULT, ROWS_LIMIT_MAX), count, from;
	bool all;
	if (!market_find(a))
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

static void klines(struct ask *a)
{
	if (market_find(a))
		history(a, HISTORY_KLINES, limit_of(a, TRADES_DEFAULT, ROWS_LIMIT_MAX));
}

// Weighted by volume over the five minutes before the last trade.
static void average(struct ask *a)
{
	size_t count;
	bool all;
	unsigned __int128 quote = 0, volume = 0;
	if (!market_find(a) || !trades_read(a, &count, &all))
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
	answer(a, &w);
}

static void (*const handlers[])(struct ask *a) = {
	[ROUTE_PING] = ping,
	[ROUTE_TIME] = time_now,
	[ROUTE_EXCHANGE_INFO] = exchange_info,
	[ROUTE_DEPTH] = depth,
	[ROUTE_TRADES] = trades,
	[ROUTE_HISTORICAL_TRADES] = historical_trades,
	[ROUTE_AGG_TRADES] = agg_trades,
	[ROUTE_KLINES] = klines,
	[ROUTE_AVG_PRICE] = average,
	[ROUTE_TICKER_24HR] = ticker,
	[ROUTE_TICKER_PRICE] = ticker,
	[ROUTE_TICKER_BOOK] = ticker,
	[ROUTE_SYSTEM_STATUS] = system_status,
	[ROUTE_EMPTY_LIST] = empty_list,
	[ROUTE_NO_SYMBOLS] = no_symbols,
};

void public_answer(struct gateway *g, struct connection *c, struct slot *slot, const struct route *route)
{
	ASSERT(route->id < ARRAY_LEN(handlers) && handlers[route->id]);
	struct ask ask = { .g = g, .c = c, .slot = slot, .route = route };
	handlers[route->id](&ask);
}
