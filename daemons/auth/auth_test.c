// SPDX-License-Identifier: Apache-2.0
// Requests as clients sign them, and as attackers change them.
#include "test_house.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#define ORDER "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.001&price=20000.00&recvWindow=5000"
#define TIME "&timestamp=1700000100000"
#define PATH "/api/v3/order"

static struct house house;
static char text[4096];
static struct output out;

static int setup(void **state)
{
	house_build(&house);
	return 0;
}

static int teardown(void **state)
{
	house_close(&house);
	return 0;
}

static enum api_error post(const char *key, const char *query, const char *body)
{
	struct sent s = { PATH, key, query, body, METHOD_POST, 1 };
	return house_ask(&house, &s, &out);
}

static enum api_error get(const char *path, const char *query)
{
	struct sent s = { path, KEY_TRADER, query, "", METHOD_GET, 1 };
	return house_ask(&house, &s, &out);
}

static struct order_new order_sent(void)
{
	struct command_head head;
	struct entry entry = { 0 };
	struct order_new order;
	assert_int_equal(out.count, 1);
	assert_int_equal(out.record[0].to, TO_ENGINE);
	assert_int_equal(out.record[0].kind, MESSAGE_COMMAND);
	memcpy(&head, out.record[0].bytes, sizeof head);
	assert_int_equal(head.tag, 77);
	assert_int_equal(head.gateway, 2);
	struct reader r = reader_over(out.record[0].bytes + sizeof head, out.record[0].size - sizeof head);
	assert_int_equal(entry_read(&r, &entry), 0);
	assert_true(reader_done(&r));
	assert_int_equal(order_new_read(&entry, &order), 0);
	return order;
}

static void test_order_in_three_ways(void **state)
{
	sign_hmac(&house, ORDER TIME, text, sizeof text);
	assert_int_equal(post(KEY_TRADER, text, ""), API_OK);
	struct order_new o = order_sent();
	assert_int_equal(o.customer, 7);
	assert_int_equal(o.key, 0);
	assert_int_equal(o.market, 3);
	assert_int_equal(o.price.units, 2000000000000);
	assert_int_equal(o.quantity.units, 100000);
	assert_int_equal(o.client_id_size, CLIENT_ID_MADE);
	sign_hmac(&house, ORDER "&newClientOrderId=mine-1" TIME, text, sizeof text);
	assert_int_equal(post(KEY_TRADER, "", text), API_OK);
	o = order_sent();
	assert_int_equal(o.client_id_size, 6);
	assert_memory_equal(o.client_id, "mine-1", 6);
	// Parameters in the query, time and signature in the body; signed without a separator.
	sign_hmac(&house, ORDER "timestamp=1700000100001", text, sizeof text);
	assert_int_equal(post(KEY_TRADER, ORDER, text + sizeof ORDER - 1), API_OK);
}

static void test_ids_made_differ(void **state)
{
	char first[CLIENT_ID_MADE];
	sign_hmac(&house, ORDER TIME, text, sizeof text);
	assert_int_equal(post(KEY_TRADER, text, ""), API_OK);
	memcpy(first, order_sent().client_id, sizeof first);
	assert_true(client_id_valid(first, sizeof first));
	sign_hmac(&house, ORDER "&timestamp=1700000100001", text, sizeof text);
	assert_int_equal(post(KEY_TRADER, text, ""), API_OK);
	assert_memory_not_equal(first, order_sent().client_id, sizeof first);
}

static void test_hex_of_either_case(void **state)
{
	sign_hmac(&house, ORDER TIME, text, sizeof text);
	for (char *p = strstr(text, "signature=") + 10; *p; p++)
		*p = *p >= 'a' ? (char)(*p - 32) : *p;
	assert_int_equal(post(KEY_TRADER, text, ""), API_OK);
}

static void test_ed25519(void **state)
{
	sign_curve(&house, ORDER TIME, true, text, sizeof text);
	assert_int_equal(post(KEY_CURVE, text, ""), API_OK);
	assert_int_equal(order_sent().customer, 9);
	assert_int_equal(post(KEY_CURVE, text, ""), API_REPLAYED);
	for (char *p = strstr(text, "signature="); (p = strchr(p, '%')); p++) // the same in another dress is the same
		p[2] = (char)(p[2] | 0x20);
	assert_int_equal(post(KEY_CURVE, text, ""), API_REPLAYED);
	unsigned pluses = 0;
	for (unsigned i = 1; i < 30; i++) { // in a form a raw '+' is a space
		char plain[1024];
		snprintf(plain, sizeof plain, ORDER "&timestamp=17000001000%02u", i);
		sign_curve(&house, plain, false, text, sizeof text);
		bool plus = strchr(text, '+') != NULL;
		pluses += plus;
		assert_int_equal(post(KEY_CURVE, text, ""), plus ? API_SIGNATURE : API_OK);
	}
	assert_true(pluses > 0 && pluses < 29);
	sign_curve(&house, ORDER "&timestamp=1700000100032", true, text, sizeof text);
	text[8] = 'X';
	assert_int_equal(post(KEY_CURVE, text, ""), API_SIGNATURE);
}

