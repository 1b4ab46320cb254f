// SPDX-License-Identifier: Apache-2.0
#include "command/command_internal.h"

#include <stdarg.h>
#include <stdio.h>

#define COMPLAINT_MAX 2048

const struct program *program_running;
const struct command *command_running;

void complain(const char *format, ...)
{
	const struct program *p = program_running;
	char text[COMPLAINT_MAX], who[128];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	snprintf(who, sizeof who, "%s%s%s", p ? p->name : "", command_running ? " " : "", command_running ? command_running->words : "");
	fflush(stdout);
	if (p && p->complaint)
		p->complaint(who, text);
	else
		fprintf(stderr, "%s%s%s\n", who, *who ? ": " : "", text);
}

static void usage_print(const struct program *p, FILE *to)
{
	fprintf(to, "usage: %s %s\n\n", p->name, p->usage);
	for (size_t t = 0; t < p->table_count; t++)
		for (size_t i = 0; i < p->tables[t]->count; i++)
			fprintf(to, "  %-20s %s\n", p->tables[t]->row[i].words, p->tables[t]->row[i].summary);
	fprintf(to, "\n'%s COMMAND --help' says more. %s\n", p->name, p->usage_end);
}

// How many of argv's words are the command's: all of them, or 0.
static int words_match(const char *words, int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		size_t size = strcspn(words, " ");
		if (strlen(argv[i]) != size || memcmp(argv[i], words, size))
			return 0;
		if (!words[size])
			return i + 1;
		words += size + 1;
	}
	return 0;
}

// The command with the most words that argv begins with.
static const struct command *command_find(const struct program *p, int argc, char **argv, int *ret_words)
{
	const struct command *found = NULL;
	*ret_words = 0;
	for (size_t t = 0; t < p->table_count; t++)
		for (size_t i = 0; i < p->tables[t]->count; i++) {
			int n = words_match(p->tables[t]->row[i].words, argc, argv);
			if (n > *ret_words) {
				*ret_words = n;
				found = &p->tables[t]->row[i];
			}
		}
	return found;
}

// How many of these arguments begin the command's words, which go on behind them: 2 for "host baseline" of "host baseline make".
static int words_begin(const char *words, int argc, char **argv)
{
	int n = 0;
	while (n < argc) {
		size_t size = strcspn(words, " ");
		if (strlen(argv[n]) != size || memcmp(argv[n], words, size) || !words[size])
			break;
		words += size + 1;
		n++;
	}
	return n;
}

static int group_find(const struct program *p, int argc, char **argv)
{
	int most = 0;
	for (size_t t = 0; t < p->table_count; t++)
		for (size_t i = 0; i < p->tables[t]->count; i++) {
			int n = words_begin(p->tables[t]->row[i].words, argc, argv);
			most = n > most ? n : most;
		}
	return most;
}

static void group_print(const struct program *p, int words, char **argv, FILE *to)
{
	for (size_t t = 0; t < p->table_count; t++)
		for (size_t i = 0; i < p->tables[t]->count; i++) {
			const struct command *c = &p->tables[t]->row[i];
			if (words_begin(c->words, words, argv) != words)
				continue;
			fprintf(to, "  %s %s%s%s\n", p->name, c->words, *c->synopsis ? " " : "", c->synopsis);
			if (to == stdout)
				fprintf(to, "      %s\n", c->summary);
		}
}

static bool word_is(const char *word, const char *const *any)
{
	while (*any && strcmp(word, *any))
		any++;
	return *any;
}

static const char *const HELP[] = { "--help", "-h", "help", NULL };

// Says what may follow the words that are known ("key": "key add", "key remove"); with --help that is what was asked for.
static int command_unknown(const struct program *p, int argc, char **argv)
{
	int words = group_find(p, argc, argv);
	char known[128] = "";
	for (int i = 0; i < words; i++) // each is a word of the table
		snprintf(known + strlen(known), sizeof known - strlen(known), "%s%s", i ? " " : "", argv[i]);
	if (words && words < argc && word_is(argv[words], HELP)) {
		printf("usage: %s %s COMMAND; COMMAND --help says more\n\n", p->name, known);
		group_print(p, words, argv, stdout);
		return EXIT_DONE;
	}
	if (!words)
		complain("there is no command '%s'; '%s --help' lists them", argv[0], p->name);
	else if (words < argc && argv[words][0] != '-')
		complain("'%s' has no command '%s'; there is", known, argv[words]);
	else
		complain("'%s' needs another word; there is", known);
	if (words)
		group_print(p, words, argv, stderr);
	return EXIT_USAGE;
}

// Common options that stand before the command. Returns the index of the first other argument, or -1.
static int common_read(int argc, char **argv)
{
	int i = 1, used;
	while (i < argc && argv[i][0] == '-') {
		used = option_take(argc, argv, i, NULL, 0);
		if (used <= 0)
			return used < 0 ? -1 : i;
		i += used;
	}
	return i;
}

int program_run(const struct program *p, int argc, char **argv)
{
	static const char *const VERSION[] = { "--version", NULL };
	int words, r;
	program_running = p;
	int at = common_read(argc, argv);
	if (at < 0)
		return EXIT_USAGE;
	if (at < argc && word_is(argv[at], VERSION)) {
		printf("%s %s\n", p->name, p->version);
		return EXIT_DONE;
	}
	if (at >= argc || word_is(argv[at], HELP)) {
		usage_print(p, at >= argc ? stderr : stdout);
		return at >= argc ? EXIT_USAGE : EXIT_DONE;
	}
	command_running = command_find(p, argc - at, argv + at, &words);
	if (!command_running)
		return command_unknown(p, argc - at, argv + at);
	if (p->start && (r = p->start()) != EXIT_DONE)
		return r;
	return command_running->run(argc - at - words + 1, argv + at + words - 1);
}
