// SPDX-License-Identifier: Apache-2.0
#include "checks/logs/logs.h"
#include "checks/logs/address.h"

#include "base/testing.h"

static bool forwards(const void *context, const struct rsyslog_statement *s)
{
	const char *type = rsyslog_value(s->parameters, "type");
	return type && !strcmp(type, "omfwd");
}

// What surely comes to a forwarder of this configuration; "?" when it is not understood.
static const char *missing_of(struct host *h, const char *text)
{
	struct log_flow f = { .h = h, .configuration = rsyslog_read_text(h, text), .counts = forwards };
	log_flow_follow(&f);
	if (f.configuration->unclear_count || f.unclear)
		return "?";
	const char *missing = log_flow_missing(h, &f.reached);
	return missing ? missing : "";
}

#define HALF "kern, user, mail, daemon, auth, syslog, lpr, news, uucp, cron, authpriv, ftp, ntp, audit, alert, clock, "
static void what_reaches_the_forwarder(void **state)
{
	static const struct { const char *text, *missing; } ROWS[] = {
		{ "*.* @@192.0.2.9:6514\n", "" },
		{ "*.* action(type=\"omfwd\"\n  target=\"192.0.2.9\" # there\n  port=\"6514\")\n", "" },
		{ "*.*\taction(type=\"omfwd\" target=\"a\")", "" },
		{ "action(type=\"omfwd\" target=\"a\")", "" },
		{ "if prifilt(\"*.*\") then @@a\n", "" },
		{ "if ( prifilt('*.*') ) then { @@a\n}\n", "" },
		{ "ruleset(name=\"far\") { action(type=\"omfwd\" target=\"a\") }\ncall far\n", "" },
		{ "$RuleSet far\n*.* @@a\n$RuleSet RSYSLOG_DefaultRuleset\n*.* call far\n", "" },
		{ "$RuleSet far\n*.* @@a\n$DefaultRuleset far\n", "" },
		{ "auth.* @@a\n*.*;auth.none @@a\n", "" },
		{ "auth.* {\n/var/log/auth\n@@a\n}\n*.*;auth.none @@a\n", "" },
		{ "if $msg contains 'x' then @@a\nelse @@b\n", "" },
		{ "if $msg contains 'then' then @@a\nelse if $x == 1 then { @@b\n} else { @@c\n}", "" },
		{ "*.info @@a\n", "" },
		{ "*.=debug stop\n*.* @@a\n", "" },
		{ "set $!x = 'a;b';\nunset $!x;\n*.* @@a\n", "" },
		{ "template(name=\"t\" type=\"list\") { property(name=\"msg\") constant(value=\"}\\n\") }\n*.* @@a;t\n", "" },
		{ "*.* \\\n\t@@a\n", "" },
		{ "*.* /var/log/x\n& @@a\n", "" },
		{ "*.* {\n/var/log/x\n& @@a\n& stop\n}\n", "" },
		{ "action(type=\"omdiscard\" config.enabled=\"off\")\n*.* @@a\n", "" },
		// what does not come there
		{ "# *.* @@a\n", "any facility" },
		{ "# a \\\n*.* @@a\n", "any facility" },
		{ "/* *.* @@a */\n", "any facility" },
		{ "*.* stop\n*.* @@a\n", "any facility" },
		{ "*.* ~\n*.* @@a\n", "any facility" },
		{ "*.debug ~ # all\n*.* @@a\n", "any facility" },
		{ "STOP\n*.* @@a\n", "any facility" },
		{ "action(type=\"builtin:omdiscard\")\n*.* @@a\n", "any facility" },
		{ "*.* /var/log/x\n& stop\n*.* @@a\n", "any facility" },
		{ "*.* /var/log/x\n& ~\n*.* @@a\n", "any facility" },
		{ "auth.* stop\n*.* @@a\n", "auth" },
		{ "auth.* /var/log/x\n& stop\n*.* @@a\n", "auth" },
		{ "security.* stop\n*.* @@a\n", "auth" },
		{ "*.*;mail.none @@a\n", "mail" },
		{ "*.*;mail.!err @@a\n", "mail" },
		{ "auth,authpriv.=info ~\n*.* @@a\n", "auth, authpriv" },
		{ "*.* call drop\n*.* @@a\nruleset(name=\"drop\") { if prifilt(\"cron.*\") then stop }\n", "cron" },
		{ "if $programname == 'sshd' then stop\n*.* @@a\n", "any facility" },
		{ ":msg, !contains, \"x\" stop\n*.* @@a\n", "any facility" },
		{ "if not prifilt(\"auth.*\") then @@a\n", "auth" },
		{ "if prifilt(\"auth.*\") or prifilt(\"mail.*\") and prifilt(\"mail.*\") then stop\n*.* @@a\n", "mail" },
		{ "if $msg contains 'x' then /var/log/x\nelse /var/log/y\n& @@a\n", "any facility" },
		{ "if $msg contains 'x' then set $!a = 1;\nstop\n*.* @@a\n", "any facility" },
		{ "if $syslogfacility-text == 'auth' then @@a\n", "any facility" },
		{ "foreach ($.i in $!list) do { stop }\n*.* @@a\n", "any facility" },
		{ "ruleset(name=\"far\") { action(type=\"omfwd\" target=\"a\") }\n", "any facility" },
		{ "local0,local1,local2,local3,local4,local5,local6,local7.* @@a\n", HALF "x" },
		{ "action(type=\"omfwd\" target=\"a\" config.enabled=\"off\")", "any facility" },
		// what is not understood is no answer
		{ "*.* call nowhere\n*.* @@a\n", "?" }, { "call_indirect $!x;\n*.* @@a\n", "?" }, { "*.* {\n@@a\n", "?" },
		{ "action(type=\"omfwd\" target=\"a\"\n", "?" }, { "action(type=omfwd)", "?" }, { "what(is=\"this\")\n", "?" },
		{ "*.* @@a\n)", "?" }, { "*.nonsense @@a\n", "?" }, { "!sshd\n*.* @@a\n", "?" }, { "+host\n*.* @@a\n", "?" },
		{ "$IncludeConfig no/absolute/path\n*.* @@a\n", "?" }, { "include(file=\"/no/such/file\")\n*.* @@a\n", "?" }, { "*.*\n", "?" },
		{ "if not prifilt(\"*.*\") then { } else @@a\n", "?" }, { "if $msg == then stop\n*.* @@a\n", "?" },
		{ "action(type=\"omfwd\", target=\"a\")", "?" }, { "*.* @@a /* there */\n", "?" }, { "*.* @\n", "?" }, { "*.* @@(oa:514\n", "?" },
		{ "auth.* {\nstop\n}\n& @@a\n", "?" }, { "auth.* {\n$FileOwner root\nstop\n}\n*.* @@a\n", "?" }, { "if PRIFILT(\"*.*\") then @@a\n", "?" },
		{ ":nonsense, contains, \"x\" stop\n*.* @@a\n", "?" }, { "*.=* stop\n*.* @@a\n", "?" }, { "set x = 1;\n*.* @@a\n", "?" },
		{ "$DefaultRuleset far\nruleset(name=\"far\") { action(type=\"omfwd\" target=\"a\") }\n", "?" },
		{ "& @@a\n", "?" }, { "if true", "?" }, { "*.* call itself\nruleset(name=\"itself\") { call itself }", "?" },
		{ "action(type=\"omfwd\" target=\"a\" target=\"b\")", "?" },
	};
	struct host *h;
	assert_int_equal(host_open("/", &h), 0);
	for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
		const char *missing = missing_of(h, ROWS[i].text);
		size_t size = strlen(ROWS[i].missing);
		bool prefix = size > 1 && ROWS[i].missing[size - 1] == 'x';
		if (prefix ? strncmp(missing, ROWS[i].missing, size - 3) : strcmp(missing, ROWS[i].missing))
			fail_msg("'%s': '%s', not '%s'", ROWS[i].text, missing, ROWS[i].missing);
	}
	host_close(h);
}

