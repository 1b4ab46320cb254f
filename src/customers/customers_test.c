// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "customers/customers.h"

static void a_key_trades_for_its_customer_until_removed(void **unused)
{
	struct customers customers;
	void *memory = calloc(1, customers_memory(3, 3));
	assert_non_null(memory);
	customers_init(&customers, memory, 3, 3);
	uint32_t alice = customers_add(&customers), bob = customers_add(&customers);
	uint32_t key = customers_key_add(&customers, bob, true), reader = customers_key_add(&customers, bob, false);
	assert_true(customers_key_trades(&customers, key, bob));
	assert_false(customers_key_trades(&customers, key, alice));
	assert_false(customers_key_trades(&customers, reader, bob));
	assert_false(customers_key_trades(&customers, 2, bob));
	assert_false(customers_key_trades(&customers, UINT32_MAX, bob));
	customers_key_remove(&customers, key);
	assert_false(customers_key_trades(&customers, key, bob));
	assert_int_equal(customers.key_count, 2);
	free(memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_trades_for_its_customer_until_removed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
