// SPDX-License-Identifier: Apache-2.0
// SSH: what sshd would do for every tuple that its configuration can tell apart, and what it does.
#include "host/checks.h"
#include "host/sshd.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>

// The answers, or NULL after it has said why there are none. More than 32 tuples are never a pass.
static const struct sshd_answers *answers_of(struct examination *e)
{
	const struct sshd_answers *a = sshd_answers(e->host);
	if (a->absent)
		found_not_applicable(e, "no sshd is configured on this host");
	else if (a->error)
		found_unknown(e, "%s", a->error);
	else if (!a->exhausted)
		found_unknown(e, "not exhausted: the Match blocks tell %zu tuples apart, %zu were asked", a->wanted, a->count);
	else
		found_read(e, "sshd -T -C for %zu tuples", a->count);
	return a->absent || a->error ? NULL : a;
}

static bool listed(const char *const *words, size_t count, const char *word, size_t size)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(words[i]) == size && !strncmp(words[i], word, size))
			return true;
	return false;
}

// One keyword must have one of these values ("a|b") in every tuple.
static void demand(struct examination *e, const struct sshd_answers *a, const char *keyword, const char *wanted)
{
	for (size_t i = 0; i < a->count; i++) {
		const char *value = sshd_value(e->host, &a->tuple[i], keyword, 0);
		size_t size = value ? strlen(value) : 0;
		bool right = false;
		for (const char *at = wanted; value && *at; at += strcspn(at, "|"), at += *at == '|')
			right |= strcspn(at, "|") == size && !strncmp(at, value, size);
		if (value && !right)
			found_fail(e, NULL, "%s %s for %s", keyword, value, a->tuple[i].name);
		else if (!value)
			found_unknown(e, "sshd -T says nothing of %s for %s", keyword, a->tuple[i].name);
	}
}

static void ssh_01(struct examination *e)
{
	const struct sshd_answers *a = answers_of(e);
	if (a)
		demand(e, a, "permitrootlogin", "no");
}

static void ssh_02(struct examination *e)
{
	const struct sshd_answers *a = answers_of(e);
	if (!a)
		return;
	demand(e, a, "passwordauthentication", "no");
	demand(e, a, "kbdinteractiveauthentication", "no");
	demand(e, a, "permitemptypasswords", "no");
	demand(e, a, "authenticationmethods", "publickey");
}

static void ssh_04(struct examination *e)
{
	const struct sshd_answers *a = answers_of(e);
	const struct host_sockets *all = host_sockets(e->host);
	const char *port;
	for (size_t i = 0; a && a->count && (port = sshd_value(e->host, &a->tuple[0], "port", i)); i++) {
		if (!strcmp(port, "22"))
			found_fail(e, NULL, "the configuration says Port 22");
		found_read(e, "Port %s", port);
	}
	for (size_t i = 0; a && i < all->count; i++)
		if (all->socket[i].port == 22 && !all->socket[i].udp)
			found_fail(e, NULL, "%s", host_socket_text(e->host, &all->socket[i]));
}

static uint64_t newest_config(struct host *h, const char **ret_path)
{
	uint64_t newest = 0;
	const struct host_names *names = host_names(h, "/etc/ssh/sshd_config.d");
	for (size_t i = 0; i <= names->count; i++) {
		const char *path = i ? host_print(h, "/etc/ssh/sshd_config.d/%s", names->name[i - 1]) : "/etc/ssh/sshd_config";
		struct stat s;
		if (host_stat(h, path, &s) || (uint64_t)s.st_mtime < newest)
			continue;
		newest = (uint64_t)s.st_mtime;
		*ret_path = path;
	}
	return newest;
}

static bool has_option(const char *arguments)
{
	return strstr(arguments, " -o") || strstr(arguments, " -f") || strstr(arguments, " -p ");
}

