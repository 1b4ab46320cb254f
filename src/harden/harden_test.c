// SPDX-License-Identifier: Apache-2.0
// The generators, without privileges: a small tree, and what must stand in each text and why.
#include "harden/activate.h"
#include "harden/diff.h"
#include "harden/record.h"
#include "harden/session.h"
#include "harden/units.h"

#include "base/testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[] = "harden-test.XXXXXX";
static struct host *host;

static const char MANIFEST[] = "role production\n"
			       "listen tcp 198.51.100.9 443 redoubt-gateway\n"
			       "ssh-port 20022\nssh-from 198.51.100.0/28\nssh-from 2001:db8:55::/64\n"
			       "proxy 203.0.113.0/24\nproxy 2001:db8:7::/48\n"
			       "admin alice\nengine redoubt-engine\n"
			       "egress courier udp 192.0.2.0/24 123\nlog-to 192.0.2.9 6514\n";

static void file_put(const char *name, const char *text)
{
	char path[256];
	snprintf(path, sizeof path, "%s/%s", root, name);
	FILE *f = fopen(path, "we");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int tree_make(void **state)
{
	static const char *const FOLDERS[] = { "", "/etc", "/proc", "/proc/sys", "/proc/sys/net", "/proc/sys/net/ipv4", "/proc/sys/net/ipv6",
						"/proc/sys/net/ipv6/conf", "/proc/sys/net/ipv6/conf/all", "/proc/sys/net/ipv6/conf/eth0.7", "/proc/net", "/state", "/state/backup" };
	if (!mkdtemp(root))
		return -1;
	for (size_t i = 1; i < ARRAY_LEN(FOLDERS); i++) {
		char path[256];
		snprintf(path, sizeof path, "%s%s", root, FOLDERS[i]);
		mkdir(path, 0755);
	}
	file_put("etc/passwd", "root:x:0:0::/root:/bin/sh\ntoor:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/sh\n"
			       "redoubt-engine:x:991:991::/:/usr/sbin/nologin\ncourier:x:992:992::/:/usr/sbin/nologin\n_apt:x:42:65534::/:/bin/false\n");
	file_put("etc/group", "root:x:0:\nredoubt-journal:x:990:\n");
	file_put("proc/sys/net/ipv4/ip_forward", "1\n");
	file_put("proc/sys/net/ipv6/conf/all/accept_redirects", "1\n");
	file_put("proc/sys/net/ipv6/conf/eth0.7/accept_redirects", "1\n");
	file_put("proc/net/ip_tables_names", "filter\n");
	file_put("state/backup/backup.conf", "backup : { destination1 = \"/mnt/one\"; destination2 = \"/mnt/two words\"; };\n");
	return host_open(root, &host);
}

static int tree_remove(void **state)
{
	char command[64];
	host_close(host);
	snprintf(command, sizeof command, "rm -rf ./%s", root);
	return system(command); // the name is our own
}

static struct plan *planned(unsigned groups, const char *manifest, struct complaints *c)
{
	struct plan *p = host_alloc(host, sizeof *p);
	struct manifest *m = NULL;
	char error[MANIFEST_ERROR_MAX] = "";
	if (manifest_parse("m", manifest, strlen(manifest), &m, error))
		fail_msg("%s", error);
	*p = (struct plan){ .host = host, .manifest = m, .exchange = "/state", .programs = "/usr/bin", .tool = "/usr/bin/redoubt", .groups = groups };
	*c = (struct complaints){ 0 };
	int r = plan_make(p, c);
	assert_int_equal(r, c->count != 0);
	return p;
}

static void plan_drop(struct plan *p)
{
	manifest_free((struct manifest *)(uintptr_t)p->manifest);
}

struct expected { const char *text, *why; };

static void holds(const char *text, const struct expected *e, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strstr(text, e[i].text))
			fail_msg("'%s' is missing: %s; in\n%s", e[i].text, e[i].why, text);
}

