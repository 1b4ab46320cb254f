// SPDX-License-Identifier: Apache-2.0
#include "settings/apt_settings.h"

#include "base/testing.h"

static struct apt_settings read_text(struct host *h, const char *text)
{
	struct apt_settings s = { 0 };
	apt_settings_add(h, &s, "test", text);
	return s;
}

static void both_spellings_and_the_last_one_counts(void **state)
{
	struct host *h;
	assert_int_equal(host_open("/", &h), 0);
	struct apt_settings s = read_text(h, "// a comment \"with quotes\"\n# another\n/* and\n one */ APT::Periodic::Unattended-Upgrade \"1\";\n"
					     "APT { Periodic { Update-Package-Lists \"1\"; Unattended-Upgrade 0; }; };\n");
	assert_null(s.unclear);
	assert_string_equal(apt_setting(&s, "apt::periodic::unattended-upgrade"), "0");
	assert_string_equal(apt_setting(&s, "APT::Periodic::Update-Package-Lists"), "1");
	assert_null(apt_setting(&s, "APT::Periodic"));
	s = read_text(h, "A::B { \"x\"; \"y\"; };\nA::B:: \"z\";\n");
	assert_null(s.unclear);
	assert_int_equal(s.count, 3);
	assert_string_equal(s.setting[0].name, "A::B");
	assert_string_equal(s.setting[0].value, "x");
	assert_string_equal(apt_setting(&s, "A::B"), "z");
	s = read_text(h, "A::B { \"x\"; };\n#clear A::B;\nA::Bc \"1\";");
	assert_null(s.unclear);
	assert_null(apt_setting(&s, "A::B"));
	assert_string_equal(apt_setting(&s, "A::Bc"), "1");
	host_close(h);
}

static void what_is_not_understood_is_said(void **state)
{
	static const char *const BAD[] = { "A \"1", "A { B \"1\";", "};", "A B C;", "{ }", "#include \"/etc/other\";", "A \"1\"", ";" };
	struct host *h;
	assert_int_equal(host_open("/", &h), 0);
	for (size_t i = 0; i < ARRAY_LEN(BAD); i++)
		if (!read_text(h, BAD[i]).unclear)
			fail_msg("'%s' was understood", BAD[i]);
	host_close(h);
}

static void truths_are_those_of_apt(void **state)
{
	static const struct { const char *value; enum apt_truth truth; } CASES[] = {
		{ "0", APT_NO }, { "00", APT_NO }, { "0x0", APT_NO }, { "No", APT_NO }, { "FALSE", APT_NO }, { "without", APT_NO }, { "off", APT_NO },
		{ "Disable", APT_NO }, { "1", APT_YES }, { "7", APT_YES }, { "0x1", APT_YES }, { "yes", APT_YES }, { "TRUE", APT_YES },
		{ "with", APT_YES }, { "On", APT_YES }, { "enable", APT_YES }, { "", APT_UNSAID }, { "nope", APT_UNSAID }, { "-1", APT_UNSAID } };
	struct host *h;
	for (size_t i = 0; i < ARRAY_LEN(CASES); i++)
		if (apt_truth(CASES[i].value) != CASES[i].truth)
			fail_msg("'%s'", CASES[i].value);
	assert_int_equal(host_open("/", &h), 0);
	struct apt_settings s = read_text(h, "Acquire::https \"mirror.example\" { Verify-Peer \"false\"; };");
	assert_null(s.unclear);
	assert_string_equal(apt_setting(&s, "acquire::HTTPS::mirror.example::verify-peer"), "false");
	host_close(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_spellings_and_the_last_one_counts),
		cmocka_unit_test(truths_are_those_of_apt),
		cmocka_unit_test(what_is_not_understood_is_said),
	};
	return cmocka_run_group_tests_name("apt-settings", tests, NULL, NULL);
}
