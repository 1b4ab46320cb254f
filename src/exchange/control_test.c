// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "crypto/ed25519.h"
#include "exchange/lab.h"

// A lab with one asset, so that there is something to depend on.
static void open_lab(struct lab *lab)
{
	struct capacities capacities = lab_capacities();
	capacities.customers = capacities.keys = 3;
	capacities.assets = 2;
	capacities.markets = 2;
	lab_open(lab, &capacities);
}

static const struct event *last_event(const struct lab *lab)
{
	return exchange_event(lab->x, exchange_event_count(lab->x) - 1);
}

struct forged {
	uint64_t number;
	uint8_t previous[32], seed[32];
	uint32_t signer;
	const uint8_t *exchange;
};

// A customer_add with evidence as `f` says; the refusal.
static enum refusal apply_forged(struct lab *lab, const struct forged *f)
{
	uint8_t body[128];
	struct customer_add add = { 0 };
	size_t size = customer_add_write(&add, body, sizeof body);
	lab->entry_size = control_sign(f->exchange, ENTRY_CUSTOMER_ADD, f->number, f->previous, f->signer, f->seed, 0, body,
				       size, lab->entry, sizeof lab->entry);
	lab_apply(lab, lab->entry, lab->entry_size);
	return last_event(lab)->reason;
}

static struct forged honest(const struct lab *lab)
{
	struct forged f = { .exchange = exchange_id(lab->x) };
	exchange_control_head(lab->x, &f.number, f.previous);
	f.number++;
	memcpy(f.seed, lab->operator_seed, sizeof f.seed);
	return f;
}

static void evidence_is_checked_each_way(void **unused)
{
	struct lab lab;
	uint8_t other[32] = { 1 };
	open_lab(&lab);
	struct forged f = honest(&lab);
	f.seed[0] ^= 1; // another key
	assert_int_equal(apply_forged(&lab, &f), REFUSED_EVIDENCE);
	f = honest(&lab);
	f.signer = 1; // an operator that there is not
	assert_int_equal(apply_forged(&lab, &f), REFUSED_EVIDENCE);
	f = honest(&lab);
	f.exchange = other; // signed for another exchange
	assert_int_equal(apply_forged(&lab, &f), REFUSED_EVIDENCE);
	f = honest(&lab);
	f.number++;
	assert_int_equal(apply_forged(&lab, &f), REFUSED_CONTROL_ORDER);
	f = honest(&lab);
	f.previous[31] ^= 1;
	assert_int_equal(apply_forged(&lab, &f), REFUSED_CONTROL_ORDER);
	assert_int_equal(exchange_customer_count(lab.x), 0);
	f = honest(&lab);
	assert_int_equal(apply_forged(&lab, &f), REFUSED_NOT);
	assert_int_equal(exchange_customer_count(lab.x), 1);
	assert_int_equal(apply_forged(&lab, &f), REFUSED_CONTROL_ORDER); // a statement is usable once
	assert_int_equal(exchange_customer_count(lab.x), 1);
	lab_close(&lab);
}

static void an_altered_body_is_refused(void **unused)
{
	struct lab lab;
	open_lab(&lab);
	lab_customer(&lab);
	struct forged f = honest(&lab);
	uint8_t body[128];
	struct customer_add add = { .label = "alice" };
	size_t size = customer_add_write(&add, body, sizeof body);
	lab.entry_size = control_sign(f.exchange, ENTRY_CUSTOMER_ADD, f.number, f.previous, 0, f.seed, 0, body, size,
				      lab.entry, sizeof lab.entry);
	lab.entry[lab.entry_size - 1] ^= 1;
	lab_apply(&lab, lab.entry, lab.entry_size);
	assert_int_equal(last_event(&lab)->reason, REFUSED_EVIDENCE);
	lab.entry[lab.entry_size - 1] ^= 1;
	lab.entry[2] = ENTRY_CUSTOMER_SET; // another kind
	lab_apply(&lab, lab.entry, lab.entry_size);
	assert_int_equal(last_event(&lab)->reason, REFUSED_EVIDENCE);
	lab_close(&lab);
}

static void genesis_is_the_first_entry_and_no_other(void **unused)
{
	struct lab lab;
	uint8_t body[1024];
	open_lab(&lab);
	size_t size = genesis_write(&lab.genesis, body, sizeof body);
	assert_int_equal(lab_control(&lab, ENTRY_GENESIS, body, size, NULL), REFUSED_CONTROL_ORDER);
	struct genesis genesis = lab.genesis;
	lab_close(&lab);

	lab.x = exchange_new(&genesis);
	assert_non_null(lab.x);
	struct asset_add asset = { .name = "BTC" };
	size_t asset_size = asset_add_write(&asset, body, sizeof body);
	assert_int_equal(lab_control(&lab, ENTRY_ASSET_ADD, body, asset_size, NULL), REFUSED_CONTROL_ORDER);
	genesis.demo = false; // another genesis than the one it was made for
	size = genesis_write(&genesis, body, sizeof body);
	assert_int_equal(lab_control(&lab, ENTRY_GENESIS, body, size, NULL), REFUSED_EVIDENCE);
	lab_close(&lab);
}