static void the_rules_say_what_the_manifest_says(void **state)
{
	static const struct expected EXPECTED[] = {
		{ "flush ruleset\n", "a file that is the whole firewall: what is loaded can be read in one place" },
		{ "type filter hook input priority filter; policy drop;", "what no rule names is shut" },
		{ "type filter hook forward priority filter; policy drop;", "no router" },
		{ "type filter hook output priority filter; policy drop;", "nobody calls out by default" },
		{ "elements = {\n\t\t\t203.0.113.0/24\n\t\t}", "the proxy's range" },
		{ "elements = {\n\t\t\t2001:db8:55::/64\n\t\t}", "the SSH list over IPv6" },
		{ "ip saddr @proxy4 tcp dport { 80, 443 } accept", "the proxy reaches the site" },
		{ "ip6 saddr @ssh6 tcp dport 20022 accept", "the list reaches SSH over IPv6, too" },
		{ "ip saddr @ban4 ip saddr != @proxy4 ip saddr != @ssh4 counter drop", "a ban never hits proxy or list" },
		{ "timeout 1h", "a ban ends by itself" },
		{ "limit rate over 10/minute burst 20 packets } counter drop", "a pace for SSH" },
		{ "ip6 hoplimit 255 accept", "neighbours are on the link" },
		{ "meta skuid 991 counter reject", "the engine's user has no network" },
		{ "meta skuid 992 ip daddr 192.0.2.0/24 udp dport 123 accept", "an egress line" },
		{ "meta skuid 0 ip daddr 192.0.2.9/32 tcp dport 6514 accept", "the log host" },
		{ "meta skuid 42 tcp dport { 53, 80, 443 } accept", "updates" },
	};
	struct complaints c;
	struct plan *p = planned(1u << HARDEN_NFT, MANIFEST, &c);
	const char *text = plan_find(p, RULES_PATH)->text;
	assert_int_equal(c.count, 0);
	holds(text, EXPECTED, ARRAY_LEN(EXPECTED));
	// the engine's rule stands before loopback's: not even that
	assert_true(strstr(text, "meta skuid 991") < strstr(text, "oifname \"lo\""));
	// the ban stands before established connections: it ends them
	assert_true(strstr(text, "@ban4 ip") < strstr(text, "ct state established"));
	plan_drop(p);
}

static void what_the_manifest_lacks_is_said(void **state)
{
	static const struct { unsigned group; const char *manifest, *expected; } CASES[] = {
		{ HARDEN_NFT, "role test\nssh-from 10.0.0.0/8\n", "says no ssh-port" },
		{ HARDEN_NFT, "role test\nssh-port 2222\n", "has no ssh-from line" },
		{ HARDEN_NFT, "role test\nssh-port 443\nssh-from 10.0.0.0/8\n", "one of the web ports" },
		{ HARDEN_NFT, "role test\nssh-port 2222\nssh-from 10.0.0.0/8\nengine ghost\n", "ghost is not in /etc/passwd" },
		{ HARDEN_NFT, "role test\nssh-port 2222\nssh-from 10.0.0.0/8\nengine toor\n", "toor is root" },
		{ HARDEN_NFT, "role test\nssh-port 2222\nssh-from 10.0.0.0/8\negress ghost tcp * 1\n", "user ghost is not in" },
		{ HARDEN_SSH, "role test\nssh-port 2222\n", "names no admin" },
		{ HARDEN_SSH, "role test\nssh-port 2222\nadmin toor\n", "admin toor is root" },
		{ HARDEN_UNITS, "role test\n", "has 0 lines 'listen tcp" },
		{ HARDEN_UNITS, "role test\nlisten tcp ::1 1 redoubt-gateway\nlisten tcp ::1 2 redoubt-gateway\n", "has 2 lines" },
	};
	for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
		struct complaints c;
		plan_drop(planned(1u << CASES[i].group, CASES[i].manifest, &c));
		if (c.count != 1 || !strstr(c.text[0], CASES[i].expected))
			fail_msg("case %zu: %zu complaints, '%s', not '%s'", i, c.count, c.count ? c.text[0] : "", CASES[i].expected);
	}
}

