// SPDX-License-Identifier: Apache-2.0
#include "evm/u256.h"

#include "base/testing.h"

static struct u256 number(const char *text)
{
	struct u256 v;
	assert_int_equal(u256_parse(text, strlen(text), 0, &v), 0);
	return v;
}

static void assert_number(const struct u256 *v, const char *expected)
{
	char text[U256_TEXT_MAX];
	assert_int_equal(u256_format(v, 0, text), strlen(expected));
	assert_string_equal(text, expected);
}

#define MAX_TEXT "115792089237316195423570985008687907853269984665640564039457584007913129639935"
#define HALF_TEXT "340282366920938463463374607431768211456" // 2^128

static void test_text(void **state)
{
	static const struct { const char *text; unsigned decimals; int why; const char *back; } texts[] = {
		{ "0", 0, 0, "0" }, { "1", 0, 0, "1" }, { MAX_TEXT, 0, 0, MAX_TEXT },
		{ "115792089237316195423570985008687907853269984665640564039457584007913129639936", 0, 3, NULL },
		{ "999999999999999999999999999999999999999999999999999999999999999999999999999999999", 0, 3, NULL },
		{ "1", 18, 0, "1.0" }, { "1.5", 18, 0, "1.5" }, { "0.000000000000000001", 18, 0, "0.000000000000000001" },
		{ "0.0000000000000000001", 18, 2, NULL }, { "1.50", 2, 0, "1.5" }, { "1.500", 2, 2, NULL },
		{ "0", 77, 0, "0.0" }, { "1.1", 77, 0, "1.1" }, { "2", 77, 3, NULL }, { "1.15", 77, 0, "1.15" },
		{ "", 0, 1, NULL }, { ".5", 2, 1, NULL }, { "5.", 2, 1, NULL }, { "00", 0, 1, NULL }, { "01", 0, 1, NULL },
		{ "-1", 0, 1, NULL }, { "+1", 0, 1, NULL }, { "1e3", 3, 1, NULL }, { " 1", 0, 1, NULL }, { "1 ", 0, 1, NULL },
		{ "1.2.3", 5, 1, NULL }, { "1.0", 0, 2, NULL }, { "0x1", 0, 1, NULL },
	};
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct u256 v;
		char back[U256_TEXT_MAX];
		assert_int_equal(u256_parse(texts[i].text, strlen(texts[i].text), texts[i].decimals, &v), texts[i].why);
		if (texts[i].why)
			continue;
		u256_format(&v, texts[i].decimals, back);
		assert_string_equal(back, texts[i].back);
	}
}

static void test_add_subtract(void **state)
{
	struct u256 one = u256_of(1), half = number(HALF_TEXT), low = half, v = u256_of(7);
	assert_true(u256_subtract(&half, &one, &low));
	assert_number(&low, "340282366920938463463374607431768211455");
	assert_true(u256_add(&low, &one, &v));
	assert_true(u256_equal(&v, &half));
	v = u256_of(7);
	assert_false(u256_add(&u256_max, &one, &v));
	assert_false(u256_subtract(&one, &half, &v));
	assert_number(&v, "7");
	assert_true(u256_subtract(&u256_max, &u256_max, &v));
	assert_true(u256_zero(&v));
}

static void test_multiply_divide(void **state)
{
	struct u256 half = number(HALF_TEXT), low = number("340282366920938463463374607431768211455"), v = u256_of(7);
	assert_false(u256_multiply(&half, &half, &v));
	assert_number(&v, "7");
	assert_true(u256_multiply(&half, &low, &v)); // 2^256 - 2^128
	assert_number(&v, "115792089237316195423570985008687907852929702298719625575994209400481361428480");
	assert_true(u256_multiply(&low, &low, &v)); // 2^256 - 2^129 + 1
	assert_number(&v, "115792089237316195423570985008687907852589419931798687112530834793049593217025");
	assert_int_equal(u256_divide_small(&u256_max, 1000000007, &v), 792845265);
	struct u256 by = u256_of(1000000007), rest = u256_of(792845265);
	assert_true(u256_multiply(&v, &by, &v) && u256_add(&v, &rest, &v));
	assert_true(u256_equal(&v, &u256_max));
}

static void test_bytes(void **state)
{
	uint8_t bytes[32], back[32];
	uint64_t small;
	for (size_t size = 0; size <= 32; size++) {
		memset(bytes, 0, sizeof bytes);
		for (size_t i = 0; i < size; i++)
			bytes[32 - size + i] = (uint8_t)(i + 0x81);
		struct u256 v = u256_from_bytes(bytes + 32 - size, size);
		u256_to_bytes(&v, back);
		assert_memory_equal(back, bytes, 32);
		assert_int_equal(u256_bits(&v), 8 * size);
		assert_int_equal(u256_to_u64(&v, &small), size <= 8);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text), cmocka_unit_test(test_add_subtract), cmocka_unit_test(test_multiply_divide),
		cmocka_unit_test(test_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
