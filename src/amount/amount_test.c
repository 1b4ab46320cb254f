// SPDX-License-Identifier: Apache-2.0
#include "amount/amount.h"
#include "base/testing.h"

#define WHOLE ((uint64_t)AMOUNT_SCALE)

static void sums_stop_at_the_limit(void **state)
{
	struct amount r = { 42 };
	assert_true(amount_add((struct amount){ AMOUNT_MAX - 1 }, (struct amount){ 1 }, &r));
	assert_int_equal(r.units, AMOUNT_MAX);
	r.units = 42;
	assert_false(amount_add((struct amount){ AMOUNT_MAX }, (struct amount){ 1 }, &r));
	assert_false(amount_add((struct amount){ UINT64_MAX }, (struct amount){ 1 }, &r));
	assert_false(amount_add((struct amount){ UINT64_MAX }, (struct amount){ UINT64_MAX }, &r));
	assert_false(amount_subtract((struct amount){ 1 }, (struct amount){ 2 }, &r));
	assert_false(amount_subtract((struct amount){ 0 }, (struct amount){ UINT64_MAX }, &r));
	assert_false(amount_subtract((struct amount){ UINT64_MAX }, (struct amount){ 0 }, &r));
	assert_int_equal(r.units, 42);
	assert_true(amount_subtract((struct amount){ 2 }, (struct amount){ 2 }, &r));
	assert_int_equal(r.units, 0);
}

static void notionals_are_exact(void **state)
{
	struct amount r = { 42 };
	// 65,123.45 x 0.5: the product needs more than 64 bits
	assert_true(amount_notional((struct price){ 6512345000000 }, (struct quantity){ WHOLE / 2 }, ROUND_DOWN, &r));
	assert_int_equal(r.units, 3256172500000);
	assert_true(amount_notional((struct price){ 0 }, (struct quantity){ UINT64_MAX }, ROUND_UP, &r));
	assert_int_equal(r.units, 0);
	// AMOUNT_MAX x 1 is the largest that is allowed
	assert_true(amount_notional((struct price){ AMOUNT_MAX }, (struct quantity){ WHOLE }, ROUND_UP, &r));
	assert_int_equal(r.units, AMOUNT_MAX);
}

static void notionals_round_as_asked(void **state)
{
	struct amount r;
	assert_true(amount_notional((struct price){ 1 }, (struct quantity){ 1 }, ROUND_DOWN, &r));
	assert_int_equal(r.units, 0);
	assert_true(amount_notional((struct price){ 1 }, (struct quantity){ 1 }, ROUND_UP, &r));
	assert_int_equal(r.units, 1);
	assert_true(amount_notional((struct price){ WHOLE - 1 }, (struct quantity){ WHOLE + 1 }, ROUND_DOWN, &r));
	assert_int_equal(r.units, WHOLE - 1);
	assert_true(amount_notional((struct price){ WHOLE - 1 }, (struct quantity){ WHOLE + 1 }, ROUND_UP, &r));
	assert_int_equal(r.units, WHOLE);
	// the same above 64 bits of product
	assert_true(amount_notional((struct price){ 1000 * WHOLE + 1 }, (struct quantity){ 1000 * WHOLE + 1 }, ROUND_DOWN, &r));
	assert_int_equal(r.units, 1000000 * WHOLE + 2000);
	assert_true(amount_notional((struct price){ 1000 * WHOLE + 1 }, (struct quantity){ 1000 * WHOLE + 1 }, ROUND_UP, &r));
	assert_int_equal(r.units, 1000000 * WHOLE + 2001);
}

