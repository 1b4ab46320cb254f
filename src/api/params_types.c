// SPDX-License-Identifier: Apache-2.0
#include "api/params_types.h"
#include "api/interval.h"

#include <stdio.h>

#define MS_TEXT_LIMIT UINT64_C(100000000000000) // 1e14: a smaller time is in ms (until the year 5138), a larger one in us

static bool illegal(const struct param_type *type, const char *range, struct api_problem *to)
{
	char detail[API_DETAIL_MAX];
	snprintf(detail, sizeof detail, "%s'; legal range is '%s", type->name, range);
	api_problem_set(to, API_ILLEGAL_CHARACTERS, detail);
	return false;
}

static bool invalid(const struct param_type *type, enum api_error error, struct api_problem *to)
{
	api_problem_set(to, error, type->name);
	return false;
}

static bool decimal_read(const struct param_type *type, struct slice text, struct param_value *to,
			 struct api_problem *ret_problem)
{
	switch (amount_parse(text.at, text.size, &to->number)) {
	case 0:
		return true;
	case 2:
		return invalid(type, API_PRECISION, ret_problem);
	case 3:
		return invalid(type, API_INVALID_PARAMETER, ret_problem);
	default:
		return illegal(type, "^([0-9]{1,20})(\\.[0-9]{1,20})?$", ret_problem);
	}
}

static bool digits_read(struct slice text, uint64_t *ret)
{
	uint64_t n = 0;
	if (text.size == 0 || text.size > 19)
		return false;
	for (size_t i = 0; i < text.size; i++) {
		unsigned digit = (unsigned)(text.at[i] - '0');
		if (digit > 9)
			return false;
		n = n * 10 + digit;
	}
	*ret = n;
	return true;
}

static bool integer_read(const struct param_type *type, struct slice text, struct param_value *to,
			 struct api_problem *ret_problem)
{
	return digits_read(text, &to->number) || illegal(type, "^[0-9]{1,19}$", ret_problem);
}

static bool id_read(const struct param_type *type, struct slice text, struct param_value *to,
		    struct api_problem *ret_problem)
{
	uint64_t id;
	if (!digits_read(text, &id))
		return illegal(type, "^[0-9]{1,19}$", ret_problem);
	if (id == 0 || id > EPOCH_ORDER_ID_MAX)
		return invalid(type, API_INVALID_PARAMETER, ret_problem);
	to->number = id;
	return true;
}

static bool time_read(const struct param_type *type, struct slice text, struct param_value *to,
		      struct api_problem *ret_problem)
{
	uint64_t t;
	if (!digits_read(text, &t))
		return illegal(type, "^[0-9]{1,19}$", ret_problem);
	to->number = t < MS_TEXT_LIMIT ? t * 1000 : t;
	return true;
}

// Milliseconds, up to three decimals.
static bool window_read(const struct param_type *type, struct slice text, struct param_value *to,
			struct api_problem *ret_problem)
{
	uint64_t units; // 1e-8 ms
	int r = amount_parse(text.at, text.size, &units);
	if (r == 1)
		return illegal(type, "^([0-9]{1,5})(\\.[0-9]{1,3})?$", ret_problem);
	if (r == 3 || (r == 0 && units / 100000 > RECV_WINDOW_MAX_US))
		return invalid(type, API_RECV_WINDOW, ret_problem);
	if (r == 2 || units % 100000)
		return invalid(type, API_PRECISION, ret_problem);
	to->number = units / 100000;
	return true;
}

struct name_number { const char *name; uint8_t number; };

static const struct name_number sides[] = { { "BUY", SIDE_BUY }, { "SELL", SIDE_SELL }, { NULL, 0 } };
static const struct name_number order_types[] = {
	{ "LIMIT", ORDER_LIMIT }, { "MARKET", ORDER_MARKET }, { "LIMIT_MAKER", ORDER_LIMIT_MAKER }, { NULL, 0 } };
static const struct name_number forces[] = {
	{ "GTC", TIF_GTC }, { "IOC", TIF_IOC }, { "FOK", TIF_FOK }, { NULL, 0 } };
