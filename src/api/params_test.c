// SPDX-License-Identifier: Apache-2.0
// Every kind of bad parameter, one line each, and what good ones become.
#include "api/routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct params params;
static struct api_problem problem;

static const struct route *route(enum method method, const char *path)
{
	const struct route *r = api_route_find(method, slice_text(path), NULL);
	assert_non_null(r);
	return r;
}

static int parse(const char *query, const char *body)
{
	return params_parse(route(METHOD_POST, "/api/v3/order"), slice_text(query), slice_text(body), &params, &problem);
}

// The message as a client reads it, without the frame.
static const char *message(void)
{
	static char text[512];
	const char *row = api_error_row(problem.error)->text, *hole = strstr(row, "{}");
	if (!hole)
		return row;
	snprintf(text, sizeof text, "%.*s%.*s%s", (int)(hole - row), row, problem.detail_size, problem.detail, hole + 2);
	return text;
}

#define GOOD "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=2&timestamp=1700000000000"
#define SIGN "&signature=ab"

static const struct {
	const char *query;
	int code;
	const char *text; // NULL = not compared
} refused[] = {
	// missing
	{ "side=BUY&type=LIMIT&timestamp=1" SIGN, -1102,
	  "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed." },
	{ "symbol=A&type=LIMIT&timestamp=1" SIGN, -1102, NULL },
	{ "symbol=A&side=BUY&timestamp=1" SIGN, -1102, NULL },
	{ "symbol=A&side=BUY&type=LIMIT" SIGN, -1102,
	  "Mandatory parameter 'timestamp' was not sent, was empty/null, or malformed." },
	{ GOOD, -1102, "Mandatory parameter 'signature' was not sent, was empty/null, or malformed." },
	{ "", -1102, NULL },
	// duplicated
	{ GOOD "&symbol=BTCUSDT" SIGN, -1101, "Duplicate values for a parameter detected." },
	{ GOOD "&price=2" SIGN, -1101, NULL },
	{ GOOD SIGN SIGN, -1101, NULL },
	// the signature's place
	{ "signature=ab&" GOOD, -1022, NULL },
	{ GOOD SIGN "&recvWindow=5000", -1022, NULL },
	// empty
	{ "symbol=&side=BUY&type=LIMIT&timestamp=1" SIGN, -1105, "Parameter 'symbol' was empty." },
	{ "symbol=A&side=&type=LIMIT&timestamp=1" SIGN, -1105, NULL },
	{ GOOD "&newClientOrderId=" SIGN, -1105, NULL },
	{ GOOD "&signature=", -1105, NULL },
	// unknown
	{ GOOD "&foo=1" SIGN, -1104, "Not all sent parameters were read; read '8' parameter(s) but was sent '9'." },
	{ GOOD "&symbo%6c=BTCUSDT" SIGN, -1104, NULL },
	{ GOOD "&Symbol=BTCUSDT" SIGN, -1104, NULL },
	{ GOOD "&stopPrice=1" SIGN, -1104, NULL },
	// form
	{ GOOD "&" SIGN, -1100, NULL },
	{ "&" GOOD SIGN, -1100, NULL },
	{ GOOD SIGN "&", -1100, NULL },
	{ "symbol", -1100, NULL },
	{ "=A&" GOOD SIGN, -1100, NULL },
	// percent-encoding
	{ "symbol=BTC%00USDT&side=BUY&type=LIMIT&timestamp=1" SIGN, -1100, NULL },
	{ "symbol=BTC%4&side=BUY&type=LIMIT&timestamp=1" SIGN, -1100, NULL },
	{ "symbol=BTC%zz&side=BUY&type=LIMIT&timestamp=1" SIGN, -1100, NULL },
	{ "symbol=BTC%C3%A9&side=BUY&type=LIMIT&timestamp=1" SIGN, -1100, NULL },
	{ "symbol=BTC%80&side=BUY&type=LIMIT&timestamp=1" SIGN, -1100, NULL },
	// symbol
	{ "symbol=btcusdt&side=BUY&type=LIMIT&timestamp=1" SIGN, -1100,
	  "Illegal characters found in parameter 'symbol'; legal range is '^[A-Z0-9-_.]{1,20}$'." },
	{ "symbol=ABCDEFGHIJKLMNOPQRSTU&side=BUY&type=LIMIT&timestamp=1" SIGN, -1100, NULL },
	{ "symbol=A+B&side=BUY&type=LIMIT&timestamp=1" SIGN, -1100, NULL },
	{ "symbol=\xc3\x9c&side=BUY&type=LIMIT&timestamp=1" SIGN, -1100, NULL },
	// names
	{ "symbol=A&side=buy&type=LIMIT&timestamp=1" SIGN, -1117, "Invalid side." },
	{ "symbol=A&side=BUYS&type=LIMIT&timestamp=1" SIGN, -1117, NULL },
	{ "symbol=A&side=BUY&type=STOP_LOSS&timestamp=1" SIGN, -1116, "Invalid orderType." },
	{ "symbol=A&side=BUY&type=LIMIT&timeInForce=GTD&timestamp=1" SIGN, -1115, "Invalid timeInForce." },
	{ "symbol=A&side=BUY&type=LIMIT&newOrderRespType=MUCH&timestamp=1" SIGN, -1130,
	  "Invalid data sent for parameter 'newOrderRespType'." },
	{ "symbol=A&side=BUY&type=LIMIT&selfTradePreventionMode=DECREMENT&timestamp=1" SIGN, -1130, NULL },
	// decimals
	{ "symbol=A&side=BUY&type=LIMIT&price=-1&timestamp=1" SIGN, -1100, NULL },
	{ "symbol=A&side=BUY&type=LIMIT&price=%2B1&timestamp=1" SIGN, -1100, NULL },
	{ "symbol=A&side=BUY&type=LIMIT&price=+1&timestamp=1" SIGN, -1100, NULL },
	{ "symbol=A&side=BUY&type=LIMIT&price=1e5&timestamp=1" SIGN, -1100, NULL },
	{ "symbol=A&side=BUY&type=LIMIT&price=NaN&timestamp=1" SIGN, -1100, NULL },
	{ "symbol=A&side=BUY&type=LIMIT&price=inf&timestamp=1" SIGN, -1100, NULL },
	{ "symbol=A&side=BUY&type=LIMIT&price=0x10&timestamp=1" SIGN, -1100, NULL },
	{ "symbol=A&side=BUY&type=LIMIT&price=1,5&timestamp=1" SIGN, -1100, NULL },
	{ "symbol=A&side=BUY&type=LIMIT&price=1.&timestamp=1" SIGN, -1100, NULL },
	{ "symbol=A&side=BUY&type=LIMIT&price=.5&timestamp=1" SIGN, -1100, NULL },
	{ "symbol=A&side=BUY&type=LIMIT&price=1.2.3&timestamp=1" SIGN, -1100, NULL },
	{ "symbol=A&side=BUY&type=LIMIT&price=0.000000001&timestamp=1" SIGN, -1111,
	  "Parameter 'price' has too much precision." },
	{ "symbol=A&side=BUY&type=LIMIT&price=99999999999999999999&timestamp=1" SIGN, -1130, NULL },
	// integers, times
	{ "symbol=A&side=BUY&type=LIMIT&timestamp=abc" SIGN, -1100, NULL },
	{ "symbol=A&side=BUY&type=LIMIT&timestamp=-1" SIGN, -1100, NULL },
	{ "symbol=A&side=BUY&type=LIMIT&timestamp=1.5" SIGN, -1100, NULL },
	{ "symbol=A&side=BUY&type=LIMIT&timestamp=99999999999999999999" SIGN, -1100, NULL },
	{ GOOD "&recvWindow=30001" SIGN, -1131, NULL },
	{ GOOD "&recvWindow=99999999999999" SIGN, -1131, NULL },
	{ GOOD "&recvWindow=1.0001" SIGN, -1111, NULL },
	{ GOOD "&recvWindow=-1" SIGN, -1100, NULL },
	// client ids
	{ GOOD "&newClientOrderId=0123456789012345678901234567890123456" SIGN, -1100, NULL },
	{ GOOD "&newClientOrderId=a%20b" SIGN, -1100, NULL },
	{ GOOD "&newClientOrderId=a%22b" SIGN, -1100, NULL },
};

