// SPDX-License-Identifier: Apache-2.0
// The tables: routes, errors, intervals, the catalogue, JSON.
#include "api/answer.h"
#include "api/interval.h"
#include "api/routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void test_routes(void **state)
{
	size_t count;
	bool known;
	uint32_t seen = 0;
	const struct route *routes = api_routes(&count);
	for (size_t i = 0; i < count; i++) {
		const struct route *r = &routes[i];
		assert_ptr_equal(api_route_find((enum method)r->method, slice_text(r->path), NULL), r); // none twice
		assert_true(r->weight > 0);
		seen |= UINT32_C(1) << r->id;
		bool has_signature = false;
		for (size_t j = 0; j < r->rule_count; j++)
			has_signature |= r->rules[j].param == PARAM_SIGNATURE && r->rules[j].mandatory;
		assert_int_equal(has_signature, r->security >= ROUTE_SIGNED_READ);
	}
	assert_int_equal(seen, (uint32_t)((UINT64_C(1) << ROUTE_ID_COUNT) - 1));
	assert_null(api_route_find(METHOD_PUT, slice_text("/api/v3/order"), &known));
	assert_true(known);
	assert_null(api_route_find(METHOD_GET, slice_text("/api/v3/orde"), &known));
	assert_false(known);
	assert_null(api_route_find(METHOD_GET, slice_of(NULL, 0), &known));
}

static void test_weights(void **state)
{
	static const struct { const char *path, *query; unsigned weight; } cases[] = {
		{ "/api/v3/depth", "symbol=A", 5 },	       { "/api/v3/depth", "symbol=A&limit=500", 25 },
		{ "/api/v3/depth", "symbol=A&limit=1000", 50 }, { "/api/v3/depth", "symbol=A&limit=5000", 250 },
		{ "/api/v3/ticker/24hr", "", 80 },	       { "/api/v3/ticker/24hr", "symbol=A", 2 },
		{ "/api/v3/ticker/price", "", 4 },	       { "/api/v3/exchangeInfo", "", 20 },
	};
	static struct params params;
	struct api_problem problem;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct route *r = api_route_find(METHOD_GET, slice_text(cases[i].path), NULL);
		assert_int_equal(params_parse(r, slice_text(cases[i].query), slice_text(""), &params, &problem), 0);
		assert_int_equal(route_weight(r, &params), cases[i].weight);
	}
}

static void test_errors(void **state)
{
	for (unsigned i = 1; i < API_ERROR_COUNT; i++) {
		const struct api_error_row *row = api_error_row(i);
		assert_non_null(row->text);
		assert_true(row->code < 0 && row->status >= 400);
	}
	assert_int_equal(api_error_row(API_ERROR_COUNT)->code, -1000);
	assert_int_equal(api_error_row(0)->status, 500); // "fine" is never a refusal
	assert_int_equal(api_error_of_refusal(REFUSED_UNKNOWN_ORDER, true, NULL), API_UNKNOWN_ORDER);
	assert_int_equal(api_error_of_refusal(REFUSED_UNKNOWN_ORDER, false, NULL), API_NO_SUCH_ORDER);
	assert_int_equal(api_error_of_refusal(255, false, NULL), API_INTERNAL);
	const char *detail;
	assert_int_equal(api_error_of_refusal(REFUSED_LOT_SIZE, false, &detail), API_FILTER);
	assert_string_equal(detail, "LOT_SIZE");
}

