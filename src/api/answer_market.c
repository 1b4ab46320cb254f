// SPDX-License-Identifier: Apache-2.0
#include "api/answer_fields.h"

void answer_time(struct writer *w, uint64_t now_us)
{
	JSON(w, "{\"serverTime\":");
	json_write_number(w, now_us / 1000);
	JSON(w, "}");
}

void answer_trade_row(struct writer *w, const struct trade_view *trade, uint64_t time_us)
{
	JSON(w, "{\"id\":");
	json_write_number(w, trade->id);
	FIELD_UNITS(w, "price", trade->price.units);
	FIELD_UNITS(w, "qty", trade->quantity.units);
	FIELD_UNITS(w, "quoteQty", trade->quote.units);
	FIELD_NUMBER(w, "time", time_us / 1000);
	JSON(w, ",\"isBuyerMaker\":");
	json_write_bool(w, trade->taker_side == SIDE_SELL);
	JSON(w, ",\"isBestMatch\":true}");
}

void answer_agg_trade_row(struct writer *w, const struct trade_row *row)
{
	JSON(w, "{\"a\":");
	json_write_number(w, row->trade.id);
	FIELD_UNITS(w, "p", row->trade.price.units);
	FIELD_UNITS(w, "q", row->trade.quantity.units);
	FIELD_NUMBER(w, "f", row->trade.maker_order); // first and last trade: see trade_row
	FIELD_NUMBER(w, "l", row->trade.taker_order);
	FIELD_NUMBER(w, "T", row->time_us / 1000);
	JSON(w, ",\"m\":");
	json_write_bool(w, row->trade.taker_side == SIDE_SELL);
	JSON(w, ",\"M\":true}");
}

void answer_kline_row(struct writer *w, const struct kline_row *k)
{
	const uint64_t prices[] = { k->open.units, k->high.units, k->low.units, k->close.units, k->volume.units };
	JSON(w, "[");
	json_write_number(w, k->open_time_us / 1000);
	for (size_t i = 0; i < ARRAY_LEN(prices); i++) {
		JSON(w, ",");
		json_write_units(w, prices[i]);
	}
	JSON(w, ",");
	json_write_number(w, k->close_time_us / 1000);
	JSON(w, ",");
	json_write_units(w, k->quote.units);
	JSON(w, ",");
	json_write_number(w, k->trades);
	JSON(w, ",");
	json_write_units(w, k->taker_buy_volume.units);
	JSON(w, ",");
	json_write_units(w, k->taker_buy_quote.units);
	JSON(w, ",\"0\"]");
}

void answer_levels(struct writer *w, const struct marketdata_level *level, size_t count)
{
	JSON(w, "[");
	for (size_t i = 0; i < count; i++) {
		if (i)
			JSON(w, ",");
		JSON(w, "[");
		json_write_units(w, level[i].price.units);
		JSON(w, ",");
		json_write_units(w, level[i].quantity.units);
		JSON(w, "]");
	}
	JSON(w, "]");
}

void answer_depth(struct writer *w, uint64_t update, const struct marketdata_level *bid, size_t bids,
		  const struct marketdata_level *ask, size_t asks)
{
	JSON(w, "{\"lastUpdateId\":");
	json_write_number(w, update);
	JSON(w, ",\"bids\":");
	answer_levels(w, bid, bids);
	JSON(w, ",\"asks\":");
	answer_levels(w, ask, asks);
	JSON(w, "}");
}

static void symbol_write(struct writer *w, const struct catalogue *c, uint32_t market)
{
	JSON(w, "{\"symbol\":\"");
	json_write_name(w, catalogue_symbol(c, market));
	JSON(w, "\"");
}

