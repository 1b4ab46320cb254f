// SPDX-License-Identifier: Apache-2.0
#include "daemons/history/candles.h"

#include <stdlib.h>

const enum kline_interval candle_span[CANDLE_SPANS] = { INTERVAL_1S, INTERVAL_1M, INTERVAL_1H, INTERVAL_1D };

struct current {
	struct candle candle;
	uint64_t next_us; // where the next one begins; 0 = none was looked at since the start
	bool changed;
};

struct candles {
	uint16_t markets;
	struct current current[][CANDLE_SPANS];
};

struct candles *candles_new(uint16_t markets)
{
	struct candles *c = calloc(1, sizeof *c + markets * sizeof c->current[0]);
	if (c)
		c->markets = markets;
	return c;
}

void candles_free(struct candles *c)
{
	free(c);
}

// A day's sum of a coin with many zeros could pass what the database holds: it stays at the most there is.
static void sum_add(uint64_t *sum, uint64_t more)
{
	*sum = more > INT64_MAX - *sum ? INT64_MAX : *sum + more;
}

void candle_merge(struct candle *to, const struct candle *from)
{
	if (from->trades == 0)
		return;
	if (to->trades == 0) {
		to->open = from->open;
		to->high = from->high;
		to->low = from->low;
	}
	to->high = u64_max(to->high, from->high);
	to->low = u64_min(to->low, from->low);
	to->close = from->close;
	sum_add(&to->volume, from->volume);
	sum_add(&to->taker_volume, from->taker_volume);
	sum_add(&to->quote, from->quote);
	sum_add(&to->taker_quote, from->taker_quote);
	to->trades += from->trades;
}

void candle_add(struct candle *candle, const struct trade_row *trade)
{
	const struct trade_view *t = &trade->trade;
	bool buy = t->taker_side == SIDE_BUY; // "taker buy volume" in the API
	struct candle one = { .open = t->price.units, .high = t->price.units, .low = t->price.units,
			      .close = t->price.units, .volume = t->quantity.units,
			      .taker_volume = buy ? t->quantity.units : 0, .quote = t->quote.units,
			      .taker_quote = buy ? t->quote.units : 0, .trades = 1 };
	candle_merge(candle, &one);
}

// After a restart the candle that was being filled is in the store.
static int candle_resume(struct store *store, unsigned span, uint16_t market, struct candle *candle)
{
	const int64_t key[] = { span, market, (int64_t)candle->open_us };
	sqlite3_stmt *s = store_bind(store, STATEMENT_KLINE_GET, ARRAY_LEN(key), key);
	int r = store_row(store, s);
	if (r)
		return r == 1 ? 0 : r;
	candle_columns(s, candle);
	store_done(s);
	return 0;
}

static int candle_turn(struct store *store, unsigned span, uint16_t market, struct current *now, uint64_t time_us)
{
	int r = 0;
	if (now->changed)
		r = candle_put(store, span, market, &now->candle);
	if (r)
		return r;
	bool first = now->next_us == 0;
	uint64_t open = interval_open(candle_span[span], time_us);
	*now = (struct current){ .candle = { .open_us = open }, .next_us = interval_next(candle_span[span], open) };
	return first ? candle_resume(store, span, market, &now->candle) : 0;
}

int candles_trade(struct candles *c, struct store *store, const struct trade_row *trade)
{
	uint16_t market = trade->trade.market;
	ASSERT(market < c->markets);
	for (unsigned span = 0; span < CANDLE_SPANS; span++) {
		struct current *now = &c->current[market][span];
		if (trade->time_us >= now->next_us) {
			int r = candle_turn(store, span, market, now, trade->time_us);
			if (r)
				return r;
		}
		candle_add(&now->candle, trade);
		now->changed = true;
	}
	return 0;
}

int candles_flush(struct candles *c, struct store *store)
{
	for (uint16_t market = 0; market < c->markets; market++) {
		for (unsigned span = 0; span < CANDLE_SPANS; span++) {
			struct current *now = &c->current[market][span];
			if (!now->changed)
				continue;
			int r = candle_put(store, span, market, &now->candle);
			if (r)
				return r;
			now->changed = false;
		}
	}
	return 0;
}
