// SPDX-License-Identifier: Apache-2.0
#include "treasury/units.h"

#include "base/testing.h"

static struct units most(void)
{
	struct units u;
	memset(&u, 0xff, sizeof u);
	return u;
}

static void test_sums(void **state)
{
	struct units a = units_of(UINT64_MAX), one = units_of(1), sum, top = most(), before = units_of(7);
	uint64_t small = 9;
	assert_true(units_add(&a, &one, &sum));
	assert_hex(sum.bytes, 32, "0000000000000000000000000000000000000000000000010000000000000000");
	assert_false(units_to_u64(&sum, &small));
	assert_int_equal(small, 9);
	assert_true(units_subtract(&sum, &one, &sum));
	assert_true(units_equal(&sum, &a) && units_to_u64(&sum, &small));
	assert_true(small == UINT64_MAX);
	sum = before;
	assert_false(units_add(&top, &one, &sum));
	assert_false(units_subtract(&one, &a, &sum));
	assert_false(units_multiply(&top, 2, &sum));
	assert_true(units_equal(&sum, &before));
	assert_true(units_multiply(&top, 1, &sum) && units_equal(&sum, &top));
	assert_true(units_multiply(&a, UINT64_MAX, &sum));
	assert_hex(sum.bytes, 32, "00000000000000000000000000000000fffffffffffffffe0000000000000001");
	assert_true(units_compare(&one, &a) < 0 && units_compare(&top, &a) > 0);
}

static void test_assets(void **state)
{
	static const struct { struct asset asset; bool good; } cases[] = {
		{ { { CHAIN_BITCOIN, CHAIN_BITCOIN_MAIN }, { 0 } }, true },
		{ { { CHAIN_BITCOIN, 4 }, { 0 } }, false },
		{ { { CHAIN_BITCOIN, CHAIN_BITCOIN_MAIN }, { 1 } }, false }, // a token on Bitcoin
		{ { { CHAIN_EVM, 1 }, { 1 } }, true },
		{ { { CHAIN_EVM, 0 }, { 1 } }, false },
		{ { { (enum chain_kind)3, 1 }, { 0 } }, false },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint8_t bytes[29];
		struct writer w = writer_over(bytes, sizeof bytes);
		struct asset back;
		asset_write(&cases[i].asset, &w);
		struct reader r = reader_over(bytes, sizeof bytes);
		asset_read(&r, &back);
		assert_int_equal(reader_done(&r), cases[i].good);
		assert_true(!cases[i].good || asset_equal(&back, &cases[i].asset));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_sums), cmocka_unit_test(test_assets) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
