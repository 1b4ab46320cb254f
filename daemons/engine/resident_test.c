// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "daemons/engine/resident.h"
#include "exchange/lab.h"

#define ORDERS 50000u

// Pages of the exchange that the system has given.
static uint64_t pages(const struct lab *lab)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), count = exchange_memory(&lab->genesis) / page;
	unsigned char *there = malloc(count);
	uint64_t sum = 0;
	assert_non_null(there);
	assert_int_equal(mincore(lab->x, count * page, there), 0);
	for (size_t i = 0; i < count; i++)
		sum += there[i] & 1;
	free(there);
	return sum;
}

static void open_lab(struct lab *lab)
{
	struct capacities capacities = lab_capacities();
	capacities.orders = capacities.orders_per_customer = ORDERS;
	capacities.levels = 4096;
	lab_open(lab, &capacities);
	lab_asset(lab, "BTC");
	lab_asset(lab, "USDT");
	struct market_add terms = lab_terms("BTCUSDT", 0, 1, AMOUNT_SCALE / 100, AMOUNT_SCALE / 1000, 0, 0);
	lab_market(lab, &terms);
	lab_customer(lab);
	lab_deposit(lab, 0, 1, AMOUNT_MAX / 4);
}

// As many orders as there may be, each at a name and one of many prices of its own. Returns how many pages they touched first.
static uint64_t fill(struct lab *lab)
{
	char client_id[] = "order-00000";
	uint64_t before = pages(lab);
	for (uint32_t i = 0; i < ORDERS; i++) {
		struct order_new order = { .side = SIDE_BUY, .price = { (1 + i % 4000) * (AMOUNT_SCALE / 100) },
					   .quantity = { AMOUNT_SCALE / 1000 }, .client_id = client_id,
					   .client_id_size = sizeof client_id - 1 };
		for (uint32_t digit = 0, left = i; digit < 5; digit++, left /= 10)
			client_id[sizeof client_id - 2 - digit] = (char)('0' + left % 10);
		assert_int_equal(lab_order(lab, &order)->kind, EVENT_ORDER_ACCEPTED);
	}
	return pages(lab) - before;
}

static void what_is_resident_is_not_touched_for_the_first_time(void **unused)
{
	struct lab untouched, ready;
	uint8_t a[32], b[32];
	open_lab(&untouched);
	open_lab(&ready);
	struct resident r = resident_make(ready.x, ORDERS);
	if (r.error == -EINVAL) {
		print_message("# SKIP the kernel knows no MADV_POPULATE_WRITE\n");
		skip();
	}
	assert_int_equal(r.error, 0);
	assert_true(r.bytes > 0);
	assert_true(fill(&untouched) > 0);
	assert_int_equal(fill(&ready), 0);
	exchange_hash(untouched.x, a);
	exchange_hash(ready.x, b);
	assert_memory_equal(a, b, sizeof a);
	lab_close(&untouched);
	lab_close(&ready);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(what_is_resident_is_not_touched_for_the_first_time) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