static const struct name_number preventions[] = {
	{ "NONE", STP_NONE }, { "EXPIRE_TAKER", STP_EXPIRE_TAKER }, { "EXPIRE_MAKER", STP_EXPIRE_MAKER },
	{ "EXPIRE_BOTH", STP_EXPIRE_BOTH }, { NULL, 0 } };
static const struct name_number responses[] = {
	{ "ACK", RESPONSE_ACK }, { "RESULT", RESPONSE_RESULT }, { "FULL", RESPONSE_FULL }, { NULL, 0 } };
static const struct name_number ticker_types[] = { { "FULL", 0 }, { "MINI", 1 }, { NULL, 0 } };
static const struct name_number booleans[] = { { "false", 0 }, { "true", 1 }, { NULL, 0 } };

enum { NAMES_SIDE, NAMES_TYPE, NAMES_FORCE, NAMES_PREVENTION, NAMES_RESPONSE, NAMES_TICKER, NAMES_BOOLEAN };
static const struct {
	const struct name_number *names;
	enum api_error error;
} name_sets[] = {
	[NAMES_SIDE] = { sides, API_SIDE },
	[NAMES_TYPE] = { order_types, API_ORDER_TYPE },
	[NAMES_FORCE] = { forces, API_TIME_IN_FORCE },
	[NAMES_PREVENTION] = { preventions, API_INVALID_PARAMETER },
	[NAMES_RESPONSE] = { responses, API_INVALID_PARAMETER },
	[NAMES_TICKER] = { ticker_types, API_INVALID_PARAMETER },
	[NAMES_BOOLEAN] = { booleans, API_INVALID_PARAMETER },
};

static bool name_read(const struct param_type *type, struct slice text, struct param_value *to,
		      struct api_problem *ret_problem)
{
	for (const struct name_number *n = name_sets[type->variant].names; n->name; n++) {
		if (slice_is(text, n->name)) {
			to->number = n->number;
			return true;
		}
	}
	return invalid(type, name_sets[type->variant].error, ret_problem);
}

static bool interval_param_read(const struct param_type *type, struct slice text, struct param_value *to,
				struct api_problem *ret_problem)
{
	enum kline_interval interval;
	if (!interval_read(text, &interval))
		return invalid(type, API_INTERVAL, ret_problem);
	to->number = interval;
	return true;
}

