// SPDX-License-Identifier: Apache-2.0
#include "review/words.h"

#include "base/testing.h"

static char to[WORDS_MAX];

#define SAYS(call, text)                                                       \
	do {                                                                   \
		size_t length_ = call;                                         \
		assert_string_equal(to, text);                                 \
		assert_int_equal(length_, strlen(text));                       \
	} while (0)

static void test_amounts(void **state)
{
	struct u256 tokens = u256_of(1250500000), huge = u256_max;
	SAYS(words_bitcoin(150000000, to), "1.50000000 BTC (150 000 000 sat)");
	SAYS(words_bitcoin(1, to), "0.00000001 BTC (1 sat)");
	SAYS(words_bitcoin(2100000000000000u, to), "21000000.00000000 BTC (2 100 000 000 000 000 sat)");
	SAYS(words_bitcoin_figure(150000000, to), "1.50000000");
	SAYS(words_grouped(0, to), "0");
	SAYS(words_grouped(999, to), "999");
	SAYS(words_grouped(1000, to), "1 000");
	SAYS(words_grouped(UINT64_MAX, to), "18 446 744 073 709 551 615");
	SAYS(words_units(&tokens, 6, "USDC", to), "1 250.5 USDC");
	SAYS(words_units(&huge, 0, "", to),
	     "115 792 089 237 316 195 423 570 985 008 687 907 853 269 984 665 640 564 039 457 584 007 913 129 639 935");
	SAYS(words_fee_rate(1234, to), "12.34 sat/vB");
	SAYS(words_fee_rate(105, to), "1.05 sat/vB");
}

static void test_spelt(void **state)
{
	static const struct { uint64_t n; const char *text; } cases[] = {
		{ 0, "zero" },
		{ 19, "nineteen" },
		{ 21, "twenty-one" },
		{ 100, "one hundred" },
		{ 115, "one hundred and fifteen" },
		{ 1000, "one thousand" },
		{ 1001, "one thousand and one" },
		{ 40000, "forty thousand" },
		{ 150000000, "one hundred and fifty million" },
		{ 1234567, "one million two hundred and thirty-four thousand five hundred and sixty-seven" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		SAYS(words_spelt(cases[i].n, to), cases[i].text);
	assert_true(words_spelt(17377777777777777777u, to) < WORDS_MAX);
}

static void test_time(void **state)
{
	SAYS(words_blocks(144, to), "144 blocks, about 1 day");
	SAYS(words_blocks(1, to), "1 block, about 10 minutes");
	SAYS(words_blocks(288, to), "288 blocks, about 2 days");
	SAYS(words_blocks(150, to), "150 blocks, about 1 day 1 hour");
	SAYS(words_seconds(0, to), "0 seconds");
	SAYS(words_seconds(45, to), "45 seconds");
	SAYS(words_seconds(3600, to), "1 hour");
	SAYS(words_seconds(93600, to), "1 day 2 hours");
	SAYS(words_seconds(86401, to), "1 day");
	SAYS(words_time(0, to), "1970-01-01 00:00:00 UTC");
	SAYS(words_time(951782400, to), "2000-02-29 00:00:00 UTC");
	SAYS(words_time(1795315800, to), "2026-11-22 02:50:00 UTC");
	SAYS(words_time(253402300799u, to), "9999-12-31 23:59:59 UTC");
	SAYS(words_time(253402300800u, to), "second 253402300800");
	SAYS(words_locktime(0, false, to), "at once");
	SAYS(words_locktime(800000, true, to), "at once");
	SAYS(words_locktime(800000, false, to), "after block 800 000");
	SAYS(words_locktime(1795315800, false, to), "after 2026-11-22 02:50:00 UTC");
	SAYS(words_sequence(2, 144, to), "144 blocks, about 1 day, after the coin confirmed");
	SAYS(words_sequence(2, (1u << 22) | 169, to), "1 day after the coin confirmed");
	SAYS(words_sequence(1, 144, to), "no lock");
	SAYS(words_sequence(2, 0xfffffffd, to), "no lock");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_amounts), cmocka_unit_test(test_spelt),
					    cmocka_unit_test(test_time) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
