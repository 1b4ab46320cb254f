// SPDX-License-Identifier: Apache-2.0
// ACC: who can become whom.
#include "host/checks.h"
#include "host/sudoers.h"

#include <stdlib.h>

// Splits a line at colons into copies; returns how many fields there are, at most max.
static size_t fields_of(struct host *h, const char *line, const char **field, size_t max)
{
	size_t n = 0;
	for (const char *at = line; n < max; at++) {
		size_t size = strcspn(at, ":");
		field[n++] = host_copy(h, at, size);
		at += size;
		if (!*at)
			break;
	}
	return n;
}

static void acc_01(struct examination *e)
{
	const struct host_file *f = host_file(e->host, "/etc/passwd");
	struct host_lines cursor = { f->text, 0 };
	const char *line, *field[7];
	size_t count = 0;
	if (!found_file(e, f))
		return;
	while (host_line(e->host, &cursor, &line)) {
		if (fields_of(e->host, line, field, 7) < 7)
			continue;
		char *end;
		unsigned long uid = strtoul(field[2], &end, 10); // "00" and "0x0" are not written by any tool, but read as 0
		if (*end || !*field[2])
			found_fail(e, "edit the line with vipw", "line %u of /etc/passwd has the uid '%.20s'", cursor.number, field[2]);
		else if (uid == 0 && strcmp(field[0], "root"))
			found_fail(e, host_print(e->host, "userdel %.60s", field[0]), "%.60s has uid 0", field[0]);
		count += !*end && uid == 0;
	}
	if (!count)
		found_fail(e, "edit /etc/passwd with vipw", "nobody has uid 0");
	found_read(e, "%u lines of /etc/passwd, %zu with uid 0", cursor.number, count);
}

// "x" sends the asker to /etc/shadow; anything else but a lock is the password itself, or none.
static void passwd_judge(struct examination *e)
{
	const struct host_file *f = host_file(e->host, "/etc/passwd");
	struct host_lines cursor = { f->text, 0 };
	const char *line, *field[2];
	if (!found_file(e, f))
		return;
	while (host_line(e->host, &cursor, &line)) {
		if (fields_of(e->host, line, field, 2) < 2)
			continue;
		if (!*field[1])
			found_fail(e, NULL, "%.60s has an empty password in /etc/passwd, so anybody is %.60s", field[0], field[0]);
		else if (strcmp(field[1], "x") && *field[1] != '*' && *field[1] != '!')
			found_fail(e, "pwconv", "%.60s has its password hash in /etc/passwd, which everybody reads", field[0]);
	}
}

static void acc_02(struct examination *e)
{
	const struct host_file *f = host_file(e->host, "/etc/shadow");
	struct host_lines cursor = { f->text, 0 };
	const char *line, *field[2];
	size_t hashes = 0;
	passwd_judge(e);
	if (!found_file(e, f))
		return;
	while (host_line(e->host, &cursor, &line)) {
		if (fields_of(e->host, line, field, 2) < 2)
			continue;
		const char *hash = field[1] + strspn(field[1], "!");
		if (!*field[1])
			found_fail(e, NULL, "%.60s has no password, so anybody is %.60s", field[0], field[0]);
		else if (*hash && *hash != '*' && strncmp(hash, "$y$", 3) && strncmp(hash, "$6$", 3))
			found_fail(e, NULL, "%.60s has a hash that is neither yescrypt nor sha512 ($%.1s$)", field[0], *hash == '$' ? hash + 1 : "?");
		hashes += *hash && *hash != '*';
	}
	found_read(e, "%u lines of /etc/shadow, %zu password hashes", cursor.number, hashes);
}

static void acc_04(struct examination *e)
{
	if (host_file(e->host, "/etc/sudoers")->error == -ENOENT)
		found_not_applicable(e, "sudo is not installed");
	else
		sudoers_judge(e);
}

