// SPDX-License-Identifier: Apache-2.0
#include "treasury/limits.h"

#include "base/testing.h"

#define DAY 86400u
#define T0  1795312800u

static const struct asset coin = { { CHAIN_BITCOIN, CHAIN_BITCOIN_MAIN }, { 0 } };
static const struct asset token = { { CHAIN_EVM, 1 }, { 5 } };
static struct limits rules;
static struct limits_state record, copy;

static int setup(void **state)
{
	memset(&record, 0, sizeof record);
	rules = (struct limits){ .count = 1 };
	rules.list[0] = (struct limit){ .asset = coin, .payment_max = units_of(1000), .window_count = 2,
					.windows = { { DAY, units_of(1500), 3 }, { 7 * DAY, units_of(2000), 0 } },
					.fee_max = units_of(50), .fee_rate_max = units_of(10000),
					.fee_share_max = 1000 };
	return 0;
}

static struct limit_request pays(uint64_t amount, uint64_t fee)
{
	struct limit_request r = { .count = 1, .fee_asset = coin, .fee = units_of(fee), .fee_rate = units_of(100),
				   .fee_base = units_of(amount) };
	r.payments[0] = (struct limit_payment){ coin, units_of(amount + fee), units_of(amount) };
	return r;
}

static uint32_t check(uint64_t now, uint64_t amount, uint64_t fee)
{
	struct limit_request r = pays(amount, fee);
	return limits_check(&rules, &record, now, &r);
}

static void record_it(uint64_t now, uint64_t amount)
{
	struct limit_request r = pays(amount, 0);
	assert_int_equal(limits_record(&rules, &record, now, &r, NULL, 0), 0);
}

static void test_caps(void **state)
{
	assert_true(limits_valid(&rules));
	assert_int_equal(check(T0, 1000, 50), 0);
	assert_int_equal(check(T0, 1001, 0), LIMIT_PAYMENT);
	assert_int_equal(check(T0, 1000, 51), LIMIT_FEE);
	assert_int_equal(check(T0, 100, 10), 0);
	assert_int_equal(check(T0, 100, 11), LIMIT_FEE_SHARE);
	struct limit_request r = pays(1000, 10);
	r.fee_rate = units_of(10001);
	assert_int_equal(limits_check(&rules, &record, T0, &r), LIMIT_FEE_RATE);
	r = pays(10, 0);
	r.payments[0].asset = token;
	assert_int_equal(limits_check(&rules, &record, T0, &r), LIMIT_UNLISTED);
	r.count = 0;
	assert_int_equal(limits_check(&rules, &record, T0, &r), 0);
	r.fee_asset = token;
	r.fee = units_of(1);
	assert_int_equal(limits_check(&rules, &record, T0, &r), LIMIT_UNLISTED);
}

static void test_windows(void **state)
{
	record_it(T0, 800);
	assert_int_equal(check(T0 + 1, 700, 0), 0);
	assert_int_equal(check(T0 + 1, 700, 1), LIMIT_VELOCITY); // the fee leaves too
	assert_int_equal(check(T0 + DAY - 1, 701, 0), LIMIT_VELOCITY);
	assert_int_equal(check(T0 + DAY, 701, 0), 0);
	record_it(T0 + DAY, 1000);
	assert_int_equal(check(T0 + 2 * DAY, 201, 0), LIMIT_VELOCITY); // of the week
	assert_int_equal(check(T0 + 2 * DAY, 200, 0), 0);
	assert_int_equal(check(T0 + 7 * DAY, 1000, 0), 0);
	setup(NULL);
	for (int i = 0; i < 3; i++)
		record_it(T0, 1);
	assert_int_equal(check(T0, 1, 0), LIMIT_COUNT);
	// sums that have no room are above every limit
	memset(&rules.list[0].windows[0].amount_max, 0xff, 32);
	rules.list[0].windows[1].amount_max = rules.list[0].payment_max = rules.list[0].windows[0].amount_max;
	struct limit_request r = pays(0, 0);
	memset(&r.payments[0].total, 0xff, 32);
	assert_true(limits_check(&rules, &record, T0 + DAY, &r) & LIMIT_VELOCITY);
}

static void test_clock(void **state)
{
	record_it(T0, 1);
	assert_int_equal(check(T0 - 1, 1, 0), LIMIT_CLOCK);
	struct limit_request r = pays(1, 0);
	copy = record;
	assert_int_equal(limits_record(&rules, &record, T0 - 1, &r, NULL, 0), LIMIT_CLOCK);
	assert_memory_equal(&copy, &record, sizeof copy);
	assert_int_equal(limits_time(&record, T0 - 1), LIMIT_CLOCK);
	assert_int_equal(limits_time(&record, T0 + 5), 0);
	assert_int_equal(check(T0 + 4, 1, 0), LIMIT_CLOCK);
}