static const char *parameter(struct host *h, const char *text, const char *name)
{
	const struct rsyslog *r = rsyslog_read_text(h, text);
	const struct rsyslog_statement *s = r->rulesets->first;
	for (; s && s->kind == RSYSLOG_CHOICE; s = s->then)
		;
	const char *value = s ? rsyslog_value(s->parameters, name) : NULL;
	return value ? value : "-";
}

static void both_spellings_of_a_forwarder(void **state)
{
	static const struct { const char *text, *name, *value; } ROWS[] = {
		{ "*.* @192.0.2.9\n", "protocol", "udp" },
		{ "*.* @@192.0.2.9\n", "protocol", "tcp" },
		{ "*.* @@192.0.2.9\n", "target", "192.0.2.9" },
		{ "*.* @@192.0.2.9:6514;RSYSLOG_Format\n", "port", "6514" },
		{ "*.* @@192.0.2.9:6514;RSYSLOG_Format\n", "template", "RSYSLOG_Format" },
		{ "*.* @@(o,z9)[2001:db8::9]:6514\n", "target", "2001:db8::9" },
		{ "*.* @@(o,z9)[2001:db8::9]:6514\n", "port", "6514" },
		{ "*.* :omrelp:192.0.2.9:2514;t\n", "type", "omrelp" },
		{ "*.* :omrelp:192.0.2.9:2514;t\n", "port", "2514" },
		{ "$ActionSendStreamDriverMode 1\n*.* @@a\n", "StreamDriverMode", "1" },
		{ "$ActionResumeRetryCount -1\n*.* @@a\n", "action.resumeRetryCount", "-1" },
		{ "$ActionExecOnlyWhenPreviousIsSuspended on\n$ActionExecOnlyWhenPreviousIsSuspended off\n*.* @@a\n",
		  "action.execOnlyWhenPreviousIsSuspended", "off" },
		{ "action(TYPE=\"omfwd\" Target=\"a\\\"b\")", "target", "a\"b" },
		{ "action(type=\"omfwd\" target=[\"a\",\n\"b\"])", "target", "b" },
	};
	struct host *h;
	assert_int_equal(host_open("/", &h), 0);
	for (size_t i = 0; i < ARRAY_LEN(ROWS); i++)
		if (strcmp(parameter(h, ROWS[i].text, ROWS[i].name), ROWS[i].value))
			fail_msg("'%s': %s is '%s'", ROWS[i].text, ROWS[i].name, parameter(h, ROWS[i].text, ROWS[i].name));
	host_close(h);
}

