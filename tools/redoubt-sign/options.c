// SPDX-License-Identifier: Apache-2.0
#include "command.h"

#include <stdarg.h>
#include <stdlib.h>

#include "screen.h"

struct globals globals = { .vault = "vault" };

void complain(const char *format, ...)
{
	char text[2048], shown[4096];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	screen_escape(text, strlen(text), shown, sizeof shown);
	fflush(stdout);
	fprintf(stderr, "redoubt-sign%s%s: %s\n", globals.command ? " " : "", globals.command ? globals.command->words : "",
		shown);
}

static void help_print(const struct command *c)
{
	printf("usage: redoubt-sign %s%s%s\n\n%s.\n", c->words, *c->synopsis ? " " : "", c->synopsis, c->summary);
	if (*c->help)
		printf("\n%s\n", c->help);
	printf("\nEvery command takes:\n"
	       "  --vault DIR  the signer's directory (default: ./vault)\n"
	       "  --help       this text\n"
	       "Exit codes: 0 done, 1 failed, 2 wrong command line, 3 not confirmed, 4 refused,\n"
	       "5 vault or log damaged, 6 wrong passphrase or vault in use.\n");
}

static const struct option *option_find(const struct option *options, size_t count, const char *name, size_t size)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(options[i].name) == size && !memcmp(options[i].name, name, size))
			return &options[i];
	return NULL;
}

// Takes the option at argv[i]; returns how many arguments it used, or -1.
static int option_take(int argc, char **argv, int i, const struct option *options, size_t count)
{
	const struct option common = { "--vault", &globals.vault, NULL };
	const char *equals = strchr(argv[i], '=');
	size_t size = equals ? (size_t)(equals - argv[i]) : strlen(argv[i]);
	const struct option *o = option_find(options, count, argv[i], size);
	if (!o)
		o = option_find(&common, 1, argv[i], size);
	if (!o) {
		complain("there is no option '%.*s'; --help lists them", (int)size, argv[i]);
		return -1;
	}
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

static int words_check(size_t count, size_t min, size_t max)
{
	if (count >= min && count <= max)
		return (int)count;
	complain(count < min ? "something is missing; --help says what" : "there are too many words; --help says which");
	return -1;
}

int options_read(int argc, char **argv, const struct option *options, size_t count, const char **words,
		 size_t words_min, size_t words_max)
{
	size_t found = 0;
	bool only_words = false;
	for (int i = 1; i < argc;) {
		if (!only_words && !strcmp(argv[i], "--help")) {
			help_print(globals.command);
			return -2;
		}
		if (!only_words && !strcmp(argv[i], "--")) {
			only_words = true;
			i++;
		} else if (!only_words && argv[i][0] == '-' && argv[i][1]) {
			int used = option_take(argc, argv, i, options, count);
			if (used < 0)
				return -1;
			i += used;
		} else {
			if (found < words_max)
				words[found] = argv[i];
			found++;
			i++;
		}
	}
	return words_check(found, words_min, words_max);
}

int options_exit(int result)
{
	return result == -2 ? EXIT_DONE : EXIT_USAGE;
}

bool number_read(const char *text, const char *name, uint64_t min, uint64_t max, uint64_t *ret)
{
	char *end;
	errno = 0;
	unsigned long long value = strtoull(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end || errno || value < min || value > max) {
		complain("%s must be a whole number from %llu to %llu, not '%s'", name, (unsigned long long)min,
			 (unsigned long long)max, text);
		return false;
	}
	*ret = value;
	return true;
}