static void test_tampered(void **state)
{
	sign_hmac(&house, ORDER TIME, text, sizeof text);
	size_t size = strlen(text);
	for (size_t i = 0; i < size; i++) { // every byte counts
		char copy[sizeof text];
		memcpy(copy, text, size + 1);
		copy[i] ^= 1;
		enum api_error e = post(KEY_TRADER, copy, "");
		assert_int_not_equal(e, API_OK);
		assert_int_equal(out.record[0].to, TO_GATEWAY);
	}
	char *price = strstr(text, "20000");
	*price = '1';
	assert_int_equal(post(KEY_TRADER, "", text), API_SIGNATURE);
	*price = '2';
	assert_int_equal(post(KEY_TRADER, text, "quantity=9"), API_SIGNATURE_PLACE);
	assert_int_equal(post(KEY_TRADER, text, ""), API_OK); // and none of it was taken for the real one
}

static void test_keys(void **state)
{
	sign_hmac(&house, ORDER TIME, text, sizeof text);
	assert_int_equal(post("", text, ""), API_KEY_FORMAT);
	assert_int_equal(post("nobody", text, ""), API_KEY_INVALID);
	assert_int_equal(post(KEY_CURVE, text, ""), API_SIGNATURE);
	assert_int_equal(post(KEY_READER, text, ""), API_KEY_INVALID); // no scope to trade
	assert_int_equal(post(KEY_TRADER "x", text, ""), API_KEY_FORMAT);
	uint32_t removed[2] = { 0, 0 };
	assert_int_equal(auth_feed(&house.auth, MESSAGE_KEY_REMOVED, removed, sizeof removed), 0);
	assert_int_equal(post(KEY_TRADER, text, ""), API_KEY_INVALID);
}

static void test_address(void **state)
{
	sign_hmac(&house, "timestamp=1700000100000", text, sizeof text);
	struct sent s = { "/api/v3/account", KEY_READER, text, "", METHOD_GET, 127 };
	assert_int_equal(house_ask(&house, &s, &out), API_OK);
	assert_int_equal(out.record[0].kind, MESSAGE_QUERY);
	sign_hmac(&house, "timestamp=1700000100001", text, sizeof text);
	s.last_address_byte = 128;
	assert_int_equal(house_ask(&house, &s, &out), API_KEY_INVALID);
}

static enum api_error at_time(const char *time)
{
	char signed_text[1024];
	snprintf(signed_text, sizeof signed_text, ORDER "&timestamp=%s", time);
	sign_hmac(&house, signed_text, text, sizeof text);
	return post(KEY_TRADER, text, "");
}

static void test_clock_off(void **state)
{
	assert_int_equal(at_time("1700000100999"), API_OK);
	assert_int_equal(at_time("1700000101000"), API_TIMESTAMP_AHEAD);
	assert_int_equal(at_time("1700000700000"), API_TIMESTAMP_AHEAD); // ten minutes
	assert_int_equal(at_time("1700000095000"), API_OK);
	assert_int_equal(at_time("1700000094999"), API_TIMESTAMP_OUTSIDE);
	assert_int_equal(at_time("1699999500000"), API_TIMESTAMP_OUTSIDE);
	assert_int_equal(at_time("1700000100000001"), API_OK); // microseconds
	assert_int_equal(at_time("1700000094999999"), API_TIMESTAMP_OUTSIDE);
	assert_int_equal(at_time("0"), API_TIMESTAMP_OUTSIDE);
	assert_int_equal(at_time("-1"), API_ILLEGAL_CHARACTERS);
	assert_int_equal(at_time("1e12"), API_ILLEGAL_CHARACTERS);
	assert_int_equal(at_time(""), API_EMPTY_PARAMETER);
	assert_int_equal(at_time("99999999999999999999"), API_ILLEGAL_CHARACTERS);
}