static void notionals_that_overflow_are_refused(void **state)
{
	struct amount r = { 42 };
	assert_false(amount_notional((struct price){ UINT64_MAX }, (struct quantity){ UINT64_MAX }, ROUND_DOWN, &r));
	assert_false(amount_notional((struct price){ AMOUNT_MAX }, (struct quantity){ WHOLE + 1 }, ROUND_DOWN, &r));
	assert_false(amount_notional((struct price){ UINT64_MAX }, (struct quantity){ WHOLE }, ROUND_DOWN, &r));
	// AMOUNT_MAX and a remainder: down fits, up does not
	assert_true(amount_notional((struct price){ (uint64_t)1 << 63 }, (struct quantity){ WHOLE - 1 }, ROUND_DOWN, &r));
	r.units = 42;
	// quotients at 2^64 exactly, where a careless division traps
	assert_false(amount_notional((struct price){ (uint64_t)1 << 63 }, (struct quantity){ 2 * WHOLE }, ROUND_DOWN, &r));
	assert_false(amount_notional((struct price){ (uint64_t)1 << 63 }, (struct quantity){ 2 * WHOLE - 1 }, ROUND_UP, &r));
	assert_int_equal(r.units, 42);
	// floor is AMOUNT_MAX, remainder is not zero: (2^63 * 1e8 - 1) = 7 * 1317624576693539401 * ... is not a
	// product of two 64-bit numbers below, so take price = 2^62 + 1, quantity = 2e8 - 1
	uint64_t p = ((uint64_t)1 << 62) + 1, q = 2 * WHOLE - 1;
	unsigned __int128 product = (unsigned __int128)p * q;
	assert_true(amount_notional((struct price){ p }, (struct quantity){ q }, ROUND_UP, &r));
	assert_int_equal(r.units, (uint64_t)((product + WHOLE - 1) / WHOLE));
}

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static void notionals_and_fees_agree_with_plain_128_bits(void **state)
{
	uint64_t seed = 88172645463325252;
	for (unsigned i = 0; i < 200000; i++) {
		uint64_t p = next_random(&seed) >> next_random(&seed) % 64, q = next_random(&seed) >> next_random(&seed) % 64;
		unsigned __int128 product = (unsigned __int128)p * q, down = product / WHOLE;
		unsigned __int128 up = down + (product % WHOLE != 0);
		struct amount r;
		assert_int_equal(amount_notional((struct price){ p }, (struct quantity){ q }, ROUND_DOWN, &r), down <= AMOUNT_MAX);
		if (down <= AMOUNT_MAX)
			assert_int_equal(r.units, (uint64_t)down);
		assert_int_equal(amount_notional((struct price){ p }, (struct quantity){ q }, ROUND_UP, &r), up <= AMOUNT_MAX);
		if (up <= AMOUNT_MAX)
			assert_int_equal(r.units, (uint64_t)up);
		uint32_t ppm = (uint32_t)(next_random(&seed) % (FEE_RATE_MAX + 1));
		unsigned __int128 fee = ((unsigned __int128)p * ppm + FEE_SCALE - 1) / FEE_SCALE;
		assert_int_equal(amount_fee((struct amount){ p }, (struct fee_rate){ ppm }).units, (uint64_t)fee);
	}
}