static void acc_05(struct examination *e)
{
	const struct manifest *m = found_manifest(e);
	const struct host_file *f = host_file(e->host, "/etc/passwd");
	size_t found = 0;
	if (!m || !found_file(e, f))
		return;
	if (!m->daemon.count) {
		found_not_applicable(e, "the manifest names no daemon users");
		return;
	}
	const char **ids = host_alloc(e->host, m->daemon.count * sizeof *ids);
	for (size_t i = 0; i < m->daemon.count; i++) {
		struct host_lines cursor = { f->text, 0 };
		const char *line, *field[7];
		while (!ids[i] && host_line(e->host, &cursor, &line))
			if (fields_of(e->host, line, field, 7) == 7 && !strcmp(field[0], m->daemon.name[i]))
				ids[i] = field[2];
		if (!ids[i]) {
			found_fail(e, "dev/setup makes the users", "there is no user %.60s", m->daemon.name[i]);
			continue;
		}
		found++;
		if (strcmp(field[6], "/usr/sbin/nologin") && strcmp(field[6], "/bin/false") && strcmp(field[6], "/sbin/nologin"))
			found_fail(e, NULL, "%.60s has the shell '%.60s'", field[0], field[6]);
		for (size_t k = 0; k < i; k++)
			if (ids[k] && !strcmp(ids[k], ids[i]))
				found_fail(e, "give each its own user", "%.60s and %.60s share uid %.20s", m->daemon.name[k], m->daemon.name[i], ids[i]);
	}
	found_read(e, "%zu daemon users in /etc/passwd", found);
}

static void acc_06(struct examination *e)
{
	static const struct { const char *path, *module; } WANTED[] = { { "/etc/pam.d/common-auth", "pam_faillock.so" },
									{ "/etc/pam.d/common-password", "pam_pwquality.so" } };
	for (size_t i = 0; i < ARRAY_LEN(WANTED); i++) {
		const struct host_file *f = host_file(e->host, WANTED[i].path);
		struct host_lines cursor = { f->text, 0 };
		const char *line;
		bool there = false;
		if (!found_file(e, f))
			continue;
		while (host_line(e->host, &cursor, &line))
			there |= line[strspn(line, " \t")] != '#' && strstr(line, WANTED[i].module);
		if (!there)
			found_fail(e, NULL, "%s has no %s", WANTED[i].path, WANTED[i].module);
		else
			found_read(e, "%s has %s", WANTED[i].path, WANTED[i].module);
	}
}

// Staff, their keys, reviews and the policy come with staff control; until then nothing here can pass.
static void staff_not_built(struct examination *e)
{
	found_not_applicable(e, "staff keys are not built yet: there is no staff database to compare with");
}

const struct check accounts_checks[] = {
	{ "ACC-01", SEVERITY_CRITICAL, "O",
	  "One account has uid 0",
	  "exactly one line of /etc/passwd with uid 0, and it is root",
	  "a second uid 0 is the oldest back door",
	  "userdel NAME", acc_01 },
	{ "ACC-02", SEVERITY_CRITICAL, "O7",
	  "No password is empty or weakly hashed",
	  "no empty field in /etc/shadow or /etc/passwd; yescrypt or sha512, in /etc/shadow alone",
	  "an empty password is no password; old hashes are guessed in hours",
	  "passwd -l NAME, then set a new password", acc_02 },
	{ "ACC-03", SEVERITY_HIGH, "C",
	  "Who can log in is staff",
	  "every user with a log-in shell is an active member of staff, gone within an hour of leaving",
	  "former staff know the house",
	  "usermod -s /usr/sbin/nologin -L NAME", staff_not_built },
	{ "ACC-04", SEVERITY_HIGH, "C",
	  "sudo asks, and grants to named people",
	  "no NOPASSWD for ALL, no ALL to groups other than sudo",
	  "a stolen session becomes root without another proof",
	  "edit the line with visudo", acc_04 },
	{ "ACC-05", SEVERITY_HIGH, "S",
	  "Each daemon has a user of its own that cannot log in",
	  "distinct uids, shell nologin",
	  "daemons that share a user share their fall",
	  "usermod -s /usr/sbin/nologin NAME", acc_05 },
	{ "ACC-06", SEVERITY_MEDIUM, "O7",
	  "Guessing passwords is slowed and weak ones are refused",
	  "pam_faillock and pam_pwquality in pam.d",
	  "the console and sudo still take passwords",
	  "apt-get install libpam-pwquality; pam-auth-update", acc_06 },
	{ "ACC-07", SEVERITY_CRITICAL, "C",
	  "Staff have two hardware keys each, and short sessions",
	  "two FIDO2 credentials bound to the device; idle at most 900 s, at most 12 h",
	  "phishing takes everything else",
	  "enrol a second key", staff_not_built },
	{ "ACC-08", SEVERITY_HIGH, "C",
	  "Roles were reviewed",
	  "an access review within 90 days, a reviewer for each role",
	  "rights pile up unseen",
	  "review the roles", staff_not_built },
	{ "ACC-09", SEVERITY_CRITICAL, "C",
	  "The two-person rule is on",
	  "for all six actions of the rule, with at least one other person",
	  "one stolen or bribed person must not be enough",
	  "change the policy with two people", staff_not_built },
};
const size_t accounts_check_count = ARRAY_LEN(accounts_checks);
