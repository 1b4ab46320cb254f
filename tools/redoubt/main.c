// SPDX-License-Identifier: Apache-2.0
// redoubt: the operator's tool. This file is the table of its commands.
#include "command.h"

#include "crypto/secret.h"

#include <signal.h>
#include <stdlib.h>

static void usage_print(FILE *to)
{
	fprintf(to, "usage: redoubt [--dir DIR] [--json] COMMAND ...\n\n");
	for (size_t i = 0; i < command_count; i++)
		fprintf(to, "  %-18s %s\n", commands[i].words, commands[i].summary);
	fprintf(to, "\n'redoubt COMMAND --help' says more. The exchange's directory is --dir, else $REDOUBT_DIR, else ./state.\n");
}

// How many words of argv are these, or 0.
static int words_match(const char *words, int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		size_t size = strcspn(words, " ");
		if (strlen(argv[i]) != size || strncmp(argv[i], words, size))
			return 0;
		if (!words[size])
			return i + 1;
		words += size + 1;
	}
	return 0;
}

// The command whose words stand at the front of argv, and how many words it has.
static const struct command *command_find(int argc, char **argv, int *ret_words)
{
	for (size_t i = 0; i < command_count; i++)
		if ((*ret_words = words_match(commands[i].words, argc, argv)))
			return &commands[i];
	return NULL;
}

// Prints what may follow the first word ("key": "key add", "key remove").
static int unknown_command(int argc, char **argv)
{
	bool any = false;
	size_t size = strlen(argv[0]);
	for (size_t i = 0; i < command_count; i++) {
		if (strncmp(commands[i].words, argv[0], size) || commands[i].words[size] != ' ')
			continue;
		if (!any && argc > 1 && argv[1][0] != '-')
			fprintf(stderr, "redoubt: '%s' has no command '%s'; there is\n", argv[0], argv[1]);
		else if (!any)
			fprintf(stderr, "redoubt: '%s' needs another word; there is\n", argv[0]);
		any = true;
		fprintf(stderr, "  redoubt %s %s\n", commands[i].words, commands[i].synopsis);
	}
	if (!any)
		fprintf(stderr, "redoubt: there is no command '%s'; 'redoubt --help' lists them\n", argv[0]);
	return EXIT_USAGE;
}

// --dir and --json may also stand before the command. Returns the index of the first other argument, or -1.
static int globals_read(int argc, char **argv)
{
	const char *dir = getenv("REDOUBT_DIR");
	globals.dir = dir && *dir ? dir : "state";
	int i = 1;
	while (i < argc && argv[i][0] == '-') {
		if (!strcmp(argv[i], "--json")) {
			globals.json = true;
			i++;
		} else if (!strncmp(argv[i], "--dir=", 6)) {
			globals.dir = argv[i++] + 6;
		} else if (!strcmp(argv[i], "--dir") && i + 1 < argc) {
			globals.dir = argv[i + 1];
			i += 2;
		} else {
			break;
		}
	}
	return i;
}

int main(int argc, char **argv)
{
	int at = globals_read(argc, argv), words = 0;
	if (at >= argc) {
		usage_print(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[at], "--help") || !strcmp(argv[at], "-h") || !strcmp(argv[at], "help")) {
		usage_print(stdout);
		return EXIT_DONE;
	}
	if (!strcmp(argv[at], "--version")) {
		puts("redoubt " REDOUBT_VERSION);
		return EXIT_DONE;
	}
	const struct command *c = command_find(argc - at, argv + at, &words);
	if (!c)
		return unknown_command(argc - at, argv + at);
	globals.command = c;
	signal(SIGPIPE, SIG_IGN); // a closed reader is an error of write, which each command reports
	int r = crypto_init();
	if (r < 0) {
		complain("the cryptographic libraries did not start: %s", strerror(-r));
		return EXIT_FAILED;
	}
	return c->run(argc - at - words + 1, argv + at + words - 1);
}
