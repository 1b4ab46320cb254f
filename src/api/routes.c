// SPDX-License-Identifier: Apache-2.0
#include "api/routes.h"

#define NEEDS(p) { PARAM_##p, true }
#define MAY(p) { PARAM_##p, false }
#define SIGNED MAY(RECV_WINDOW), NEEDS(TIMESTAMP), NEEDS(SIGNATURE)

// Public paths that some clients sign anyway.
static const struct param_rule signed_or_not[] = { MAY(RECV_WINDOW), MAY(TIMESTAMP), MAY(SIGNATURE) };
static const struct param_rule exchange_info[] = { MAY(SYMBOL), MAY(SYMBOLS), MAY(PERMISSIONS),
						   MAY(SHOW_PERMISSION_SETS), MAY(SYMBOL_STATUS) };
static const struct param_rule depth[] = { NEEDS(SYMBOL), MAY(LIMIT) };
static const struct param_rule historical_trades[] = { NEEDS(SYMBOL), MAY(LIMIT), MAY(FROM_ID) };
static const struct param_rule agg_trades[] = { NEEDS(SYMBOL), MAY(FROM_ID), MAY(START_TIME), MAY(END_TIME),
						MAY(LIMIT) };
static const struct param_rule klines[] = { NEEDS(SYMBOL),   NEEDS(INTERVAL), MAY(START_TIME),
					    MAY(END_TIME), MAY(TIME_ZONE), MAY(LIMIT) };
static const struct param_rule one_symbol[] = { NEEDS(SYMBOL) };
static const struct param_rule ticker_24hr[] = { MAY(SYMBOL), MAY(SYMBOLS), MAY(TICKER_TYPE), MAY(SYMBOL_STATUS) };
static const struct param_rule ticker[] = { MAY(SYMBOL), MAY(SYMBOLS), MAY(SYMBOL_STATUS) };

static const struct param_rule order_new[] = {
	NEEDS(SYMBOL), NEEDS(SIDE), NEEDS(TYPE), MAY(TIME_IN_FORCE), MAY(QUANTITY), MAY(QUOTE_ORDER_QTY), MAY(PRICE),
	MAY(NEW_CLIENT_ORDER_ID), MAY(NEW_ORDER_RESP_TYPE), MAY(SELF_TRADE_PREVENTION_MODE), MAY(STRATEGY_ID),
	MAY(STRATEGY_TYPE), SIGNED };
static const struct param_rule order_cancel[] = { NEEDS(SYMBOL), MAY(ORDER_ID), MAY(ORIG_CLIENT_ORDER_ID),
						  MAY(NEW_CLIENT_ORDER_ID), SIGNED };
static const struct param_rule order_query[] = { NEEDS(SYMBOL), MAY(ORDER_ID), MAY(ORIG_CLIENT_ORDER_ID), SIGNED };
static const struct param_rule signed_symbol[] = { NEEDS(SYMBOL), SIGNED };
static const struct param_rule signed_maybe_symbol[] = { MAY(SYMBOL), SIGNED };
static const struct param_rule all_orders[] = { NEEDS(SYMBOL), MAY(ORDER_ID), MAY(START_TIME), MAY(END_TIME),
						MAY(LIMIT), SIGNED };
static const struct param_rule my_trades[] = { NEEDS(SYMBOL), MAY(ORDER_ID), MAY(START_TIME), MAY(END_TIME),
					       MAY(FROM_ID), MAY(LIMIT), SIGNED };
static const struct param_rule account[] = { MAY(OMIT_ZERO_BALANCES), SIGNED };
static const struct param_rule signed_only[] = { SIGNED };
static const struct param_rule prevented_matches[] = { NEEDS(SYMBOL), MAY(ORDER_ID), MAY(LIMIT), SIGNED };

#define ROUTE(verb, where, needs, cost, schema, what) \
	{ .path = where, .method = METHOD_##verb, .security = ROUTE_##needs, .id = ROUTE_##what, .weight = cost, \
	  .rules = schema, .rule_count = ARRAY_LEN(schema) }