static void test_refused(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		if (!parse(refused[i].query, ""))
			fail_msg("accepted: %s", refused[i].query);
		const struct api_error_row *row = api_error_row(problem.error);
		if (row->code != refused[i].code || (refused[i].text && strcmp(message(), refused[i].text)))
			fail_msg("%s: %d %s", refused[i].query, row->code, message());
		assert_int_equal(row->status, 400);
		if (!*refused[i].query)
			continue;
		assert_int_equal(parse("", refused[i].query), 1); // the body is read by the same rules
		assert_int_equal(api_error_row(problem.error)->code, refused[i].code);
	}
	print_message("# %zu bad parameter lists refused\n", ARRAY_LEN(refused));
}

static void test_values(void **state)
{
	assert_int_equal(parse(GOOD "&recvWindow=6000.346&newClientOrderId=x-%41_%3A%2f" SIGN, ""), 0);
	assert_true(slice_is(param_text(&params, PARAM_SYMBOL), "BTCUSDT"));
	assert_true(slice_is(param_text(&params, PARAM_NEW_CLIENT_ORDER_ID), "x-A_:/"));
	assert_int_equal(param_number(&params, PARAM_PRICE, 0), 200000000);
	assert_int_equal(param_number(&params, PARAM_TIMESTAMP, 0), 1700000000000000);
	assert_int_equal(param_number(&params, PARAM_RECV_WINDOW, 0), 6000346);
	assert_int_equal(param_number(&params, PARAM_SIDE, 9), SIDE_BUY);
	assert_false(param_has(&params, PARAM_QUOTE_ORDER_QTY));
	assert_int_equal(param_number(&params, PARAM_QUOTE_ORDER_QTY, 5), 5);
	// Microseconds stay what they are.
	assert_int_equal(parse("symbol=A&side=SELL&type=MARKET&timestamp=1700000000000123" SIGN, ""), 0);
	assert_int_equal(param_number(&params, PARAM_TIMESTAMP, 0), 1700000000000123);
}

