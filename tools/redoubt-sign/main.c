// SPDX-License-Identifier: Apache-2.0
// redoubt-sign: what holds keys and never has a network. This file finds the command in the tables.
#include "command.h"

#include "bitcoin/curve.h"
#include "confine.h"
#include "crypto/secret.h"
#include "evm/key.h"
#include "screen.h"

static const struct command_table *const tables[] = {
	&sign_commands,
	&ceremony_commands,
#ifdef REDOUBT_SIGN_TOKEN
	&token_commands,
#endif
};

static void usage_print(FILE *to)
{
	fprintf(to, "usage: redoubt-sign [--vault DIR] COMMAND ...\n\n");
	for (size_t t = 0; t < ARRAY_LEN(tables); t++)
		for (size_t i = 0; i < tables[t]->count; i++)
			fprintf(to, "  %-20s %s\n", tables[t]->commands[i].words, tables[t]->commands[i].summary);
	fprintf(to, "\n'redoubt-sign COMMAND --help' says more. The signer's directory is --vault, else ./vault.\n");
}

// How many of argv's words are the command's, all of them or none.
static int words_match(const char *words, int argc, char **argv)
{
	int n = 0;
	while (*words) {
		size_t size = strcspn(words, " ");
		if (n >= argc || strlen(argv[n]) != size || memcmp(argv[n], words, size))
			return 0;
		words += size + (words[size] == ' ');
		n++;
	}
	return n;
}

static const struct command *command_find(int argc, char **argv, int *ret_words)
{
	const struct command *found = NULL;
	*ret_words = 0;
	for (size_t t = 0; t < ARRAY_LEN(tables); t++)
		for (size_t i = 0; i < tables[t]->count; i++) {
			int n = words_match(tables[t]->commands[i].words, argc, argv);
			if (n > *ret_words) {
				*ret_words = n;
				found = &tables[t]->commands[i];
			}
		}
	return found;
}

static int unknown_command(const char *word)
{
	bool any = false;
	size_t size = strlen(word);
	for (size_t t = 0; t < ARRAY_LEN(tables); t++)
		for (size_t i = 0; i < tables[t]->count; i++) {
			const struct command *c = &tables[t]->commands[i];
			if (strncmp(c->words, word, size) || c->words[size] != ' ')
				continue;
			if (!any)
				complain("'%s' needs another word; there is", word);
			any = true;
			fprintf(stderr, "  redoubt-sign %s %s\n", c->words, c->synopsis);
		}
	if (!any)
		complain("there is no command '%s'; 'redoubt-sign help' lists them", word);
	return EXIT_USAGE;
}

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

int main(int argc, char **argv)
{
	int at = 1, words;
	if (argc > 2 && !strcmp(argv[1], "--vault")) {
		globals.vault = argv[2];
		at = 3;
	} else if (argc > 1 && !strncmp(argv[1], "--vault=", 8)) {
		globals.vault = argv[1] + 8;
		at = 2;
	}
	if (at >= argc) {
		usage_print(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[at], "--help") || !strcmp(argv[at], "-h") || !strcmp(argv[at], "help")) {
		usage_print(stdout);
		return EXIT_DONE;
	}
	if (!strcmp(argv[at], "--version")) {
		puts("redoubt-sign " REDOUBT_VERSION);
		return EXIT_DONE;
	}
	const struct command *c = command_find(argc - at, argv + at, &words);
	if (!c)
		return unknown_command(argv[at]);
	globals.command = c;
	int r = confine_early();
	if (r == 0)
		r = libraries_start();
	if (r < 0) {
		complain("this machine does not let the signer start: %s",
			 r == -ENOTSUP ? "its processor has no AES instructions (AES-NI)" : strerror(-r));
		return EXIT_FAILED;
	}
	screen_start();
	return c->run(argc - at - words + 1, argv + at + words - 1);
}
