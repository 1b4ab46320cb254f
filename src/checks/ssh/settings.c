// SPDX-License-Identifier: Apache-2.0
// What sshd would do for every tuple that its configuration can tell apart, and whether it does it already.
#include "checks/ssh/ssh.h"

#include <stdio.h>
#include <fnmatch.h>
#include <stdlib.h>

// The answers, or NULL after it has said why there are none. More than 32 tuples are never a pass.
const struct sshd_answers *found_sshd(struct examination *e)
{
	const struct sshd_answers *a = sshd_answers(e);
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

bool word_listed(const char *const *words, size_t count, const char *word, size_t size)
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

void ssh_01(struct examination *e)
{
	const struct sshd_answers *a = found_sshd(e);
	if (a)
		demand(e, a, "permitrootlogin", "no");
}

void ssh_02(struct examination *e)
{
	const struct sshd_answers *a = found_sshd(e);
	if (!a)
		return;
	demand(e, a, "passwordauthentication", "no");
	demand(e, a, "kbdinteractiveauthentication", "no");
	demand(e, a, "permitemptypasswords", "no");
	demand(e, a, "authenticationmethods", "publickey");
}

void ssh_04(struct examination *e)
{
	const struct sshd_answers *a = found_sshd(e);
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

// Of the files that sshd's configuration consists of, wherever they lie.
static uint64_t newest_config(struct examination *e, const char **ret_path)
{
	struct host *h = e->host;
	const struct sshd_answers *a = sshd_answers(e);
	uint64_t newest = 0;
	for (size_t i = 0; i < a->files; i++) {
		struct stat s;
		if (host_stat(h, a->file[i], &s) || (uint64_t)s.st_mtime < newest)
			continue;
		newest = (uint64_t)s.st_mtime;
		*ret_path = a->file[i];
	}
	return newest;
}

static bool has_option(const char *arguments)
{
	return strstr(arguments, " -o") || strstr(arguments, " -f") || strstr(arguments, " -p");
}

void ssh_05(struct examination *e)
{
	const struct host_processes *all = host_processes(e->host);
	const char *path = "/etc/ssh/sshd_config";
	uint64_t changed = newest_config(e, &path);
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
		if (!word_listed(allowed, count, at, size))
			found_fail(e, NULL, "%s has %.*s", keyword, (int)size, at);
		at += size + (at[size] == ',');
	}
	if (!list)
		found_unknown(e, "sshd -T says nothing of %s", keyword);
}

// A Match block may take SHA-1 and DSA back for some.
static void accepted_judge(struct examination *e, const struct sshd_tuple *t)
{
	static const char *const OLD[] = { "ssh-rsa", "ssh-rsa-cert-v01@openssh.com", "ssh-dss", "ssh-dss-cert-v01@openssh.com" };
	const char *list = sshd_value(e->host, t, "pubkeyacceptedalgorithms", 0);
	for (const char *at = list ? list : ""; *at;) {
		size_t size = strcspn(at, ",");
		if (word_listed(OLD, ARRAY_LEN(OLD), at, size))
			found_fail(e, NULL, "pubkeyacceptedalgorithms has %.*s for %s", (int)size, at, t->name);
		at += size + (at[size] == ',');
	}
}

void ssh_06(struct examination *e)
{
	static const char *const KEX[] = { "sntrup761x25519-sha512@openssh.com", "sntrup761x25519-sha512", "mlkem768x25519-sha256",
					   "curve25519-sha256", "curve25519-sha256@libssh.org" };
	static const char *const CIPHERS[] = { "chacha20-poly1305@openssh.com", "aes256-gcm@openssh.com", "aes128-gcm@openssh.com",
					       "aes256-ctr", "aes192-ctr", "aes128-ctr" };
	static const char *const MACS[] = { "hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "umac-128-etm@openssh.com" };
	const struct sshd_answers *a = found_sshd(e);
	if (!a || !a->count)
		return;
	list_judge(e, &a->tuple[0], "kexalgorithms", KEX, ARRAY_LEN(KEX));
	list_judge(e, &a->tuple[0], "ciphers", CIPHERS, ARRAY_LEN(CIPHERS));
	list_judge(e, &a->tuple[0], "macs", MACS, ARRAY_LEN(MACS));
	const char *kex = sshd_value(e->host, &a->tuple[0], "kexalgorithms", 0);
	if (kex && !strstr(kex, "sntrup761x25519") && !strstr(kex, "mlkem768x25519"))
		found_fail(e, NULL, "no post-quantum key exchange in '%.200s'", kex);
	for (size_t i = 0; i < a->count; i++)
		accepted_judge(e, &a->tuple[i]);
	found_read(e, "the configured lists (strict key exchange shows on the wire alone and is not checked)");
}

// "DisableForwarding yes" turns all of them off, whatever they say themselves.
static void forwarding_judge(struct examination *e, const struct sshd_answers *a, const char *keyword)
{
	for (size_t i = 0; i < a->count; i++) {
		const struct sshd_tuple *t = &a->tuple[i];
		const char *all = sshd_value(e->host, t, "disableforwarding", 0), *value = sshd_value(e->host, t, keyword, 0);
		if (all && !strcmp(all, "yes"))
			continue;
		if (!value)
			found_unknown(e, "sshd -T says nothing of %s for %s", keyword, t->name);
		else if (strcmp(value, "no"))
			found_fail(e, NULL, "%s %s for %s", keyword, value, t->name);
	}
}

// What a client may set before the log-in shell or a forced command runs.
static void environment_judge(struct examination *e, const struct sshd_tuple *t)
{
	const char *value;
	for (size_t i = 0; (value = sshd_value(e->host, t, "acceptenv", i)); i++)
		if (*value == '*' || *value == '?' || !strncmp(value, "LD_", 3) || !strcmp(value, "PATH") || !strcmp(value, "BASH_ENV") ||
		    !strcmp(value, "ENV"))
			found_fail(e, NULL, "acceptenv %s for %s: the client says what programs load", value, t->name);
}

// Only '*' and '?' stand for others there, and an '@' begins the host. Two letters and a star leave everybody in who is
// called so; and nobody lists nobody.
static bool fits_everybody(struct host *h, const char *pattern)
{
	const char *user = host_copy(h, pattern, strcspn(pattern, "@"));
	size_t letters = 0;
	for (const char *at = user; *at; at++)
		letters += *at != '*' && *at != '?';
	return *user != '!' && strpbrk(user, "*?") && (letters < 3 || !fnmatch(user, "nobody", 0) || !fnmatch(user, "nogroup", 0));
}

// Whether this list leaves anybody out; *ret_pattern is the one by which it does not.
static bool list_closed(struct host *h, const struct sshd_tuple *t, const char *keyword, const char **ret_pattern)
{
	const char *value, *word[64];
	size_t index = 0;
	for (; (value = sshd_value(h, t, keyword, index)); index++) {
		size_t words = host_words(h, value, word, 64);
		for (size_t i = 0; i < words && i < 64; i++)
			if (fits_everybody(h, word[i])) {
				*ret_pattern = host_print(h, "%s %s", keyword, word[i]);
				return false;
			}
	}
	return index;
}

static void lists_judge(struct examination *e, const struct sshd_tuple *t)
{
	const char *pattern = NULL;
	if (list_closed(e->host, t, "allowgroups", &pattern) || list_closed(e->host, t, "allowusers", &pattern))
		return;
	if (pattern)
		found_fail(e, NULL, "%s for %s lets everybody in: it is no list", pattern, t->name);
	else
		found_fail(e, NULL, "neither AllowGroups nor AllowUsers for %s", t->name);
}

void ssh_08(struct examination *e)
{
	static const char *const FORWARDING[] = { "allowtcpforwarding", "allowstreamlocalforwarding", "allowagentforwarding", "x11forwarding" };
	static const char *const WANTED[][2] = { { "gatewayports", "no" }, { "permittunnel", "no" }, { "permituserenvironment", "no" },
						 { "permituserrc", "no" }, { "strictmodes", "yes" } };
	const struct sshd_answers *a = found_sshd(e);
	if (!a)
		return;
	for (size_t i = 0; i < a->count; i++) {
		const struct sshd_tuple *t = &a->tuple[i];
		const char *tries = sshd_value(e->host, t, "maxauthtries", 0), *grace = sshd_value(e->host, t, "logingracetime", 0);
		if (!tries || strtoul(tries, NULL, 10) > 3)
			found_fail(e, NULL, "maxauthtries %s for %s", tries ? tries : "?", t->name);
		if (!grace || strtoul(grace, NULL, 10) > 30 || !strtoul(grace, NULL, 10))
			found_fail(e, NULL, "logingracetime %s for %s", grace ? grace : "?", t->name);
		lists_judge(e, t);
	}
	for (size_t i = 0; i < ARRAY_LEN(FORWARDING); i++)
		forwarding_judge(e, a, FORWARDING[i]);
	for (size_t i = 0; i < ARRAY_LEN(WANTED); i++)
		demand(e, a, WANTED[i][0], WANTED[i][1]);
	for (size_t i = 0; i < a->count; i++)
		environment_judge(e, &a->tuple[i]);
}