static void fees_round_up_and_never_exceed(void **state)
{
	static const struct { uint64_t units; uint32_t ppm; uint64_t fee; } rows[] = {
		{ 0, FEE_RATE_MAX, 0 }, { 1, 0, 0 }, { 1, 1, 1 }, { 1, FEE_RATE_MAX, 1 }, { 1000, 1000, 1 }, { 1001, 1000, 2 },
		{ WHOLE, 1000, 100000 }, { AMOUNT_MAX, FEE_RATE_MAX, 922337203685477581 }, { AMOUNT_MAX, 0, 0 },
		{ AMOUNT_MAX, 1, 9223372036855 }, { AMOUNT_MAX, FEE_SCALE, AMOUNT_MAX }, { 5, UINT32_MAX, 5 },
		{ UINT64_MAX, FEE_RATE_MAX, 1844674407370955162 },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(amount_fee((struct amount){ rows[i].units }, (struct fee_rate){ rows[i].ppm }).units, rows[i].fee);
}

static void fees_at_the_edge_of_the_fast_path(void **state)
{
	uint64_t edge = (UINT64_MAX - (FEE_SCALE - 1)) / FEE_RATE_MAX;
	for (uint64_t units = edge - 3; units <= edge + 3; units++) {
		unsigned __int128 fee = ((unsigned __int128)units * FEE_RATE_MAX + FEE_SCALE - 1) / FEE_SCALE;
		assert_int_equal(amount_fee((struct amount){ units }, (struct fee_rate){ FEE_RATE_MAX }).units, (uint64_t)fee);
	}
}

static void parsing(void **state)
{
	static const struct { const char *text; int result; uint64_t units; } rows[] = {
		{ "0", 0, 0 }, { "1", 0, WHOLE }, { "0.00000001", 0, 1 }, { "1.5", 0, WHOLE + WHOLE / 2 },
		{ "00001.10", 0, WHOLE + WHOLE / 10 }, { "92233720368.54775807", 0, AMOUNT_MAX },
		{ "1.000000000000", 0, WHOLE }, // zeros beyond the eighth decimal say nothing
		{ "000000000000000000000000000000000001", 0, WHOLE },
		{ "", 1, 0 }, { ".", 1, 0 }, { ".5", 1, 0 }, { "5.", 1, 0 }, { "1.2.3", 1, 0 }, { "1..2", 1, 0 }, { "-1", 1, 0 },
		{ "+1", 1, 0 }, { " 1", 1, 0 }, { "1 ", 1, 0 }, { "1e5", 1, 0 }, { "1E5", 1, 0 }, { "0x10", 1, 0 }, { "NaN", 1, 0 },
		{ "Infinity", 1, 0 }, { "1,5", 1, 0 }, { "1_000", 1, 0 }, { "\xd9\xa1", 1, 0 }, { "1\n", 1, 0 }, { "1.5\t", 1, 0 },
		{ "1.000000001x", 1, 0 }, { "99999999999999999999.x", 1, 0 }, // not a decimal comes first
		{ "0.000000001", 2, 0 }, { "1.123456789", 2, 0 }, { "1.0000000000000001", 2, 0 },
		{ "92233720368.54775808", 3, 0 }, { "92233720369", 3, 0 }, { "184467440737.09551616", 3, 0 },
		{ "99999999999999999999999999999999999999", 3, 0 }, { "92233720368547758070", 3, 0 },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint64_t units = 42;
		int result = amount_parse(rows[i].text, strlen(rows[i].text), &units);
		if (result != rows[i].result)
			fail_msg("\"%s\" gave %d", rows[i].text, result);
		assert_int_equal(units, rows[i].result ? 42 : rows[i].units);
	}
	uint64_t units = 42;
	assert_int_equal(amount_parse("1\0" "5", 3, &units), 1);
	assert_int_equal(amount_parse("12345", 2, &units), 0); // only what the length covers
	assert_int_equal(units, 12 * WHOLE);
}

static void formatting_and_back(void **state)
{
	static const struct { uint64_t units; const char *text; } rows[] = {
		{ 0, "0.00000000" }, { 1, "0.00000001" }, { 100000, "0.00100000" }, { 99999999, "0.99999999" },
		{ 100000000, "1.00000000" }, { 1234567890, "12.34567890" }, { AMOUNT_MAX, "92233720368.54775807" },
		{ UINT64_MAX, "184467440737.09551615" },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[AMOUNT_TEXT_MAX];
		uint64_t units = 42;
		assert_int_equal(amount_format(rows[i].units, text), strlen(rows[i].text));
		assert_string_equal(text, rows[i].text);
		if (rows[i].units <= AMOUNT_MAX) {
			assert_int_equal(amount_parse(text, strlen(text), &units), 0);
			assert_int_equal(units, rows[i].units);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_stop_at_the_limit),
		cmocka_unit_test(notionals_are_exact),
		cmocka_unit_test(notionals_round_as_asked),
		cmocka_unit_test(notionals_that_overflow_are_refused),
		cmocka_unit_test(notionals_and_fees_agree_with_plain_128_bits),
		cmocka_unit_test(fees_round_up_and_never_exceed),
		cmocka_unit_test(fees_at_the_edge_of_the_fast_path),
		cmocka_unit_test(parsing),
		cmocka_unit_test(formatting_and_back),
	};
	return cmocka_run_group_tests_name("amount", tests, NULL, NULL);
}