// (last - open) / open in percent with three decimals: "-1.250".
static void percent_write(struct writer *w, uint64_t open, uint64_t last)
{
	bool negative = last < open;
	uint64_t change = negative ? open - last : last - open;
	uint64_t thousandths = open ? (uint64_t)((unsigned __int128)change * 100000 / open) : 0;
	char fraction[3] = { (char)('0' + thousandths / 100 % 10), (char)('0' + thousandths / 10 % 10),
			     (char)('0' + thousandths % 10) };
	JSON(w, ",\"priceChangePercent\":\"");
	if (negative && thousandths)
		JSON(w, "-");
	json_write_number(w, thousandths / 1000);
	JSON(w, ".");
	write_bytes(w, fraction, sizeof fraction);
	JSON(w, "\"");
}

static uint64_t average_price(uint64_t quote, uint64_t volume)
{
	unsigned __int128 price = volume ? (unsigned __int128)quote * AMOUNT_SCALE / volume : 0;
	return price > AMOUNT_MAX ? AMOUNT_MAX : (uint64_t)price;
}

static void change_write(struct writer *w, const struct marketdata_ticker *t)
{
	bool negative = t->last.units < t->open.units;
	uint64_t change = negative ? t->open.units - t->last.units : t->last.units - t->open.units;
	JSON(w, ",\"priceChange\":");
	json_write_signed_units(w, change, negative);
	percent_write(w, t->open.units, t->last.units);
	FIELD_UNITS(w, "weightedAvgPrice", average_price(t->quote_volume.units, t->volume.units));
	FIELD_UNITS(w, "prevClosePrice", t->previous_close.units);
	FIELD_UNITS(w, "lastQty", t->last_quantity.units);
}

static void touch_write(struct writer *w, const struct answer_touch *touch)
{
	FIELD_UNITS(w, "bidPrice", touch->bid.price.units);
	FIELD_UNITS(w, "bidQty", touch->bid.quantity.units);
	FIELD_UNITS(w, "askPrice", touch->ask.price.units);
	FIELD_UNITS(w, "askQty", touch->ask.quantity.units);
}

static void trade_ids_write(struct writer *w, const struct marketdata_ticker *t)
{
	if (t->count) {
		FIELD_NUMBER(w, "firstId", t->first_id);
		FIELD_NUMBER(w, "lastId", t->last_id);
	} else {
		JSON(w, ",\"firstId\":-1,\"lastId\":-1");
	}
	FIELD_NUMBER(w, "count", t->count);
}

void answer_ticker_24hr(struct writer *w, const struct catalogue *c, uint32_t market,
			const struct marketdata_ticker *t, const struct answer_touch *touch, bool mini)
{
	symbol_write(w, c, market);
	if (!mini) {
		change_write(w, t);
		touch_write(w, touch);
	}
	FIELD_UNITS(w, "lastPrice", t->last.units);
	FIELD_UNITS(w, "openPrice", t->open.units);
	FIELD_UNITS(w, "highPrice", t->high.units);
	FIELD_UNITS(w, "lowPrice", t->low.units);
	FIELD_UNITS(w, "volume", t->volume.units);
	FIELD_UNITS(w, "quoteVolume", t->quote_volume.units);
	FIELD_NUMBER(w, "openTime", t->open_time_us / 1000);
	FIELD_NUMBER(w, "closeTime", t->close_time_us / 1000);
	trade_ids_write(w, t);
	JSON(w, "}");
}

void answer_ticker_price(struct writer *w, const struct catalogue *c, uint32_t market, struct price last)
{
	symbol_write(w, c, market);
	FIELD_UNITS(w, "price", last.units);
	JSON(w, "}");
}

void answer_ticker_book(struct writer *w, const struct catalogue *c, uint32_t market,
			const struct answer_touch *touch)
{
	symbol_write(w, c, market);
	touch_write(w, touch);
	JSON(w, "}");
}

void answer_average(struct writer *w, struct price average, uint64_t close_time_us)
{
	JSON(w, "{\"mins\":5");
	FIELD_UNITS(w, "price", average.units);
	FIELD_NUMBER(w, "closeTime", close_time_us / 1000);
	JSON(w, "}");
}