static void lines_are_counted_as_people_do(void **state)
{
	struct host *h;
	assert_int_equal(host_open("/", &h), 0);
	const struct rsyslog *r = rsyslog_read_text(h, "# one \\\n  and two\n\n*.* \\\n@@a\n*.* @@b\n");
	assert_string_equal(r->rulesets->first->where, "text, line 4");
	assert_string_equal(r->rulesets->first->next->where, "text, line 6");
	host_close(h);
}

static void a_host_in_every_spelling(void **state)
{
	static const struct { const char *text; enum log_place place; } ROWS[] = {
		{ "127.0.0.1", LOG_HERE }, { "127.1", LOG_HERE }, { "0x7f000001", LOG_HERE }, { "0177.0.0.1", LOG_HERE }, { "2130706433", LOG_HERE },
		{ "127.255.1.2", LOG_HERE }, { "0", LOG_HERE }, { "0.0.0.0", LOG_HERE }, { "::", LOG_HERE }, { "::1", LOG_HERE }, { "[::1]", LOG_HERE },
		{ "0:0:0:0:0:0:0:1", LOG_HERE }, { "::1%lo", LOG_HERE }, { "::ffff:127.0.0.1", LOG_HERE }, { "::ffff:7f00:1", LOG_HERE },
		{ "::127.0.0.1", LOG_HERE }, { "localhost", LOG_HERE }, { "LocalHost.", LOG_HERE }, { "x.localhost", LOG_HERE },
		{ "ip6-localhost", LOG_HERE }, { "255.255.255.255", LOG_HERE }, { "239.1.2.3", LOG_HERE }, { "ff02::1", LOG_HERE },
		{ "192.0.2.9", LOG_ELSEWHERE }, { "2001:db8::9", LOG_ELSEWHERE }, { "logs.example.com", LOG_ELSEWHERE }, { "", LOG_UNKNOWN },
		{ "`echo $X`", LOG_UNKNOWN },
	};
	struct host *h;
	assert_int_equal(host_open("/", &h), 0);
	for (size_t i = 0; i < ARRAY_LEN(ROWS); i++)
		if (log_host_find(h, ROWS[i].text).place != ROWS[i].place)
			fail_msg("'%s' is %d", ROWS[i].text, log_host_find(h, ROWS[i].text).place);
	host_close(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_reaches_the_forwarder),
		cmocka_unit_test(both_spellings_of_a_forwarder),
		cmocka_unit_test(lines_are_counted_as_people_do),
		cmocka_unit_test(a_host_in_every_spelling),
	};
	return cmocka_run_group_tests_name("rsyslog", tests, NULL, NULL);
}
