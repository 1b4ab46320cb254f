// SPDX-License-Identifier: Apache-2.0
// For tests only: constant time, shown as libsecp256k1 shows it. Under valgrind's memcheck the secret bytes
// are marked as undefined, and a branch or an address that depends on one is an error. The test starts itself
// again under valgrind, with SUPPRESSIONS (meson gives the file): what runs inside libsecp256k1 is left out,
// since that library has such a test of its own.
#pragma once

#include "base/testing.h"

#if defined(__has_feature) // clang's way to say what gcc says by __SANITIZE_ADDRESS__
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

#if defined(CONSTANT_TIME_TEST) && !defined(__SANITIZE_ADDRESS__)
#define CONSTANT_TIME_MARKS 1
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <valgrind/memcheck.h>

#define LEAK_FOUND 99 // valgrind's exit code for what it found

static const char *constant_time_self;

static inline void secret_fill(void *to, size_t size)
{
	memset(to, 0x5a, size);
	VALGRIND_MAKE_MEM_UNDEFINED(to, size);
}

static inline void secret_reveal(void *at, size_t size)
{
	VALGRIND_MAKE_MEM_DEFINED(at, size);
}

// The check itself must be able to fail.
static inline void constant_time_leak(void)
{
	uint8_t secret[1];
	secret_fill(secret, sizeof secret);
	if (secret[0] & 1)
		fputs("odd\n", stderr);
}

static inline int run_under_valgrind(const char *what)
{
#ifdef __AVX512F__
	// A build for this very processor may hold instructions that valgrind does not know. ./test runs the
	// debug build.
	print_message("# built with AVX-512\n");
	skip();
#endif
	pid_t child = fork();
	int status;
	assert_true(child >= 0);
	if (child == 0) {
		execlp("valgrind", "valgrind", "--quiet", "--error-exitcode=99", "--leak-check=no",
		       "--suppressions=" SUPPRESSIONS, constant_time_self, what, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGILL) {
		print_message("# valgrind does not know the instructions that this build uses\n");
		skip();
	}
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 127) {
		print_message("# valgrind is not here\n");
		skip();
	}
	return WEXITSTATUS(status);
}

static void test_constant_time(void **state)
{
	assert_int_equal(run_under_valgrind("all"), 0);
}

static void test_can_fail(void **state)
{
	assert_int_equal(run_under_valgrind("leak"), LEAK_FOUND);
}

static inline int constant_time_main(int argc, char **argv, void (*all)(void))
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_constant_time),
					    cmocka_unit_test(test_can_fail) };
	constant_time_self = argv[0];
	if (argc < 2)
		return cmocka_run_group_tests(tests, NULL, NULL);
	if (strcmp(argv[1], "leak") == 0)
		constant_time_leak();
	else
		all();
	return 0;
}
#else
static void test_constant_time(void **state)
{
	print_message("# valgrind's headers are not here, or this build has a sanitizer\n");
	skip();
}

static inline int constant_time_main(int argc, char **argv, void (*all)(void))
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_constant_time) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
#endif
