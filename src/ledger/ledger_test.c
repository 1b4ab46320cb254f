// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "ledger/ledger.h"

#define CUSTOMERS 3u
#define ASSETS 2u

static void open_ledger(struct ledger *ledger)
{
	void *memory = calloc(1, ledger_memory(CUSTOMERS, ASSETS));
	assert_non_null(memory);
	ledger_init(ledger, memory, CUSTOMERS, ASSETS);
}

static void assert_line(const struct ledger *ledger, uint32_t customer, uint16_t asset, uint64_t available, uint64_t held)
{
	const struct ledger_line *line = ledger_line(ledger, customer, asset);
	assert_int_equal(line->available.units, available);
	assert_int_equal(line->held.units, held);
}

static void assert_balanced(const struct ledger *ledger, uint16_t asset)
{
	struct ledger_totals t;
	ledger_totals(ledger, asset, CUSTOMERS, &t);
	assert_false(t.overflow);
	assert_int_equal(t.available.units + t.held.units + t.fees.units, t.external.units);
}

static void a_deposit_comes_from_outside(void **unused)
{
	struct ledger ledger;
	open_ledger(&ledger);
	assert_true(ledger_deposit(&ledger, 1, 1, (struct amount){ 500 }));
	assert_line(&ledger, 1, 1, 500, 0);
	assert_line(&ledger, 1, 0, 0, 0);
	assert_int_equal(ledger.assets[1].external.units, 500);
	assert_balanced(&ledger, 1);
	free(ledger.lines);
}

static void a_deposit_beyond_the_largest_sum_changes_nothing(void **unused)
{
	struct ledger ledger;
	open_ledger(&ledger);
	assert_true(ledger_deposit(&ledger, 0, 0, (struct amount){ AMOUNT_MAX }));
	assert_false(ledger_deposit(&ledger, 1, 0, (struct amount){ 1 }));
	assert_false(ledger_deposit(&ledger, 1, 1, (struct amount){ (uint64_t)AMOUNT_MAX + 1 }));
	assert_line(&ledger, 1, 0, 0, 0);
	assert_balanced(&ledger, 0);
	free(ledger.lines);
}

static void a_hold_needs_what_it_holds(void **unused)
{
	struct ledger ledger;
	open_ledger(&ledger);
	assert_true(ledger_deposit(&ledger, 0, 0, (struct amount){ 10 }));
	assert_false(ledger_hold(ledger_line(&ledger, 0, 0), (struct amount){ 11 }));
	assert_line(&ledger, 0, 0, 10, 0);
	assert_true(ledger_hold(ledger_line(&ledger, 0, 0), (struct amount){ 10 }));
	assert_line(&ledger, 0, 0, 0, 10);
	ledger_release(ledger_line(&ledger, 0, 0), (struct amount){ 4 });
	assert_line(&ledger, 0, 0, 4, 6);
	assert_balanced(&ledger, 0);
	free(ledger.lines);
}

static void a_payment_leaves_the_fee_with_the_exchange(void **unused)
{
	struct ledger ledger;
	open_ledger(&ledger);
	assert_true(ledger_deposit(&ledger, 0, 0, (struct amount){ 100 }));
	assert_true(ledger_hold(ledger_line(&ledger, 0, 0), (struct amount){ 60 }));
	ledger_pay(ledger_line(&ledger, 0, 0), ledger_line(&ledger, 2, 0), &ledger.assets[0], (struct amount){ 60 },
		   (struct amount){ 7 });
	assert_line(&ledger, 0, 0, 40, 0);
	assert_line(&ledger, 2, 0, 53, 0);
	assert_int_equal(ledger.assets[0].fees.units, 7);
	assert_balanced(&ledger, 0);
	free(ledger.lines);
}

static void payer_and_payee_may_be_one(void **unused)
{
	struct ledger ledger;
	open_ledger(&ledger);
	assert_true(ledger_deposit(&ledger, 0, 0, (struct amount){ 100 }));
	assert_true(ledger_hold(ledger_line(&ledger, 0, 0), (struct amount){ 60 }));
	ledger_pay(ledger_line(&ledger, 0, 0), ledger_line(&ledger, 0, 0), &ledger.assets[0], (struct amount){ 60 },
		   (struct amount){ 1 });
	assert_line(&ledger, 0, 0, 99, 0);
	assert_balanced(&ledger, 0);
	free(ledger.lines);
}

static void totals_see_a_damaged_line(void **unused)
{
	struct ledger ledger;
	struct ledger_totals t;
	open_ledger(&ledger);
	assert_true(ledger_deposit(&ledger, 0, 0, (struct amount){ 100 }));
	ledger_line(&ledger, 1, 0)->available.units ^= 1;
	ledger_totals(&ledger, 0, CUSTOMERS, &t);
	assert_int_not_equal(t.available.units, t.external.units);
	ledger_line(&ledger, 1, 0)->held.units = UINT64_MAX;
	ledger_line(&ledger, 2, 0)->held.units = 1;
	ledger_totals(&ledger, 0, CUSTOMERS, &t);
	assert_true(t.overflow);
	free(ledger.lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_deposit_comes_from_outside),
		cmocka_unit_test(a_deposit_beyond_the_largest_sum_changes_nothing),
		cmocka_unit_test(a_hold_needs_what_it_holds),
		cmocka_unit_test(a_payment_leaves_the_fee_with_the_exchange),
		cmocka_unit_test(payer_and_payee_may_be_one),
		cmocka_unit_test(totals_see_a_damaged_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
