// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"
#include "daemons/gateway/test_house.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define RING (1u << 20)

static struct house house;
static struct client client;

static int open_house(void **state)
{
	house_open(&house, 0, RING);
	client_open(&house, &client);
	return 0;
}

static int close_house(void **state)
{
	client_close(&client);
	house_close(&house);
	return 0;
}

static json_t *json_of(const struct reply *r)
{
	json_error_t error;
	json_t *j = json_loads(r->body, JSON_DECODE_ANY, &error);
	if (!j)
		fail_msg("%s in %s", error.text, r->body);
	return j;
}

static void expect_error(const struct reply *r, int status, int code)
{
	json_t *j = json_of(r);
	if (r->status != status || json_integer_value(json_object_get(j, "code")) != code)
		fail_msg("%d %s instead of %d %d", r->status, r->body, status, code);
	json_decref(j);
}

// ---- public routes ----

static void test_plain(void **state)
{
	struct reply r = client_ask(&house, &client, PLAIN("/api/v3/ping"));
	assert_int_equal(r.status, 200);
	assert_string_equal(r.body, "{}");
	assert_non_null(strstr(r.head, "X-MBX-USED-WEIGHT-1M: 0\r\n"));
	assert_null(strstr(r.head, "Server:"));
	r = client_ask(&house, &client, PLAIN("/api/v3/time"));
	assert_ptr_equal(strstr(r.body, "{\"serverTime\":"), r.body);
	expect_error((r = client_ask(&house, &client, PLAIN("/nothing")), &r), 404, -1000);
	expect_error((r = client_ask(&house, &client, SIGNED("PUT", "/api/v3/order")), &r), 405, -1000);
	r = client_ask(&house, &client, PLAIN("/sapi/v1/margin/allPairs"));
	assert_string_equal(r.body, "[]");
	r = client_ask(&house, &client, PLAIN("/fapi/v1/exchangeInfo"));
	assert_string_equal(r.body, "{\"symbols\":[]}");
}

static void test_exchange_info(void **state)
{
	struct reply r = client_ask(&house, &client, PLAIN("/api/v3/exchangeInfo"));
	json_t *j = json_of(&r), *symbols = json_object_get(j, "symbols"), *first = json_array_get(symbols, 0);
	assert_int_equal(json_array_size(symbols), 2);
	assert_string_equal(json_string_value(json_object_get(first, "symbol")), "BTCUSDT");
	assert_string_equal(json_string_value(json_object_get(first, "status")), "TRADING");
	assert_int_equal(json_array_size(json_object_get(first, "filters")), 3);
	json_decref(j);
	r = client_ask(&house, &client, PLAIN("/api/v3/exchangeInfo?symbols=%5B%22ETHUSDT%22%5D"));
	j = json_of(&r);
	assert_int_equal(json_array_size(json_object_get(j, "symbols")), 1);
	json_decref(j);
	expect_error((r = client_ask(&house, &client, PLAIN("/api/v3/exchangeInfo?symbol=NOPE")), &r), 400, -1121);
	// A status that changes is seen without a restart.
	house.data->market[0].status = MARKET_HALTED;
	usleep(60000);
	house_turn(&house, 1);
	r = client_ask(&house, &client, PLAIN("/api/v3/exchangeInfo"));
	assert_non_null(strstr(r.body, "\"BTCUSDT\",\"status\":\"HALT\""));
}

static void test_depth(void **state)
{
	struct reply r = client_ask(&house, &client, PLAIN("/api/v3/depth?symbol=BTCUSDT&limit=2"));
	assert_string_equal(r.body, "{\"lastUpdateId\":77,\"bids\":[[\"100.00000000\",\"1.00000000\"],"
				    "[\"99.00000000\",\"2.00000000\"]],\"asks\":[[\"101.00000000\",\"0.50000000\"],"
				    "[\"102.00000000\",\"1.00000000\"]]}");
	expect_error((r = client_ask(&house, &client, PLAIN("/api/v3/depth")), &r), 400, -1102);
	expect_error((r = client_ask(&house, &client, PLAIN("/api/v3/depth?symbol=")), &r), 400, -1105);
	expect_error((r = client_ask(&house, &client, PLAIN("/api/v3/depth?symbol=btcusdt")), &r), 400, -1100);
	expect_error((r = client_ask(&house, &client, PLAIN("/api/v3/depth?symbol=BTCUSDT&x=1")), &r), 400, -1104);
	expect_error((r = client_ask(&house, &client, PLAIN("/api/v3/depth?symbol=BTCUSDT&limit=-1")), &r), 400, -1100);
	// A writer that died holding the lock is no reason to wait for ever.
	house.data->market[0].lock = 1;
	expect_error((r = client_ask(&house, &client, PLAIN("/api/v3/depth?symbol=BTCUSDT")), &r), 503, -1008);
	house.data->market[0].lock = 2;
}