// What would open the host never comes as far as a plan.
static void the_manifest_refuses_what_no_plan_may_say(void **state)
{
	static const char *const LINES[] = { "engine root", "engine courier\negress courier tcp * 1", "admin *", "admin !alice", "admin root" };
	for (size_t i = 0; i < ARRAY_LEN(LINES); i++) {
		char text[128], error[MANIFEST_ERROR_MAX] = "";
		struct manifest *m = NULL;
		snprintf(text, sizeof text, "role test\n%s\n", LINES[i]);
		assert_int_not_equal(manifest_parse("m", text, strlen(text), &m, error), 0);
		assert_non_null(strstr(error, "m:"));
	}
}

static void the_other_files_say_what_they_must(void **state)
{
	static const struct { const char *path, *text; } EXPECTED[] = {
		{ SSHD_PATH, "Port 20022\nAllowUsers alice\n" },
		{ SSHD_PATH, "PermitRootLogin no\nAuthenticationMethods publickey\n" },
		{ "/etc/systemd/system/redoubt.socket", "\nListenStream=198.51.100.9:443\n" },
		{ "/etc/systemd/system/redoubt.service", "\nExecStart=/usr/bin/redoubt-supervisor --dir /state\n" },
		{ "/etc/systemd/system/redoubt.service", "\nPrivateNetwork=yes\n" },
		{ "/etc/systemd/system/redoubt-backup.service", "\nReadWritePaths=/state -/mnt/one\n" }, // the one with a blank is advice
		{ "/etc/systemd/system/redoubt-host-rollback.service", "host harden --roll-back" },
		{ "/etc/sysctl.d/60-redoubt.conf", "net.ipv4.ip_forward = 0\n" },
		{ "/proc/sys/net/ipv4/ip_forward", "0\n" },
		{ "/etc/sysctl.d/60-redoubt.conf", "net.ipv6.conf.*.accept_redirects = 0\n" },
		{ "/proc/sys/net/ipv6/conf/all/accept_redirects", "0\n" },
		{ "/proc/sys/net/ipv6/conf/eth0.7/accept_redirects", "0\n" }, // which does not ask all
		{ "/etc/rsyslog.d/60-redoubt.conf", "target=\"192.0.2.9\" port=\"6514\"" },
		{ "/etc/audit/rules.d/60-redoubt.rules", "-w /state/keys/ -p rwa" },
		{ "/etc/systemd/journald.conf.d/00-redoubt.conf", "MaxRetentionSec=120day" },
		{ "/etc/apt/apt.conf.d/60redoubt-upgrades", "Automatic-Reboot \"false\"" },
	};
	struct complaints c;
	struct plan *p = planned((1u << HARDEN_GROUPS) - 1, MANIFEST, &c);
	assert_int_equal(c.count, 0);
	for (size_t i = 0; i < ARRAY_LEN(EXPECTED); i++) {
		const struct artefact *a = plan_find(p, EXPECTED[i].path);
		if (!a || !strstr(a->text, EXPECTED[i].text))
			fail_msg("%s: '%s' is missing in\n%s", EXPECTED[i].path, EXPECTED[i].text, a ? a->text : "(no such file)");
	}
	for (size_t i = 0; i < p->count; i++)
		for (size_t k = 0; k < 26; k++)
			if (strstr(p->artefact[i].text, (const char[]){ '@', (char)('A' + k), 0 }))
				fail_msg("%s holds a place that was not filled", p->artefact[i].path);
	plan_drop(p);
}

