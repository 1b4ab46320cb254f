// SPDX-License-Identifier: Apache-2.0
#include "command/command_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static void help_print(const struct program *p, const struct command *c)
{
	printf("usage: %s %s%s%s\n\n%s.\n", p->name, c->words, *c->synopsis ? " " : "", c->synopsis, c->summary);
	if (*c->help)
		printf("\n%s\n", c->help);
	printf("\n%s", p->help_end);
}

static const struct option *option_find(const struct option *options, size_t count, const char *name, size_t size)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(options[i].name) == size && !memcmp(options[i].name, name, size))
			return &options[i];
	return NULL;
}

int option_take(int argc, char **argv, int i, const struct option *options, size_t count)
{
	const char *equals = strchr(argv[i], '=');
	size_t size = equals ? (size_t)(equals - argv[i]) : strlen(argv[i]);
	const struct option *o = option_find(options, count, argv[i], size);
	if (!o)
		o = option_find(program_running->common, program_running->common_count, argv[i], size);
	if (!o)
		return 0;
	if (o->flag && equals) {
		complain("%s takes no value", o->name);
		return -1;
	}
	if (o->flag) {
		*o->flag = true;
		return 1;
	}
	if (!equals && i + 1 >= argc) {
		complain("%s needs a value", o->name);
		return -1;
	}
	*o->value = equals ? equals + 1 : argv[i + 1];
	return equals ? 1 : 2;
}

static int words_complain(const char *excess)
{
	const struct command *c = command_running;
	complain("%s%s%s; usage: %s %s %s", excess ? "'" : "", excess ? excess : "an argument is missing",
		 excess ? "' is one argument too many" : "", program_running->name, c->words, c->synopsis);
	return -1;
}

int options_read(int argc, char **argv, const struct option *options, size_t count, const char **words,
		 size_t words_min, size_t words_max)
{
	size_t found = 0;
	bool only_words = false;
	for (int i = 1; i < argc;) {
		if (only_words || argv[i][0] != '-' || !argv[i][1]) {
			if (found == words_max)
				return words_complain(argv[i]);
			words[found++] = argv[i++];
			continue;
		}
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			help_print(program_running, command_running);
			return -2;
		}
		only_words = !strcmp(argv[i], "--");
		int used = only_words ? 1 : option_take(argc, argv, i, options, count);
		if (!used)
			complain("there is no option '%.*s'; --help lists them", (int)strcspn(argv[i], "="), argv[i]);
		if (used <= 0)
			return -1;
		i += used;
	}
	return found < words_min ? words_complain(NULL) : (int)found;
}

int options_exit(int result)
{
	return result == -2 ? EXIT_DONE : EXIT_USAGE;
}

bool number_read(const char *text, const char *name, uint64_t min, uint64_t max, uint64_t *ret)
{
	char *end = NULL;
	errno = 0;
	unsigned long long n = text[0] >= '0' && text[0] <= '9' ? strtoull(text, &end, 10) : 0;
	if (!end || *end || errno || n < min || n > max) {
		complain("%s must be a whole number from %llu to %llu, not '%s'", name, (unsigned long long)min,
			 (unsigned long long)max, text);
		return false;
	}
	*ret = n;
	return true;
}
