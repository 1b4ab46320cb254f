// SPDX-License-Identifier: Apache-2.0
#include "watch/watch.h"

#include "base/testing.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void lines_of_log_ins(void **state)
{
	static const struct { const char *line; bool login, accepted; const char *method, *user, *address, *key; } ROWS[] = {
		{ "Sep 22 10:00:00 h sshd[8]: Accepted publickey for alice from 198.51.100.7 port 5 ssh2: ED25519 SHA256:abc", true, true,
		  "publickey", "alice", "198.51.100.7", "SHA256:abc" },
		{ "2026-09-22T10:00:00+00:00 h sshd-session[8]: Accepted publickey for bob from 2001:db8::1 port 5 ssh2: RSA SHA256:x", true, true,
		  "publickey", "bob", "2001:db8::1", "SHA256:x" },
		{ "Sep 22 10:00:00 h sshd[8]: Failed password for invalid user eve from 192.0.2.1 port 5 ssh2", true, false, "password", "eve",
		  "192.0.2.1", "" },
		{ "Sep 22 10:00:00 h sshd[8]: Failed none for root from 192.0.2.1 port 5 ssh2", true, false, "none", "root", "192.0.2.1", "" },
		{ "Sep 22 10:00:00 h sudo[8]: Accepted publickey for alice from 1.2.3.4", false },
		{ "Sep 22 10:00:00 h sshd[8]: Connection closed by 192.0.2.1", false },
		{ "Sep 22 10:00:00 h sshd[8]: Accepted", false },
		{ "Sep 22 10:00:00 h sshd[8]: Accepted publickey for ", false },
		{ "", false },
	};
	for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
		struct login_line l = { 0 };
		assert_int_equal(login_line_read(ROWS[i].line, &l), ROWS[i].login);
		if (!ROWS[i].login)
			continue;
		assert_int_equal(l.accepted, ROWS[i].accepted);
		assert_string_equal(l.method, ROWS[i].method);
		assert_string_equal(l.user, ROWS[i].user);
		assert_string_equal(l.address, ROWS[i].address);
		assert_string_equal(l.key, ROWS[i].key);
	}
}

// Once while it lasts; again when it comes back.
static void an_alarm_is_told_once_and_again_when_it_returns(void **state)
{
	struct watch_event file = { .what = "file", .change = "changed", .subject = "/a", .before = "x", .after = "y", .why = "" };
	struct watch_event other = file, user = { .what = "user", .change = "new", .subject = "eve", .before = "", .after = "", .why = "" };
	struct told *t = told_new();
	assert_non_null(t);
	other.after = "z";
	assert_false(told_before(t, WATCH_FILES, &file));
	assert_true(told_before(t, WATCH_FILES, &file));
	assert_false(told_before(t, WATCH_FILES, &other));
	assert_false(told_before(t, WATCH_LIVE, &user));
	told_sweep(t, WATCH_FILES);
	told_sweep(t, WATCH_LIVE); // a pass over users alone forgets users alone
	assert_false(told_before(t, WATCH_LIVE, &user));
	assert_true(told_before(t, WATCH_FILES, &file));
	told_sweep(t, WATCH_FILES); // `other` was not there any more
	assert_true(told_before(t, WATCH_FILES, &file));
	assert_false(told_before(t, WATCH_FILES, &other));
	told_free(t);
}

static void subject_note(void *context, const struct watch_event *e)
{
	char *said = context;
	snprintf(said + strlen(said), 256 - strlen(said), "%s %s\n", e->what, e->subject);
}

static void setuid_plant(const char *root, const char *folder)
{
	char path[128];
	snprintf(path, sizeof path, "%s/%s", root, folder);
	assert_int_equal(mkdir(path, 0755), 0);
	strcat(path, "/s");
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0755);
	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, 04755), 0);
	close(fd);
}

static void setuid_remove(const char *root, const char *folder)
{
	char path[128];
	snprintf(path, sizeof path, "%s/%s/s", root, folder);
	assert_int_equal(unlink(path), 0);
	*strrchr(path, '/') = 0;
	assert_int_equal(rmdir(path), 0);
}

// A round that has no entry left for the rest still looks where everybody may write.
static void scratch_places_come_first(void **state)
{
	char root[] = "/tmp/redoubt-watch-XXXXXX", said[256] = "";
	struct baseline none = { 0 };
	struct rolling *r = rolling_new();
	struct watch_against a = { .baseline = &none, .say = subject_note, .context = said };
	assert_non_null(mkdtemp(root));
	setuid_plant(root, "tmp");
	setuid_plant(root, "srv");
	assert_int_equal(host_open(root, &a.host), 0);
	assert_int_equal(watch_roll(r, &a, 0), 0);
	assert_string_equal(said, "setuid /tmp/s\n");
	assert_int_equal(watch_roll(r, &a, 1000), 0);
	assert_non_null(strstr(said, "setuid /srv/s\n"));
	host_close(a.host);
	rolling_free(r);
	setuid_remove(root, "tmp");
	setuid_remove(root, "srv");
	assert_int_equal(rmdir(root), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_of_log_ins),
		cmocka_unit_test(an_alarm_is_told_once_and_again_when_it_returns),
		cmocka_unit_test(scratch_places_come_first),
	};
	return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}