static void ssh_05(struct examination *e)
{
	const struct host_processes *all = host_processes(e->host);
	const char *path = "/etc/ssh/sshd_config";
	uint64_t changed = newest_config(e->host, &path);
	size_t masters = 0;
	if (all->error) {
		found_unknown(e, "/proc could not be read: %s", strerror(-all->error));
		return;
	}
	for (size_t i = 0; i < all->count; i++) {
		const struct host_process *p = &all->process[i];
		if (strcmp(p->name, "sshd") || p->uid || !strstr(p->program, "/sshd") || strchr(p->arguments, '@'))
			continue;
		masters++;
		if (p->started && changed > p->started) // a reload keeps the start time: a restart tells for sure
			found_fail(e, "systemctl restart ssh (sessions stay)", "%s changed after sshd (process %d) started", path, (int)p->pid);
		if (has_option(p->arguments))
			found_fail(e, "remove the options from the unit or /etc/default/ssh", "sshd (process %d) runs as '%.200s'", (int)p->pid,
				   p->arguments);
		found_read(e, "process %d", (int)p->pid);
	}
	if (!masters)
		found_not_applicable(e, "no sshd runs");
}

// Every member of a comma-separated list must be in the allow-list.
static void list_judge(struct examination *e, const struct sshd_tuple *t, const char *keyword, const char *const *allowed, size_t count)
{
	const char *list = sshd_value(e->host, t, keyword, 0);
	for (const char *at = list ? list : ""; *at;) {
		size_t size = strcspn(at, ",");
		if (!listed(allowed, count, at, size))
			found_fail(e, NULL, "%s has %.*s", keyword, (int)size, at);
		at += size + (at[size] == ',');
	}
	if (!list)
		found_unknown(e, "sshd -T says nothing of %s", keyword);
}

