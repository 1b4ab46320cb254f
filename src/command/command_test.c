// SPDX-License-Identifier: Apache-2.0
#include "command/command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define WORDS_MAX 4

static struct { const char *dir, *label; bool json, force; } given;
static struct { int count; const char *word[WORDS_MAX]; } got;
static char complained[512];

static int key_run(int argc, char **argv)
{
	const struct option own[] = { { "--label", &given.label, NULL }, { "--force", NULL, &given.force } };
	got.count = options_read(argc, argv, own, ARRAY_LEN(own), got.word, 1, 2);
	return got.count < 0 ? options_exit(got.count) : EXIT_DONE;
}

static int key_rotate_run(int argc, char **argv)
{
	got.count = 100 + argc;
	assert_string_equal(argv[0], "rotate");
	return EXIT_FAILED;
}

static void complaint(const char *who, const char *text)
{
	snprintf(complained, sizeof complained, "%s: %s", who, text);
}

static int started;
static int start(void) { started++; return EXIT_DONE; }
static int start_fails(void) { return EXIT_FAILED; }

static const struct command keys[] = { { "key", "NAME [OTHER] [options]", "A key", "", key_run } };
static const struct command more[] = { { "key rotate", "", "Another", "", key_rotate_run } };
static const struct command_table first = { keys, ARRAY_LEN(keys) }, second = { more, ARRAY_LEN(more) };
static const struct command_table *const tables[] = { &first, &second };
static const struct option common[] = { { "--dir", &given.dir, NULL }, { "--json", NULL, &given.json } };
static struct program program = {
	.name = "lab", .version = "1", .usage = "COMMAND", .usage_end = "", .help_end = "",
	.common = common, .common_count = ARRAY_LEN(common), .tables = tables, .table_count = ARRAY_LEN(tables),
	.start = start, .complaint = complaint,
};

#define W(text) ((char *)(text))
#define RUN(...) run((char *[]){ W("lab"), __VA_ARGS__, NULL })

static int run(char **argv)
{
	int argc = 0;
	while (argv[argc])
		argc++;
	memset(&given, 0, sizeof given);
	memset(&got, 0, sizeof got);
	*complained = 0;
	return program_run(&program, argc, argv);
}

static void options_stand_anywhere(void **state)
{
	(void)state;
	assert_int_equal(RUN(W("--dir"), W("a"), W("key"), W("--label=x=y"), W("one"), W("--json"), W("--force")), EXIT_DONE);
	assert_int_equal(got.count, 1);
	assert_string_equal(got.word[0], "one");
	assert_string_equal(given.dir, "a");
	assert_string_equal(given.label, "x=y");
	assert_true(given.json && given.force);
	assert_int_equal(RUN(W("key"), W("--dir=b"), W("--"), W("--label"), W("-")), EXIT_DONE);
	assert_int_equal(got.count, 2);
	assert_string_equal(got.word[0], "--label");
	assert_string_equal(given.dir, "b");
	assert_null(given.label);
}

static void longest_words_win(void **state)
{
	(void)state;
	assert_int_equal(RUN(W("key"), W("rotate"), W("x")), EXIT_FAILED);
	assert_int_equal(got.count, 102);
}

static void refuses(int status, const char *text)
{
	assert_int_equal(status, EXIT_USAGE);
	if (!strstr(complained, text))
		fail_msg("'%s' does not say '%s'", complained, text);
}

static void complaints_name_the_value(void **state)
{
	(void)state;
	refuses(RUN(W("key")), "lab key: an argument is missing; usage: lab key NAME");
	refuses(RUN(W("key"), W("a"), W("b"), W("third")), "'third' is one argument too many");
	refuses(RUN(W("key"), W("a"), W("--lable=7")), "no option '--lable'");
	refuses(RUN(W("key"), W("a"), W("--label")), "--label needs a value");
	refuses(RUN(W("key"), W("a"), W("--force=yes")), "--force takes no value");
	refuses(RUN(W("--dir")), "--dir needs a value");
	refuses(RUN(W("keys")), "no command 'keys'");
	refuses(RUN(W("--nothing"), W("key")), "no command '--nothing'");
}

static void starts_once_before_a_command(void **state)
{
	(void)state;
	int before = started;
	(void)!RUN(W("keys"));
	assert_int_equal(started, before);
	(void)!RUN(W("key"), W("a"));
	assert_int_equal(started, before + 1);
	program.start = start_fails;
	assert_int_equal(RUN(W("key"), W("a")), EXIT_FAILED);
	assert_int_equal(got.count, 0);
	program.start = start;
}

static void numbers_are_whole_and_bounded(void **state)
{
	(void)state;
	static const char *const BAD[] = { "", "-1", " 5", "5 ", "0x5", "4", "101", "18446744073709551616", "5.0" };
	uint64_t n = 7;
	for (size_t i = 0; i < ARRAY_LEN(BAD); i++) {
		assert_false(number_read(BAD[i], "--count", 5, 100, &n));
		assert_int_equal(n, 7);
		assert_non_null(strstr(complained, "--count must be a whole number from 5 to 100"));
	}
	assert_true(number_read("5", "--count", 5, 100, &n));
	assert_int_equal(n, 5);
	assert_true(number_read("18446744073709551615", "--count", 0, UINT64_MAX, &n));
	assert_true(n == UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_stand_anywhere),
		cmocka_unit_test(longest_words_win),
		cmocka_unit_test(complaints_name_the_value),
		cmocka_unit_test(starts_once_before_a_command),
		cmocka_unit_test(numbers_are_whole_and_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