static void test_window_cap(void **state)
{
	sign_hmac(&house, "recvWindow=30000&timestamp=1700000070000", text, sizeof text);
	assert_int_equal(get("/api/v3/account", text), API_OK);
	sign_hmac(&house, "recvWindow=30001&timestamp=1700000100000", text, sizeof text);
	assert_int_equal(get("/api/v3/account", text), API_RECV_WINDOW);
	sign_hmac(&house, "recvWindow=60000&timestamp=1700000100000", text, sizeof text);
	assert_int_equal(get("/api/v3/account", text), API_RECV_WINDOW);
}

static void test_replay(void **state)
{
	sign_hmac(&house, ORDER TIME, text, sizeof text);
	assert_int_equal(post(KEY_TRADER, text, ""), API_OK);
	assert_int_equal(post(KEY_TRADER, text, ""), API_REPLAYED);
	assert_int_equal(post(KEY_TRADER, "", text), API_REPLAYED); // moved to the body: the same signed bytes
	auth_tick(&house.auth, NOW_US + 5000000);
	assert_int_equal(post(KEY_TRADER, text, ""), API_REPLAYED);
	auth_tick(&house.auth, NOW_US + 5000001);
	assert_int_equal(post(KEY_TRADER, text, ""), API_TIMESTAMP_OUTSIDE);
	auth_tick(&house.auth, NOW_US - 9000000); // a clock that is set back revives nothing
	assert_int_equal(post(KEY_TRADER, text, ""), API_TIMESTAMP_OUTSIDE);
}

static enum api_error ask_by(const char *key, enum method method, const char *path)
{
	struct sent s = { path, key, text, "", method, 1 };
	return house_ask(&house, &s, &out);
}

static void reads_in_one_millisecond(const char *key)
{
	static const char *const PATHS[] = { "/api/v3/account", "/api/v3/openOrders", "/sapi/v1/capital/config/getall" };
	for (size_t i = 0; i < ARRAY_LEN(PATHS); i++)
		assert_int_equal(ask_by(key, METHOD_GET, PATHS[i]), API_OK);
	for (size_t i = 0; i < ARRAY_LEN(PATHS); i++)
		assert_int_equal(ask_by(key, METHOD_GET, PATHS[i]), API_REPLAYED);
}

// The same bytes, the same signature: an honest client that asks three things at once.
static void test_parallel_reads(void **state)
{
	sign_hmac(&house, "timestamp=1700000100000", text, sizeof text);
	reads_in_one_millisecond(KEY_TRADER);
	sign_curve(&house, "timestamp=1700000100000", true, text, sizeof text);
	reads_in_one_millisecond(KEY_CURVE);
}

// Bytes that were used once, for whatever, never trade again.
static void test_trades_once_on_all_routes(void **state)
{
	sign_hmac(&house, ORDER TIME, text, sizeof text);
	assert_int_equal(ask_by(KEY_TRADER, METHOD_POST, "/api/v3/order/test"), API_OK);
	assert_int_equal(ask_by(KEY_TRADER, METHOD_POST, PATH), API_REPLAYED);
	sign_hmac(&house, "symbol=BTCUSDT" TIME, text, sizeof text);
	assert_int_equal(ask_by(KEY_TRADER, METHOD_GET, "/api/v3/openOrders"), API_OK);
	assert_int_equal(ask_by(KEY_TRADER, METHOD_DELETE, "/api/v3/openOrders"), API_REPLAYED); // a read that became one
	sign_hmac(&house, "symbol=BTCUSDT&timestamp=1700000100001", text, sizeof text);
	assert_int_equal(ask_by(KEY_TRADER, METHOD_DELETE, "/api/v3/openOrders"), API_OK);
	assert_int_equal(ask_by(KEY_TRADER, METHOD_DELETE, "/api/v3/openOrders"), API_REPLAYED);
	assert_int_equal(ask_by(KEY_TRADER, METHOD_GET, "/api/v3/openOrders"), API_OK); // only looks
	assert_int_equal(ask_by(KEY_TRADER, METHOD_DELETE, "/api/v3/openOrders"), API_REPLAYED);
}

