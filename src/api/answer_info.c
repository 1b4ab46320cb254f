// SPDX-License-Identifier: Apache-2.0
#include "api/answer_fields.h"

// What a market's status is called; cancelling stays possible in both of the closed ones.
static const char *const statuses[] = { "TRADING", "HALT", "BREAK" };

static void limit_write(struct writer *w, const char *head, uint64_t limit, bool *first)
{
	if (!limit)
		return;
	if (!*first)
		JSON(w, ",");
	*first = false;
	write_bytes(w, head, strlen(head));
	json_write_number(w, limit);
	JSON(w, "}");
}

void answer_info_begin(struct writer *w, uint64_t now_us, const struct answer_limits *limits)
{
	bool first = true;
	JSON(w, "{\"timezone\":\"UTC\",\"serverTime\":");
	json_write_number(w, now_us / 1000);
	JSON(w, ",\"rateLimits\":[");
	limit_write(w, "{\"rateLimitType\":\"REQUEST_WEIGHT\",\"interval\":\"MINUTE\",\"intervalNum\":1,\"limit\":",
		    limits->weight_per_minute, &first);
	limit_write(w, "{\"rateLimitType\":\"ORDERS\",\"interval\":\"SECOND\",\"intervalNum\":10,\"limit\":",
		    limits->orders_per_10s, &first);
	limit_write(w, "{\"rateLimitType\":\"ORDERS\",\"interval\":\"DAY\",\"intervalNum\":1,\"limit\":",
		    limits->orders_per_day, &first);
	JSON(w, "],\"exchangeFilters\":[],\"symbols\":[");
}

static void filters_write(struct writer *w, const struct market_add *m)
{
	JSON(w, ",\"filters\":[{\"filterType\":\"PRICE_FILTER\"");
	FIELD_UNITS(w, "minPrice", m->price_min.units);
	FIELD_UNITS(w, "maxPrice", m->price_max.units);
	FIELD_UNITS(w, "tickSize", m->tick.units);
	JSON(w, "},{\"filterType\":\"LOT_SIZE\"");
	FIELD_UNITS(w, "minQty", m->quantity_min.units);
	FIELD_UNITS(w, "maxQty", m->quantity_max.units);
	FIELD_UNITS(w, "stepSize", m->lot.units);
	JSON(w, "},{\"filterType\":\"NOTIONAL\"");
	FIELD_UNITS(w, "minNotional", m->notional_min.units);
	JSON(w, ",\"applyMinToMarket\":true");
	FIELD_UNITS(w, "maxNotional", m->notional_max.units);
	JSON(w, ",\"applyMaxToMarket\":true,\"avgPriceMins\":0}]");
}

void answer_info_symbol(struct writer *w, const struct catalogue *c, uint32_t market)
{
	JSON(w, "{\"symbol\":\"");
	json_write_name(w, catalogue_symbol(c, market));
	JSON(w, "\"");
	FIELD_NAME(w, "status", slice_of_name(statuses, ARRAY_LEN(statuses), c->status[market]));
	FIELD_NAME(w, "baseAsset", catalogue_base(c, market));
	JSON(w, ",\"baseAssetPrecision\":8");
	FIELD_NAME(w, "quoteAsset", catalogue_quote(c, market));
	JSON(w, ",\"quotePrecision\":8,\"quoteAssetPrecision\":8,\"baseCommissionPrecision\":8,"
		"\"quoteCommissionPrecision\":8,\"orderTypes\":[\"LIMIT\",\"LIMIT_MAKER\",\"MARKET\"],"
		"\"icebergAllowed\":false,\"ocoAllowed\":false,\"otoAllowed\":false,\"opoAllowed\":false,"
		"\"quoteOrderQtyMarketAllowed\":true,\"allowTrailingStop\":false,\"cancelReplaceAllowed\":false,"
		"\"amendAllowed\":false,\"pegInstructionsAllowed\":false,\"isSpotTradingAllowed\":true,"
		"\"isMarginTradingAllowed\":false");
	filters_write(w, &c->market[market]);
	JSON(w, ",\"permissions\":[\"SPOT\"],\"permissionSets\":[[\"SPOT\"]],"
		"\"defaultSelfTradePreventionMode\":\"EXPIRE_MAKER\",\"allowedSelfTradePreventionModes\":"
		"[\"NONE\",\"EXPIRE_TAKER\",\"EXPIRE_MAKER\",\"EXPIRE_BOTH\"]}");
}

void answer_info_end(struct writer *w)
{
	JSON(w, "]}");
}
