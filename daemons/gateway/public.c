// SPDX-License-Identifier: Apache-2.0
// Public routes: from the clock, the catalogue, the replica's mapping, or history.
#include "daemons/gateway/public.h"

#define DEPTH_DEFAULT 100

void ask_answer(struct ask *a, const struct writer *w)
{
	slot_answer_body(a->g, a->c, a->slot, w);
}

void ask_refuse(struct ask *a, enum api_error error, const char *detail)
{
	slot_refuse(a->g, a->c, a->slot, error, detail);
}

static void answer_text(struct ask *a, const char *text)
{
	slot_answer(a->g, a->c, a->slot, 200, slice_text(text), slice_of(NULL, 0));
}

// Sets market and page from `symbol`. False: refused.
bool ask_market(struct ask *a)
{
	int market = catalogue_find(&a->g->catalogue, param_text(&a->g->params, PARAM_SYMBOL));
	a->page = market < 0 ? NULL : market_page(a->g, (uint32_t)market);
	if (!a->page) {
		ask_refuse(a, API_SYMBOL, NULL);
		return false;
	}
	a->market = (uint32_t)market;
	return true;
}

// A frozen replica leaves pages that read well and are wrong: an old price is worse than none.
bool ask_fresh(struct ask *a)
{
	const struct marketdata *data = a->g->setup.data;
	if (data && marketdata_fresh(data, a->g->realtime_us))
		return true;
	ask_refuse(a, API_MARKET_DATA_STALE, NULL);
	return false;
}

// limit=0 and what is above the cap are brought to the cap, as the convention does.
uint64_t ask_limit(const struct ask *a, uint64_t fallback, uint64_t most)
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
	ask_answer(a, &w);
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
		ask_refuse(a, API_NOT_REQUIRED, "symbols");
		return false;
	}
	if (param_has(p, PARAM_SYMBOL)) {
		if (!ask_market(a))
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
			ask_refuse(a, API_SYMBOL, NULL);
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
	ask_answer(a, &w);
}

// ---- book ----

static void depth(struct ask *a)
{
	struct gateway *g = a->g;
	if (!ask_market(a) || !ask_fresh(a))
		return;
	const struct marketdata_market *m = a->page;
	uint64_t limit = ask_limit(a, DEPTH_DEFAULT, MARKETDATA_LEVELS), update;
	uint32_t counts[2];
	_Static_assert(offsetof(struct marketdata_market, asks) ==
			       offsetof(struct marketdata_market, bids) + sizeof(uint32_t),
		       "both counts are one piece");
	const struct piece pieces[] = { { &m->book_update, &update, sizeof update },
					{ &m->bids, counts, sizeof counts },
					{ m->bid, g->bid, limit * sizeof g->bid[0] },
					{ m->ask, g->ask, limit * sizeof g->ask[0] } };
	if (!market_copy(m, pieces, ARRAY_LEN(pieces))) {
		ask_refuse(a, API_OVERLOADED, NULL);
		return;
	}
	struct writer w = scratch_writer(g);
	answer_depth(&w, update, g->bid, u64_min(counts[0], limit), g->ask, u64_min(counts[1], limit));
	ask_answer(a, &w);
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
	// Without the page there is no price, and none is not zero. One unreadable page refuses the whole list.
	if (a->unreadable || !m || !touch_read(m, &touch, &ticker)) {
		a->unreadable = true;
		return;
	}
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
	if (!ask_fresh(a))
		return;
	if (!one)
		JSON(&w, "[");
	if (!symbols_write(a, &w, ticker_write))
		return;
	if (a->unreadable) {
		ask_refuse(a, API_OVERLOADED, NULL);
		return;
	}
	if (!one)
		JSON(&w, "]");
	ask_answer(a, &w);
}

static void (*const handlers[])(struct ask *a) = {
	[ROUTE_PING] = ping,
	[ROUTE_TIME] = time_now,
	[ROUTE_EXCHANGE_INFO] = exchange_info,
	[ROUTE_DEPTH] = depth,
	[ROUTE_TRADES] = public_trades,
	[ROUTE_HISTORICAL_TRADES] = public_historical_trades,
	[ROUTE_AGG_TRADES] = public_agg_trades,
	[ROUTE_KLINES] = public_klines,
	[ROUTE_AVG_PRICE] = public_average,
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