static void a_connection_is_read_as_the_kernel_writes_it(void **state)
{
	static const char LINE4[] = "   5: 0200090A:4E36 0371C6C6:D431 01 00000000:00000000 02:000A7C1B 00000000     0        0 48151623 2 0000";
	static const char MAPPED[] = "   0: 0000000000000000FFFF00000200090A:4E36 0000000000000000FFFF00004D0200C0:D431 01 00000000:00000000 00:00000000 00000000     0        0 42 1 0";
	static const char LINE6[] = "   0: B80D0120000009000000000002000000:4E36 B80D0120000055000000000003000000:D431 01 00000000:00000000 00:00000000 00000000     0        0 7 1 0";
	struct session s;
	uint64_t inode;
	assert_true(session_line(LINE4, false, &s, &inode));
	assert_false(s.v6);
	assert_memory_equal(s.local, ((uint8_t[]){ 10, 9, 0, 2 }), 4);
	assert_memory_equal(s.peer, ((uint8_t[]){ 198, 198, 113, 3 }), 4);
	assert_int_equal(s.local_port, 20022);
	assert_int_equal(s.peer_port, 54321);
	assert_int_equal(inode, 48151623);
	assert_true(session_line(MAPPED, true, &s, &inode));
	assert_false(s.v6); // the rules see it as IPv4
	assert_memory_equal(s.peer, ((uint8_t[16]){ 192, 0, 2, 77 }), 16);
	assert_true(session_line(LINE6, true, &s, &inode));
	assert_true(s.v6);
	assert_memory_equal(s.peer, ((uint8_t[16]){ 0x20, 1, 0xd, 0xb8, 0, 0x55, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3 }), 8);
	assert_false(session_line("  sl  local_address rem_address   st", false, &s, &inode));
	assert_false(session_line("   5: 0200090A:4E36 0371C6C6:D431 0A 0:0 0:0 0 0 0 1 2", false, &s, &inode)); // it listens
	assert_false(session_line("   5: 0200090A:4E36 0371", false, &s, &inode));
	assert_false(session_line("", false, &s, &inode));
}

static void process_put(const char *pid, const char *stat, const char *program)
{
	char path[256], name[64];
	snprintf(path, sizeof path, "%s/people", root);
	mkdir(path, 0755);
	snprintf(path, sizeof path, "%s/people/%s", root, pid);
	mkdir(path, 0755);
	snprintf(name, sizeof name, "people/%s/stat", pid);
	file_put(name, stat);
	snprintf(path, sizeof path, "%s/people/%s/exe", root, pid);
	assert_int_equal(symlink(program, path), 0);
	snprintf(name, sizeof name, "people/%s/status", pid);
	file_put(name, "Name:\tx\nUid:\t1000\t0\t0\t0\n");
}

// One process with one connection to its own listener on port 2222, from 192.0.2.77.
static void connection_put(const char *pid)
{
	char path[256], name[64];
	snprintf(path, sizeof path, "%s/people/%s/fd", root, pid);
	mkdir(path, 0755);
	snprintf(path, sizeof path, "%s/people/%s/fd/3", root, pid);
	assert_int_equal(symlink("socket:[42]", path), 0);
	snprintf(path, sizeof path, "%s/people/%s/net", root, pid);
	mkdir(path, 0755);
	snprintf(name, sizeof name, "people/%s/net/tcp", pid);
	file_put(name, "  sl  local_address rem_address   st\n"
		       "   0: 00000000:08AE 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 41 1 0\n"
		       "   1: 0200090A:08AE 4D0200C0:D431 01 00000000:00000000 00:00000000 00000000     0        0 42 1 0\n");
}

