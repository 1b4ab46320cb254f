// SPDX-License-Identifier: Apache-2.0
// The order of deb-version(7), and the same as dpkg gives to 400 random pairs.
#include "settings/debian_version.h"

#include "base/testing.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

// Each line is below the next; those within one are equal.
static const char *const ORDER[][4] = {
	{ "0~~" }, { "0~~a" }, { "0~" }, { "0-0~" }, { "0", "00", "0:0", "0-0" }, { "0-0+b1" }, { "0a" }, { "0+" }, { "1~beta1~svn1245" }, { "1~beta1" },
	{ "1", "01", "0:1" }, { "1-1~bpo12+1" }, { "1-1" }, { "1-1+deb12u1" }, { "1-1+deb12u2" }, { "1-1+deb12u10" }, { "1.0~rc1-1" },
	{ "1.0-1" }, { "1.0-1.1" }, { "1.0-2" }, { "1.0a-1" }, { "1.0+dfsg-1" }, { "1.0.1-1" }, { "1.2.3-4-5" }, { "1.9" }, { "1.10" },
	{ "1.2024010112345678901234567890", "1.0002024010112345678901234567890" }, { "1:0.1" }, { "1:0.1-1", "01:0.1-1" }, { "2:0" }, { "10:0" },
};

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

static void the_order_is_the_manuals(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(ORDER); i++)
		for (size_t k = 0; k < ARRAY_LEN(ORDER); k++)
			for (size_t a = 0; a < 4 && ORDER[i][a]; a++)
				for (size_t b = 0; b < 4 && ORDER[k][b]; b++) {
					int wanted = i < k ? -1 : i > k;
					if (sign(debian_version_compare(ORDER[i][a], ORDER[k][b])) != wanted)
						fail_msg("%s and %s are not %d", ORDER[i][a], ORDER[k][b], wanted);
				}
}

static void what_is_no_version_is_refused(void **state)
{
	static const char *const BAD[] = { "", "a", ":1", "1:", "a:1", "-1", "1-", "1_2", "1 2", "1-1:2", "1:2:\n", "1/2", "v1.0", "1.0-1\xc3\xa9",
					   "9999999999:1", "~1", "+1" };
	for (size_t i = 0; i < ARRAY_LEN(BAD); i++)
		if (debian_version_valid(BAD[i]))
			fail_msg("'%s' is taken for a version", BAD[i]);
	for (size_t i = 0; i < ARRAY_LEN(ORDER); i++)
		assert_true(debian_version_valid(ORDER[i][0]));
	assert_true(debian_version_valid("1:2:3-4"));
}

static uint64_t next(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 33;
}

static void version_make(uint64_t *seed, char to[32])
{
	static const char CHARACTERS[] = "0012259aazZ.+~-";
	size_t n = 0, size = 1 + next(seed) % 9;
	if (next(seed) % 5 == 0)
		n += (size_t)sprintf(to, "%u:", (unsigned)(next(seed) % 3));
	to[n++] = (char)('0' + next(seed) % 3);
	while (size--)
		to[n++] = CHARACTERS[next(seed) % (sizeof CHARACTERS - 1)];
	to[n++] = (char)('0' + next(seed) % 2); // not a dash
	to[n] = 0;
}

static bool dpkg_says(const char *a, const char *operation, const char *b)
{
	int status = 0;
	pid_t child = fork();
	if (child == 0) {
		execl("/usr/bin/dpkg", "dpkg", "--compare-versions", a, operation, b, (char *)NULL);
		_exit(99);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) <= 1);
	return WEXITSTATUS(status) == 0;
}

static void dpkg_agrees(void **state)
{
	uint64_t seed = 4;
	if (access("/usr/bin/dpkg", X_OK)) {
		print_message("# SKIP dpkg is not installed\n");
		skip();
	}
	for (int i = 0; i < 400; i++) {
		char a[32], b[32];
		version_make(&seed, a);
		version_make(&seed, b);
		if (i % 4 == 0)
			strcpy(b, a), b[strlen(b) - 1] ^= 1;
		assert_true(debian_version_valid(a) && debian_version_valid(b));
		int order = debian_version_compare(a, b);
		if (!dpkg_says(a, order < 0 ? "lt" : order > 0 ? "gt" : "eq", b))
			fail_msg("dpkg orders %s and %s otherwise than %d", a, b, sign(order));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_order_is_the_manuals),
		cmocka_unit_test(what_is_no_version_is_refused),
		cmocka_unit_test(dpkg_agrees),
	};
	return cmocka_run_group_tests_name("debian-version", tests, NULL, NULL);
}