// What a client is told about each refusal that trading can meet.
static void test_error_texts(void **state)
{
	static const struct { uint8_t refusal; const char *text; } cases[] = {
		{ REFUSED_BALANCE, "{\"code\":-2010,\"msg\":\"Account has insufficient balance for requested action.\"}" },
		{ REFUSED_PRICE_FILTER, "{\"code\":-1013,\"msg\":\"Filter failure: PRICE_FILTER\"}" },
		{ REFUSED_NOTIONAL, "{\"code\":-1013,\"msg\":\"Filter failure: NOTIONAL\"}" },
		{ REFUSED_UNKNOWN_MARKET, "{\"code\":-1121,\"msg\":\"Invalid symbol.\"}" },
		{ REFUSED_WOULD_TAKE, "{\"code\":-2010,\"msg\":\"Order would immediately match and take.\"}" },
		{ REFUSED_DUPLICATE_CLIENT_ID, "{\"code\":-2010,\"msg\":\"Duplicate order sent.\"}" },
		{ REFUSED_MARKET_CLOSED, "{\"code\":-1013,\"msg\":\"Market is closed.\"}" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char text[512] = "";
		const char *detail;
		struct api_problem problem;
		api_problem_set(&problem, api_error_of_refusal(cases[i].refusal, false, &detail), NULL);
		api_problem_set(&problem, problem.error, detail);
		struct writer w = writer_over(text, sizeof text - 1);
		answer_error(&w, &problem);
		assert_string_equal(text, cases[i].text);
	}
}

static void test_error_escapes(void **state)
{
	char text[256] = "";
	struct api_problem problem;
	struct writer w = writer_over(text, sizeof text - 1);
	api_problem_set(&problem, API_MANDATORY, "a\"b\\c\x01\xff");
	answer_error(&w, &problem);
	assert_string_equal(text, "{\"code\":-1102,\"msg\":\"Mandatory parameter 'a\\\"b\\\\c\\u0001?' was not sent, was "
				  "empty/null, or malformed.\"}");
	problem.detail_size = UINT16_MAX; // a hostile peer's
	w = writer_over(text, sizeof text - 1);
	answer_error(&w, &problem);
}

static void test_units(void **state)
{
	static const struct { uint64_t units; const char *text; } cases[] = {
		{ 0, "\"0.00000000\"" }, { 1, "\"0.00000001\"" }, { 100000000, "\"1.00000000\"" },
		{ INT64_MAX, "\"92233720368.54775807\"" }, { UINT64_MAX, "\"184467440737.09551615\"" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char text[40] = "";
		struct writer w = writer_over(text, sizeof text - 1);
		json_write_units(&w, cases[i].units);
		assert_string_equal(text, cases[i].text);
	}
}

static void test_intervals(void **state)
{
	enum kline_interval i;
	assert_true(interval_read(slice_text("1m"), &i) && i == INTERVAL_1M);
	assert_true(interval_read(slice_text("1M"), &i) && i == INTERVAL_1MONTH);
	assert_false(interval_read(slice_text("1y"), &i));
	assert_false(interval_read(slice_text(""), &i));
	// 2024-02-29 12:34:56.789 UTC, a Thursday.
	uint64_t t = UINT64_C(1709210096789000);
	assert_int_equal(interval_open(INTERVAL_1MONTH, t), UINT64_C(1706745600000000));  // 2024-02-01
	assert_int_equal(interval_next(INTERVAL_1MONTH, UINT64_C(1706745600000000)), UINT64_C(1709251200000000));
	assert_int_equal(interval_open(INTERVAL_1W, t), UINT64_C(1708905600000000));      // Monday 2024-02-26
	assert_int_equal(interval_open(INTERVAL_1H, t), UINT64_C(1709208000000000));
	for (int n = 0; n < INTERVAL_COUNT; n++) {
		uint64_t open = interval_open((enum kline_interval)n, t), next = interval_next((enum kline_interval)n, open);
		assert_true(open <= t && t < next);
		assert_int_equal(interval_open((enum kline_interval)n, next - 1), open);
		assert_int_equal(interval_open((enum kline_interval)n, next), next);
		assert_true(interval_next((enum kline_interval)n, interval_open((enum kline_interval)n, UINT64_MAX / 2)) > 0);
	}
}

// The page belongs to another process: nothing in it is believed.
static void test_hostile_catalogue(void **state)
{
	struct marketdata *d = calloc(1, marketdata_size(4));
	struct catalogue *c = calloc(1, sizeof *c);
	d->markets = 1000000;
	assert_false(catalogue_refresh(c, d, 4)); // no magic yet
	d->magic = MARKETDATA_MAGIC;
	d->version = MARKETDATA_VERSION;
	d->assets = UINT32_MAX;
	memcpy(d->asset[0].name, "BTC", 4);
	memset(d->asset[1].name, 'A', sizeof d->asset[1].name); // not ended
	memcpy(d->market[0].market.symbol, "BTC\"X", 6);
	catalogue_refresh(c, d, 4);
	assert_int_equal(c->assets, 1);
	assert_int_equal(c->markets, 0);
	memcpy(d->market[0].market.symbol, "BTCBTC", 7);
	d->market[0].market.quote = 7; // no such asset
	assert_false(catalogue_refresh(c, d, 4));
	d->market[0].market.quote = 0;
	memcpy(d->market[1].market.symbol, "BTC", 4);
	assert_true(catalogue_refresh(c, d, 4));
	assert_int_equal(c->markets, 2);
	assert_int_equal(catalogue_find(c, slice_text("BTCBTC")), 0);
	assert_int_equal(catalogue_find(c, slice_text("BTC")), 1);
	assert_int_equal(catalogue_find(c, slice_text("BTCB")), -1);
	assert_true(slice_is(catalogue_symbol(c, 2), ""));
	assert_true(slice_is(catalogue_asset(c, UINT32_MAX), ""));
	free(c);
	free(d);
}

// Enums, lengths and numbers out of range are written as something, never read beyond.
static void test_hostile_order(void **state)
{
	static struct catalogue catalogue;
	char text[2048] = "";
	struct order_view order;
	memset(&order, 0xff, sizeof order);
	struct writer w = writer_over(text, sizeof text - 1);
	answer_order_new(&w, &catalogue, &order, ANSWER_ORDER_RESULT);
	assert_false(w.failed);
	assert_non_null(strstr(text, "\"clientOrderId\":\"\""));
	assert_non_null(strstr(text, "\"status\":\"\""));
	w = writer_over(text, 10);
	answer_order_row(&w, &catalogue, &order);
	assert_true(w.failed); // too small is said, not written
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_routes),	      cmocka_unit_test(test_weights),
		cmocka_unit_test(test_errors),	      cmocka_unit_test(test_error_texts),
		cmocka_unit_test(test_error_escapes), cmocka_unit_test(test_units),
		cmocka_unit_test(test_intervals),     cmocka_unit_test(test_hostile_catalogue),
		cmocka_unit_test(test_hostile_order),
	};
	return cmocka_run_group_tests_name("api", tests, NULL, NULL);
}
