// SPDX-License-Identifier: Apache-2.0
#include "daemons/gateway/address_limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define SECOND UINT64_C(1000000000)
#define START (1000 * SECOND)

static const uint8_t v4[16] = { [10] = 0xff, [11] = 0xff, [12] = 10, [15] = 1 };

static void test_burst_then_rate(void **state)
{
	struct limits *l = limits_new(60, false); // one a second, sixty at once
	for (unsigned i = 0; i < 60; i++)
		assert_int_equal(limits_charge(l, v4, 1, START).verdict, LIMIT_FINE);
	struct limit_answer a = limits_charge(l, v4, 1, START);
	assert_int_equal(a.verdict, LIMIT_SLOW_DOWN);
	assert_in_range(a.retry_after_s, 1, 12);
	// No window on the clock: a minute later there are sixty again, and no more, wherever the minute begins.
	unsigned fine = 0;
	for (unsigned i = 0; i < 200; i++)
		fine += limits_charge(l, v4, 1, START + 71 * SECOND).verdict == LIMIT_FINE;
	assert_int_equal(fine, 60);
	limits_free(l);
}

static void test_retry_after_is_true(void **state)
{
	struct limits *l = limits_new(1200, false);
	uint64_t now = START;
	for (unsigned round = 0; round < 50; round++) {
		struct limit_answer a = limits_charge(l, v4, 250, now);
		now += a.retry_after_s * SECOND;
		if (a.verdict != LIMIT_FINE)
			continue;
		assert_true(a.used <= 1200);
	}
	// Who waits as told is served again.
	while (limits_charge(l, v4, 1, now).verdict == LIMIT_FINE)
		;
	struct limit_answer a = limits_charge(l, v4, 1, now);
	assert_int_equal(limits_charge(l, v4, 1, now + a.retry_after_s * SECOND).verdict, LIMIT_FINE);
	limits_free(l);
}

static void test_cost(void **state)
{
	struct limits *l = limits_new(1200, false);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(limits_charge(l, v4, 250, START).verdict, LIMIT_FINE);
	assert_int_equal(limits_charge(l, v4, 250, START).verdict, LIMIT_SLOW_DOWN);
	limits_free(l);
}

static void test_ladder(void **state)
{
	static const uint64_t minutes[] = { 2, 8, 32, 128, 512, 2048, 3 * 24 * 60, 3 * 24 * 60 };
	struct limits *l = limits_new(60, true);
	uint64_t now = START;
	// Levels: 2 min, times 4 each time, never above 3 days.
	for (size_t i = 0; i < sizeof minutes / sizeof *minutes; i++) {
		struct limit_answer a = { 0 };
		for (unsigned n = 0; n < 1000 && a.verdict != LIMIT_BANNED; n++)
			a = limits_charge(l, v4, 60, now);
		assert_int_equal(a.verdict, LIMIT_BANNED);
		uint64_t expected = i < 6 ? minutes[i] * 60 : a.retry_after_s;
		assert_int_equal(a.retry_after_s, expected);
		assert_true(a.retry_after_s <= 3 * 24 * 3600);
		assert_int_equal(limits_charge(l, v4, 1, now + (a.retry_after_s - 1) * SECOND).verdict, LIMIT_BANNED);
		now += (a.retry_after_s + 1) * SECOND;
	}
	limits_free(l);
}

// A flood of addresses can push counters out, never a ban.
static void test_flood_keeps_bans(void **state)
{
	struct limits *l = limits_new(60, true);
	struct limit_answer a = { 0 };
	for (unsigned n = 0; n < 1000 && a.verdict != LIMIT_BANNED; n++)
		a = limits_charge(l, v4, 60, START);
	for (uint32_t i = 0; i < 300000; i++) {
		uint8_t address[16] = { [10] = 0xff, [11] = 0xff };
		memcpy(address + 12, &i, sizeof i);
		if (memcmp(address, v4, sizeof v4))
			assert_int_not_equal(limits_charge(l, address, 1, START).verdict, LIMIT_BANNED);
	}
	assert_int_equal(limits_charge(l, v4, 1, START).verdict, LIMIT_BANNED);
	limits_free(l);
}

// Addresses of one /64 share a cap, a /56 has four times as much, a /48 sixteen times.
static void test_ipv6_tiers(void **state)
{
	struct limits *l = limits_new(60, false);
	unsigned fine = 0;
	for (unsigned i = 0; i < 256; i++) {
		uint8_t address[16] = { 0x20, 0x01, [15] = (uint8_t)i };
		fine += limits_charge(l, address, 1, START).verdict == LIMIT_FINE;
	}
	assert_int_equal(fine, 60);
	for (unsigned i = 0; i < 256 * 40; i++) { // other /64s of the same /56
		uint8_t address[16] = { 0x20, 0x01, [7] = (uint8_t)i };
		fine += limits_charge(l, address, 1, START).verdict == LIMIT_FINE;
	}
	assert_int_equal(fine, 4 * 60);
	fine = 0;
	for (unsigned i = 0; i < 256 * 40; i++) { // other /56s of the same /48
		uint8_t address[16] = { 0x20, 0x01, [6] = (uint8_t)i };
		fine += limits_charge(l, address, 1, START).verdict == LIMIT_FINE;
	}
	assert_int_equal(fine, 16 * 60 - 4 * 60); // a flood from one /64 left its neighbours their share
	limits_free(l);
}

static void test_off(void **state)
{
	struct limits *l = limits_new(0, true);
	for (unsigned i = 0; i < 10000; i++)
		assert_int_equal(limits_charge(l, v4, 5000, START).verdict, LIMIT_FINE);
	limits_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_burst_then_rate), cmocka_unit_test(test_retry_after_is_true),
		cmocka_unit_test(test_cost),		cmocka_unit_test(test_ladder),
		cmocka_unit_test(test_flood_keeps_bans), cmocka_unit_test(test_ipv6_tiers),
		cmocka_unit_test(test_off),
	};
	return cmocka_run_group_tests_name("gateway-limits", tests, NULL, NULL);
}