static void expect_stale(const char *request)
{
	struct reply r = client_ask(&house, &client, request);
	assert_non_null(strstr(r.body, "Market data is not up to date"));
	expect_error(&r, 503, -1008);
}

// The replica is frozen, or never was: its pages read well, and nothing of them is shown.
static void test_stale_pages(void **state)
{
	static const char *const OF_THE_PAGE[] = {
		PLAIN("/api/v3/depth?symbol=BTCUSDT"), PLAIN("/api/v3/ticker/price?symbol=BTCUSDT"),
		PLAIN("/api/v3/ticker/price"), PLAIN("/api/v3/ticker/bookTicker?symbol=BTCUSDT"),
		PLAIN("/api/v3/ticker/24hr?symbol=BTCUSDT"), PLAIN("/api/v3/trades?symbol=BTCUSDT"),
		PLAIN("/api/v3/historicalTrades?symbol=BTCUSDT"), PLAIN("/api/v3/aggTrades?symbol=BTCUSDT"),
		PLAIN("/api/v3/avgPrice?symbol=BTCUSDT"),
	};
	house.data->heartbeat_us = clock_realtime_us() - MARKETDATA_STALE_US - 1;
	for (size_t i = 0; i < ARRAY_LEN(OF_THE_PAGE); i++)
		expect_stale(OF_THE_PAGE[i]);
	house.data->heartbeat_us = 0;
	expect_stale(OF_THE_PAGE[0]);
	struct reply r = client_ask(&house, &client, PLAIN("/api/v3/exchangeInfo?symbol=BTCUSDT"));
	assert_int_equal(r.status, 200); // rules, not prices
	house.data->heartbeat_us = clock_realtime_us();
	for (size_t i = 0; i < ARRAY_LEN(OF_THE_PAGE); i++) {
		r = client_ask(&house, &client, OF_THE_PAGE[i]);
		if (r.status != 200)
			fail_msg("%s", r.body);
	}
}

// A price of zero is an answer on which somebody trades.
static void test_unreadable_page(void **state)
{
	static const char *const ASKED[] = {
		PLAIN("/api/v3/ticker/price?symbol=ETHUSDT"), PLAIN("/api/v3/ticker/bookTicker?symbol=ETHUSDT"),
		PLAIN("/api/v3/ticker/24hr?symbol=ETHUSDT"), PLAIN("/api/v3/ticker/price"),
		PLAIN("/api/v3/ticker/price?symbols=%5B%22BTCUSDT%22,%22ETHUSDT%22%5D"),
	};
	struct reply r;
	house.data->market[1].lock = 1;
	for (size_t i = 0; i < ARRAY_LEN(ASKED); i++)
		expect_error((r = client_ask(&house, &client, ASKED[i]), &r), 503, -1008);
	r = client_ask(&house, &client, PLAIN("/api/v3/ticker/price?symbol=BTCUSDT"));
	assert_int_equal(r.status, 200);
	house.data->market[1].lock = 2;
	for (size_t i = 0; i < ARRAY_LEN(ASKED); i++)
		assert_int_equal((r = client_ask(&house, &client, ASKED[i])).status, 200);
}

static void trades_fill(uint64_t count)
{
	struct marketdata_market *m = &house.data->market[0];
	for (uint64_t i = 0; i < count; i++)
		m->trade[i % MARKETDATA_TRADES] = (struct marketdata_trade){
			.trade = { .id = i + 1, .price = { 10000000000 }, .quantity = { 100000000 },
				   .quote = { 10000000000 }, .taker_order = 500 + i / 2, .taker_side = SIDE_SELL },
			.time_us = 1700000000000000 + i * 1000000 };
	m->trade_count = count;
}

static void test_trades(void **state)
{
	trades_fill(5);
	struct reply r = client_ask(&house, &client, PLAIN("/api/v3/trades?symbol=BTCUSDT&limit=2"));
	json_t *j = json_of(&r);
	assert_int_equal(json_array_size(j), 2);
	assert_int_equal(json_integer_value(json_object_get(json_array_get(j, 1), "id")), 5);
	assert_true(json_is_true(json_object_get(json_array_get(j, 1), "isBuyerMaker")));
	json_decref(j);
	r = client_ask(&house, &client, PLAIN("/api/v3/aggTrades?symbol=BTCUSDT"));
	j = json_of(&r);
	assert_int_equal(json_array_size(j), 3); // 1+2, 3+4, 5
	assert_int_equal(json_integer_value(json_object_get(json_array_get(j, 1), "f")), 3);
	assert_int_equal(json_integer_value(json_object_get(json_array_get(j, 1), "l")), 4);
	json_decref(j);
	r = client_ask(&house, &client, PLAIN("/api/v3/avgPrice?symbol=BTCUSDT"));
	assert_ptr_equal(strstr(r.body, "{\"mins\":5,\"price\":\"100.00000000\""), r.body);
}

