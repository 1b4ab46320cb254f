// SPDX-License-Identifier: Apache-2.0
// redoubt replay --format NAME FILE: a recorded flow through the state machine,
// with balances and fees, in memory; nothing of a running exchange is touched.
#include "command.h"
#include "base/text.h"
#include "flow_world.h"

#include <inttypes.h>

static void print_result(const struct flow_world *world)
{
	uint8_t hash[32];
	char hex[65];
	exchange_hash(world->lab.x, hash);
	hex_encode(hash, sizeof hash, hex);
	if (globals.json) {
		printf("{\"commands\":%" PRIu64 ",\"fills\":%" PRIu64 ",\"state_hash\":\"%s\"}\n", world->commands,
		       world->fills, hex);
		return;
	}
	printf("commands    %" PRIu64 "\nfills       %" PRIu64 "\nstate hash  %s\n", world->commands, world->fills, hex);
}

static int replay(const struct flow_format *format, const char *path)
{
	struct flow_world world;
	char error[256];
	flow_world_open(&world, format);
	int result = flow_run(format, path, flow_world_apply, &world, error);
	const char *wrong = result ? NULL : exchange_check(world.lab.x);
	if (result)
		complain("%s", error);
	else if (wrong)
		complain("the exchange is not consistent after %" PRIu64 " commands: %s", world.commands, wrong);
	else
		print_result(&world);
	flow_world_close(&world);
	return result ? EXIT_FAILED : wrong ? EXIT_DAMAGED : EXIT_DONE;
}

int command_replay(int argc, char **argv)
{
	const char *name = NULL, *path[1];
	const struct option options[] = { { .name = "--format", .value = &name } };
	int count = options_read(argc, argv, options, ARRAY_LEN(options), path, 1, 1);
	if (count < 0)
		return options_exit(count);
	if (!name) {
		complain("--format is missing; it is bitstamp-l3 or lobster");
		return EXIT_USAGE;
	}
	const struct flow_format *format = flow_format_named(name);
	if (!format) {
		complain("'%s' is not a format; use bitstamp-l3 or lobster", name);
		return EXIT_USAGE;
	}
	return replay(format, path[0]);
}
