// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <stdio.h>

#include "base/text.h"
#include "exchange/lab.h"

// A fixed history, and what every compiler, optimisation and sanitizer must make of it under rules 1. If this
// changes, journals that exist would fold to another state: that needs a new rules version, not a new constant.
#define GOLDEN_HASH "572afff65f62204b42bb5eb8238f7250fdb9ebf4196f4142f321c79e2c55b69e"
#define GOLDEN_DIGEST 0x4face4fd05eeba86u

#define CUSTOMERS 4u
#define COMMANDS 4000u

struct bytes {
	uint8_t *data;
	size_t size;
};

static uint64_t state;

static uint64_t draw(uint64_t below)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (state >> 33) % below;
}

static int collect(void *context, const void *data, size_t size)
{
	struct bytes *b = context;
	b->data = realloc(b->data, b->size + size);
	assert_non_null(b->data);
	memcpy(b->data + b->size, data, size);
	b->size += size;
	return 0;
}

static void make_history(struct lab *lab, unsigned commands)
{
	struct capacities capacities = lab_capacities();
	char client_id[CLIENT_ID_MAX];
	state = 1;
	lab_open(lab, &capacities);
	lab_asset(lab, "BTC");
	lab_asset(lab, "USDT");
	struct market_add terms = lab_terms("BTCUSDT", 0, 1, AMOUNT_SCALE / 100, AMOUNT_SCALE / 1000, 100, 1000);
	lab_market(lab, &terms);
	for (uint32_t customer = 0; customer < CUSTOMERS; customer++) {
		lab_customer(lab);
		lab_deposit(lab, customer, 0, 1000ull * AMOUNT_SCALE);
		lab_deposit(lab, customer, 1, 1000ull * AMOUNT_SCALE);
	}
	for (unsigned i = 0; i < commands; i++) {
		uint32_t customer = (uint32_t)draw(CUSTOMERS);
		if (draw(3) == 0) {
			lab_cancel(lab, customer, 0, 1 + draw(i + 1));
			continue;
		}
		struct order_new order = { .customer = customer, .key = customer, .side = (uint8_t)draw(2),
					   .tif = (uint8_t)draw(3), .stp = (uint8_t)draw(4), .client_id = client_id };
		order.price.units = (90 + draw(20)) * (AMOUNT_SCALE / 100);
		order.quantity.units = (1 + draw(50)) * (AMOUNT_SCALE / 1000);
		order.client_id_size = (uint8_t)snprintf(client_id, sizeof client_id, "order-%u", (unsigned)draw(500));
		lab_order(lab, &order);
	}
}

static void the_golden_history_has_its_hash(void **unused)
{
	struct lab lab;
	uint8_t hash[32];
	char hex[65];
	make_history(&lab, COMMANDS);
	exchange_hash(lab.x, hash);
	hex_encode(hash, sizeof hash, hex);
	assert_string_equal(hex, GOLDEN_HASH);
	assert_int_equal(exchange_seal_block(lab.x), GOLDEN_DIGEST);
	lab_close(&lab);
}

static void a_snapshot_is_the_same_after_loading(void **unused)
{
	struct lab lab;
	struct bytes first = { 0 }, second = { 0 };
	make_history(&lab, COMMANDS);
	assert_int_equal(exchange_snapshot(lab.x, collect, &first), 0);
	struct exchange *copy = exchange_new(&lab.genesis);
	assert_int_equal(exchange_load(copy, first.data, first.size), 0);
	assert_int_equal(exchange_snapshot(copy, collect, &second), 0);
	assert_int_equal(first.size, second.size);
	assert_memory_equal(first.data, second.data, first.size);
	exchange_free(copy);
	lab_close(&lab);
	free(first.data);
	free(second.data);
}

// More lines than one seal looks at: where the next one goes on is part of the state.
static void the_scrub_goes_on_where_it_was(void **unused)
{
	static const char *const names[] = { "C", "D", "E", "F", "G", "H" };
	struct lab lab;
	struct bytes b = { 0 };
	make_history(&lab, 300);
	for (unsigned i = 0; i < ARRAY_LEN(names); i++)
		lab_asset(&lab, names[i]);
	while (exchange_customer_count(lab.x) < 60)
		lab_deposit(&lab, lab_customer(&lab), 5, 7);
	exchange_seal_block(lab.x);
	assert_int_equal(exchange_snapshot(lab.x, collect, &b), 0);
	struct exchange *copy = exchange_new(&lab.genesis);
	assert_int_equal(exchange_load(copy, b.data, b.size), 0);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(exchange_seal_block(copy), exchange_seal_block(lab.x));
	exchange_free(copy);
	lab_close(&lab);
	free(b.data);
}

static int stop(void *context, const void *data, size_t size)
{
	return -28;
}

static void a_sink_can_stop_the_snapshot(void **unused)
{
	struct lab lab;
	make_history(&lab, 10);
	assert_int_equal(exchange_snapshot(lab.x, stop, NULL), -28);
	lab_close(&lab);
}

static int load(const struct genesis *genesis, const uint8_t *data, size_t size)
{
	struct exchange *x = exchange_new(genesis);
	assert_non_null(x);
	int result = exchange_load(x, data, size);
	if (result == 0)
		assert_null(exchange_check(x));
	exchange_free(x);
	return result;
}

// No flipped bit can crash the loader or leave an exchange that contradicts itself. Some flips are lawful: the file
// around the snapshot carries the hash against those.
static void damaged_snapshots_never_load_into_nonsense(void **unused)
{
	struct lab lab;
	struct bytes b = { 0 };
	unsigned refused = 0;
	make_history(&lab, 150);
	assert_int_equal(exchange_snapshot(lab.x, collect, &b), 0);
	for (size_t i = 0; i < b.size; i++) {
		b.data[i] ^= (uint8_t)(1u << i % 8);
		refused += load(&lab.genesis, b.data, b.size) != 0;
		b.data[i] ^= (uint8_t)(1u << i % 8);
	}
	assert_true(refused > b.size / 4);
	for (size_t size = 0; size < b.size; size += 1 + size / 50)
		assert_int_equal(load(&lab.genesis, b.data, size), 1);
	b.data = realloc(b.data, b.size + 1);
	b.data[b.size] = 0;
	assert_int_equal(load(&lab.genesis, b.data, b.size + 1), 1); // nothing may follow the end
	struct genesis other = lab.genesis;
	other.hash_seed[0] ^= 1;
	assert_int_equal(load(&other, b.data, b.size), 1); // of another exchange
	assert_int_equal(load(&lab.genesis, b.data, b.size), 0);
	lab_close(&lab);
	free(b.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_golden_history_has_its_hash),
		cmocka_unit_test(a_snapshot_is_the_same_after_loading),
		cmocka_unit_test(the_scrub_goes_on_where_it_was),
		cmocka_unit_test(a_sink_can_stop_the_snapshot),
		cmocka_unit_test(damaged_snapshots_never_load_into_nonsense),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
