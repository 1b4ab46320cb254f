// SPDX-License-Identifier: Apache-2.0
// Rows to columns and back, in the order in which schema.c lists them.
#include "daemons/history/store.h"

static uint64_t column(sqlite3_stmt *s, int i)
{
	return (uint64_t)sqlite3_column_int64(s, i);
}

int order_put(struct store *store, const struct order_record *order)
{
	const struct order_view *v = &order->view;
	const int64_t values[] = { (int64_t)v->id, v->customer, v->market, v->side, v->type, v->tif, v->stp,
				   v->status, v->by_quote };
	sqlite3_stmt *s = store_bind(store, STATEMENT_ORDER_PUT, ARRAY_LEN(values), values);
	sqlite3_bind_text(s, 10, v->client_id, v->client_id_size, SQLITE_STATIC);
	const uint64_t more[] = { v->price.units, v->quantity.units, v->executed.units, v->quote.units, v->time_us,
				  v->updated_us, order->first_trade, order->last_trade };
	for (size_t i = 0; i < ARRAY_LEN(more); i++)
		sqlite3_bind_int64(s, (int)i + 11, (int64_t)more[i]);
	return store_run(store, s);
}

void order_columns(sqlite3_stmt *s, struct order_record *ret)
{
	*ret = (struct order_record){ .first_trade = column(s, 16), .last_trade = column(s, 17) };
	struct order_view *v = &ret->view;
	v->id = column(s, 0);
	v->customer = (uint32_t)column(s, 1);
	v->market = (uint16_t)column(s, 2);
	v->side = (uint8_t)column(s, 3);
	v->type = (uint8_t)column(s, 4);
	v->tif = (uint8_t)column(s, 5);
	v->stp = (uint8_t)column(s, 6);
	v->status = (uint8_t)column(s, 7);
	v->by_quote = column(s, 8) != 0;
	const void *id = sqlite3_column_text(s, 9);
	int size = sqlite3_column_bytes(s, 9);
	if (id && size > 0 && size <= CLIENT_ID_MAX) {
		memcpy(v->client_id, id, (size_t)size);
		v->client_id_size = (uint8_t)size;
	}
	v->price.units = column(s, 10);
	v->quantity.units = column(s, 11);
	v->executed.units = column(s, 12);
	v->quote.units = column(s, 13);
	v->time_us = column(s, 14);
	v->updated_us = column(s, 15);
}

int trade_put(struct store *store, const struct trade_row *trade)
{
	const struct trade_view *t = &trade->trade;
	const int64_t values[] = { t->market, (int64_t)t->id, (int64_t)t->price.units, (int64_t)t->quantity.units,
				   (int64_t)t->quote.units, (int64_t)t->maker_order, (int64_t)t->taker_order,
				   (int64_t)t->maker_fee.units, (int64_t)t->taker_fee.units, t->maker, t->taker,
				   t->taker_side, t->maker_done, (int64_t)trade->time_us };
	return store_run(store, store_bind(store, STATEMENT_TRADE_PUT, ARRAY_LEN(values), values));
}

void trade_columns(sqlite3_stmt *s, struct trade_row *ret)
{
	*ret = (struct trade_row){ .time_us = column(s, 13) };
	struct trade_view *t = &ret->trade;
	t->market = (uint16_t)column(s, 0);
	t->id = column(s, 1);
	t->price.units = column(s, 2);
	t->quantity.units = column(s, 3);
	t->quote.units = column(s, 4);
	t->maker_order = column(s, 5);
	t->taker_order = column(s, 6);
	t->maker_fee.units = column(s, 7);
	t->taker_fee.units = column(s, 8);
	t->maker = (uint32_t)column(s, 9);
	t->taker = (uint32_t)column(s, 10);
	t->taker_side = (uint8_t)column(s, 11);
	t->maker_done = (uint8_t)column(s, 12);
}

int candle_put(struct store *store, unsigned span, uint16_t market, const struct candle *c)
{
	const int64_t values[] = { span, market, (int64_t)c->open_us, (int64_t)c->open, (int64_t)c->high,
				   (int64_t)c->low, (int64_t)c->close, (int64_t)c->volume, (int64_t)c->taker_volume,
				   (int64_t)c->quote, (int64_t)c->taker_quote, (int64_t)c->trades };
	return store_run(store, store_bind(store, STATEMENT_KLINE_PUT, ARRAY_LEN(values), values));
}

void candle_columns(sqlite3_stmt *s, struct candle *ret)
{
	uint64_t *to[] = { &ret->open_us, &ret->open, &ret->high, &ret->low, &ret->close, &ret->volume,
			   &ret->taker_volume, &ret->quote, &ret->taker_quote, &ret->trades };
	for (size_t i = 0; i < ARRAY_LEN(to); i++)
		*to[i] = column(s, (int)i);
}