static void test_replay_across_restart(void **state)
{
	char ahead[1024];
	sign_hmac(&house, ORDER TIME, text, sizeof text);
	sign_hmac(&house, ORDER "&timestamp=1700000100900", ahead, sizeof ahead); // by a clock that is 0.9 s ahead
	assert_int_equal(post(KEY_TRADER, text, ""), API_OK);
	assert_int_equal(post(KEY_TRADER, ahead, ""), API_OK);
	struct house again;
	house_build(&again);
	window_start(&again.auth.window, NOW_US + 1000); // a new process a millisecond later
	struct house old = house;
	house = again;
	assert_int_equal(post(KEY_TRADER, text, ""), API_RESTARTING);
	assert_int_equal(post(KEY_TRADER, ahead, ""), API_RESTARTING);
	auth_tick(&house.auth, NOW_US + 1100000);
	assert_true(window_open(&house.auth.window));
	assert_int_equal(post(KEY_TRADER, ahead, ""), API_RESTARTING);
	sign_hmac(&house, ORDER "&timestamp=1700000101050", text, sizeof text);
	assert_int_equal(post(KEY_TRADER, text, ""), API_OK);
	house_close(&old);
}

static void test_signature_place(void **state)
{
	sign_hmac(&house, ORDER TIME, text, sizeof text);
	strcat(text, "&signature=00");
	assert_int_equal(post(KEY_TRADER, text, ""), API_DUPLICATE_PARAMETER);
	sign_hmac(&house, ORDER TIME, text, sizeof text);
	strcat(text, "&price=1");
	assert_int_equal(post(KEY_TRADER, text, ""), API_SIGNATURE_PLACE);
	sign_hmac(&house, ORDER TIME, text, sizeof text);
	assert_int_equal(post(KEY_TRADER, text, text), API_DUPLICATE_PARAMETER + (API_SIGNATURE_PLACE - API_DUPLICATE_PARAMETER));
	assert_int_equal(post(KEY_TRADER, ORDER TIME, ""), API_MANDATORY);
	assert_int_equal(post(KEY_TRADER, ORDER TIME "&signature=", ""), API_EMPTY_PARAMETER);
	assert_int_equal(post(KEY_TRADER, ORDER "&signature=00", ""), API_MANDATORY);
	assert_int_equal(post(KEY_TRADER, ORDER TIME TIME "&signature=00", ""), API_DUPLICATE_PARAMETER);
	assert_int_equal(post(KEY_TRADER, ORDER TIME "&signature=%zz", ""), API_SIGNATURE);
	assert_int_equal(post(KEY_TRADER, "", ""), API_MANDATORY);
}

static void test_schema_after_signature(void **state)
{
	// A wrong parameter under a wrong signature says nothing of the parameter.
	assert_int_equal(post(KEY_TRADER, "symbol=NOPE" TIME "&signature=00", ""), API_SIGNATURE);
	sign_hmac(&house, "symbol=NOPE&side=BUY&type=MARKET&quantity=1" TIME, text, sizeof text);
	assert_int_equal(post(KEY_TRADER, text, ""), API_SYMBOL);
	sign_hmac(&house, ORDER "&surprise=1" TIME, text, sizeof text);
	assert_int_equal(post(KEY_TRADER, text, ""), API_UNREAD_PARAMETERS);
}

static void test_order_test(void **state)
{
	struct sent s = { "/api/v3/order/test", KEY_TRADER, text, "", METHOD_POST, 1 };
	sign_hmac(&house, ORDER TIME, text, sizeof text);
	assert_int_equal(house_ask(&house, &s, &out), API_OK);
	assert_int_equal(out.record[0].kind, MESSAGE_DONE);
	sign_hmac(&house, "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.001&price=20000.001" TIME, text,
		  sizeof text);
	assert_int_equal(house_ask(&house, &s, &out), API_FILTER);
	sign_hmac(&house, "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.001&price=1" TIME, text,
		  sizeof text);
	assert_int_equal(house_ask(&house, &s, &out), API_FILTER);
}

static void test_order_query_asks_both(void **state)
{
	struct query q;
	struct history_query h;
	sign_hmac(&house, "symbol=BTCUSDT&origClientOrderId=mine" TIME, text, sizeof text);
	assert_int_equal(get(PATH, text), API_OK);
	assert_int_equal(out.count, 2);
	memcpy(&q, out.record[0].bytes, sizeof q);
	memcpy(&h, out.record[1].bytes, sizeof h);
	assert_int_equal(out.record[0].to, TO_ENGINE);
	assert_int_equal(out.record[1].to, TO_HISTORY);
	assert_int_equal(q.kind, QUERY_ORDER);
	assert_int_equal(h.kind, HISTORY_ORDER);
	assert_true(q.tag == 77 && h.tag == 77 && q.customer == 7 && h.customer == 7 && q.market == 3 && h.market == 3);
	assert_memory_equal(q.client_id, "mine\0", 5);
	assert_memory_equal(h.client_id, "mine\0", 5);
}