static void whoever_runs_it_is_found_by_descent(void **state)
{
	struct sessions s;
	process_put("30", "30 (mosh-server) S 1 30 30 0 -1", "/usr/bin/mosh-server");
	process_put("31", "31 (bash) S 30 31 31 34817 31", "/usr/bin/bash");
	process_put("32", "32 (sudo) S 31 31 31 34817 31", "/usr/bin/sudo");
	process_put("40", "40 (dropbear) S 1 40 40 0 -1", "/usr/sbin/dropbear");
	connection_put("40");
	process_put("41", "41 (sh) S 40 41 41 34818 41", "/usr/bin/dash");
	process_put("50", "50 (login) S 1 50 50 1088 50", "/usr/bin/login");
	process_put("51", "51 (bash) S 50 51 50 1088 51", "/usr/bin/bash");
	process_put("60", "60 (tmux: server) S 1 60 60 0 -1", "/usr/bin/tmux");
	process_put("61", "61 (bash) S 60 61 61 34819 61", "/usr/bin/bash");
	assert_int_equal(sessions_find(host, "/people", 32, &s), 0); // mosh, whatever stands between
	assert_true(s.own && s.count == 1 && s.session[0].mosh);
	assert_string_equal(s.session[0].user, "alice");
	assert_int_equal(sessions_find(host, "/people", 41, &s), 0); // an SSH server that is no sshd, by what it has accepted
	assert_true(s.own && s.count == 1 && !s.session[0].mosh && s.session[0].local_port == 2222);
	assert_memory_equal(s.session[0].peer, ((uint8_t[]){ 192, 0, 2, 77 }), 4);
	assert_int_equal(sessions_find(host, "/people", 51, &s), 0); // the serial line: nobody is cut off there
	assert_true(s.own && s.count == 0);
	assert_int_equal(sessions_find(host, "/people", 61, &s), 0); // a tmux: its user may be any of those who are logged in
	assert_true(!s.own && s.count == 1 && s.session[0].mosh);
	assert_true(session_console(4 << 8 | 1) && session_console(5 << 8 | 1) && session_console(229 << 8));
	assert_false(session_console(136 << 8) || session_console(5 << 8) || session_console(0));
}

static void units_are_enabled_by_what_they_say(void **state)
{
	static const char *const LINKS[] = { "sysinit.target.wants/redoubt-host-rollback.service", "sockets.target.wants/redoubt.socket",
					     "multi-user.target.wants/redoubt.service", "multi-user.target.wants/redoubt-backup.service",
					     "multi-user.target.wants/redoubt-host-watch.service", "timers.target.wants/redoubt-host-check.timer" };
	struct complaints c;
	struct plan *p = planned(1u << HARDEN_UNITS, MANIFEST, &c);
	size_t links = 0;
	for (size_t i = 0; i < p->count; i++)
		links += p->artefact[i].kind == ARTEFACT_LINK;
	assert_int_equal(links, ARRAY_LEN(LINKS));
	for (size_t i = 0; i < ARRAY_LEN(LINKS); i++) {
		const struct artefact *a = plan_find(p, host_print(host, "/etc/systemd/system/%s", LINKS[i]));
		if (!a || strcmp(host_basename(a->text), host_basename(LINKS[i])) != 0)
			fail_msg("%s is missing", LINKS[i]);
	}
	assert_string_equal(p->artefact[0].path, "/etc/systemd/system/redoubt-host-rollback.service"); // the way back comes first
	plan_drop(p);
	p = planned(1u << HARDEN_UPDATES, MANIFEST, &c); // whatever is asked for
	assert_string_equal(p->artefact[0].path, "/etc/systemd/system/redoubt-host-rollback.service");
	assert_int_equal(p->artefact[1].kind, ARTEFACT_LINK);
	plan_drop(p);
}

static void another_firewall_is_not_overlooked(void **state)
{
	char path[256];
	struct complaints c;
	static const char *const FOLDERS[] = { "etc/systemd", "etc/systemd/system", "etc/systemd/system/multi-user.target.wants" };
	for (size_t i = 0; i < ARRAY_LEN(FOLDERS); i++) {
		snprintf(path, sizeof path, "%s/%s", root, FOLDERS[i]);
		mkdir(path, 0755);
	}
	snprintf(path, sizeof path, "%s/etc/systemd/system/multi-user.target.wants/ufw.service", root);
	assert_int_equal(symlink("/lib/systemd/system/ufw.service", path), 0);
	struct plan *p = planned(1u << HARDEN_NFT, MANIFEST, &c);
	assert_int_equal(c.count, 1);
	assert_non_null(strstr(c.text[0], "ufw.service is enabled"));
	bool said = false;
	for (size_t i = 0; i < p->advice.count; i++)
		said |= strstr(p->advice.text[i], "iptables-legacy (/proc/net/ip_tables_names: filter)") != NULL;
	assert_true(said);
	assert_int_equal(unlink(path), 0);
	plan_drop(p);
}