static void deposit_test_needs_a_demo(void **unused)
{
	struct lab lab;
	uint8_t body[1024];
	open_lab(&lab);
	struct genesis genesis = lab.genesis;
	lab_close(&lab);
	genesis.demo = false;
	lab.x = exchange_new(&genesis);
	size_t size = genesis_write(&genesis, body, sizeof body);
	assert_int_equal(lab_control(&lab, ENTRY_GENESIS, body, size, NULL), REFUSED_NOT);
	lab_asset(&lab, "BTC");
	lab_customer(&lab);
	struct deposit_test deposit = { .amount = { 1 } };
	size = deposit_test_write(&deposit, body, sizeof body);
	assert_int_equal(lab_control(&lab, ENTRY_DEPOSIT_TEST, body, size, NULL), REFUSED_NOT_DEMO);
	lab_close(&lab);
}

// The record of an examination takes its number and changes nothing; a wrong size is refused and takes none.
static void a_host_report_is_evidence_alone(void **unused)
{
	struct lab lab;
	uint8_t body[128] = { 0 }, before[32], after[32];
	uint64_t number, then;
	open_lab(&lab);
	exchange_control_head(lab.x, &number, before);
	struct host_report report = { .time_us = 1, .failed = 2, .unknown = 3, .passed = 4 };
	size_t size = host_report_write(&report, body, sizeof body);
	assert_int_equal(lab_control(&lab, ENTRY_HOST_REPORT, body, size + 1, NULL), REFUSED_MALFORMED);
	assert_int_equal(lab_control(&lab, ENTRY_HOST_REPORT, body, size - 1, NULL), REFUSED_MALFORMED);
	exchange_control_head(lab.x, &then, after);
	assert_int_equal(then, number);
	uint32_t index = 9;
	assert_int_equal(lab_control(&lab, ENTRY_HOST_REPORT, body, size, &index), REFUSED_NOT);
	assert_int_equal(index, 0);
	assert_int_equal(exchange_event_count(lab.x), 1);
	assert_int_equal(last_event(&lab)->kind, EVENT_CONTROL_DONE);
	exchange_control_head(lab.x, &then, after);
	assert_int_equal(then, number + 1);
	assert_memory_not_equal(after, before, 32);
	lab_close(&lab);
}

static void rules_only_go_forward_and_not_beyond_this_program(void **unused)
{
	struct lab lab;
	open_lab(&lab);
	const uint32_t same = EXCHANGE_RULES, newer = EXCHANGE_RULES + 1;
	assert_int_equal(lab_control(&lab, ENTRY_RULES, &same, sizeof same, NULL), REFUSED_RULES);
	assert_int_equal(lab_control(&lab, ENTRY_RULES, &newer, sizeof newer, NULL), REFUSED_RULES);
	assert_int_equal(lab_control(&lab, ENTRY_RULES, &newer, 3, NULL), REFUSED_MALFORMED);
	struct genesis genesis = lab.genesis;
	lab_close(&lab);
	uint8_t body[1024];
	genesis.rules = EXCHANGE_RULES + 1;
	lab.x = exchange_new(&genesis);
	size_t size = genesis_write(&genesis, body, sizeof body);
	assert_int_equal(lab_control(&lab, ENTRY_GENESIS, body, size, NULL), REFUSED_RULES);
	lab_close(&lab);
}

static enum refusal add_asset(struct lab *lab, const char *name)
{
	uint8_t body[64];
	struct asset_add add = { 0 };
	strcpy(add.name, name);
	return lab_control(lab, ENTRY_ASSET_ADD, body, asset_add_write(&add, body, sizeof body), NULL);
}

static enum refusal add_market(struct lab *lab, const char *symbol, uint16_t base, uint16_t quote, uint64_t tick)
{
	uint8_t body[256];
	struct market_add add = lab_terms(symbol, base, quote, tick, AMOUNT_SCALE, 0, 0);
	return lab_control(lab, ENTRY_MARKET_ADD, body, market_add_write(&add, body, sizeof body), NULL);
}

