// SPDX-License-Identifier: Apache-2.0
// Keys: those that let people in, and those that say who the host is.
#include "host/ssh.h"

#include "base/text.h"

#include <stdlib.h>

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
	while (at < words && !word_listed(KINDS, ARRAY_LEN(KINDS), word[at], strlen(word[at])) &&
	       !word_listed(OTHERS, ARRAY_LEN(OTHERS), word[at], strlen(word[at])))
		at++;
	if (at + 1 >= words) {
		found_fail(s->e, NULL, "%s: a line without a known kind of key", path);
		return;
	}
	if (!word_listed(KINDS, ARRAY_LEN(KINDS), word[at], strlen(word[at])))
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

void ssh_07(struct examination *e)
{
	const struct sshd_answers *a = found_sshd(e);
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
		const char *authority = sshd_value(e->host, &a->tuple[i], "trustedusercakeys", 0);
		if (authority && strcmp(authority, "none"))
			found_fail(e, "remove TrustedUserCAKeys, or declare it by a waiver",
				   "TrustedUserCAKeys %s: whoever holds that key is anybody", authority);
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

void ssh_09(struct examination *e)
{
	const struct sshd_answers *a = found_sshd(e);
	const char *path;
	const struct host_names *names = host_names(e->host, "/etc/ssh");
	for (size_t i = 0; !a && i < names->count; i++) // sshd itself refuses to start with a key that others may read
		if (!strncmp(names->name[i], "ssh_host_", 9) && !strstr(names->name[i], ".pub"))
			host_key_judge(e, host_print(e->host, "/etc/ssh/%s", names->name[i]));
	for (size_t i = 0; a && a->count && (path = sshd_value(e->host, &a->tuple[0], "hostkey", i)); i++)
		host_key_judge(e, path);
}