static void test_counters(void **state)
{
	uint8_t wallet[32] = { 1 }, other[32] = { 2 };
	struct limit_request r = pays(1, 0);
	assert_int_equal(limits_counter_last(&record, wallet), 0);
	assert_int_equal(limits_record(&rules, &record, T0, &r, wallet, 5), 0);
	assert_int_equal(limits_record(&rules, &record, T0, &r, wallet, 5), LIMIT_CLOCK);
	assert_int_equal(limits_record(&rules, &record, T0, &r, other, 1), 0);
	assert_int_equal(limits_counter_last(&record, wallet), 5);
	assert_int_equal(limits_counter_last(&record, other), 1);
	for (unsigned i = 2; i < LIMIT_COUNTERS_MAX; i++) {
		other[1] = (uint8_t)i;
		assert_int_equal(limits_record(&rules, &record, T0, &r, other, 1), 0);
	}
	other[1] = 255;
	assert_int_equal(limits_record(&rules, &record, T0, &r, other, 1), LIMIT_FULL);
}

static void test_full(void **state)
{
	for (size_t i = 0; i < LIMIT_SPENDS_MAX; i++)
		record_it(T0 + i, 0);
	assert_true(check(T0 + LIMIT_SPENDS_MAX, 0, 0) & LIMIT_FULL);
	struct limit_request r = pays(1, 0);
	assert_int_equal(limits_record(&rules, &record, T0 + 2000, &r, NULL, 0), LIMIT_FULL);
	assert_false(check(T0 + 7 * DAY, 0, 0) & LIMIT_FULL); // the first has left the longest window
	assert_int_equal(limits_record(&rules, &record, T0 + 7 * DAY, &r, NULL, 0), 0);
	assert_int_equal(record.spend_count, LIMIT_SPENDS_MAX);
	assert_int_equal(record.spends[LIMIT_SPENDS_MAX - 1].time, T0 + 7 * DAY);
}

static void test_state(void **state)
{
	static uint8_t bytes[LIMITS_STATE_SIZE_MAX + 1];
	uint8_t wallet[32] = { 1 };
	struct limit_request r = pays(3, 4);
	assert_int_equal(limits_record(&rules, &record, T0, &r, wallet, 5), 0);
	record_it(T0 + 9, 8);
	struct writer w = writer_over(bytes, sizeof bytes);
	limits_state_write(&record, &w);
	size_t size = writer_size(&w);
	assert_int_equal(limits_state_read(bytes, size, &copy), 0);
	assert_memory_equal(&copy, &record, sizeof copy);
	for (size_t cut = 0; cut < size; cut++)
		assert_int_equal(limits_state_read(bytes, cut, &copy), 1);
	assert_int_equal(limits_state_read(bytes, size + 1, &copy), 1);
	record.spends[0].time = T0 + 10; // not by time
	w = writer_over(bytes, sizeof bytes);
	limits_state_write(&record, &w);
	assert_int_equal(limits_state_read(bytes, size, &copy), 1);
	assert_int_equal(copy.spend_count, 0);
	for (size_t i = 0; i < LIMIT_SPENDS_MAX; i++)
		record.spends[i] = record.spends[1];
	record.spend_count = LIMIT_SPENDS_MAX;
	record.counter_count = LIMIT_COUNTERS_MAX;
	for (uint8_t i = 0; i < LIMIT_COUNTERS_MAX; i++) {
		record.counters[i].wallet[0] = i;
		record.counters[i].last = 1;
	}
	w = writer_over(bytes, LIMITS_STATE_SIZE_MAX);
	limits_state_write(&record, &w);
	assert_false(w.failed);
	assert_int_equal(writer_size(&w), LIMITS_STATE_SIZE_MAX);
	assert_int_equal(limits_state_read(bytes, LIMITS_STATE_SIZE_MAX, &copy), 0);
	record.counters[1].wallet[0] = 0; // twice
	w = writer_over(bytes, LIMITS_STATE_SIZE_MAX);
	limits_state_write(&record, &w);
	assert_int_equal(limits_state_read(bytes, LIMITS_STATE_SIZE_MAX, &copy), 1);
}

static void test_rules(void **state)
{
	rules.list[1] = rules.list[0];
	rules.count = 2;
	assert_false(limits_valid(&rules));
	rules.list[1].asset = token;
	assert_true(limits_valid(&rules));
	rules.list[1].windows[0].seconds = 0;
	assert_false(limits_valid(&rules));
	rules.list[1].windows[0].seconds = LIMIT_WINDOW_MAX + 1;
	assert_false(limits_valid(&rules));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_caps, setup),  cmocka_unit_test_setup(test_windows, setup),
		cmocka_unit_test_setup(test_clock, setup), cmocka_unit_test_setup(test_counters, setup),
		cmocka_unit_test_setup(test_full, setup),  cmocka_unit_test_setup(test_state, setup),
		cmocka_unit_test_setup(test_rules, setup),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