static void names_and_room_are_checked(void **unused)
{
	struct lab lab;
	open_lab(&lab);
	assert_int_equal(add_asset(&lab, "A"), REFUSED_NOT);
	assert_int_equal(add_asset(&lab, "A"), REFUSED_DUPLICATE_NAME);
	assert_int_equal(add_market(&lab, "AB", 0, 1, 1), REFUSED_MALFORMED); // no such asset yet
	assert_int_equal(add_asset(&lab, "B"), REFUSED_NOT);
	assert_int_equal(add_asset(&lab, "C"), REFUSED_ASSETS_FULL);
	assert_int_equal(add_market(&lab, "AA", 0, 0, 1), REFUSED_MALFORMED);
	assert_int_equal(add_market(&lab, "AB", 0, 1, 0), REFUSED_TICK_LOT);
	assert_int_equal(add_market(&lab, "AB", 0, 1, 1), REFUSED_NOT);
	assert_int_equal(add_market(&lab, "AB", 0, 1, 1), REFUSED_DUPLICATE_NAME);
	assert_int_equal(add_market(&lab, "BA", 1, 0, 1), REFUSED_NOT);
	assert_int_equal(add_market(&lab, "BAA", 1, 0, 1), REFUSED_MARKETS_FULL);
	for (unsigned i = 0; i < 3; i++)
		lab_customer(&lab);
	uint8_t body[512];
	struct customer_add customer = { 0 };
	size_t size = customer_add_write(&customer, body, sizeof body);
	assert_int_equal(lab_control(&lab, ENTRY_CUSTOMER_ADD, body, size, NULL), REFUSED_CUSTOMERS_FULL);
	struct key_add key = { .kind = KEY_ED25519, .scopes = SCOPE_READ };
	memset(key.api_key, 'k', API_KEY_SIZE);
	size = key_add_write(&key, body, sizeof body);
	assert_int_equal(lab_control(&lab, ENTRY_KEY_ADD, body, size, NULL), REFUSED_KEYS_FULL);
	lab_close(&lab);
}

static void keys_are_unique_for_ever(void **unused)
{
	struct lab lab;
	uint8_t body[512];
	struct key_add key = { .kind = KEY_ED25519, .scopes = SCOPE_TRADE }, found;
	open_lab(&lab);
	lab_customer(&lab); // key 0
	memset(key.api_key, 'k', API_KEY_SIZE);
	size_t size = key_add_write(&key, body, sizeof body);
	assert_int_equal(lab_control(&lab, ENTRY_KEY_ADD, body, size, NULL), REFUSED_NOT);
	assert_int_equal(lab_control(&lab, ENTRY_KEY_ADD, body, size, NULL), REFUSED_DUPLICATE_NAME);
	struct key_remove remove = { .key = 1 };
	uint8_t remove_body[8];
	size_t remove_size = key_remove_write(&remove, remove_body, sizeof remove_body);
	assert_true(exchange_key(lab.x, 1, &found));
	assert_int_equal(lab_control(&lab, ENTRY_KEY_REMOVE, remove_body, remove_size, NULL), REFUSED_NOT);
	assert_false(exchange_key(lab.x, 1, &found));
	assert_int_equal(lab_control(&lab, ENTRY_KEY_REMOVE, remove_body, remove_size, NULL), REFUSED_UNKNOWN_KEY);
	assert_int_equal(lab_control(&lab, ENTRY_KEY_ADD, body, size, NULL), REFUSED_DUPLICATE_NAME);
	assert_int_equal(exchange_key_count(lab.x), 2);
	lab_close(&lab);
}

static void a_deposit_beyond_the_largest_total_is_refused(void **unused)
{
	struct lab lab;
	uint8_t body[64];
	open_lab(&lab);
	lab_asset(&lab, "A");
	lab_customer(&lab);
	lab_deposit(&lab, 0, 0, AMOUNT_MAX);
	assert_int_equal(exchange_event(lab.x, 0)->kind, EVENT_BALANCE);
	assert_int_equal(exchange_event(lab.x, 0)->balance.available.units, AMOUNT_MAX);
	struct deposit_test deposit = { .amount = { 1 } };
	size_t size = deposit_test_write(&deposit, body, sizeof body);
	assert_int_equal(lab_control(&lab, ENTRY_DEPOSIT_TEST, body, size, NULL), REFUSED_OVERFLOW);
	assert_null(exchange_check(lab.x));
	lab_close(&lab);
}

static void capacities_out_of_bounds_make_no_exchange(void **unused)
{
	struct lab lab;
	open_lab(&lab);
	struct genesis genesis = lab.genesis;
	assert_true(exchange_memory(&genesis) > 0);
	genesis.capacities.orders = 0;
	assert_int_equal(exchange_memory(&genesis), 0);
	assert_null(exchange_new(&genesis));
	genesis.capacities.orders = UINT32_MAX;
	assert_null(exchange_new(&genesis));
	genesis = lab.genesis;
	genesis.capacities.fills_per_order = 1u << 17;
	assert_null(exchange_new(&genesis));
	lab_close(&lab);
	exchange_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(evidence_is_checked_each_way),
		cmocka_unit_test(an_altered_body_is_refused),
		cmocka_unit_test(genesis_is_the_first_entry_and_no_other),
		cmocka_unit_test(deposit_test_needs_a_demo),
		cmocka_unit_test(a_host_report_is_evidence_alone),
		cmocka_unit_test(rules_only_go_forward_and_not_beyond_this_program),
		cmocka_unit_test(names_and_room_are_checked),
		cmocka_unit_test(keys_are_unique_for_ever),
		cmocka_unit_test(a_deposit_beyond_the_largest_total_is_refused),
		cmocka_unit_test(capacities_out_of_bounds_make_no_exchange),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
