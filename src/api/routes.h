// SPDX-License-Identifier: Apache-2.0
// The one table of what is served. The gateway answers ROUTE_PUBLIC ones by
// itself and passes every other one, raw, to auth.
#pragma once

#include "api/params.h"

enum route_security {
	ROUTE_PUBLIC,       // no key needed; one that is sent is not looked at
	ROUTE_KEY,          // a valid key (READ), no signature
	ROUTE_SIGNED_READ,  // key with scope READ, timestamp, signature
	ROUTE_SIGNED_TRADE, // key with scope TRADE, timestamp, signature
};

// What auth does with a signed route stands beside it. The engine's and history's answers go straight to the
// gateway, which remembers the route of each request and so how to write the answer.
enum route_id {
	// public, the gateway's own
	ROUTE_PING, ROUTE_TIME, ROUTE_EXCHANGE_INFO, ROUTE_DEPTH, ROUTE_TRADES, ROUTE_HISTORICAL_TRADES,
	ROUTE_AGG_TRADES, ROUTE_KLINES, ROUTE_AVG_PRICE, ROUTE_TICKER_24HR, ROUTE_TICKER_PRICE,
	ROUTE_TICKER_BOOK, ROUTE_SYSTEM_STATUS, ROUTE_EMPTY_LIST, ROUTE_NO_SYMBOLS,
	// signed
	ROUTE_ORDER_NEW,          // MESSAGE_COMMAND order_new
	ROUTE_ORDER_TEST,         // same checks, MESSAGE_DONE, no command
	ROUTE_ORDER_CANCEL,       // MESSAGE_COMMAND order_cancel
	ROUTE_OPEN_ORDERS_CANCEL, // MESSAGE_COMMAND order_cancel_all
	ROUTE_ORDER_QUERY,        // MESSAGE_QUERY QUERY_ORDER to the engine AND HISTORY_ORDER to history with the same
	                          // tag: the gateway takes the engine's answer, history's if the engine has none
	ROUTE_OPEN_ORDERS,        // MESSAGE_QUERY QUERY_OPEN_ORDERS, market or -1
	ROUTE_ALL_ORDERS,         // MESSAGE_HISTORY HISTORY_ALL_ORDERS
	ROUTE_MY_TRADES,          // MESSAGE_HISTORY HISTORY_MY_TRADES
	ROUTE_ACCOUNT,            // MESSAGE_QUERY QUERY_BALANCES
	ROUTE_CAPITAL_CONFIG,     // MESSAGE_QUERY QUERY_BALANCES
	ROUTE_TRADE_FEE,          // MESSAGE_DONE
	ROUTE_COMMISSION,         // MESSAGE_DONE
	ROUTE_RATE_LIMIT_ORDER,   // MESSAGE_DONE
	ROUTE_PREVENTED_MATCHES,  // MESSAGE_DONE
	ROUTE_ID_COUNT
};

struct param_rule {
	uint8_t param;  // enum param
	bool mandatory;
};

struct route {
	const char *path;
	uint8_t method;   // enum method
	uint8_t security; // enum route_security
	uint8_t id;       // enum route_id
	uint16_t weight;  // what it costs, before route_weight
	const struct param_rule *rules;
	size_t rule_count;
};

// The route, or NULL. *ret_path_known (may be NULL) tells 405 from 404.
const struct route *api_route_find(enum method method, struct slice path, bool *ret_path_known);

// The weight of a public request with these parameters (depth by size, tickers by symbols).
unsigned route_weight(const struct route *route, const struct params *params);

// The whole table, for documents and tests.
const struct route *api_routes(size_t *ret_count);
