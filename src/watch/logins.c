// SPDX-License-Identifier: Apache-2.0
// Log-ins, from the records of wtmp and the lines of the authentication log, as they are added.
#include "watch/watch.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <utmp.h>

#define AT_ONCE ((size_t)1 << 20) // a flood of lines is read in pieces, a piece a turn

static const char *const RECORDS = "/var/log/wtmp", *const TEXT = "/var/log/auth.log";

// Everything that was added, or NULL. A file that is another one (rotated) or shorter is read from its beginning.
static char *added(struct host *h, const char *path, uint64_t *at, uint64_t *inode, bool begun, size_t *ret_size)
{
	struct stat s;
	char *text = NULL;
	int fd = host_openat(h, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	*ret_size = 0;
	if (fd < 0)
		return NULL;
	if (fstat(fd, &s) || !S_ISREG(s.st_mode)) {
		close(fd);
		return NULL;
	}
	if (!begun)
		*at = (uint64_t)s.st_size;
	else if (*inode != s.st_ino || (uint64_t)s.st_size < *at)
		*at = 0;
	*inode = s.st_ino;
	if ((uint64_t)s.st_size > *at) {
		text = host_alloc(h, AT_ONCE + 1);
		ssize_t n = pread(fd, text, AT_ONCE, (off_t)*at);
		*ret_size = n > 0 ? (size_t)n : 0;
	}
	close(fd);
	return text;
}

static void login_say(struct watch_against *a, const char *change, const char *user, const char *address, const char *why)
{
	struct baseline texts = { 0 };
	const char *subject = baseline_text(&texts, user), *from = baseline_text(&texts, address);
	struct watch_event event = { .what = "login", .change = change, .subject = subject ? subject : "?", .before = "",
				     .after = from ? from : "?", .why = why, .severity = SEVERITY_INFO };
	a->say(a->context, &event);
	baseline_free(&texts);
}

static void record_say(struct watch_against *a, const struct utmp *u)
{
	char user[sizeof u->ut_user + 1] = { 0 }, line[sizeof u->ut_line + 1] = { 0 }, from[sizeof u->ut_host + 1] = { 0 };
	if (u->ut_type != USER_PROCESS)
		return;
	memcpy(user, u->ut_user, sizeof u->ut_user);
	memcpy(line, u->ut_line, sizeof u->ut_line);
	memcpy(from, u->ut_host, sizeof u->ut_host);
	for (char *at = line; *at; at++)
		if (!isgraph((unsigned char)*at))
			*at = '?';
	login_say(a, "session", user, from, host_print(a->host, "on %s, from wtmp", line));
}

// A word of a line, with what is not a printable character taken out.
static bool word_take(const char **at, char to[LOGIN_WORD])
{
	size_t size = strcspn(*at, " \n"), kept = 0;
	for (size_t i = 0; i < size && kept + 1 < LOGIN_WORD; i++)
		if (isgraph((unsigned char)(*at)[i]))
			to[kept++] = (*at)[i];
	to[kept] = 0;
	*at += size + ((*at)[size] == ' ');
	return kept > 0;
}

static bool literal_take(const char **at, const char *text)
{
	size_t size = strlen(text);
	if (strncmp(*at, text, size))
		return false;
	*at += size;
	return true;
}

// "... sshd[812]: Accepted publickey for alice from 198.51.100.7 port 50022 ssh2: ED25519 SHA256:..."
bool login_line_read(const char *line, struct login_line *ret)
{
	struct login_line l = { 0 };
	const char *at = strstr(line, " sshd["), *session = strstr(line, " sshd-session[");
	at = at ? at : session;
	char skip[LOGIN_WORD];
	if (!at || !(at = strstr(at, "]: ")))
		return false;
	at += 3;
	l.accepted = literal_take(&at, "Accepted ");
	if (!l.accepted && !literal_take(&at, "Failed "))
		return false;
	if (!word_take(&at, l.method) || !literal_take(&at, "for "))
		return false;
	literal_take(&at, "invalid user ");
	if (!word_take(&at, l.user) || !literal_take(&at, "from ") || !word_take(&at, l.address))
		return false;
	if (literal_take(&at, "port ") && word_take(&at, skip) && word_take(&at, skip) && word_take(&at, skip))
		word_take(&at, l.key); // behind "ssh2:" and the key's type
	*ret = l;
	return true;
}

static size_t lines_say(struct watch_against *a, const char *text, size_t size)
{
	size_t taken = 0, failed = 0;
	struct login_line last = { 0 };
	for (const char *at = text, *stop; (stop = memchr(at, '\n', size - taken)); at = stop + 1) {
		struct login_line l;
		const char *line = host_copy(a->host, at, (size_t)(stop - at));
		taken += (size_t)(stop - at) + 1;
		if (!login_line_read(line, &l))
			continue;
		if (l.accepted) {
			login_say(a, "accepted", l.user, l.address, host_print(a->host, "by %s %s", l.method, l.key));
		} else {
			failed++;
			last = l;
		}
	}
	if (failed) // one event for them all: a guesser must not fill the spool
		login_say(a, "failed", last.user, last.address, host_print(a->host, "%zu failures since the last look; this is the last", failed));
	return taken ? taken : size == AT_ONCE ? size : 0;
}

void watch_logins(struct watch_against *a, struct login_state *s)
{
	size_t size;
	char *bytes = added(a->host, RECORDS, &s->records_at, &s->records_inode, s->begun, &size);
	for (size_t at = 0; bytes && at + sizeof(struct utmp) <= size; at += sizeof(struct utmp)) {
		struct utmp u;
		memcpy(&u, bytes + at, sizeof u);
		record_say(a, &u);
		s->records_at += sizeof u;
	}
	char *text = added(a->host, TEXT, &s->text_at, &s->text_inode, s->begun, &size);
	if (text && size)
		s->text_at += lines_say(a, text, size);
	s->begun = true;
}