static void test_tickers(void **state)
{
	house.data->market[0].ticker = (struct marketdata_ticker){
		.open = { 20000000000 }, .last = { 10000000000 }, .high = { 20000000000 }, .low = { 10000000000 },
		.volume = { 300000000 }, .quote_volume = { 45000000000 }, .count = 2, .first_id = 1, .last_id = 2 };
	struct reply r = client_ask(&house, &client, PLAIN("/api/v3/ticker/24hr?symbol=BTCUSDT"));
	assert_non_null(strstr(r.body, "\"priceChange\":\"-100.00000000\",\"priceChangePercent\":\"-50.000\","
				       "\"weightedAvgPrice\":\"150.00000000\""));
	json_decref(json_of(&r));
	r = client_ask(&house, &client, PLAIN("/api/v3/ticker/24hr?type=MINI"));
	json_t *j = json_of(&r);
	assert_int_equal(json_array_size(j), 2);
	json_decref(j);
	r = client_ask(&house, &client, PLAIN("/api/v3/ticker/price?symbol=BTCUSDT"));
	assert_string_equal(r.body, "{\"symbol\":\"BTCUSDT\",\"price\":\"100.00000000\"}");
	r = client_ask(&house, &client, PLAIN("/api/v3/ticker/bookTicker?symbols=%5B%22BTCUSDT%22,%22ETHUSDT%22%5D"));
	j = json_of(&r);
	assert_int_equal(json_array_size(j), 2);
	json_decref(j);
}

// ---- through auth ----

#define ORDER_POST \
	"POST /api/v3/order HTTP/1.1\r\nHost: x\r\nX-MBX-APIKEY: key\r\nContent-Length: 11\r\n" \
	"Content-Type: application/x-www-form-urlencoded\r\n\r\nbody=a b&c="

