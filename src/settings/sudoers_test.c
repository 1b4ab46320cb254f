// SPDX-License-Identifier: Apache-2.0
#include "settings/sudoers.h"

#include "base/testing.h"

static struct sudo_rules *read_text(struct host *h, const char *text)
{
	struct sudo_rules *s = host_alloc(h, sizeof *s);
	sudo_rules_begin(s);
	sudo_rules_add(h, s, "test", text, strlen(text));
	return s;
}

// "name args/" for each member of all grants' commands: '-' before a negated one, '*' behind one without a password.
static const char *commands_text(struct host *h, const struct sudo_rules *s)
{
	const char *text = "";
	for (const struct sudo_grant *g = s->grant; g; g = g->next)
		for (const struct sudo_member *m = g->command; m; m = m->next)
			text = host_print(h, "%s%s%s%s%s%s/", text, m->negated ? "-" : "", m->name, m->arguments ? " " : "",
					  m->arguments ? m->arguments : "", m->nopasswd ? "*" : "");
	return text;
}

static void commands_are_read_as_sudo_reads_them(void **state)
{
	static const struct { const char *text, *commands; } CASES[] = {
		{ "bob ALL=(ALL) NOPASSWD: /bin/ls -l, ALL\n", "/bin/ls -l*/ALL*/" },
		{ "bob ALL=NOPASSWD: /bin/ls, PASSWD: ALL", "/bin/ls*/ALL/" },
		{ "bob ALL=NOPASSWD :ALL", "ALL*/" },
		{ "bob ALL=NOPASSWD: /bin/echo \", ALL\n", "/bin/echo \"*/ALL*/" }, // no quotes in arguments
		{ "bob ALL=NOPASSWD: !!ALL", "ALL*/" },
		{ "bob ALL=!!!ALL", "-ALL/" },
		{ "bob ALL=ALL : host = NOPASSWD: /bin/x", "ALL//bin/x*/" },
		{ "bob ALL=NOPASSWD: ALL : host = /bin/x", "ALL*//bin/x/" },
		{ "bob ALL=NOPASSWD:\\ \n ALL", "ALL*/" },
		{ "bob ALL=NOPASSWD:\\\r\n ALL\r\n", "ALL*/" },
		{ "bob ALL=/bin/ls a\\,b\\:c\\=d, /bin/x a=b", "/bin/ls a,b:c=d//bin/x a=b/" },
		{ "bob ALL=(root : adm) CWD=/tmp SETENV: NOPASSWD:sha256:00ff, sha512 : AA== /bin/x", "/bin/x*/" },
		{ "bob fe80::1/64, 10.0.0.0/8 = ALL", "ALL/" },
		{ "bob ALL=^/bin/.*,x$, ALL", "^/bin/.*,x$/ALL/" },
		{ "bob ALL=ALL # a comment \\\nbob ALL=NOPASSWD: ALL", "ALL/ALL*/" },
		{ "bob ALL=/bin/x a#b\n", "/bin/x a/" },
		{ "bob ALL=(alice) /usr/bin/*, sudoedit /etc/motd, list", "/usr/bin/*/sudoedit /etc/motd/list/" },
	};
	struct host *h;
	assert_int_equal(host_open("/", &h), 0);
	for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
		struct sudo_rules *s = read_text(h, CASES[i].text);
		if (s->trouble)
			fail_msg("'%s' was not understood", CASES[i].text);
		assert_string_equal(commands_text(h, s), CASES[i].commands);
	}
	host_close(h);
}

static void users_keep_their_kind(void **state)
{
	struct host *h;
	assert_int_equal(host_open("/", &h), 0);
	struct sudo_rules *s = read_text(h, "bob, #1002 , %ops, %#27, %:far, +net, !\"a b\", \"%x y\", b\\,c ALL=ALL");
	static const char *const WANTED[] = { "bob", "#1002", "%ops", "%#27", "%:far", "+net", "a b", "%x y", "b,c" };
	const struct sudo_member *m = s->grant->user;
	assert_null(s->trouble);
	for (size_t i = 0; i < ARRAY_LEN(WANTED); i++, m = m->next) {
		assert_string_equal(m->name, WANTED[i]);
		assert_int_equal(m->negated, i == 6);
	}
	assert_null(m);
	host_close(h);
}

static void settings_aliases_and_includes_are_read(void **state)
{
	struct host *h;
	assert_int_equal(host_open("/", &h), 0);
	struct sudo_rules *s = read_text(h, "Defaults !!authenticate\nDefaults:bob,alice ! x, !!!y, z = \"a, b\"\nDefaults!/bin/ls a += b\n"
					    "Cmnd_Alias A = ALL : B = /bin/x\nUser_Alias\\\n C = bob\n@include \"a b\"\n@include a\\ b\n"
					    "#includedir /etc/x # why\n#included\n");
	assert_null(s->trouble);
	assert_false(s->setting->negated);
	assert_true(s->setting->next->negated && s->setting->next->next->negated);
	assert_string_equal(s->setting->next->next->next->value, "a, b");
	assert_string_equal(s->alias->next->name, "B");
	assert_string_equal(s->alias->next->next->member->name, "bob");
	assert_string_equal(s->include->target, "a b");
	assert_string_equal(s->include->next->target, "a b");
	assert_true(s->include->next->next->folder);
	assert_null(s->include->next->next->next);
	host_close(h);
}

static void what_is_not_understood_has_its_line(void **state)
{
	static const char *const BAD[] = { "bob", "bob ALL", "bob ALL=", "bob ALL=ls", "bob ALL=! ! ALL", "bob ALL=AL\\\nL x", "bob ALL=ALL #5",
					   "bob ALL=(root ALL", "bob ALL=NOPASSWD ALL", "\"bob ALL=ALL", "A_Alias X = y", "User_Alias x = bob",
					   "Cmnd_Alias ALL = /bin/x", "Cmnd_Alias A = ALL\nCmnd_Alias A = /bin/x", "Defaults", "Defaults : bob x",
					   "@include", "@includedir", "@include /etc/%h", "@include /a b", "bob ALL=ALL,", ", ALL=ALL", "bob ALL=^x",
					   "bob ALL=sha256:/ ALL ALL", "bob ALL=NOPASSWD:(root) ALL", "bob ALL=(root)(root) ALL", "#10x ALL=ALL",
					   "bob ALL=/bin/ x", "Cmnd_Alias A = /bin/x B = ALL", "Defaults insul\\,s" };
	struct host *h;
	assert_int_equal(host_open("/", &h), 0);
	for (size_t i = 0; i < ARRAY_LEN(BAD); i++) {
		struct sudo_rules *s = read_text(h, host_print(h, "\n%s\nalice ALL=/bin/x", BAD[i]));
		if (!s->trouble || s->trouble->place.line < 2)
			fail_msg("'%s' was understood", BAD[i]);
		struct sudo_grant *last = s->grant; // the next line is read all the same
		while (last && last->next)
			last = last->next;
		if (!last || strcmp(last->user->name, "alice"))
			fail_msg("'%s' took the next line with it", BAD[i]);
	}
	struct sudo_rules zero;
	sudo_rules_begin(&zero);
	sudo_rules_add(h, &zero, "test", "bob ALL=ALL\0x\n", 14);
	assert_non_null(zero.trouble);
	host_close(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_are_read_as_sudo_reads_them),
		cmocka_unit_test(users_keep_their_kind),
		cmocka_unit_test(settings_aliases_and_includes_are_read),
		cmocka_unit_test(what_is_not_understood_has_its_line),
	};
	return cmocka_run_group_tests_name("sudoers", tests, NULL, NULL);
}