#define ROUTE_BARE(verb, where, needs, cost, what) \
	{ .path = where, .method = METHOD_##verb, .security = ROUTE_##needs, .id = ROUTE_##what, .weight = cost }

// Searched from the front: what comes often stands first.
static const struct route routes[] = {
	ROUTE(POST, "/api/v3/order", SIGNED_TRADE, 1, order_new, ORDER_NEW),
	ROUTE(DELETE, "/api/v3/order", SIGNED_TRADE, 1, order_cancel, ORDER_CANCEL),
	ROUTE(GET, "/api/v3/order", SIGNED_READ, 4, order_query, ORDER_QUERY),
	ROUTE(GET, "/api/v3/openOrders", SIGNED_READ, 6, signed_maybe_symbol, OPEN_ORDERS),
	ROUTE(DELETE, "/api/v3/openOrders", SIGNED_TRADE, 1, signed_symbol, OPEN_ORDERS_CANCEL),
	ROUTE(GET, "/api/v3/depth", PUBLIC, 5, depth, DEPTH),
	ROUTE(GET, "/api/v3/ticker/bookTicker", PUBLIC, 2, ticker, TICKER_BOOK),
	ROUTE(GET, "/api/v3/ticker/price", PUBLIC, 2, ticker, TICKER_PRICE),
	ROUTE(GET, "/api/v3/ticker/24hr", PUBLIC, 2, ticker_24hr, TICKER_24HR),
	ROUTE(GET, "/api/v3/account", SIGNED_READ, 20, account, ACCOUNT),
	ROUTE(GET, "/api/v3/myTrades", SIGNED_READ, 20, my_trades, MY_TRADES),
	ROUTE(GET, "/api/v3/allOrders", SIGNED_READ, 20, all_orders, ALL_ORDERS),
	ROUTE(GET, "/api/v3/trades", PUBLIC, 25, depth, TRADES),
	ROUTE(GET, "/api/v3/aggTrades", PUBLIC, 4, agg_trades, AGG_TRADES),
	ROUTE(GET, "/api/v3/klines", PUBLIC, 2, klines, KLINES),
	ROUTE(GET, "/api/v3/uiKlines", PUBLIC, 2, klines, KLINES),
	ROUTE(GET, "/api/v3/avgPrice", PUBLIC, 2, one_symbol, AVG_PRICE),
	ROUTE(GET, "/api/v3/historicalTrades", PUBLIC, 25, historical_trades, HISTORICAL_TRADES),
	ROUTE_BARE(GET, "/api/v3/ping", PUBLIC, 1, PING),
	ROUTE_BARE(GET, "/api/v3/time", PUBLIC, 1, TIME),
	ROUTE(GET, "/api/v3/exchangeInfo", PUBLIC, 20, exchange_info, EXCHANGE_INFO),
	ROUTE(POST, "/api/v3/order/test", SIGNED_TRADE, 1, order_new, ORDER_TEST),
	ROUTE(GET, "/api/v3/account/commission", SIGNED_READ, 20, signed_symbol, COMMISSION),
	ROUTE(GET, "/api/v3/rateLimit/order", SIGNED_READ, 40, signed_only, RATE_LIMIT_ORDER),
	ROUTE(GET, "/api/v3/myPreventedMatches", SIGNED_READ, 20, prevented_matches, PREVENTED_MATCHES),
	ROUTE(GET, "/sapi/v1/capital/config/getall", SIGNED_READ, 10, signed_only, CAPITAL_CONFIG),
	ROUTE(GET, "/sapi/v1/asset/tradeFee", SIGNED_READ, 1, signed_maybe_symbol, TRADE_FEE),
	ROUTE(GET, "/sapi/v1/system/status", PUBLIC, 1, signed_or_not, SYSTEM_STATUS),
	// What the default options of clients load although it does not exist here: margin, futures.
	ROUTE(GET, "/sapi/v1/margin/allPairs", PUBLIC, 1, signed_or_not, EMPTY_LIST),
	ROUTE(GET, "/sapi/v1/margin/isolated/allPairs", PUBLIC, 1, signed_or_not, EMPTY_LIST),
	ROUTE_BARE(GET, "/fapi/v1/exchangeInfo", PUBLIC, 1, NO_SYMBOLS),
	ROUTE_BARE(GET, "/dapi/v1/exchangeInfo", PUBLIC, 1, NO_SYMBOLS),
};

const struct route *api_route_find(enum method method, struct slice path, bool *ret_path_known)
{
	bool known = false;
	for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
		if (!slice_is(path, routes[i].path))
			continue;
		known = true;
		if (routes[i].method == method)
			return &routes[i];
	}
	if (ret_path_known)
		*ret_path_known = known;
	return NULL;
}

static unsigned depth_weight(uint64_t limit)
{
	return limit <= 100 ? 5 : limit <= 500 ? 25 : limit <= 1000 ? 50 : 250;
}

static size_t symbols_count(const struct params *params)
{
	struct slice name;
	size_t at = 0, n = 0;
	while (symbols_next(params, &at, &name))
		n++;
	return n;
}

static unsigned statistics_weight(const struct params *params)
{
	if (param_has(params, PARAM_SYMBOL))
		return 2;
	size_t n = param_has(params, PARAM_SYMBOLS) ? symbols_count(params) : SYMBOLS_MAX;
	return n <= 20 ? 2 : n <= 100 ? 40 : 80;
}

unsigned route_weight(const struct route *route, const struct params *params)
{
	switch (route->id) {
	case ROUTE_DEPTH:
		return depth_weight(param_number(params, PARAM_LIMIT, 100));
	case ROUTE_TICKER_24HR:
		return statistics_weight(params);
	case ROUTE_TICKER_PRICE:
	case ROUTE_TICKER_BOOK:
		return param_has(params, PARAM_SYMBOL) ? 2 : 4;
	default:
		return route->weight;
	}
}

const struct route *api_routes(size_t *ret_count)
{
	*ret_count = ARRAY_LEN(routes);
	return routes;
}
