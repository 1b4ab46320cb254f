// SPDX-License-Identifier: Apache-2.0
#include "config/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct config_key keys[] = {
	{ "gateway.listen", CONFIG_TEXT, "127.0.0.1:8443", 3, 20, "address:port" },
	{ "gateway.count", CONFIG_NUMBER, "2", 1, 8, "processes" },
	{ "engine.big", CONFIG_NUMBER, "5000000000", 1, 9000000000, "bytes" },
	{ "strict", CONFIG_FLAG, "true", 0, 0, "whether" },
};

static struct config *good(const char *text)
{
	struct config *c = NULL;
	char error[CONFIG_ERROR_MAX] = "";
	if (config_parse("conf", text, strlen(text), keys, ARRAY_LEN(keys), &c, error))
		fail_msg("%s", error);
	return c;
}

static void test_fallbacks_and_values(void **state)
{
	struct config *c = good("");
	assert_string_equal(config_text(c, "gateway.listen"), "127.0.0.1:8443");
	assert_int_equal(config_number(c, "gateway.count"), 2);
	assert_int_equal(config_number(c, "engine.big"), 5000000000);
	assert_true(config_flag(c, "strict"));
	config_free(c);
	c = good("strict = false; # why\ngateway : { listen = \"[::1]:1\"; count = 8; }; engine : { big = 6000000000L; };");
	assert_string_equal(config_text(c, "gateway.listen"), "[::1]:1");
	assert_int_equal(config_number(c, "gateway.count"), 8);
	assert_int_equal(config_number(c, "engine.big"), 6000000000);
	assert_false(config_flag(c, "strict"));
	config_free(c);
}

static const struct { const char *text, *says; } bad[] = {
	{ "gateway : { count = 9; };", "conf:1: gateway.count = 9 is out of range: 1 to 8" },
	{ "\n\ngateway : { count = 0; };", "conf:3: gateway.count = 0" },
	{ "gateway : { count = -1; };", "must be a whole number" },
	{ "gateway : { count = \"2\"; };", "must be a whole number" },
	{ "gateway : { count = 1.5; };", "must be a whole number" },
	{ "gateway : { listen = 3; };", "must be a text" },
	{ "gateway : { listen = \"x\"; };", "has 1 bytes" },
	{ "gateway : { listen = \"a\\nbc\"; };", "control character" },
	{ "strict = 1;", "must be true or false" },
	{ "\nspeed = 1;", "conf:2: there is no setting 'speed'; there are: gateway.listen" },
	{ "gateway : { port = 1; };", "there is no setting 'gateway.port'" },
	{ "gate : { count = 1; };", "there is no setting 'gate'" },
	{ "gateway = 1;", "there is no setting 'gateway'" },
	{ "gateway : { count : { x = 1; }; };", "must be a whole number" },
	{ "strict = true; strict = true;", "duplicate" },
	{ "gateway : {", "syntax error" },
	{ "@include \"/etc/passwd\"", "@include is not taken" },
};

static void test_refusals_name_key_value_and_line(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct config *c = NULL;
		char error[CONFIG_ERROR_MAX] = "";
		assert_int_equal(config_parse("conf", bad[i].text, strlen(bad[i].text), keys, ARRAY_LEN(keys), &c, error), 1);
		assert_null(c);
		if (!strstr(error, bad[i].says))
			fail_msg("'%s' said '%s'", bad[i].text, error);
	}
}

static void test_size_and_nul(void **state)
{
	struct config *c;
	char error[CONFIG_ERROR_MAX];
	char *large = calloc(1, CONFIG_FILE_MAX + 1);
	assert_int_equal(config_parse("conf", large, 1, keys, ARRAY_LEN(keys), &c, error), 1);
	assert_non_null(strstr(error, "NUL"));
	assert_int_equal(config_parse("conf", large, CONFIG_FILE_MAX + 1, keys, ARRAY_LEN(keys), &c, error), 1);
	assert_non_null(strstr(error, "65537 bytes"));
	free(large);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fallbacks_and_values),
		cmocka_unit_test(test_refusals_name_key_value_and_line),
		cmocka_unit_test(test_size_and_nul),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
