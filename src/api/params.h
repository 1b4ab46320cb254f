// SPDX-License-Identifier: Apache-2.0
// The positive schema of parameters: what is not described here does not get in.
// Gateway (public routes) and auth (signed routes) parse with the same code.
//
// A request's parameters are its query string and then its form body. Percent-
// encoding is decoded strictly, `+` is a space; a duplicate, an empty value, an
// unknown name, a value of the wrong form is refused with the convention's code.
// `signature` comes once and last. The signed bytes are the raw ones.
#pragma once

#include "api/error.h"
#include "http/slice.h"
#include "wire/message.h"

#define PARAMETERS_MAX 40           // sent in one request, known or not
#define PARAMETER_SCRATCH 8192      // bytes of decoded text a request may need
#define RECV_WINDOW_DEFAULT_US 5000000u
#define RECV_WINDOW_MAX_US 30000000u // the convention allows 60 s; see docs/API.md
#define SYMBOLS_MAX 256             // names in a `symbols` list

enum param {
	PARAM_SYMBOL,              // text: A-Z0-9-_. up to 20
	PARAM_SIDE,                // number: enum side
	PARAM_TYPE,                // number: enum order_type
	PARAM_TIME_IN_FORCE,       // number: enum time_in_force
	PARAM_QUANTITY,            // number: 1e-8 units
	PARAM_QUOTE_ORDER_QTY,     // number: 1e-8 units
	PARAM_PRICE,               // number: 1e-8 units
	PARAM_NEW_CLIENT_ORDER_ID, // text: client_id_valid
	PARAM_ORIG_CLIENT_ORDER_ID,// text: client_id_valid
	PARAM_ORDER_ID,            // number: 1 .. 2^53-1
	PARAM_NEW_ORDER_RESP_TYPE, // number: enum order_response
	PARAM_SELF_TRADE_PREVENTION_MODE, // number: enum self_trade
	PARAM_RECV_WINDOW,         // number: microseconds (sent as ms, up to 3 decimals)
	PARAM_TIMESTAMP,           // number: microseconds (sent as ms or us)
	PARAM_SIGNATURE,           // text: decoded, not checked
	PARAM_LIMIT,               // number
	PARAM_FROM_ID,             // number
	PARAM_START_TIME,          // number: microseconds (sent as ms or us)
	PARAM_END_TIME,            // number: microseconds
	PARAM_INTERVAL,            // number: enum kline_interval
	PARAM_SYMBOLS,             // text: JSON list of symbols, form checked (symbols_next)
	PARAM_TIME_ZONE,           // text: only UTC ("0", "+0:00", "00:00") is served
	PARAM_PERMISSIONS,         // text: "SPOT" or a JSON list; filters nothing
	PARAM_SHOW_PERMISSION_SETS, // number: 0 or 1
	PARAM_SYMBOL_STATUS,       // text
	PARAM_OMIT_ZERO_BALANCES,  // number: 0 or 1
	PARAM_TICKER_TYPE,         // number: 0 FULL, 1 MINI (sent as `type`)
	PARAM_STRATEGY_ID,         // number; read and ignored
	PARAM_STRATEGY_TYPE,       // number; read and ignored
	PARAM_COIN,                // text: A-Z0-9 up to 10
	PARAM_COUNT
};
_Static_assert(PARAM_COUNT <= 64, "one bit a parameter");

struct param_value {
	uint64_t number;
	const char *text; // decoded; inside the request's bytes or params.scratch
	uint32_t text_size;
};

// Some 9 KB: keep one and use it again; nothing has to be zeroed.
struct params {
	uint64_t present; // bit per enum param
	struct slice signed_query, signed_body; // raw bytes that the signature covers, in this order
	struct param_value value[PARAM_COUNT];  // only where the bit is set
	size_t scratch_used;
	char scratch[PARAMETER_SCRATCH];
};

static inline bool param_has(const struct params *p, enum param which)
{
	return p->present >> which & 1;
}

static inline uint64_t param_number(const struct params *p, enum param which, uint64_t fallback)
{
	return param_has(p, which) ? p->value[which].number : fallback;
}

static inline struct slice param_text(const struct params *p, enum param which)
{
	return param_has(p, which) ? slice_of(p->value[which].text, p->value[which].text_size) : slice_of(NULL, 0);
}

struct route;

// Parses after the route's schema. 0, or 1 with the reason in *ret_problem (*ret is then garbage). The values point into
// `query` and `body`, which must outlive *ret.
MUST_USE int params_parse(const struct route *route, struct slice query, struct slice body, struct params *ret,
			  struct api_problem *ret_problem);

// The rules between the parameters of POST order: LIMIT needs timeInForce, quantity and price, MARKET one of quantity and
// quoteOrderQty, what a type does not use is refused. Fills everything of *ret but customer, key and market
// (those are 0); an absent selfTradePreventionMode is EXPIRE_MAKER. *ret_response: ACK for nothing said on LIMIT_MAKER, else FULL.
MUST_USE int params_order(const struct params *params, struct order_new *ret, enum order_response *ret_response,
			  struct api_problem *ret_problem);

// DELETE order: orderId or origClientOrderId. Fills order and client id; the rest is 0.
MUST_USE int params_cancel(const struct params *params, struct order_cancel *ret, struct api_problem *ret_problem);

// The next name of PARAM_SYMBOLS; *at starts as 0. False at the end.
bool symbols_next(const struct params *params, size_t *at, struct slice *ret);
