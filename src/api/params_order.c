// SPDX-License-Identifier: Apache-2.0
// The rules between the parameters of an order: what each type needs and what it must not have.
#include "api/params.h"

struct order_rule {
	uint8_t param;
	const char *name;
	enum { ORDER_NEEDS, ORDER_REFUSES } rule;
};

static const struct order_rule limit_rules[] = {
	{ PARAM_TIME_IN_FORCE, "timeInForce", ORDER_NEEDS },
	{ PARAM_QUANTITY, "quantity", ORDER_NEEDS },
	{ PARAM_PRICE, "price", ORDER_NEEDS },
	{ PARAM_QUOTE_ORDER_QTY, "quoteOrderQty", ORDER_REFUSES },
};
static const struct order_rule market_rules[] = {
	{ PARAM_PRICE, "price", ORDER_REFUSES },
	{ PARAM_TIME_IN_FORCE, "timeInForce", ORDER_REFUSES },
};
static const struct order_rule maker_rules[] = {
	{ PARAM_QUANTITY, "quantity", ORDER_NEEDS },
	{ PARAM_PRICE, "price", ORDER_NEEDS },
	{ PARAM_TIME_IN_FORCE, "timeInForce", ORDER_REFUSES },
	{ PARAM_QUOTE_ORDER_QTY, "quoteOrderQty", ORDER_REFUSES },
};

static const struct {
	const struct order_rule *rules;
	size_t count;
	enum order_response response; // when none was asked for
} types[] = {
	[ORDER_LIMIT] = { limit_rules, ARRAY_LEN(limit_rules), RESPONSE_FULL },
	[ORDER_MARKET] = { market_rules, ARRAY_LEN(market_rules), RESPONSE_FULL },
	[ORDER_LIMIT_MAKER] = { maker_rules, ARRAY_LEN(maker_rules), RESPONSE_ACK },
};

static bool rules_hold(const struct params *p, const struct order_rule *rules, size_t count, struct api_problem *problem)
{
	for (size_t i = 0; i < count; i++) {
		bool has = param_has(p, (enum param)rules[i].param);
		if (has == (rules[i].rule == ORDER_NEEDS))
			continue;
		api_problem_set(problem, has ? API_NOT_REQUIRED : API_MANDATORY, rules[i].name);
		return false;
	}
	return true;
}

static bool market_size_there(const struct params *p, struct api_problem *problem)
{
	bool base = param_has(p, PARAM_QUANTITY), quote = param_has(p, PARAM_QUOTE_ORDER_QTY);
	if (base && quote)
		api_problem_set(problem, API_NOT_REQUIRED, "quoteOrderQty");
	else if (!base && !quote)
		api_problem_set(problem, API_EITHER_MANDATORY, "quantity' or 'quoteOrderQty");
	return base != quote;
}

int params_order(const struct params *p, struct order_new *ret, enum order_response *ret_response,
		 struct api_problem *ret_problem)
{
	uint64_t type = param_number(p, PARAM_TYPE, ORDER_LIMIT);
	ASSERT(type < ARRAY_LEN(types));
	if (!rules_hold(p, types[type].rules, types[type].count, ret_problem))
		return 1;
	if (type == ORDER_MARKET && !market_size_there(p, ret_problem))
		return 1;
	bool by_quote = param_has(p, PARAM_QUOTE_ORDER_QTY);
	struct slice id = param_text(p, PARAM_NEW_CLIENT_ORDER_ID);
	*ret = (struct order_new){
		.side = (uint8_t)param_number(p, PARAM_SIDE, SIDE_BUY),
		.type = (uint8_t)type,
		.tif = (uint8_t)param_number(p, PARAM_TIME_IN_FORCE, TIF_GTC),
		.stp = (uint8_t)param_number(p, PARAM_SELF_TRADE_PREVENTION_MODE, STP_EXPIRE_MAKER),
		.by_quote = by_quote,
		.client_id_size = (uint8_t)id.size,
		.price = { param_number(p, PARAM_PRICE, 0) },
		.quantity = { param_number(p, by_quote ? PARAM_QUOTE_ORDER_QTY : PARAM_QUANTITY, 0) },
		.client_id = id.at,
	};
	*ret_response = (enum order_response)param_number(p, PARAM_NEW_ORDER_RESP_TYPE, types[type].response);
	return 0;
}

int params_cancel(const struct params *p, struct order_cancel *ret, struct api_problem *ret_problem)
{
	bool by_id = param_has(p, PARAM_ORDER_ID);
	if (!by_id && !param_has(p, PARAM_ORIG_CLIENT_ORDER_ID)) {
		api_problem_set(ret_problem, API_EITHER_MANDATORY, "origClientOrderId' or 'orderId");
		return 1;
	}
	// With both sent the order id decides, as the convention has it.
	struct slice id = by_id ? slice_of(NULL, 0) : param_text(p, PARAM_ORIG_CLIENT_ORDER_ID);
	*ret = (struct order_cancel){
		.client_id_size = (uint8_t)id.size,
		.order = param_number(p, PARAM_ORDER_ID, 0),
		.client_id = id.at,
	};
	return 0;
}
