// SPDX-License-Identifier: Apache-2.0
// ACC: who can become whom.
#include "checks/checks.h"
#include "checks/accounts/account_files.h"
#include "checks/accounts/sudoers.h"

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

// A number as every tool writes it; strtoul also reads " 0", "+0", "-0" and "0x0", and so does the C library.
static bool id_plain(const char *text)
{
	size_t size = strlen(text);
	return size && size <= 10 && !text[strspn(text, "0123456789")] && (*text != '0' || size == 1);
}

// Where else users come from is not read here, so that it is no pass.
static void sources_judge(struct examination *e)
{
	static const char *const KNOWN[] = { "files", "systemd", "compat" };
	struct host_lines cursor = { host_file(e->host, "/etc/nsswitch.conf")->text, 0 };
	const char *word[8];
	for (const char *line; host_line(e->host, &cursor, &line);) {
		size_t words = host_words(e->host, line, word, 8);
		if (!words || (strcmp(word[0], "passwd:") && strcmp(word[0], "shadow:") && strcmp(word[0], "group:")))
			continue;
		for (size_t i = 1; i < words && i < 8 && *word[i] != '#'; i++) {
			bool known = *word[i] == '[';
			for (size_t k = 0; k < ARRAY_LEN(KNOWN); k++)
				known |= !strcmp(word[i], KNOWN[k]);
			if (!known)
				found_unknown(e, "/etc/nsswitch.conf:%u: users also come from '%.40s', which is not read here", cursor.number, word[i]);
		}
	}
	static const char *const RECORDS[] = { "/etc/userdb", "/run/userdb", "/usr/local/lib/userdb" };
	for (size_t i = 0; i < ARRAY_LEN(RECORDS); i++)
		if (host_names(e->host, RECORDS[i])->count)
			found_unknown(e, "users also come from %s, which is not read here", RECORDS[i]);
}

