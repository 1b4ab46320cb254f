// SPDX-License-Identifier: Apache-2.0
#include "api/answer_fields.h"

static struct fee_rate rate_of(const struct catalogue *c, uint32_t market, bool maker)
{
	if (market >= c->markets)
		return (struct fee_rate){ 0 };
	return maker ? c->market[market].maker : c->market[market].taker;
}

static void rates_write(struct writer *w, struct fee_rate maker, struct fee_rate taker)
{
	JSON(w, "{\"maker\":");
	json_write_rate(w, maker);
	JSON(w, ",\"taker\":");
	json_write_rate(w, taker);
	JSON(w, ",\"buyer\":\"0.00000000\",\"seller\":\"0.00000000\"}");
}

// Rates belong to markets here; the account shows those of the first one, in basis points and as fractions.
void answer_account_begin(struct writer *w, const struct catalogue *c, uint32_t customer, uint64_t time_us)
{
	struct fee_rate maker = rate_of(c, 0, true), taker = rate_of(c, 0, false);
	JSON(w, "{\"makerCommission\":");
	json_write_number(w, maker.ppm / 100);
	FIELD_NUMBER(w, "takerCommission", taker.ppm / 100);
	JSON(w, ",\"buyerCommission\":0,\"sellerCommission\":0,\"commissionRates\":");
	rates_write(w, maker, taker);
	JSON(w, ",\"canTrade\":true,\"canWithdraw\":false,\"canDeposit\":false,\"brokered\":false,"
		"\"requireSelfTradePrevention\":false,\"preventSor\":false");
	FIELD_NUMBER(w, "updateTime", time_us / 1000);
	JSON(w, ",\"accountType\":\"SPOT\",\"permissions\":[\"SPOT\"]");
	FIELD_NUMBER(w, "uid", customer);
	JSON(w, ",\"balances\":[");
}

void answer_balance_row(struct writer *w, const struct catalogue *c, const struct balance_row *row)
{
	JSON(w, "{\"asset\":\"");
	json_write_name(w, catalogue_asset(c, row->asset));
	JSON(w, "\"");
	FIELD_UNITS(w, "free", row->available.units);
	FIELD_UNITS(w, "locked", row->held.units);
	JSON(w, "}");
}

void answer_account_end(struct writer *w)
{
	JSON(w, "]}");
}

void answer_coin_row(struct writer *w, const struct catalogue *c, const struct balance_row *row)
{
	struct slice name = catalogue_asset(c, row->asset);
	JSON(w, "{\"coin\":\"");
	json_write_name(w, name);
	JSON(w, "\"");
	FIELD_NAME(w, "name", name);
	FIELD_UNITS(w, "free", row->available.units);
	FIELD_UNITS(w, "locked", row->held.units);
	JSON(w, ",\"freeze\":\"0\",\"withdrawing\":\"0\",\"ipoing\":\"0\",\"ipoable\":\"0\",\"storage\":\"0\","
		"\"isLegalMoney\":false,\"trading\":true,\"depositAllEnable\":false,\"withdrawAllEnable\":false,"
		"\"networkList\":[]}");
}

struct own_side { bool maker, buyer; };

static struct own_side own_side(const struct trade_view *trade, uint32_t customer)
{
	bool maker = trade->maker == customer && trade->taker != customer;
	bool taker_buys = trade->taker_side == SIDE_BUY;
	return (struct own_side){ .maker = maker, .buyer = maker ? !taker_buys : taker_buys };
}

void answer_my_trade_row(struct writer *w, const struct catalogue *c, const struct trade_row *row, uint32_t customer)
{
	const struct trade_view *t = &row->trade;
	struct own_side own = own_side(t, customer);
	JSON(w, "{\"symbol\":\"");
	json_write_name(w, catalogue_symbol(c, t->market));
	JSON(w, "\"");
	FIELD_NUMBER(w, "id", t->id);
	FIELD_NUMBER(w, "orderId", own.maker ? t->maker_order : t->taker_order);
	JSON(w, ",\"orderListId\":-1");
	FIELD_UNITS(w, "price", t->price.units);
	FIELD_UNITS(w, "qty", t->quantity.units);
	FIELD_UNITS(w, "quoteQty", t->quote.units);
	FIELD_UNITS(w, "commission", own.maker ? t->maker_fee.units : t->taker_fee.units);
	FIELD_NAME(w, "commissionAsset", own.buyer ? catalogue_base(c, t->market) : catalogue_quote(c, t->market));
	FIELD_NUMBER(w, "time", row->time_us / 1000);
	JSON(w, ",\"isBuyer\":");
	json_write_bool(w, own.buyer);
	JSON(w, ",\"isMaker\":");
	json_write_bool(w, own.maker);
	JSON(w, ",\"isBestMatch\":true}");
}

void answer_commission(struct writer *w, const struct catalogue *c, uint32_t market)
{
	static const struct fee_rate none;
	JSON(w, "{\"symbol\":\"");
	json_write_name(w, catalogue_symbol(c, market));
	JSON(w, "\",\"standardCommission\":");
	rates_write(w, rate_of(c, market, true), rate_of(c, market, false));
	JSON(w, ",\"specialCommission\":");
	rates_write(w, none, none);
	JSON(w, ",\"taxCommission\":");
	rates_write(w, none, none);
	JSON(w, ",\"discount\":{\"enabledForAccount\":false,\"enabledForSymbol\":false,\"discountAsset\":\"\","
		"\"discount\":\"0.00000000\"}}");
}

void answer_trade_fee_row(struct writer *w, const struct catalogue *c, uint32_t market)
{
	JSON(w, "{\"symbol\":\"");
	json_write_name(w, catalogue_symbol(c, market));
	JSON(w, "\",\"makerCommission\":");
	json_write_rate(w, rate_of(c, market, true));
	JSON(w, ",\"takerCommission\":");
	json_write_rate(w, rate_of(c, market, false));
	JSON(w, "}");
}
