// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"
#include "base/log.h"
#include "base/testing.h"

#include <unistd.h>

// What log_write sends to standard error.
static size_t captured(char *to, size_t room, enum log_severity severity, const char *text)
{
	int ends[2], keep = dup(STDERR_FILENO);
	assert_int_equal(pipe(ends), 0);
	dup2(ends[1], STDERR_FILENO);
	log_write(severity, "%s", text);
	dup2(keep, STDERR_FILENO);
	close(ends[1]);
	close(keep);
	ssize_t n = read(ends[0], to, room - 1);
	close(ends[0]);
	assert_true(n > 0);
	to[n] = 0;
	return (size_t)n;
}

static void a_line_names_severity_process_and_text(void **state)
{
	char line[2048], expected[128];
	log_open("engine");
	captured(line, sizeof line, LOG_WARNING, "the disk is slow");
	snprintf(expected, sizeof expected, "<4>engine[%d]: the disk is slow\n", (int)getpid());
	assert_string_equal(line, expected);
}

static void a_message_stays_one_line(void **state)
{
	char line[2048];
	captured(line, sizeof line, LOG_INFO, "a\nb\x1b[0m\\\x7f");
	assert_non_null(strstr(line, "a\\x0ab\\x1b[0m\\x5c\\x7f\n"));
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

static void a_long_message_is_cut(void **state)
{
	char line[4096], text[3000];
	memset(text, '\n', sizeof text);
	text[sizeof text - 1] = 0;
	size_t size = captured(line, sizeof line, LOG_ERROR, text);
	assert_true(size <= LOG_LINE_MAX);
	assert_int_equal(line[size - 1], '\n');
}

static void errno_survives(void **state)
{
	char line[2048];
	errno = ENOSPC;
	captured(line, sizeof line, LOG_ERROR, "x");
	errno = ENOSPC;
	log_write(LOG_DEBUG, "#");
	assert_int_equal(errno, ENOSPC);
}

static void clocks_move_forward(void **state)
{
	uint64_t a = clock_monotonic_ns(), b = clock_monotonic_ns();
	assert_true(b >= a);
	assert_true(clock_realtime_us() > 1700000000000000u); // after November 2023
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_names_severity_process_and_text),
		cmocka_unit_test(a_message_stays_one_line),
		cmocka_unit_test(a_long_message_is_cut),
		cmocka_unit_test(errno_survives),
		cmocka_unit_test(clocks_move_forward),
	};
	return cmocka_run_group_tests_name("base-log", tests, NULL, NULL);
}
