// SPDX-License-Identifier: Apache-2.0
// redoubt: the operator's tool. This file says what the program is; commands.c has the table of its commands.
#include "command.h"

#include "crypto/secret.h"

#include <jansson.h>
#include <signal.h>
#include <stdlib.h>

struct globals globals;

static const struct command_table *const tables[] = { &commands };
static const struct option common[] = {
	{ "--dir", &globals.dir, NULL },
	{ "--operator-key", &globals.operator_key, NULL },
	{ "--json", NULL, &globals.json },
};

static int start(void)
{
	signal(SIGPIPE, SIG_IGN); // a closed reader is an error of write, which each command reports
	int r = crypto_init();
	if (r < 0)
		complain("the cryptographic libraries did not start: %s", strerror(-r));
	return r < 0 ? EXIT_FAILED : EXIT_DONE;
}

// With --json a complaint is an object on standard output as well.
static void complaint(const char *who, const char *text)
{
	fprintf(stderr, "%s: %s\n", who, text);
	json_t *line = globals.json ? json_pack("{s:s}", "error", text) : NULL;
	if (!line)
		return;
	json_dumpf(line, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(line);
}

static const struct program program = {
	.name = "redoubt", .version = REDOUBT_VERSION,
	.usage = "[--dir DIR] [--json] COMMAND ...",
	.usage_end = "The exchange's directory is --dir, else $REDOUBT_DIR, else ./state.",
	.help_end = "Every command takes:\n"
		    "  --dir DIR   the exchange's directory (default: $REDOUBT_DIR, else ./state)\n"
		    "  --json      one JSON object a line on standard output\n"
		    "  --help      this text\n"
		    "Exit codes: 0 done, 1 failed, 2 wrong command line, 3 exchange not running, 4 refused, 5 damage found.\n",
	.common = common, .common_count = ARRAY_LEN(common),
	.tables = tables, .table_count = ARRAY_LEN(tables),
	.start = start, .complaint = complaint,
};

int main(int argc, char **argv)
{
	const char *dir = getenv("REDOUBT_DIR");
	globals.dir = dir && *dir ? dir : "state";
	return program_run(&program, argc, argv);
}
