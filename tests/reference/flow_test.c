// SPDX-License-Identifier: Apache-2.0
// The recorded flows, maker by maker against the reference. They are not part of
// the project; without them the tests are skipped by name.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/reference/compare.h"
#include "tools/redoubt/flow_world.h"

#define BALANCES_EVERY 4096u

struct replayed {
	struct pair pair;
	uint64_t commands;
};

static int apply(void *context, const struct flow_command *command)
{
	struct replayed *r = context;
	char client_id[CLIENT_ID_MAX + 1];
	if (command->cancel) {
		struct order_cancel cancel = flow_cancel(command, client_id);
		pair_cancel(&r->pair, &cancel);
	} else {
		struct order_new order = flow_order(command, client_id);
		pair_order(&r->pair, &order);
	}
	if (r->commands++ % BALANCES_EVERY == 0)
		pair_balances(&r->pair, FLOW_CUSTOMERS, 2);
	return 0;
}

static void replay(const struct flow_format *format, const char *name, uint64_t commands, uint64_t fills)
{
	struct flow_world world;
	struct replayed replayed = { 0 };
	char path[512], error[256];
	snprintf(path, sizeof path, "%s/%s", FLOWS, name);
	if (access(path, R_OK)) {
		print_message("%s is not here\n", name);
		skip();
	}
	flow_world_open(&world, format);
	replayed.pair.lab = world.lab;
	replayed.pair.reference = reference_new(1u << 16, 1u << 20);
	uint8_t status;
	reference_market(replayed.pair.reference, exchange_market(world.lab.x, 0, &status));
	for (uint32_t i = 0; i < FLOW_CUSTOMERS; i++) {
		reference_deposit(replayed.pair.reference, i, 0, AMOUNT_MAX / FLOW_CUSTOMERS);
		reference_deposit(replayed.pair.reference, i, 1, AMOUNT_MAX / FLOW_CUSTOMERS);
	}
	assert_int_equal(flow_run(format, path, apply, &replayed, error), 0);
	pair_balances(&replayed.pair, FLOW_CUSTOMERS, 2);
	assert_null(exchange_check(replayed.pair.lab.x));
	assert_int_equal(replayed.commands, commands);
	assert_int_equal(replayed.pair.fills, fills);
	reference_free(replayed.pair.reference);
	lab_close(&replayed.pair.lab);
}

static void bitstamp_flow_fills_as_elsewhere(void **unused)
{
	replay(&flow_bitstamp, "bitstamp_btcusd_2026-05-02_orders.csv.gz", 313778, 12112);
}

static void lobster_flow_fills_as_elsewhere(void **unused)
{
	replay(&flow_lobster, "lobster_AMZN_2012-06-21_message.csv.gz", 50662, 19751);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bitstamp_flow_fills_as_elsewhere),
		cmocka_unit_test(lobster_flow_fills_as_elsewhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
