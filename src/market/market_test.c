// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "market/market.h"

static void exact_division_agrees_with_division(void **unused)
{
	static const uint64_t divisors[] = { 1, 2, 3, 4, 10, 1000, 1000000, 99999989, 100000000, 1ull << 40,
					     3ull << 50, AMOUNT_MAX };
	for (size_t i = 0; i < ARRAY_LEN(divisors); i++) {
		struct exact by = exact_by(divisors[i]);
		for (uint64_t k = 0; k < 2000; k++) {
			uint64_t n = k * 7919 % 2000 * (divisors[i] / 7 + 1), q = exact_quotient(&by, n);
			if (n % divisors[i] == 0)
				assert_int_equal(q, n / divisors[i]);
			else
				assert_true(q > UINT64_MAX / divisors[i]);
			if (k <= UINT64_MAX / divisors[i])
				assert_int_equal(exact_quotient(&by, k * divisors[i]), k);
		}
	}
}

static struct market_terms terms_of(uint64_t tick, uint64_t lot)
{
	return (struct market_terms){ .tick = { tick }, .lot = { lot } };
}

static bool accepts(const struct market_terms *terms)
{
	static struct market market;
	memset(&market, 0, sizeof market);
	return market_init(&market, terms);
}

static void terms_that_cannot_be_exact_are_refused(void **unused)
{
	struct market_terms terms = terms_of(1, 1); // 1e-16 quote units
	assert_false(accepts(&terms));
	terms = terms_of(0, AMOUNT_SCALE);
	assert_false(accepts(&terms));
	terms = terms_of(AMOUNT_SCALE, 0);
	assert_false(accepts(&terms));
	terms = terms_of(3, AMOUNT_SCALE / 2); // one and a half
	assert_false(accepts(&terms));
	terms = terms_of(2, AMOUNT_SCALE / 2);
	assert_true(accepts(&terms));
	terms = terms_of(AMOUNT_MAX, AMOUNT_MAX);
	assert_false(accepts(&terms));
	terms = terms_of(AMOUNT_SCALE / 100, AMOUNT_SCALE / 100000);
	assert_true(accepts(&terms));
}

static void ranges_that_are_empty_or_too_wide_are_refused(void **unused)
{
	struct market_terms terms = terms_of(AMOUNT_SCALE / 100, AMOUNT_SCALE);
	terms.price_max.units = (uint64_t)TICKS_MAX * (AMOUNT_SCALE / 100);
	assert_true(accepts(&terms));
	terms.price_max.units += AMOUNT_SCALE / 100;
	assert_false(accepts(&terms));
	terms.price_max.units = 10;
	assert_false(accepts(&terms)); // less than one tick
	terms.price_max.units = 0;
	terms.quantity_min.units = 5ull * AMOUNT_SCALE;
	terms.quantity_max.units = 4ull * AMOUNT_SCALE;
	assert_false(accepts(&terms));
	terms.quantity_max.units = 0;
	terms.notional_min.units = 2;
	terms.notional_max.units = 1;
	assert_false(accepts(&terms));
}

static void filters_are_the_range_in_steps(void **unused)
{
	static struct market market;
	struct market_terms terms = terms_of(5, AMOUNT_SCALE);
	uint32_t ticks;
	uint64_t lots;
	terms.price_min.units = 11;
	terms.price_max.units = 29;
	terms.quantity_min.units = AMOUNT_SCALE;
	terms.quantity_max.units = 3ull * AMOUNT_SCALE;
	assert_true(market_init(&market, &terms));
	for (uint64_t price = 0; price < 60; price++) {
		bool good = price % 5 == 0 && price >= 11 && price <= 29;
		assert_int_equal(market_ticks(&market, (struct price){ price }, &ticks), good);
		if (good)
			assert_int_equal(ticks, price / 5);
	}
	assert_false(market_ticks(&market, (struct price){ UINT64_MAX }, &ticks));
	assert_false(market_lots(&market, (struct quantity){ 0 }, &lots));
	assert_false(market_lots(&market, (struct quantity){ AMOUNT_SCALE - 1 }, &lots));
	assert_true(market_lots(&market, (struct quantity){ 3ull * AMOUNT_SCALE }, &lots));
	assert_int_equal(lots, 3);
	assert_false(market_lots(&market, (struct quantity){ 4ull * AMOUNT_SCALE }, &lots));
}

static void notional_is_exact_and_never_wraps(void **unused)
{
	static struct market market;
	struct market_terms terms = terms_of(AMOUNT_SCALE / 100, AMOUNT_SCALE / 100000);
	struct amount notional = { 1 };
	assert_true(market_init(&market, &terms));
	assert_true(market_notional(&market, 6000000, 150000, &notional)); // 60,000.00 * 1.5
	assert_int_equal(notional.units, 90000ull * AMOUNT_SCALE);
	assert_false(market_notional(&market, TICKS_MAX, AMOUNT_MAX, &notional));
	assert_false(market_notional(&market, TICKS_MAX, 1ull << 31, &notional));
	assert_int_equal(notional.units, 90000ull * AMOUNT_SCALE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exact_division_agrees_with_division),
		cmocka_unit_test(terms_that_cannot_be_exact_are_refused),
		cmocka_unit_test(ranges_that_are_empty_or_too_wide_are_refused),
		cmocka_unit_test(filters_are_the_range_in_steps),
		cmocka_unit_test(notional_is_exact_and_never_wraps),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