// The signature covers query and body, raw, without itself, wherever it is.
static void test_signed_bytes(void **state)
{
	assert_int_equal(parse(GOOD SIGN, ""), 0);
	assert_true(slice_is(params.signed_query, GOOD));
	assert_int_equal(params.signed_body.size, 0);
	assert_int_equal(parse("", GOOD SIGN), 0);
	assert_int_equal(params.signed_query.size, 0);
	assert_true(slice_is(params.signed_body, GOOD));
	assert_int_equal(parse("symbol=%42TC&side=BUY", "type=LIMIT&timestamp=1&signature=a%2Bb%3D"), 0);
	assert_true(slice_is(params.signed_query, "symbol=%42TC&side=BUY"));
	assert_true(slice_is(params.signed_body, "type=LIMIT&timestamp=1"));
	assert_true(slice_is(param_text(&params, PARAM_SIGNATURE), "a+b="));
	assert_int_equal(parse("symbol=A&side=BUY&type=LIMIT&timestamp=1", "signature=ab"), 0);
	assert_int_equal(params.signed_body.size, 0);
	// A signature in the query and parameters after it in the body: not the last one.
	assert_int_equal(parse("symbol=A&side=BUY&type=LIMIT&signature=ab", "timestamp=1"), 1);
	assert_int_equal(problem.error, API_SIGNATURE_PLACE);
}

static void test_too_many(void **state)
{
	char text[4096] = "a=1";
	for (int i = 0; i < PARAMETERS_MAX; i++)
		strcat(text, "&a=1");
	assert_int_equal(parse(text, ""), 1);
	assert_int_equal(problem.error, API_TOO_MANY_PARAMETERS);
}

static const struct {
	const char *query;
	int code; // 0 = fine
} orders[] = {
	{ "type=LIMIT&timeInForce=GTC&quantity=1&price=2", 0 },
	{ "type=LIMIT&quantity=1&price=2", -1102 },
	{ "type=LIMIT&timeInForce=GTC&price=2", -1102 },
	{ "type=LIMIT&timeInForce=GTC&quantity=1", -1102 },
	{ "type=LIMIT&timeInForce=GTC&quantity=1&price=2&quoteOrderQty=1", -1106 },
	{ "type=MARKET&quantity=1", 0 },
	{ "type=MARKET&quoteOrderQty=1", 0 },
	{ "type=MARKET&quantity=1&quoteOrderQty=1", -1106 },
	{ "type=MARKET", -1102 },
	{ "type=MARKET&quantity=1&price=1", -1106 },
	{ "type=MARKET&quantity=1&timeInForce=GTC", -1106 },
	{ "type=LIMIT_MAKER&quantity=1&price=1", 0 },
	{ "type=LIMIT_MAKER&quantity=1", -1102 },
	{ "type=LIMIT_MAKER&quantity=1&price=1&timeInForce=GTC", -1106 },
};