static void test_frozen(void **state)
{
	uint32_t frozen[2] = { 7, CUSTOMER_FROZEN };
	assert_int_equal(auth_feed(&house.auth, MESSAGE_CUSTOMER, frozen, sizeof frozen), 0);
	sign_hmac(&house, ORDER TIME, text, sizeof text);
	assert_int_equal(post(KEY_TRADER, text, ""), API_ACCOUNT_DISABLED);
	struct sent s = { "/api/v3/openOrders", KEY_TRADER, text, "", METHOD_DELETE, 1 };
	sign_hmac(&house, "symbol=BTCUSDT" TIME, text, sizeof text);
	assert_int_equal(house_ask(&house, &s, &out), API_OK); // who is frozen may still cancel
}

static void test_account_limit(void **state)
{
	house.auth.limits.per_10s = 3;
	for (unsigned i = 0; i < 5; i++) {
		char time[32];
		snprintf(time, sizeof time, "1700000100%03u", i);
		assert_int_equal(at_time(time), i < 3 ? API_OK : API_TOO_MANY_ORDERS);
	}
	auth_tick(&house.auth, NOW_US + 3400000); // a third of the span pays one order
	assert_int_equal(at_time("1700000103400"), API_OK);
	assert_int_equal(at_time("1700000103401"), API_TOO_MANY_ORDERS);
}

static void test_before_the_state(void **state)
{
	auth_forget(&house.auth);
	sign_hmac(&house, ORDER TIME, text, sizeof text);
	assert_int_equal(post(KEY_TRADER, text, ""), API_RESTARTING);
	assert_int_equal(key_table_count(house.auth.keys), 0);
}

static void test_routes(void **state)
{
	sign_hmac(&house, "timestamp=1700000100000", text, sizeof text);
	assert_int_equal(get("/api/v3/nothing", text), API_NOT_FOUND);
	assert_int_equal(get("/api/v3/order/test", text), API_METHOD);
	assert_int_equal(get("/api/v3/ping", text), API_NOT_FOUND); // public: not ours
}

static void test_malformed_records(void **state)
{
	alignas(8) uint8_t record[8192];
	struct sent s = { PATH, KEY_TRADER, "a=1", "b=2", METHOD_POST, 1 };
	size_t size = record_make(&s, record, sizeof record);
	assert_int_equal(auth_request(&house.auth, 0, record, size, &out), 0);
	for (size_t n = 0; n < size; n++)
		assert_int_equal(auth_request(&house.auth, 0, record, n, &out), 1);
	assert_int_equal(auth_request(&house.auth, 0, record, size + 1, &out), 1);
	record[offsetof(struct request_head, method)] = 9;
	assert_int_equal(auth_request(&house.auth, 0, record, size, &out), 1);
	record[offsetof(struct request_head, method)] = METHOD_POST;
	memset(record + offsetof(struct request_head, body_size), 0xff, 4);
	assert_int_equal(auth_request(&house.auth, 0, record, size, &out), 1);
}

static void test_malformed_feed(void **state)
{
	struct key_row row = { .key = 5, .add = { .kind = 9, .api_key = "k" } };
	assert_int_equal(auth_feed(&house.auth, MESSAGE_KEY, &row, sizeof row), 1);
	assert_int_equal(auth_feed(&house.auth, MESSAGE_KEY, &row, sizeof row - 1), -EPROTO);
	assert_int_equal(auth_feed(&house.auth, MESSAGE_ORDER, &row, sizeof row), -EPROTO);
	row.key = 100;
	row.add.kind = KEY_ED25519;
	assert_int_equal(auth_feed(&house.auth, MESSAGE_KEY, &row, sizeof row), 1);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_order_in_three_ways), T(test_ids_made_differ), T(test_hex_of_either_case), T(test_ed25519),
		T(test_tampered), T(test_keys), T(test_address), T(test_clock_off), T(test_window_cap), T(test_replay),
		T(test_parallel_reads), T(test_trades_once_on_all_routes),
		T(test_replay_across_restart), T(test_signature_place), T(test_schema_after_signature), T(test_order_test),
		T(test_order_query_asks_both), T(test_frozen), T(test_account_limit), T(test_before_the_state),
		T(test_routes), T(test_malformed_records), T(test_malformed_feed),
	};
	return cmocka_run_group_tests_name("auth", tests, NULL, NULL);
}
