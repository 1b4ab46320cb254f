// SPDX-License-Identifier: Apache-2.0
// Assets, markets and books from the replica's public page.
#include "answers.h"

static json_t *decimal(uint64_t units)
{
	char text[AMOUNT_TEXT_MAX];
	size_t n = amount_format(units, text);
	return json_stringn(text, n);
}

static uint32_t markets_of(const struct pages *pages)
{
	return (uint32_t)u64_min(atomic_load(&pages->marketdata->markets), pages->markets_max);
}

static json_t *name_of(const char *from, size_t size)
{
	char copy[SYMBOL_MAX + 1] = { 0 };
	memcpy(copy, from, size < sizeof copy ? size : sizeof copy - 1);
	for (char *p = copy; *p; p++)
		*p = *p > ' ' && *p <= '~' ? *p : '?';
	return json_string(copy);
}

static json_t *market_of(const struct marketdata_market *m, uint32_t number)
{
	struct market_add add;
	uint8_t status = m->status;
	if (!marketdata_copy(m, &m->market, &add, sizeof add))
		return NULL;
	return json_pack("{s:i, s:o, s:i, s:i, s:i, s:o, s:o, s:i, s:i}", "market", (int)number, "symbol",
			 name_of(add.symbol, sizeof add.symbol), "base", (int)add.base, "quote", (int)add.quote, "status",
			 (int)status, "tick", decimal(add.tick.units), "lot", decimal(add.lot.units), "maker_ppm",
			 (int)add.maker.ppm, "taker_ppm", (int)add.taker.ppm);
}

json_t *answer_markets(const struct pages *pages)
{
	if (!pages->marketdata)
		return answer_error("market data is not there yet");
	json_t *assets = json_array(), *markets = json_array();
	uint32_t n = (uint32_t)u64_min(atomic_load(&pages->marketdata->assets), MARKETDATA_ASSETS_MAX);
	for (uint32_t i = 0; i < n; i++)
		json_array_append_new(assets, name_of(pages->marketdata->asset[i].name, ASSET_NAME_MAX + 1));
	for (uint32_t i = 0; i < markets_of(pages); i++)
		json_array_append_new(markets, market_of(&pages->marketdata->market[i], i));
	return json_pack("{s:b, s:o, s:o}", "ok", 1, "assets", assets, "markets", markets);
}

static const struct marketdata_market *market_find(const struct pages *pages, const char *symbol)
{
	for (uint32_t i = 0; i < markets_of(pages); i++)
		if (!strncmp(pages->marketdata->market[i].market.symbol, symbol, SYMBOL_MAX + 1))
			return &pages->marketdata->market[i];
	return NULL;
}

// What a book shows, as it was at one moment.
struct view {
	uint64_t update, trades_ever;
	uint32_t bids, asks;
	struct marketdata_level bid[BOOK_LEVELS_MAX], ask[BOOK_LEVELS_MAX];
	struct marketdata_trade trade[BOOK_TRADES_MAX]; // newest first
	uint32_t trades;
	struct marketdata_ticker ticker;
};

static void view_copy(const struct marketdata_market *m, const struct control_request *want, struct view *to)
{
	to->update = m->book_update;
	to->bids = (uint32_t)u64_min(m->bids, want->levels);
	to->asks = (uint32_t)u64_min(m->asks, want->levels);
	memcpy(to->bid, m->bid, to->bids * sizeof to->bid[0]);
	memcpy(to->ask, m->ask, to->asks * sizeof to->ask[0]);
	to->ticker = m->ticker;
	to->trades_ever = m->trade_count;
	to->trades = (uint32_t)u64_min(to->trades_ever, want->trades);
	for (uint32_t i = 0; i < to->trades; i++)
		to->trade[i] = m->trade[(to->trades_ever - 1 - i) % MARKETDATA_TRADES];
}

static bool view_take(const struct marketdata_market *m, const struct control_request *want, struct view *to)
{
	for (unsigned tries = 0; tries < 10000; tries++) {
		uint32_t before = atomic_load_explicit(&m->lock, memory_order_acquire);
		if (before & 1)
			continue;
		view_copy(m, want, to);
		atomic_thread_fence(memory_order_acquire);
		if (atomic_load_explicit(&m->lock, memory_order_relaxed) == before)
			return true;
	}
	return false;
}

static json_t *levels_of(const struct marketdata_level *level, uint32_t count)
{
	json_t *list = json_array();
	for (uint32_t i = 0; i < count; i++)
		json_array_append_new(list, json_pack("[o, o]", decimal(level[i].price.units),
						      decimal(level[i].quantity.units)));
	return list;
}

static json_t *trades_of(const struct view *v)
{
	json_t *list = json_array();
	for (uint32_t i = 0; i < v->trades; i++) {
		const struct trade_view *t = &v->trade[i].trade;
		json_array_append_new(list, json_pack("{s:I, s:I, s:o, s:o, s:s}", "id", (json_int_t)t->id, "time_us",
						      (json_int_t)v->trade[i].time_us, "price", decimal(t->price.units),
						      "quantity", decimal(t->quantity.units), "taker",
						      t->taker_side == SIDE_BUY ? "buy" : "sell"));
	}
	return list;
}

json_t *answer_book(const struct pages *pages, const struct control_request *request)
{
	static struct view v; // some 20 KB
	const struct marketdata_market *m = pages->marketdata ? market_find(pages, request->symbol) : NULL;
	if (!m)
		return answer_error(pages->marketdata ? "there is no market of that symbol" : "market data is not there yet");
	if (!view_take(m, request, &v))
		return answer_error("the book changes too fast to be read; ask again");
	return json_pack("{s:b, s:s, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "ok", 1, "symbol", request->symbol, "update",
			 (json_int_t)v.update, "bids", levels_of(v.bid, v.bids), "asks", levels_of(v.ask, v.asks), "trades",
			 trades_of(&v), "last", decimal(v.ticker.last.units), "high", decimal(v.ticker.high.units), "low",
			 decimal(v.ticker.low.units), "volume", decimal(v.ticker.volume.units));
}
