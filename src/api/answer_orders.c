// SPDX-License-Identifier: Apache-2.0
#include "api/answer_fields.h"

static const char *const statuses[] = { "NEW",	    "PARTIALLY_FILLED", "FILLED",	    "CANCELED",
					"REJECTED", "EXPIRED",		"EXPIRED_IN_MATCH" };
static const char *const forces[] = { "GTC", "IOC", "FOK" };
static const char *const types[] = { "LIMIT", "MARKET", "LIMIT_MAKER" };
static const char *const sides[] = { "BUY", "SELL" };
static const char *const preventions[] = { "NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH" };

#define FIELD_ENUM(w, name, names, n) FIELD_NAME(w, name, slice_of_name(names, ARRAY_LEN(names), n))

static struct slice client_id(const struct order_view *order)
{
	return slice_of(order->client_id, order->client_id_size <= CLIENT_ID_MAX ? order->client_id_size : 0);
}

static void symbol_write(struct writer *w, const struct catalogue *c, const struct order_view *order)
{
	JSON(w, "{\"symbol\":\"");
	json_write_name(w, catalogue_symbol(c, order->market));
	JSON(w, "\"");
}

static void client_id_write(struct writer *w, struct slice id)
{
	JSON(w, ",\"clientOrderId\":");
	json_write_string(w, id.at, id.size);
}

// Another process wrote it: any byte may be there, and a bool may hold only two.
static bool by_quote(const struct order_view *order)
{
	uint8_t byte;
	memcpy(&byte, &order->by_quote, sizeof byte);
	return byte != 0;
}

// An order by quote amount has no base quantity of its own: what it bought or sold stands for it.
static void quantities_write(struct writer *w, const struct order_view *order)
{
	FIELD_UNITS(w, "price", order->price.units);
	FIELD_UNITS(w, "origQty", by_quote(order) ? order->executed.units : order->quantity.units);
	FIELD_UNITS(w, "executedQty", order->executed.units);
	FIELD_UNITS(w, "origQuoteOrderQty", by_quote(order) ? order->quantity.units : 0);
	FIELD_UNITS(w, "cummulativeQuoteQty", order->quote.units); // sic
}

static void kind_write(struct writer *w, const struct order_view *order)
{
	FIELD_ENUM(w, "status", statuses, order->status);
	FIELD_ENUM(w, "timeInForce", forces, order->tif);
	FIELD_ENUM(w, "type", types, order->type);
	FIELD_ENUM(w, "side", sides, order->side);
	FIELD_ENUM(w, "selfTradePreventionMode", preventions, order->stp);
}

void answer_order_new(struct writer *w, const struct catalogue *c, const struct order_view *order,
		      enum answer_order_form form)
{
	symbol_write(w, c, order);
	FIELD_NUMBER(w, "orderId", order->id);
	JSON(w, ",\"orderListId\":-1");
	client_id_write(w, client_id(order));
	FIELD_NUMBER(w, "transactTime", order->updated_us / 1000);
	if (form != ANSWER_ORDER_ACK) {
		quantities_write(w, order);
		kind_write(w, order);
		FIELD_NUMBER(w, "workingTime", order->time_us / 1000);
	}
	if (form == ANSWER_ORDER_FULL)
		JSON(w, ",\"fills\":[");
	else
		JSON(w, "}");
}

void answer_fill(struct writer *w, const struct catalogue *c, const struct trade_view *trade)
{
	bool buys = trade->taker_side == SIDE_BUY;
	JSON(w, "{\"price\":");
	json_write_units(w, trade->price.units);
	FIELD_UNITS(w, "qty", trade->quantity.units);
	FIELD_UNITS(w, "commission", trade->taker_fee.units);
	FIELD_NAME(w, "commissionAsset", buys ? catalogue_base(c, trade->market) : catalogue_quote(c, trade->market));
	FIELD_NUMBER(w, "tradeId", trade->id);
	JSON(w, "}");
}

void answer_fills_end(struct writer *w)
{
	JSON(w, "]}");
}

void answer_order_cancelled(struct writer *w, const struct catalogue *c, const struct order_view *order)
{
	symbol_write(w, c, order);
	JSON(w, ",\"origClientOrderId\":");
	json_write_string(w, client_id(order).at, client_id(order).size);
	FIELD_NUMBER(w, "orderId", order->id);
	JSON(w, ",\"orderListId\":-1");
	client_id_write(w, client_id(order));
	FIELD_NUMBER(w, "transactTime", order->updated_us / 1000);
	quantities_write(w, order);
	kind_write(w, order);
	JSON(w, "}");
}

void answer_order_row(struct writer *w, const struct catalogue *c, const struct order_view *order)
{
	symbol_write(w, c, order);
	FIELD_NUMBER(w, "orderId", order->id);
	JSON(w, ",\"orderListId\":-1");
	client_id_write(w, client_id(order));
	quantities_write(w, order);
	kind_write(w, order);
	JSON(w, ",\"stopPrice\":\"0.00000000\",\"icebergQty\":\"0.00000000\"");
	FIELD_NUMBER(w, "time", order->time_us / 1000);
	FIELD_NUMBER(w, "updateTime", order->updated_us / 1000);
	FIELD_NUMBER(w, "workingTime", order->time_us / 1000);
	JSON(w, ",\"isWorking\":true}");
}
