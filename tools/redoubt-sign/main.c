// SPDX-License-Identifier: Apache-2.0
// redoubt-sign: what holds keys and never has a network. This file says what the program is; its commands are tables.
#include "command.h"

#include "bitcoin/curve.h"
#include "confine.h"
#include "crypto/secret.h"
#include "evm/key.h"
#include "screen/screen.h"

struct globals globals = { .vault = "vault" };

static const struct command_table *const tables[] = {
	&sign_commands,
	&ceremony_commands,
#ifdef REDOUBT_SIGN_TOKEN
	&token_commands,
#endif
};
static const struct option common[] = { { "--vault", &globals.vault, NULL } };

// What every library wants before the sandbox closes.
static int libraries_start(void)
{
	uint8_t seed[32];
	int r = crypto_init();
	if (r < 0)
		return r;
	random_bytes(seed, sizeof seed);
	curve_init(seed);
	evm_keys_init(seed);
	secret_wipe(seed, sizeof seed);
	return 0;
}

static int start(void)
{
	int r = confine_early();
	if (r == 0)
		r = libraries_start();
	if (r < 0) {
		complain("this machine does not let the signer start: %s",
			 r == -ENOTSUP ? "its processor has no AES instructions (AES-NI)" : strerror(-r));
		return EXIT_FAILED;
	}
	screen_start();
	return EXIT_DONE;
}

// A complaint may quote a payload: nothing of it may move the terminal.
static void complaint(const char *who, const char *text)
{
	char shown[4096];
	screen_escape(text, strlen(text), shown, sizeof shown);
	fprintf(stderr, "%s: %s\n", who, shown);
}

static const struct program program = {
	.name = "redoubt-sign", .version = REDOUBT_VERSION,
	.usage = "[--vault DIR] COMMAND ...",
	.usage_end = "The signer's directory is --vault, else ./vault.",
	.help_end = "Every command takes:\n"
		    "  --vault DIR  the signer's directory (default: ./vault)\n"
		    "  --help       this text\n"
		    "Exit codes: 0 done, 1 failed, 2 wrong command line, 3 not confirmed, 4 refused,\n"
		    "5 vault or log damaged, 6 wrong passphrase or vault in use.\n",
	.common = common, .common_count = ARRAY_LEN(common),
	.tables = tables, .table_count = ARRAY_LEN(tables),
	.start = start, .complaint = complaint,
};

int main(int argc, char **argv)
{
	return program_run(&program, argc, argv);
}
