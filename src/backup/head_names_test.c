// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "backup/head_names.h"

#include <stdio.h>

// However many names come, in whatever order, the ones that sort last stay, and that some are left off is said.
static void the_last_ones_stay(void **state)
{
	static struct backup_head_names names;
	char name[64];
	for (unsigned i = 0; i < 20000; i++) {
		snprintf(name, sizeof name, "%020u-%020u", i * 7919 % 20000, 0u); // each once: 7919 is a prime
		backup_head_names_add(&names, name);
	}
	backup_head_names_add(&names, "99999999999999999999-9999999999999999999x");
	backup_head_names_add(&names, "9");
	backup_head_names_finish(&names);
	assert_int_equal(names.count, BACKUP_HEADS_TRIED_MAX);
	assert_true(names.left_off);
	for (unsigned i = 0; i < names.count; i++) {
		snprintf(name, sizeof name, "%020u-%020u", 19999 - i, 0u);
		assert_string_equal(names.name[i], name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(the_last_ones_stay) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