static void a_listener_is_seen_in_the_kernels_table(void **state)
{
	static const char TABLE[] = "  sl  local_address rem_address   st\n"
				    "   0: 0100007F:0050 00000000:0000 0A 0:0\n   1: 00000000:4E36 00000000:0000 0A 0:0\n   2: 0200090A:0016 4D0200C0:D431 01 0:0\n";
	assert_true(activate_listens(TABLE, 20022));
	assert_true(activate_listens(TABLE, 80));
	assert_false(activate_listens(TABLE, 22)); // a connection is no listener
	assert_false(activate_listens("", 22));
}

static void a_record_is_whole_or_none(void **state)
{
	struct record *r = host_alloc(host, sizeof *r), *again = host_alloc(host, sizeof *again);
	r->rules = true;
	r->count = 3;
	r->row[2] = (struct record_row){ RECORD_LINK, 0, 0, 0, 2, "/etc/c" };
	r->row[0] = (struct record_row){ RECORD_FILE, 0640, 1, 2, 0, "/etc/a name" };
	r->row[1] = (struct record_row){ RECORD_ABSENT, 0, 0, 0, 1, "/etc/b" };
	char *text = host_copy(host, record_text(host, r), strlen(record_text(host, r)));
	assert_int_equal(record_read(host, text, again), 0);
	assert_int_equal(again->count, 3);
	assert_int_equal(again->row[2].kind, RECORD_LINK);
	assert_true(again->rules);
	assert_string_equal(again->row[0].path, "/etc/a name");
	assert_int_equal(again->row[0].mode, 0640);
	assert_int_equal(again->row[1].kind, RECORD_ABSENT);
	for (size_t size = strlen(text) - strlen("\n"); size-- > 0;) // cut anywhere: refused
		assert_int_equal(record_read(host, host_copy(host, text, size), again), 1);
	assert_int_equal(record_read(host, "redoubt-harden-record 1\nrules 0\nfile 7777 0 0 1024 /x\nend\n", again), 1);
	assert_int_equal(record_read(host, "redoubt-harden-record 1\nrules 0\npipe 644 0 0 0 /x\nend\n", again), 1);
	assert_int_equal(record_read(host, "redoubt-harden-record 1\nrules 0\nfile 644 0 0 0 x\nend\n", again), 1);
}

static void differences_are_unified(void **state)
{
	assert_string_equal(diff_unified(host, "a", "1\n2\n", "b", "1\n2\n"), "");
	assert_string_equal(diff_unified(host, "a", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "b", "1\n2\n3\n4\nV\n6\n7\n8\n9\n"),
			    "--- a\n+++ b\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+V\n 6\n 7\n 8\n");
	assert_string_equal(diff_unified(host, "/dev/null", "", "b", "x\n"), "--- /dev/null\n+++ b\n@@ -0,0 +1,1 @@\n+x\n");
	assert_string_equal(diff_unified(host, "a", "x", "b", "x\n"),
			    "--- a\n+++ b\n@@ -1,1 +1,1 @@\n-x\n\\ No newline at end of file\n+x\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rules_say_what_the_manifest_says), cmocka_unit_test(what_the_manifest_lacks_is_said),
		cmocka_unit_test(the_manifest_refuses_what_no_plan_may_say),
		cmocka_unit_test(the_other_files_say_what_they_must), cmocka_unit_test(a_connection_is_read_as_the_kernel_writes_it),
		cmocka_unit_test(a_record_is_whole_or_none), cmocka_unit_test(differences_are_unified),
		cmocka_unit_test(whoever_runs_it_is_found_by_descent), cmocka_unit_test(units_are_enabled_by_what_they_say),
		cmocka_unit_test(a_listener_is_seen_in_the_kernels_table), cmocka_unit_test(another_firewall_is_not_overlooked),
	};
	return cmocka_run_group_tests(tests, tree_make, tree_remove);
}