// The C library takes a line with four fields and blanks before the name.
static void acc_01(struct examination *e)
{
	const struct host_file *f = host_file(e->host, "/etc/passwd");
	struct host_lines cursor = { f->text, 0 };
	const char *line, *field[7];
	size_t count = 0;
	if (!found_file(e, f))
		return;
	while (host_line(e->host, &cursor, &line)) {
		size_t fields = fields_of(e->host, line + strspn(line, " \t"), field, 7);
		if (!*field[0] || *field[0] == '#')
			continue;
		bool zero = fields > 2 && strtoul(field[2], NULL, 10) == 0;
		if (*field[0] == '+' || *field[0] == '-')
			found_fail(e, "take the line out with vipw", "line %u of /etc/passwd takes users from elsewhere: '%.40s'", cursor.number, line);
		else if (fields < 7)
			found_fail(e, "edit the line with vipw", "line %u of /etc/passwd has %zu fields instead of 7: '%.60s'", cursor.number, fields, line);
		else if (!id_plain(field[2]))
			found_fail(e, "edit the line with vipw", "line %u of /etc/passwd has the uid '%.20s'", cursor.number, field[2]);
		if (zero && strcmp(field[0], "root"))
			found_fail(e, host_print(e->host, "userdel %.60s", field[0]), "%.60s has uid 0", field[0]);
		count += zero;
	}
	if (count > 1)
		found_fail(e, "take the others out with vipw", "%zu lines of /etc/passwd have uid 0", count);
	if (!count)
		found_fail(e, "edit /etc/passwd with vipw", "nobody has uid 0");
	sources_judge(e);
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

// What is wrong with a hash, or NULL. crypt(5): yescrypt's third character says its cost, in the order of its letters;
// sha512 takes 5000 rounds unless it says otherwise.
static const char *hash_wrong(const char *hash)
{
	static const char LETTERS[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	static const char ROUNDS[] = "$rounds=";
	const char *rounds = strstr(hash, ROUNDS);
	if (!strncmp(hash, "$6$", 3))
		return rounds && strtoul(rounds + sizeof ROUNDS - 1, NULL, 10) < 5000 ? "sha512 with fewer than 5000 rounds" : NULL;
	if (strncmp(hash, "$y$", 3))
		return "neither yescrypt nor sha512";
	const char *cost = hash[3] && hash[4] ? strchr(LETTERS, hash[4]) : NULL;
	return hash[3] == 'j' && cost && cost >= strchr(LETTERS, '7') ? NULL : "yescrypt with less than its least cost";
}

// Whoever knows a group's password is of the group: newgrp(1).
static void groups_judge(struct examination *e)
{
	static const char *const FILES[] = { "/etc/group", "/etc/gshadow" };
	for (size_t i = 0; i < ARRAY_LEN(FILES); i++) {
		struct host_lines cursor = { host_file(e->host, FILES[i])->text, 0 };
		const char *line, *field[2];
		while (host_line(e->host, &cursor, &line))
			if (fields_of(e->host, line, field, 2) == 2 && *field[1] && strcmp(field[1], "x") && *field[1] != '*' && *field[1] != '!')
				found_fail(e, host_print(e->host, "gpasswd -r %.60s", field[0]), "the group %.60s has a password in %s: whoever knows it is of it",
					   field[0], FILES[i]);
	}
}

static void acc_02(struct examination *e)
{
	const struct host_file *f = host_file(e->host, "/etc/shadow");
	struct host_lines cursor = { f->text, 0 };
	const char *line, *field[2];
	size_t hashes = 0;
	account_files_judge(e);
	passwd_judge(e);
	groups_judge(e);
	if (!found_file(e, f))
		return;
	while (host_line(e->host, &cursor, &line)) {
		if (fields_of(e->host, line + strspn(line, " \t"), field, 2) < 2)
			continue;
		const char *hash = field[1] + strspn(field[1], "!");
		bool set = *hash && *hash != '*';
		const char *wrong = set ? hash_wrong(hash) : NULL;
		if (!*field[1])
			found_fail(e, NULL, "%.60s has no password, so anybody is %.60s", field[0], field[0]);
		else if (wrong)
			found_fail(e, NULL, "%.60s has a hash that is %s (%.3s)", field[0], wrong, *hash == '$' ? hash : "DES");
		hashes += set;
	}
	found_read(e, "%u lines of /etc/shadow, %zu password hashes", cursor.number, hashes);
}

static void acc_04(struct examination *e)
{
	bool doas = host_file(e->host, "/etc/doas.conf")->error != -ENOENT;
	if (host_file(e->host, "/etc/sudoers")->error == -ENOENT && !doas)
		found_not_applicable(e, "neither sudo nor doas is installed");
	else if (host_file(e->host, "/etc/sudoers")->error == -ENOENT)
		sudo_surroundings_judge(e);
	else
		sudoers_judge(e);
}

// Everybody else who has this uid: as text it may be written differently.
static void uid_judge(struct examination *e, const char *passwd, const char *name, unsigned long uid)
{
	struct host_lines cursor = { passwd, 0 };
	const char *line, *field[3];
	while (host_line(e->host, &cursor, &line))
		if (fields_of(e->host, line, field, 3) == 3 && strcmp(field[0], name) && strtoul(field[2], NULL, 10) == uid)
			found_fail(e, "give each its own user", "%.60s and %.60s share uid %lu", name, field[0], uid);
}

// A member of these has root's rights, or the keys of others.
static void membership_judge(struct examination *e, const char *name)
{
	static const char *const POWERFUL[] = { "sudo", "wheel", "admin", "root", "docker", "lxd", "incus", "libvirt", "disk", "shadow", "kmem", "adm",
						"systemd-journal" };
	struct host_lines cursor = { host_file(e->host, "/etc/group")->text, 0 };
	const char *line, *field[4];
	while (host_line(e->host, &cursor, &line)) {
		bool powerful = false, member = false;
		if (fields_of(e->host, line, field, 4) < 4)
			continue;
		for (size_t i = 0; i < ARRAY_LEN(POWERFUL); i++)
			powerful |= !strcmp(field[0], POWERFUL[i]);
		for (const char *at = field[3]; powerful && *at; at += strcspn(at, ","), at += *at == ',')
			member |= strcspn(at, ",") == strlen(name) && !strncmp(at, name, strlen(name));
		if (member)
			found_fail(e, host_print(e->host, "gpasswd -d %.60s %.60s", name, field[0]), "%.60s is in the group %.60s", name, field[0]);
	}
}

static void lock_judge(struct examination *e, const char *name)
{
	struct host_lines cursor = { host_file(e->host, "/etc/shadow")->text, 0 };
	const char *line, *field[2];
	while (host_line(e->host, &cursor, &line))
		if (fields_of(e->host, line, field, 2) == 2 && !strcmp(field[0], name) && *field[1] != '!' && *field[1] != '*')
			found_fail(e, host_print(e->host, "passwd -l %.60s", name), "%.60s has a password", name);
}

static bool daemon_judge(struct examination *e, const char *passwd, const char *name)
{
	static const char *const SHELLS[] = { "/usr/sbin/nologin", "/sbin/nologin", "/bin/false", "/usr/bin/false" };
	struct host_lines cursor = { passwd, 0 };
	const char *line, *field[7];
	bool there = false, shell = false;
	while (!there && host_line(e->host, &cursor, &line))
		there = fields_of(e->host, line, field, 7) == 7 && !strcmp(field[0], name); // the first one counts
	if (!there) {
		found_fail(e, "dev/setup makes the users", "there is no user %.60s", name);
		return false;
	}
	for (size_t i = 0; i < ARRAY_LEN(SHELLS); i++)
		shell |= !strcmp(field[6], SHELLS[i]);
	if (!shell)
		found_fail(e, NULL, "%.60s has the shell '%.60s'", name, field[6]);
	if (!strtoul(field[2], NULL, 10))
		found_fail(e, "give it a user of its own", "%.60s is root", name);
	uid_judge(e, passwd, name, strtoul(field[2], NULL, 10));
	membership_judge(e, name);
	lock_judge(e, name);
	return true;
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
	for (size_t i = 0; i < m->daemon.count; i++)
		found += daemon_judge(e, f->text, m->daemon.name[i]);
	found_read(e, "%zu daemon users in /etc/passwd", found);
}

// "auth required pam_x.so ...": the module stands behind the control, which may be [several words in brackets].
// `argument` among what follows it; NULL: any.
static bool pam_has(struct host *h, const char *text, const char *type, const char *module, const char *argument)
{
	struct host_lines cursor = { text, 0 };
	const char *word[32];
	for (const char *line; host_line(h, &cursor, &line);) {
		size_t words = host_words(h, host_copy(h, line, strcspn(line, "#")), word, 32), at = 1;
		if (words < 3 || strcmp(*word[0] == '-' ? word[0] + 1 : word[0], type) || !strcmp(word[1], "optional"))
			continue;
		if (*word[1] == '[')
			while (at < words && at < 32 && !strchr(word[at], ']'))
				at++;
		if (at + 1 >= words || at + 1 >= 32 || strcmp(host_basename(word[at + 1]), module))
			continue;
		for (size_t i = at + 2; argument && i < words && i < 32; i++)
			if (!strcmp(word[i], argument))
				return true;
		if (!argument)
			return true;
	}
	return false;
}

static void acc_06(struct examination *e)
{
	static const struct { const char *path, *type, *module, *argument; } WANTED[] = {
		{ "/etc/pam.d/common-auth", "auth", "pam_faillock.so", "preauth" }, // refuses who is locked
		{ "/etc/pam.d/common-auth", "auth", "pam_faillock.so", "authfail" }, // counts; without it nobody is ever locked
		{ "/etc/pam.d/common-password", "password", "pam_pwquality.so", NULL } };
	for (size_t i = 0; i < ARRAY_LEN(WANTED); i++) {
		const struct host_file *f = host_file(e->host, WANTED[i].path);
		if (!found_file(e, f))
			continue;
		const char *argument = WANTED[i].argument ? WANTED[i].argument : "", *blank = *argument ? " " : "";
		if (!pam_has(e->host, f->text, WANTED[i].type, WANTED[i].module, WANTED[i].argument))
			found_fail(e, NULL, "%s has no %s%s%s", WANTED[i].path, WANTED[i].module, blank, argument);
		else
			found_read(e, "%s has %s%s%s", WANTED[i].path, WANTED[i].module, blank, argument);
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
	  "no empty field in /etc/shadow or /etc/passwd; yescrypt or sha512 at their usual cost, in /etc/shadow alone; no group passwords",
	  "an empty password is no password; old hashes are guessed in hours",
	  "passwd -l NAME, then set a new password", acc_02 },
	{ "ACC-03", SEVERITY_HIGH, "C",
	  "Who can log in is staff",
	  "every user with a log-in shell is an active member of staff, gone within an hour of leaving",
	  "former staff know the house",
	  "usermod -s /usr/sbin/nologin -L NAME", staff_not_built },
	{ "ACC-04", SEVERITY_HIGH, "C",
	  "sudo asks, and grants to named people",
	  "no NOPASSWD for ALL or for what gives a shell, no ALL to groups other than sudo or to others than the manifest's admins",
	  "a stolen session becomes root without another proof",
	  "edit the line with visudo", acc_04 },
	{ "ACC-05", SEVERITY_HIGH, "S",
	  "Each daemon has a user of its own that cannot log in",
	  "a uid that nobody else has, shell nologin, no password, in no group that has root's rights",
	  "daemons that share a user share their fall",
	  "usermod -s /usr/sbin/nologin NAME", acc_05 },
	{ "ACC-06", SEVERITY_MEDIUM, "O7",
	  "Guessing passwords is slowed and weak ones are refused",
	  "pam_faillock (preauth and authfail) and pam_pwquality in pam.d",
	  "the console and sudo still take passwords",
	  "apt-get install libpam-pwquality, and the two profiles of docs/DEPLOY.md, step 2, for pam_faillock", acc_06 },
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
