// SPDX-License-Identifier: Apache-2.0
// Settings of systemd's daemons, and audit rules, in the spellings that their own programs take.
#include "settings/audit_rules.h"
#include "settings/systemd_settings.h"

#include "base/testing.h"

static void spans_of_time(void **state)
{
	static const struct { const char *text; double seconds; } ROWS[] = {
		{ "90day", 7776000 }, { "90 days", 7776000 }, { "1month 2w", 2629800 + 1209600 }, { "1h30min", 5400 }, { "7776000", 7776000 },
		{ "100ms", 0.1 }, { "5m", 300 }, { "3M", 7889400 }, { "infinity", 0 }, { "0", 0 }, { "1y", 31557600 },
	};
	static const char *const BAD[] = { "", "day", "90 dayz", "-5", "1h x", "5 mon" };
	for (size_t i = 0; i < ARRAY_LEN(ROWS); i++)
		if (systemd_seconds(ROWS[i].text) - ROWS[i].seconds > 0.01 || ROWS[i].seconds - systemd_seconds(ROWS[i].text) > 0.01)
			fail_msg("'%s' is %f", ROWS[i].text, systemd_seconds(ROWS[i].text));
	for (size_t i = 0; i < ARRAY_LEN(BAD); i++)
		assert_true(systemd_seconds(BAD[i]) < 0);
	assert_true(systemd_bytes("8M") == 8 * 1024 * 1024);
	assert_true(systemd_bytes("20G") > systemd_bytes("999M"));
	assert_true(systemd_bytes("100") == 100);
	assert_true(systemd_bytes("8Q") < 0);
}

static bool no_x(const char *value)
{
	return *value != 'x';
}

static void sections_comments_and_empty_values(void **state)
{
	struct host *h;
	bool reset;
	struct systemd_settings s = { 0 };
	assert_int_equal(host_open("/", &h), 0);
	systemd_settings_add(h, &s, "f", "Journal", "A=0\n[Other]\nA=1\n[Journal]\n # A=2\n;A=3\nA = 4 \nB=x\nlong=a\\\n# between\n  b\n[journal]\nA=5\n");
	assert_string_equal(systemd_setting(&s, "A", NULL, &reset), "4");
	assert_false(reset);
	assert_null(systemd_setting(&s, "B", no_x, &reset));
	assert_null(systemd_setting(&s, "a", NULL, &reset));
	assert_string_equal(systemd_setting(&s, "long", NULL, &reset), "a b");
	systemd_settings_add(h, &s, "g", "Journal", "[Journal]\nA=\n");
	assert_string_equal(systemd_setting(&s, "A", NULL, &reset), "4");
	assert_true(reset);
	host_close(h);
}

static void audit_rules_in_every_spelling(void **state)
{
	static const struct { const char *text; bool recorded; } ROWS[] = {
		{ "-w /etc/shadow -p wa\n", true }, { "-w/etc/shadow -pwa -kx\n", true }, { "-w /etc -p wa\n", true }, { "-w /etc/shadow\n", true },
		{ "-a always,exit -F path=/etc/shadow -F perm=wa -F key=x\n", true }, { "-aexit,always -Fdir=/etc -Fperm=wa\n", true },
		{ "-a always,exit -F arch=b64 -F path=/etc/shadow -F perm=wa\n-a always,exit -F arch=b32 -F path=/etc/shadow -F perm=wa\n", true },
		{ "-a always,exit -S all -F path=/etc/shadow -F perm=wa\n", true },
		{ "-a never,exit -F arch=b64 -S adjtimex -F uid=chrony\n-w /etc/shadow -p wa\n", true },
		{ "-a never,exit -F dir=/var/cache\n-w /etc/shadow -p wa\n", true },
		{ "-w /etc/shadow -p wa\n-a never,exit -F auid=5\n", true },
		{ "-a always,exclude -F msgtype=CWD\n-w /etc/shadow -p wa\n", true },
		{ "-D\n-b 8192\n-f 1\n--backlog_wait_time 60000\n-w /etc/shadow -p wa\n-e 2\n", true },
		{ "-A never,exit -F uid=1\n-D\n-w /etc/shadow -p wa\n", true },
		{ "", false }, { "-w /etc/shadow -p r\n", false }, { "-w /etc/shadow -p w\n", false }, { "-w /etc/shad -p wa\n", false },
		{ "-a always,exit -F path=/etc -F perm=wa\n", false }, { "-a always,exit -F path!=/etc/shadow -F perm=wa\n", false },
		{ "-a always,exit -F path=/etc/shadow -F perm=wa -F success=0\n", false },
		{ "-a always,exit -F path=/etc/shadow -F perm=wa -S chmod\n", false },
		{ "-a always,exit -F arch=b64 -F path=/etc/shadow -F perm=wa\n", false },
		{ "-a always,user -F path=/etc/shadow\n", false }, { "-a never,exit\n-w /etc/shadow -p wa\n", false },
		{ "-a never,exit -S openat\n-w /etc/shadow -p wa\n", false }, { "-w /etc/shadow -p wa\n-A never,exit -F auid=5\n", false },
		{ "-w /etc/shadow -p wa\n-W /etc/shadow\n", false }, { "-w /etc/shadow -p wa\n-D\n", false },
		{ "-w /etc/shadow -p wa\n-d always,exit -F path=/etc/shadow\n", false }, { "-a always,exclude -F msgtype=SYSCALL\n-w /etc/shadow -p wa\n", false },
		{ "-a never,exclude -F msgtype>=1300\n-w /etc/shadow -p wa\n", false }, { "-atask,never\n-w /etc/shadow -p wa\n", false },
		{ "-a always,exclude -F auid=5\n-w /etc/shadow -p wa\n", false }, { "-r 1\n-w /etc/shadow -p wa\n", false },
		{ "-b 1\n-w /etc/shadow -p wa\n", false }, { "nonsense\n-w /etc/shadow -p wa\n", false }, { "-e 2\n-w /etc/shadow -p wa\n", false },
	};
	struct host *h;
	assert_int_equal(host_open("/", &h), 0);
	struct audit_rules *rules = host_alloc(h, sizeof *rules);
	for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
		*rules = (struct audit_rules){ .enabled = -1 };
		audit_rules_add(h, rules, "f", ROWS[i].text, true);
		bool recorded = !rules->silenced && !rules->unclear && !audit_rules_miss(h, rules, "/etc/shadow", false);
		if (recorded != ROWS[i].recorded)
			fail_msg("'%s' is %srecorded", ROWS[i].text, recorded ? "" : "not ");
	}
	host_close(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spans_of_time),
		cmocka_unit_test(sections_comments_and_empty_values),
		cmocka_unit_test(audit_rules_in_every_spelling),
	};
	return cmocka_run_group_tests_name("log-settings", tests, NULL, NULL);
}