static bool symbol_character(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

static size_t symbol_length(const char *at, size_t size)
{
	size_t n = 0;
	while (n < size && symbol_character(at[n]))
		n++;
	return n;
}

// variant = the longest it may be.
static bool symbol_read(const struct param_type *type, struct slice text, struct param_value *to,
			struct api_problem *ret_problem)
{
	char range[32];
	if (text.size <= type->variant && symbol_length(text.at, text.size) == text.size)
		return true;
	snprintf(range, sizeof range, "^[A-Z0-9-_.]{1,%u}$", type->variant);
	return illegal(type, range, ret_problem);
}

static bool client_id_read(const struct param_type *type, struct slice text, struct param_value *to,
			   struct api_problem *ret_problem)
{
	return client_id_valid(text.at, text.size) || illegal(type, "^[\\.A-Z\\:/a-z0-9_-]{1,36}$", ret_problem);
}

// ["A","B"]: exactly that, without white space, at least one and at most SYMBOLS_MAX names.
static bool symbols_read(const struct param_type *type, struct slice text, struct param_value *to,
			 struct api_problem *ret_problem)
{
	static const char range[] = "^\\[\\\"[A-Z0-9-_.]{1,20}\\\"(,...)*\\]$";
	const char *at = text.at + 1, *end = text.at + text.size - 1;
	if (text.size < 5 || text.at[0] != '[' || *end != ']')
		return illegal(type, range, ret_problem);
	for (size_t count = 1;; count++) {
		if (count > SYMBOLS_MAX)
			return invalid(type, API_INVALID_PARAMETER, ret_problem);
		if (at >= end || *at++ != '"')
			break;
		size_t name = symbol_length(at, (size_t)(end - at));
		at += name;
		if (name == 0 || name > SYMBOL_MAX || at >= end || *at++ != '"')
			break;
		if (at == end)
			return true;
		if (*at++ != ',')
			break;
	}
	return illegal(type, range, ret_problem);
}

static bool zone_read(const struct param_type *type, struct slice text, struct param_value *to,
		      struct api_problem *ret_problem)
{
	static const char *const utc[] = { "0", "0:00", "00:00", "+0:00", "+00:00", "-0:00", "-00:00" };
	for (size_t i = 0; i < ARRAY_LEN(utc); i++) {
		if (slice_is(text, utc[i]))
			return true;
	}
	return invalid(type, API_INVALID_PARAMETER, ret_problem);
}

// Printable ASCII; what it means is looked at by whoever uses it.
static bool text_read(const struct param_type *type, struct slice text, struct param_value *to,
		      struct api_problem *ret_problem)
{
	for (size_t i = 0; i < text.size; i++) {
		if (text.at[i] <= ' ' || text.at[i] > '~')
			return illegal(type, "^[!-~]+$", ret_problem);
	}
	return true;
}

#define TYPE(text, how, which) { .name = text, .name_size = sizeof(text) - 1, .read = how, .variant = which }
const struct param_type param_types[PARAM_COUNT] = {
	[PARAM_SYMBOL] = TYPE("symbol", symbol_read, SYMBOL_MAX),
	[PARAM_SIDE] = TYPE("side", name_read, NAMES_SIDE),
	[PARAM_TYPE] = TYPE("type", name_read, NAMES_TYPE),
	[PARAM_TIME_IN_FORCE] = TYPE("timeInForce", name_read, NAMES_FORCE),
	[PARAM_QUANTITY] = TYPE("quantity", decimal_read, 0),
	[PARAM_QUOTE_ORDER_QTY] = TYPE("quoteOrderQty", decimal_read, 0),
	[PARAM_PRICE] = TYPE("price", decimal_read, 0),
	[PARAM_NEW_CLIENT_ORDER_ID] = TYPE("newClientOrderId", client_id_read, 0),
	[PARAM_ORIG_CLIENT_ORDER_ID] = TYPE("origClientOrderId", client_id_read, 0),
	[PARAM_ORDER_ID] = TYPE("orderId", id_read, 0),
	[PARAM_NEW_ORDER_RESP_TYPE] = TYPE("newOrderRespType", name_read, NAMES_RESPONSE),
	[PARAM_SELF_TRADE_PREVENTION_MODE] = TYPE("selfTradePreventionMode", name_read, NAMES_PREVENTION),
	[PARAM_RECV_WINDOW] = TYPE("recvWindow", window_read, 0),
	[PARAM_TIMESTAMP] = TYPE("timestamp", time_read, 0),
	[PARAM_SIGNATURE] = TYPE("signature", text_read, 0),
	[PARAM_LIMIT] = TYPE("limit", integer_read, 0),
	[PARAM_FROM_ID] = TYPE("fromId", integer_read, 0),
	[PARAM_START_TIME] = TYPE("startTime", time_read, 0),
	[PARAM_END_TIME] = TYPE("endTime", time_read, 0),
	[PARAM_INTERVAL] = TYPE("interval", interval_param_read, 0),
	[PARAM_SYMBOLS] = TYPE("symbols", symbols_read, 0),
	[PARAM_TIME_ZONE] = TYPE("timeZone", zone_read, 0),
	[PARAM_PERMISSIONS] = TYPE("permissions", text_read, 0),
	[PARAM_SHOW_PERMISSION_SETS] = TYPE("showPermissionSets", name_read, NAMES_BOOLEAN),
	[PARAM_SYMBOL_STATUS] = TYPE("symbolStatus", symbol_read, SYMBOL_MAX),
	[PARAM_OMIT_ZERO_BALANCES] = TYPE("omitZeroBalances", name_read, NAMES_BOOLEAN),
	[PARAM_TICKER_TYPE] = TYPE("type", name_read, NAMES_TICKER),
	[PARAM_STRATEGY_ID] = TYPE("strategyId", integer_read, 0),
	[PARAM_STRATEGY_TYPE] = TYPE("strategyType", integer_read, 0),
	[PARAM_COIN] = TYPE("coin", symbol_read, ASSET_NAME_MAX),
};