static void test_orders(void **state)
{
	struct order_new order;
	enum order_response response;
	for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
		char text[512];
		snprintf(text, sizeof text, "symbol=A&side=SELL&%s&timestamp=1" SIGN, orders[i].query);
		assert_int_equal(parse(text, ""), 0);
		int r = params_order(&params, &order, &response, &problem);
		int code = r ? api_error_row(problem.error)->code : 0;
		if (code != orders[i].code)
			fail_msg("%s: %d %s", orders[i].query, code, message());
	}
	assert_int_equal(parse("symbol=A&side=SELL&type=MARKET&quoteOrderQty=2.5&timestamp=1" SIGN, ""), 0);
	assert_int_equal(params_order(&params, &order, &response, &problem), 0);
	assert_true(order.by_quote && order.quantity.units == 250000000 && order.price.units == 0);
	assert_int_equal(order.stp, STP_EXPIRE_MAKER);
	assert_int_equal(response, RESPONSE_FULL);
}

static void test_cancel(void **state)
{
	const struct route *r = route(METHOD_DELETE, "/api/v3/order");
	struct order_cancel cancel;
	assert_int_equal(params_parse(r, slice_text("symbol=A&timestamp=1" SIGN), slice_text(""), &params, &problem), 0);
	assert_int_equal(params_cancel(&params, &cancel, &problem), 1);
	assert_string_equal(message(), "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!");
	assert_int_equal(params_parse(r, slice_text("symbol=A&orderId=5&origClientOrderId=b&timestamp=1" SIGN),
				      slice_text(""), &params, &problem), 0);
	assert_int_equal(params_cancel(&params, &cancel, &problem), 0);
	assert_true(cancel.order == 5 && cancel.client_id_size == 0);
	static const char *const bad[] = { "0", "9007199254740992", "-1", "1.0" };
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		char text[128];
		snprintf(text, sizeof text, "symbol=A&orderId=%s&timestamp=1" SIGN, bad[i]);
		assert_int_equal(params_parse(r, slice_text(text), slice_text(""), &params, &problem), 1);
	}
}

static void test_symbols(void **state)
{
	static const char *const bad[] = { "", "A", "%5B%5D", "%5B%22A%22", "%22A%22%5D", "%5B%22A%22,%5D",
					   "%5B%22A%22%20,%22B%22%5D", "%5B%22a%22%5D", "%5B%22%22%5D", "%5BA%5D",
					   "%5B%22A%22%22B%22%5D", "%5B%22A%22%5D%5D",
					   "%5B%22ABCDEFGHIJKLMNOPQRSTU%22%5D" };
	const struct route *r = route(METHOD_GET, "/api/v3/ticker/price");
	char text[256];
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		snprintf(text, sizeof text, "symbols=%s", bad[i]);
		if (!params_parse(r, slice_text(text), slice_text(""), &params, &problem))
			fail_msg("accepted: %s", text);
	}
	struct slice name;
	size_t at = 0;
	snprintf(text, sizeof text, "symbols=%%5B%%22AB%%22%%2C%%22CD%%22%%5D");
	assert_int_equal(params_parse(r, slice_text(text), slice_text(""), &params, &problem), 0);
	assert_true(symbols_next(&params, &at, &name) && slice_is(name, "AB"));
	assert_true(symbols_next(&params, &at, &name) && slice_is(name, "CD"));
	assert_false(symbols_next(&params, &at, &name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused), cmocka_unit_test(test_values),	cmocka_unit_test(test_signed_bytes),
		cmocka_unit_test(test_too_many), cmocka_unit_test(test_orders), cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_symbols),
	};
	return cmocka_run_group_tests_name("api-params", tests, NULL, NULL);
}