static void ssh_06(struct examination *e)
{
	static const char *const KEX[] = { "sntrup761x25519-sha512@openssh.com", "sntrup761x25519-sha512", "mlkem768x25519-sha256",
					   "curve25519-sha256", "curve25519-sha256@libssh.org" };
	static const char *const CIPHERS[] = { "chacha20-poly1305@openssh.com", "aes256-gcm@openssh.com", "aes128-gcm@openssh.com",
					       "aes256-ctr", "aes192-ctr", "aes128-ctr" };
	static const char *const MACS[] = { "hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "umac-128-etm@openssh.com" };
	const struct sshd_answers *a = answers_of(e);
	if (!a || !a->count)
		return;
	list_judge(e, &a->tuple[0], "kexalgorithms", KEX, ARRAY_LEN(KEX));
	list_judge(e, &a->tuple[0], "ciphers", CIPHERS, ARRAY_LEN(CIPHERS));
	list_judge(e, &a->tuple[0], "macs", MACS, ARRAY_LEN(MACS));
	const char *kex = sshd_value(e->host, &a->tuple[0], "kexalgorithms", 0);
	if (kex && !strstr(kex, "sntrup761x25519") && !strstr(kex, "mlkem768x25519"))
		found_fail(e, NULL, "no post-quantum key exchange in '%.200s'", kex);
	found_read(e, "the configured lists (strict key exchange shows on the wire alone and is not checked)");
}

// --- keys -----------------------------------------------------------------------------------------------------------

struct seen_key { const char *key, *user; };
struct key_survey {
	struct examination *e;
	size_t count, files;
	struct seen_key seen[2048];
};

static void key_take(struct key_survey *s, const char *user, const char *path, const char *line)
{
	static const char *const KINDS[] = { "ssh-ed25519", "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com" };
	static const char *const OTHERS[] = { "ssh-rsa", "ssh-dss", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521" };
	const char *word[64];
	size_t words = host_words(s->e->host, line, word, 64), at = 0;
	if (!words || word[0][0] == '#')
		return;
	words = words > 64 ? 64 : words;
	while (at < words && !listed(KINDS, ARRAY_LEN(KINDS), word[at], strlen(word[at])) &&
	       !listed(OTHERS, ARRAY_LEN(OTHERS), word[at], strlen(word[at])))
		at++;
	if (at + 1 >= words) {
		found_fail(s->e, NULL, "%s: a line without a known kind of key", path);
		return;
	}
	if (!listed(KINDS, ARRAY_LEN(KINDS), word[at], strlen(word[at])))
		found_fail(s->e, NULL, "%s: a key of kind %s", path, word[at]);
	for (size_t i = 0; i < s->count; i++)
		if (!strcmp(s->seen[i].key, word[at + 1]) && strcmp(s->seen[i].user, user))
			found_fail(s->e, NULL, "%s: the key of %s is also one of %s", path, user, s->seen[i].user);
	if (s->count < ARRAY_LEN(s->seen))
		s->seen[s->count++] = (struct seen_key){ word[at + 1], user };
}

static void keys_of(struct key_survey *s, const char *user, const char *home, const char *pattern)
{
	const char *path = *pattern == '/' ? "" : host_print(s->e->host, "%s/", home);
	for (const char *at = pattern; *at; at++) {
		if (at[0] == '%' && at[1])
			path = host_print(s->e->host, "%s%s", path, at[1] == 'u' ? user : at[1] == 'h' ? home : "%"), at++;
		else
			path = host_print(s->e->host, "%s%c", path, *at);
	}
	const struct host_file *f = host_file(s->e->host, path);
	if (f->error == -ENOENT || f->error == -ENOTDIR)
		return;
	if (!found_file(s->e, f))
		return;
	s->files++;
	if (f->status.st_mode & 0077)
		found_fail(s->e, host_print(s->e->host, "chmod 600 %s", path), "%s has mode %04o", path, f->status.st_mode & 07777);
	struct host_lines cursor = { f->text, 0 };
	for (const char *line; host_line(s->e->host, &cursor, &line);)
		key_take(s, user, path, line);
}

static void ssh_07(struct examination *e)
{
	const struct sshd_answers *a = answers_of(e);
	if (!a || !a->count)
		return;
	struct key_survey *s = host_alloc(e->host, sizeof *s);
	const char *files = sshd_value(e->host, &a->tuple[0], "authorizedkeysfile", 0), *pattern[8], *line;
	size_t patterns = files ? host_words(e->host, files, pattern, 8) : 0;
	struct host_lines users = { host_file(e->host, "/etc/passwd")->text, 0 };
	s->e = e;
	for (size_t i = 0; i < a->count; i++) {
		const char *command = sshd_value(e->host, &a->tuple[i], "authorizedkeyscommand", 0);
		if (command && strcmp(command, "none"))
			found_fail(e, "remove AuthorizedKeysCommand, or declare it by a waiver", "AuthorizedKeysCommand %s", command);
	}
	while (host_line(e->host, &users, &line)) {
		const char *field[7] = { line };
		size_t n = 1;
		for (const char *at = line; n < 7 && (at = strchr(at, ':')); at++)
			field[n++] = at + 1;
		if (n < 7)
			continue;
		const char *user = host_copy(e->host, line, strcspn(line, ":")), *home = host_copy(e->host, field[5], strcspn(field[5], ":"));
		for (size_t i = 0; i < patterns && i < 8; i++)
			keys_of(s, user, home, pattern[i]);
	}
	found_read(e, "%zu files with %zu keys (whether their owners are active staff is not known here)", s->files, s->count);
}

static void ssh_08(struct examination *e)
{
	const struct sshd_answers *a = answers_of(e);
	if (!a)
		return;
	for (size_t i = 0; i < a->count; i++) {
		const struct sshd_tuple *t = &a->tuple[i];
		const char *tries = sshd_value(e->host, t, "maxauthtries", 0), *grace = sshd_value(e->host, t, "logingracetime", 0);
		if (!tries || strtoul(tries, NULL, 10) > 3)
			found_fail(e, NULL, "maxauthtries %s for %s", tries ? tries : "?", t->name);
		if (!grace || strtoul(grace, NULL, 10) > 30 || !strtoul(grace, NULL, 10))
			found_fail(e, NULL, "logingracetime %s for %s", grace ? grace : "?", t->name);
		if (!sshd_value(e->host, t, "allowgroups", 0) && !sshd_value(e->host, t, "allowusers", 0))
			found_fail(e, NULL, "neither AllowGroups nor AllowUsers for %s", t->name);
	}
	demand(e, a, "allowtcpforwarding", "no");
	demand(e, a, "allowagentforwarding", "no");
	demand(e, a, "x11forwarding", "no");
	demand(e, a, "permittunnel", "no");
}

// Bits of an RSA key from its public file: the modulus is the third field of the blob (RFC 4253 section 6.6).
static unsigned rsa_bits(const char *text, size_t length)
{
	uint8_t blob[4096];
	size_t size, at = 0, n = 0;
	if (base64_decode(text, length, blob, sizeof blob, &size))
		return 0;
	for (int field = 0; field < 3; field++) {
		if (size - at < 4)
			return 0;
		n = (size_t)blob[at] << 24 | (size_t)blob[at + 1] << 16 | (size_t)blob[at + 2] << 8 | blob[at + 3];
		at += 4;
		if (n > size - at)
			return 0;
		at += field < 2 ? n : 0;
	}
	return n ? (unsigned)(8 * (blob[at] ? n : n - 1)) : 0;
}

static void host_key_judge(struct examination *e, const char *path)
{
	const char *word[3] = { "", "", "" };
	struct stat s;
	int r = host_stat(e->host, path, &s);
	if (r == -ENOENT)
		return; // sshd leaves out what is not there
	if (r) {
		found_unknown(e, "%s: %s", path, strerror(-r));
		return;
	}
	if (s.st_uid || (s.st_mode & 0077))
		found_fail(e, host_print(e->host, "chown root:root %s; chmod 600 %s", path, path), "%s has mode %04o, owner %u", path,
			   s.st_mode & 07777, (unsigned)s.st_uid);
	const struct host_file *public = host_file(e->host, host_print(e->host, "%s.pub", path));
	if (!found_file(e, public) || host_words(e->host, public->text, word, 3) < 2)
		return;
	unsigned bits = !strcmp(word[0], "ssh-rsa") ? rsa_bits(word[1], strcspn(word[1], "\n")) : 0;
	if (!strcmp(word[0], "ssh-rsa") ? bits < 3072 : strcmp(word[0], "ssh-ed25519") != 0)
		found_fail(e, host_print(e->host, "HostKey lines for ed25519 alone in /etc/ssh/sshd_config.d/00-redoubt.conf; rm %s", path),
			   "%s is a key of kind %s%s", path, word[0], bits ? host_print(e->host, " with %u bits", bits) : "");
	found_read(e, "%s %s", path, word[0]);
}

static void ssh_09(struct examination *e)
{
	const struct sshd_answers *a = answers_of(e);
	const char *path;
	const struct host_names *names = host_names(e->host, "/etc/ssh");
	for (size_t i = 0; !a && i < names->count; i++) // sshd itself refuses to start with a key that others may read
		if (!strncmp(names->name[i], "ssh_host_", 9) && !strstr(names->name[i], ".pub"))
			host_key_judge(e, host_print(e->host, "/etc/ssh/%s", names->name[i]));
	for (size_t i = 0; a && a->count && (path = sshd_value(e->host, &a->tuple[0], "hostkey", i)); i++)
		host_key_judge(e, path);
}

static void admins_judge(struct examination *e, const struct manifest *m, const char *group, const char *members, size_t *count)
{
	while (*members) {
		size_t size = strcspn(members, ",");
		const char *name = host_copy(e->host, members, size);
		members += size + (members[size] == ',');
		if (manifest_has(&m->admin, name))
			++*count;
		else
			found_fail(e, host_print(e->host, "gpasswd -d %s %s", name, group), "%s is in the group %s and no admin of the manifest", name,
				   group);
	}
}

static void ssh_10(struct examination *e)
{
	static const char *const GROUPS[] = { "sudo", "wheel", "admin" };
	const struct manifest *m = found_manifest(e);
	const struct host_file *shadow = host_file(e->host, "/etc/shadow"), *group = host_file(e->host, "/etc/group");
	size_t admins = 0;
	if (!m || !found_file(e, shadow) || !found_file(e, group))
		return;
	struct host_lines cursor = { shadow->text, 0 };
	const char *line;
	bool root = false;
	while (host_line(e->host, &cursor, &line)) {
		if (strncmp(line, "root:", 5))
			continue;
		root = true;
		if (line[5] != '!' && line[5] != '*')
			found_fail(e, "passwd -l root", "root has a password in /etc/shadow");
	}
	if (!root)
		found_unknown(e, "/etc/shadow has no line of root");
	cursor = (struct host_lines){ group->text, 0 };
	while (host_line(e->host, &cursor, &line)) {
		size_t size = strcspn(line, ":");
		const char *members = strrchr(line, ':');
		if (members && listed(GROUPS, ARRAY_LEN(GROUPS), line, size))
			admins_judge(e, m, host_copy(e->host, line, size), members + 1, &admins);
	}
	if (admins < 2)
		found_fail(e, "usermod -aG sudo SECOND-ADMIN", "%zu admins can become root", admins);
	found_read(e, "root is locked; %zu admins", admins);
}

const struct check ssh_checks[] = {
	{ "SSH-01", SEVERITY_CRITICAL, "O6",
	  "Root never logs in over SSH",
	  "permitrootlogin no for every user, address and Match block",
	  "root has no name in the logs and is the account that everybody tries",
	  "PermitRootLogin no in /etc/ssh/sshd_config.d/00-redoubt.conf and systemctl reload ssh", ssh_01 },
	{ "SSH-02", SEVERITY_CRITICAL, "O7 C",
	  "SSH takes keys only",
	  "no passwords, no keyboard-interactive, no empty passwords; AuthenticationMethods publickey, in every Match block",
	  "passwords are guessed, reused and phished; a Match block brings them back unseen",
	  "AuthenticationMethods publickey and PasswordAuthentication no in /etc/ssh/sshd_config.d/00-redoubt.conf", ssh_02 },
	{ "SSH-03", SEVERITY_CRITICAL, "O7",
	  "The running sshd offers keys only",
	  "USERAUTH none on each SSH socket answers publickey alone",
	  "the configuration says what will be after the next reload; the socket says what is",
	  "systemctl reload ssh", NULL },
	{ "SSH-04", SEVERITY_MEDIUM, "O3",
	  "SSH does not stand on port 22",
	  "no SSH listener on port 22, in the configuration and live",
	  "most log-in attempts try port 22 only; off it, the log shows those who look for you",
	  "Port NUMBER in /etc/ssh/sshd_config.d/00-redoubt.conf", ssh_04 },
	{ "SSH-05", SEVERITY_HIGH, "O5",
	  "The running sshd runs its configuration",
	  "started or reloaded after its configuration changed; no -o options on its command line",
	  "a change that was never loaded protects nobody",
	  "systemctl reload ssh", ssh_05 },
	{ "SSH-06", SEVERITY_MEDIUM, "I",
	  "SSH's cryptography is the current one",
	  "only allow-listed algorithms, a post-quantum key exchange and strict key exchange",
	  "recorded sessions are broken later; Terrapin (CVE-2023-48795) cuts messages without strict key exchange",
	  "the algorithm lists in /etc/ssh/sshd_config.d/00-redoubt.conf", ssh_06 },
	{ "SSH-07", SEVERITY_HIGH, "C O7",
	  "Each authorized key has one owner who still works here",
	  "mode 0600, ed25519 or sk keys, no key under two users, no AuthorizedKeysCommand that was not declared",
	  "a key left behind by somebody who left is an open door with a name on it",
	  "remove the key from the file named", ssh_07 },
	{ "SSH-08", SEVERITY_MEDIUM, "I",
	  "sshd's limits are tight",
	  "MaxAuthTries at most 3, LoginGraceTime at most 30, AllowGroups or AllowUsers set, forwarding off",
	  "they bound guessing, idle connections and tunnels through the host",
	  "the values in /etc/ssh/sshd_config.d/00-redoubt.conf", ssh_08 },
	{ "SSH-09", SEVERITY_HIGH, "I",
	  "SSH's host keys are strong and private",
	  "mode 0600 of root; ed25519, or RSA of at least 3072 bits",
	  "whoever has the host key can stand in the middle of every session",
	  "chmod 600 FILE; rm the weak key and ssh-keygen -A", ssh_09 },
	{ "SSH-10", SEVERITY_MEDIUM, "O6",
	  "Root is locked, and at least two named people can become root",
	  "root's password field locked; two or more admins of the manifest in sudo, and nobody else",
	  "a shared root password names nobody; one admin alone is a single point of loss",
	  "passwd -l root; gpasswd -d USER sudo", ssh_10 },
};
const size_t ssh_check_count = ARRAY_LEN(ssh_checks);