static void test_request_is_raw(void **state)
{
	struct auth_request a;
	client_say(&house, &client, "POST /api/v3/order?q=%41 HTTP/1.1\r\nHost: x\r\nX-MBX-APIKEY: key\r\n"
				    "Content-Length: 11\r\n\r\nbody=a b&c=");
	assert_true(auth_next(&house, &a));
	assert_true(slice_is(a.path, "/api/v3/order"));
	assert_true(slice_is(a.api_key, "key"));
	assert_true(slice_is(a.query, "q=%41"));
	assert_true(slice_is(a.body, "body=a b&c="));
	assert_int_equal(a.head.method, METHOD_POST);
	static const uint8_t loopback[16] = { [10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1 };
	assert_memory_equal(a.head.address, loopback, 16);
	assert_false(auth_next(&house, &a));
	struct reply r;
	assert_false(client_reply(&house, &client, &r));
	struct refused_head refused = { .tag = a.head.tag, .error = API_MANDATORY, .detail_size = 6 };
	peer_say(&house, PEER_AUTH, MESSAGE_REFUSED, &refused, sizeof refused, "symbol", 6);
	assert_true(client_reply(&house, &client, &r));
	expect_error(&r, 400, -1102);
	assert_non_null(strstr(r.body, "Mandatory parameter 'symbol' was not sent"));
	// Without a key nothing gets there.
	r = client_ask(&house, &client, "POST /api/v3/order HTTP/1.1\r\nHost: x\r\n\r\n");
	expect_error(&r, 401, -2014);
	r = client_ask(&house, &client, "POST /api/v3/order HTTP/1.1\r\nHost: x\r\nX-MBX-APIKEY: key\r\n"
					"Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
	expect_error(&r, 415, -1000);
	assert_false(auth_next(&house, &a));
}

static struct order_head order_head_of(uint64_t tag)
{
	struct order_head head = { .tag = tag, .response = RESPONSE_FULL };
	head.order = (struct order_view){ .id = 9007199254740991, .price = { 10000000000 }, .quantity = { 300000000 },
					  .executed = { 200000000 }, .quote = { 20000000000 },
					  .time_us = 1700000000123456, .updated_us = 1700000000123456,
					  .status = ORDER_PARTIALLY_FILLED, .client_id_size = 3, .client_id = "abc" };
	return head;
}

static void test_order_with_many_fills(void **state)
{
	struct auth_request a;
	struct reply r;
	struct trade_view trades[ROWS_MAX] = { 0 };
	client_say(&house, &client, ORDER_POST);
	assert_true(auth_next(&house, &a));
	for (size_t i = 0; i < ROWS_MAX; i++)
		trades[i] = (struct trade_view){ .id = i + 1, .taker_fee = { 5 } };
	struct order_head head = order_head_of(a.head.tag);
	head.trades = ROWS_MAX;
	head.more = 1;
	peer_say(&house, PEER_ENGINE, MESSAGE_ORDER, &head, sizeof head, trades, sizeof trades);
	assert_false(client_reply(&house, &client, &r));
	head.trades = 1;
	head.more = 0;
	peer_say(&house, PEER_ENGINE, MESSAGE_ORDER, &head, sizeof head, trades, sizeof trades[0]);
	assert_true(client_reply(&house, &client, &r));
	json_t *j = json_of(&r);
	assert_int_equal(r.status, 200);
	assert_int_equal(json_array_size(json_object_get(j, "fills")), ROWS_MAX + 1);
	assert_int_equal(json_integer_value(json_object_get(j, "orderId")), 9007199254740991);
	assert_string_equal(json_string_value(json_object_get(j, "status")), "PARTIALLY_FILLED");
	assert_string_equal(json_string_value(json_object_get(j, "cummulativeQuoteQty")), "200.00000000");
	assert_string_equal(json_string_value(
		json_object_get(json_array_get(json_object_get(j, "fills"), 0), "commissionAsset")), "BTC");
	json_decref(j);
}

static void test_order_refused(void **state)
{
	struct auth_request a;
	struct reply r;
	client_say(&house, &client, ORDER_POST);
	assert_true(auth_next(&house, &a));
	struct order_head head = order_head_of(a.head.tag);
	head.refusal = REFUSED_BALANCE;
	peer_say(&house, PEER_ENGINE, MESSAGE_ORDER, &head, sizeof head, NULL, 0);
	assert_true(client_reply(&house, &client, &r));
	assert_string_equal(r.body, "{\"code\":-2010,\"msg\":\"Account has insufficient balance for requested action.\"}");
	client_say(&house, &client, SIGNED("DELETE", "/api/v3/order?symbol=BTCUSDT"));
	assert_true(auth_next(&house, &a));
	struct engine_refused refused = { .tag = a.head.tag, .refusal = REFUSED_UNKNOWN_ORDER, .was_cancel = 1 };
	peer_say(&house, PEER_ENGINE, MESSAGE_ENGINE_REFUSED, &refused, sizeof refused, NULL, 0);
	assert_true(client_reply(&house, &client, &r));
	assert_string_equal(r.body, "{\"code\":-2011,\"msg\":\"Unknown order sent.\"}");
}

static void test_pipeline_in_order(void **state)
{
	struct auth_request first, second;
	struct reply r;
	client_say(&house, &client, ORDER_POST PLAIN("/api/v3/ping") SIGNED("POST", "/api/v3/order/test") PLAIN("/nothing"));
	assert_true(auth_next(&house, &first));
	assert_true(auth_next(&house, &second));
	assert_false(client_reply(&house, &client, &r));
	struct done done = { .tag = second.head.tag };
	peer_say(&house, PEER_AUTH, MESSAGE_DONE, &done, sizeof done, NULL, 0);
	assert_false(client_reply(&house, &client, &r)); // the first one is still missing
	struct order_head head = order_head_of(first.head.tag);
	head.response = RESPONSE_ACK;
	peer_say(&house, PEER_ENGINE, MESSAGE_ORDER, &head, sizeof head, NULL, 0);
	assert_true(client_reply(&house, &client, &r));
	assert_non_null(strstr(r.body, "\"clientOrderId\":\"abc\",\"transactTime\":1700000000123}"));
	assert_true(client_reply(&house, &client, &r));
	assert_string_equal(r.body, "{}");
	assert_true(client_reply(&house, &client, &r));
	assert_string_equal(r.body, "{}");
	assert_true(client_reply(&house, &client, &r));
	assert_int_equal(r.status, 404);
	// An answer given twice, and one to nobody, are dropped.
	peer_say(&house, PEER_AUTH, MESSAGE_DONE, &done, sizeof done, NULL, 0);
	done.tag = UINT64_MAX;
	peer_say(&house, PEER_AUTH, MESSAGE_DONE, &done, sizeof done, NULL, 0);
	assert_false(client_reply(&house, &client, &r));
	assert_int_equal(house.gateway->count[COUNT_STALE] != NULL, 1);
}

static void test_long_pipeline(void **state)
{
	static char text[GATEWAY_PIPELINE_MAX * 4 * 64];
	struct reply r;
	size_t n = 4 * GATEWAY_PIPELINE_MAX, answered = 0;
	text[0] = '\0';
	for (size_t i = 0; i < n; i++)
		strcat(text, PLAIN("/api/v3/ping"));
	client_say(&house, &client, text);
	while (client_reply(&house, &client, &r))
		answered++;
	assert_int_equal(answered, n);
}

static void test_pipeline_stops_reading(void **state)
{
	struct auth_request a;
	struct reply r;
	size_t n = 3 * GATEWAY_PIPELINE_MAX, seen = 0, answered = 0;
	for (size_t i = 0; i < n; i++)
		client_say(&house, &client, SIGNED("POST", "/api/v3/order/test"));
	uint64_t tags[3 * GATEWAY_PIPELINE_MAX];
	for (unsigned rounds = 0; rounds < 20 && answered < n; rounds++) {
		size_t from = seen;
		while (seen < n && auth_next(&house, &a))
			tags[seen++] = a.head.tag;
		assert_true(seen - answered <= GATEWAY_PIPELINE_MAX);
		for (size_t i = seen; i > from; i--) { // backwards: order is restored
			struct done done = { .tag = tags[i - 1] };
			peer_say(&house, PEER_AUTH, MESSAGE_DONE, &done, sizeof done, NULL, 0);
		}
		while (client_reply(&house, &client, &r))
			answered++;
	}
	assert_int_equal(answered, n);
}

static void test_order_query(void **state)
{
	static const struct { bool history_first, engine_knows, history_knows; int status; } cases[] = {
		{ true, true, true, 200 },   { false, true, true, 200 },   { true, false, true, 200 },
		{ false, false, true, 200 }, { true, false, false, 400 },  { false, false, false, 400 },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct auth_request a;
		struct reply r;
		client_say(&house, &client, SIGNED("GET", "/api/v3/order?symbol=BTCUSDT"));
		assert_true(auth_next(&house, &a));
		struct order_view live = { .id = 1 }, old = { .id = 2 };
		struct rows_head rows = { .tag = a.head.tag, .count = 1 };
		struct engine_refused refused = { .tag = a.head.tag, .refusal = REFUSED_UNKNOWN_ORDER };
		for (int turn = 0; turn < 2; turn++) {
			bool history = cases[i].history_first == (turn == 0);
			enum gateway_peer peer = history ? PEER_HISTORY : PEER_ENGINE;
			uint32_t no = history ? MESSAGE_HISTORY_REFUSED : MESSAGE_ENGINE_REFUSED;
			uint32_t yes = history ? MESSAGE_HISTORY_ORDERS : MESSAGE_ORDERS;
			if (history ? cases[i].history_knows : cases[i].engine_knows)
				peer_say(&house, peer, yes, &rows, sizeof rows, history ? &old : &live, sizeof live);
			else
				peer_say(&house, peer, no, &refused, sizeof refused, NULL, 0);
			house_turn(&house, 2);
		}
		assert_true(client_reply(&house, &client, &r));
		assert_int_equal(r.status, cases[i].status);
		if (r.status == 400)
			expect_error(&r, 400, -2013);
		else
			assert_non_null(strstr(r.body, cases[i].engine_knows ? "\"orderId\":1," : "\"orderId\":2,"));
		json_decref(json_of(&r));
		assert_false(client_reply(&house, &client, &r));
	}
}

// Without history nobody can say that an order does not exist.
static void test_order_query_without_history(void **state)
{
	struct auth_request a;
	struct reply r;
	for (int lost = 0; lost < 2; lost++) {
		client_say(&house, &client, SIGNED("GET", "/api/v3/order?symbol=BTCUSDT"));
		assert_true(auth_next(&house, &a));
		struct engine_refused refused = { .tag = a.head.tag, .refusal = lost ? REFUSED_UNKNOWN_ORDER : REFUSED_NOT };
		if (lost)
			gateway_peer_lost(house.gateway, PEER_HISTORY);
		else
			peer_say(&house, PEER_HISTORY, MESSAGE_HISTORY_REFUSED, &refused, sizeof refused, NULL, 0);
		house_turn(&house, 2);
		refused.refusal = REFUSED_UNKNOWN_ORDER;
		peer_say(&house, PEER_ENGINE, MESSAGE_ENGINE_REFUSED, &refused, sizeof refused, NULL, 0);
		assert_true(client_reply(&house, &client, &r));
		expect_error(&r, 503, -1008);
	}
}

static void test_account_in_pieces(void **state)
{
	struct auth_request a;
	struct reply r;
	client_say(&house, &client, SIGNED("GET", "/api/v3/account?omitZeroBalances=true&timestamp=1&signature=a"));
	assert_true(auth_next(&house, &a));
	struct rows_head rows = { .tag = a.head.tag, .count = 2, .more = 1, .customer = 7 };
	struct balance_row balances[2] = { { .asset = 0, .available = { 100000000 } }, { .asset = 2 } };
	peer_say(&house, PEER_ENGINE, MESSAGE_BALANCES, &rows, sizeof rows, balances, sizeof balances);
	assert_false(client_reply(&house, &client, &r));
	balances[0].asset = 1;
	rows.count = 1;
	rows.more = 0;
	peer_say(&house, PEER_ENGINE, MESSAGE_BALANCES, &rows, sizeof rows, balances, sizeof balances[0]);
	assert_true(client_reply(&house, &client, &r));
	json_t *j = json_of(&r);
	assert_int_equal(json_array_size(json_object_get(j, "balances")), 2); // the zero one is left out
	assert_int_equal(json_integer_value(json_object_get(j, "uid")), 7);
	assert_int_equal(json_integer_value(json_object_get(j, "makerCommission")), 10);
	json_decref(j);
}

static void test_klines_from_history(void **state)
{
	struct history_query q;
	struct reply r;
	client_say(&house, &client, PLAIN("/api/v3/klines?symbol=ETHUSDT&interval=1h&limit=5000&startTime=1000"));
	assert_true(history_next(&house, &q));
	assert_int_equal(q.kind, HISTORY_KLINES);
	assert_int_equal(q.market, 1);
	assert_int_equal(q.limit, 1000);
	assert_int_equal(q.start_us, 1000000);
	struct rows_head rows = { .tag = q.tag, .count = 1, .behind = 12 };
	struct kline_row kline = { .open_time_us = 3600000000, .close_time_us = 7199999999, .trades = 3 };
	peer_say(&house, PEER_HISTORY, MESSAGE_HISTORY_KLINES, &rows, sizeof rows, &kline, sizeof kline);
	assert_true(client_reply(&house, &client, &r));
	assert_non_null(strstr(r.head, "X-Redoubt-History-Behind: 12\r\n"));
	assert_ptr_equal(strstr(r.body, "[[3600000,\"0.00000000\""), r.body);
	json_decref(json_of(&r));
}

static void test_my_trades_side(void **state)
{
	struct auth_request a;
	struct reply r;
	client_say(&house, &client, SIGNED("GET", "/api/v3/myTrades?symbol=BTCUSDT"));
	assert_true(auth_next(&house, &a));
	struct rows_head rows = { .tag = a.head.tag, .count = 1, .customer = 8 };
	struct trade_row row = { .trade = { .maker = 8, .taker = 9, .maker_order = 1, .taker_order = 2,
					    .maker_fee = { 3 }, .taker_fee = { 4 }, .taker_side = SIDE_BUY } };
	peer_say(&house, PEER_HISTORY, MESSAGE_HISTORY_TRADES, &rows, sizeof rows, &row, sizeof row);
	assert_true(client_reply(&house, &client, &r));
	assert_non_null(strstr(r.body, "\"orderId\":1,"));
	assert_non_null(strstr(r.body, "\"commission\":\"0.00000003\",\"commissionAsset\":\"USDT\""));
	assert_non_null(strstr(r.body, "\"isBuyer\":false,\"isMaker\":true"));
}

// ---- faults ----

static void test_peer_lost(void **state)
{
	struct auth_request a;
	struct reply r;
	client_say(&house, &client, ORDER_POST PLAIN("/api/v3/ping"));
	assert_true(auth_next(&house, &a));
	gateway_peer_lost(house.gateway, PEER_HISTORY); // not its business
	assert_false(client_reply(&house, &client, &r));
	gateway_peer_lost(house.gateway, PEER_ENGINE);
	assert_true(client_reply(&house, &client, &r));
	expect_error(&r, 504, -1007);
	assert_true(client_reply(&house, &client, &r));
	assert_int_equal(r.status, 200);
}

static void test_no_answer(void **state)
{
	struct auth_request a;
	struct reply r;
	client_say(&house, &client, ORDER_POST);
	assert_true(auth_next(&house, &a));
	struct connection *c = &house.gateway->connection[a.head.tag >> 24 & 0xffff];
	c->slot[a.head.tag % GATEWAY_PIPELINE_MAX].since_us -= (GATEWAY_ANSWER_MS + 1) * 1000;
	usleep(210000);
	assert_true(client_reply(&house, &client, &r));
	expect_error(&r, 504, -1007);
}

static void test_broken_peers(void **state)
{
	bool link;
	struct done done = { 0 };
	peer_say(&house, PEER_ENGINE, MESSAGE_DONE, &done, sizeof done, NULL, 0); // only auth says that
	assert_int_equal(gateway_turn(house.gateway, 0, &link), -EPROTO);
	peer_say(&house, PEER_AUTH, MESSAGE_REFUSED, &done, sizeof done, NULL, 0); // too short
	assert_int_equal(gateway_turn(house.gateway, 0, &link), -EPROTO);
}

static void test_full_ring_sheds(void **state)
{
	struct house small;
	struct client first, c;
	struct reply r;
	struct auth_request a;
	house_open(&small, 0, 4096);
	client_open(&small, &first);
	for (size_t i = 0; i < 60; i++)
		client_say(&small, &first, ORDER_POST); // answers stand in order: nothing comes yet
	client_open(&small, &c);
	r = client_ask(&small, &c, ORDER_POST);
	expect_error(&r, 503, -1008);
	r = client_ask(&small, &c, PLAIN("/api/v3/ping"));
	assert_int_equal(r.status, 200);
	// A cancel still gets through.
	client_say(&small, &c, SIGNED("DELETE", "/api/v3/order?symbol=BTCUSDT"));
	assert_false(client_reply(&small, &c, &r));
	bool cancel_seen = false;
	while (auth_next(&small, &a))
		cancel_seen = a.head.method == METHOD_DELETE;
	assert_true(cancel_seen);
	client_close(&first);
	client_close(&c);
	house_close(&small);
}

static void test_address_limit(void **state)
{
	struct house small;
	struct client c;
	struct reply r;
	house_open(&small, 100, RING);
	client_open(&small, &c);
	for (unsigned i = 0; i < 5; i++) {
		r = client_ask(&small, &c, PLAIN("/api/v3/exchangeInfo")); // 20 each
		assert_int_equal(r.status, 200);
	}
	assert_non_null(strstr(r.head, "X-MBX-USED-WEIGHT-1M: "));
	r = client_ask(&small, &c, PLAIN("/api/v3/exchangeInfo"));
	expect_error(&r, 429, -1003);
	assert_non_null(strstr(r.head, "Retry-After: "));
	for (unsigned i = 0; i < 320 && r.status == 429; i++)
		r = client_ask(&small, &c, PLAIN("/api/v3/ping"));
	expect_error(&r, 418, -1003); // who does not listen is banned
	assert_non_null(strstr(r.head, "Retry-After: 120\r\n"));
	client_close(&c);
	house_close(&small);
}

static void test_malformed_closes(void **state)
{
	struct reply r = client_ask(&house, &client, "GET / HTTP/1.1\r\nHost : x\r\n\r\n" PLAIN("/api/v3/ping"));
	expect_error(&r, 400, -1000);
	assert_non_null(strstr(r.head, "Connection: close\r\n"));
	assert_false(client_reply(&house, &client, &r));
	assert_true(client.closed);
}

static void test_misdirected(void **state)
{
	house.gateway->setup.name = "exchange.example.org";
	struct reply r = client_ask(&house, &client, "GET /api/v3/ping HTTP/1.1\r\nHost: Exchange.example.org:443\r\n\r\n");
	assert_int_equal(r.status, 200);
	r = client_ask(&house, &client, PLAIN("/api/v3/ping") PLAIN("/api/v3/ping"));
	expect_error(&r, 421, -1000);
	assert_false(client_reply(&house, &client, &r));
	assert_true(client.closed);
}

static void test_close_asked_for(void **state)
{
	struct reply r = client_ask(&house, &client, "GET /api/v3/ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
	assert_int_equal(r.status, 200);
	assert_non_null(strstr(r.head, "Connection: close\r\n"));
	client_listen(&house, &client);
	assert_true(client.closed);
}

static void test_byte_by_byte(void **state)
{
	static const char text[] = PLAIN("/api/v3/ping");
	struct reply r;
	for (size_t i = 0; i < sizeof text - 1; i++)
		client_send(&house, &client, text + i, 1);
	assert_true(client_reply(&house, &client, &r));
	assert_int_equal(r.status, 200);
}

static struct connection *only_connection(void)
{
	for (unsigned i = 0; i < house.gateway->setup.connections; i++) {
		if (house.gateway->connection[i].state != CONNECTION_FREE)
			return &house.gateway->connection[i];
	}
	return NULL;
}

static void test_slow_requests(void **state)
{
	struct reply r;
	client_say(&house, &client, "GET /api/v3/ping HT");
	only_connection()->request_since_us -= (GATEWAY_HEAD_MS + 1) * 1000;
	usleep(210000);
	assert_true(client_reply(&house, &client, &r));
	expect_error(&r, 408, -1000);
	client_listen(&house, &client);
	assert_true(client.closed);
}

static void test_slow_body(void **state)
{
	struct reply r;
	client_say(&house, &client, "POST /api/v3/order HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab");
	assert_true(only_connection()->body_since_us != 0);
	only_connection()->body_since_us -= (GATEWAY_BODY_MS + 1) * 1000;
	usleep(210000);
	assert_true(client_reply(&house, &client, &r));
	expect_error(&r, 408, -1000);
}

static void test_idle(void **state)
{
	only_connection()->idle_since_us -= (GATEWAY_IDLE_MS + 1) * 1000;
	usleep(210000);
	client_listen(&house, &client);
	assert_true(client.closed);
}

// A client that asks for much and reads nothing is not read any more, and is cut when nothing moves.
static void test_slow_reader(void **state)
{
	int small = 4096;
	setsockopt(client.fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	house.data->market[0].bids = house.data->market[0].asks = MARKETDATA_LEVELS;
	struct connection *c = only_connection();
	for (unsigned i = 0; i < 100; i++) {
		SSL_write(client.ssl, PLAIN("/api/v3/depth?symbol=BTCUSDT&limit=5000"),
			  sizeof PLAIN("/api/v3/depth?symbol=BTCUSDT&limit=5000") - 1);
		house_turn(&house, 2);
	}
	assert_true(c->read_off);
	assert_true(c->out.size - c->out_at >= GATEWAY_OUTPUT_HIGH);
	assert_true(c->out.size < GATEWAY_OUTPUT_HIGH + (1u << 20));
	c->progress_us -= (GATEWAY_STALL_MS + 1) * 1000;
	usleep(210000);
	house_turn(&house, 2);
	assert_int_equal(c->state, CONNECTION_FREE);
	assert_int_equal(house.gateway->held_total, house.gateway->info.room);
}

static void test_not_tls(void **state)
{
	struct client c;
	struct connection *first = only_connection();
	client_open(&house, &c);
	client_close(&c);
	house_turn(&house, 3);
	assert_ptr_equal(only_connection(), first);
	SSL_CTX_set_max_proto_version(house.client_tls, TLS1_1_VERSION);
	SSL_CTX_set_min_proto_version(house.client_tls, TLS1_VERSION);
	SSL_CTX_set_security_level(house.client_tls, 0);
	client_open(&house, &c);
	assert_false(SSL_is_init_finished(c.ssl));
	client_close(&c);
	house_turn(&house, 3);
}

static void test_connections_full(void **state)
{
	struct client c[15], more;
	for (size_t i = 0; i < ARRAY_LEN(c); i++) {
		client_open(&house, &c[i]);
		assert_true(SSL_is_init_finished(c[i].ssl));
	}
	client_open(&house, &more);
	assert_false(SSL_is_init_finished(more.ssl));
	client_close(&more);
	for (size_t i = 0; i < ARRAY_LEN(c); i++)
		client_close(&c[i]);
	house_turn(&house, 3);
	assert_int_equal(house.gateway->free_count, 15);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, open_house, close_house)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_plain), TEST(test_exchange_info), TEST(test_depth), TEST(test_trades), TEST(test_tickers),
		TEST(test_stale_pages), TEST(test_unreadable_page),
		TEST(test_request_is_raw), TEST(test_order_with_many_fills), TEST(test_order_refused),
		TEST(test_pipeline_in_order), TEST(test_long_pipeline), TEST(test_pipeline_stops_reading),
		TEST(test_order_query), TEST(test_order_query_without_history), TEST(test_account_in_pieces), TEST(test_klines_from_history),
		TEST(test_my_trades_side), TEST(test_peer_lost), TEST(test_no_answer), TEST(test_broken_peers),
		TEST(test_full_ring_sheds), TEST(test_address_limit), TEST(test_malformed_closes),
		TEST(test_misdirected), TEST(test_close_asked_for), TEST(test_byte_by_byte), TEST(test_slow_requests), TEST(test_slow_body),
		TEST(test_idle), TEST(test_slow_reader), TEST(test_not_tls), TEST(test_connections_full),
	};
	return cmocka_run_group_tests_name("gateway", tests, NULL, NULL);
}
