// SPDX-License-Identifier: Apache-2.0
// Keys: those that let people in, and those that say who the host is.
#include "checks/ssh/ssh.h"

#include "base/text.h"
#include "crypto/sha256.h"
#include "checks/look.h"

#include <stdlib.h>

struct key_owner { const char *user, *home; uid_t uid; };
struct seen_key { const char *key, *user; };
struct key_survey {
	struct examination *e;
	size_t count, files;
	struct seen_key seen[2048];
};

static void authority_judge(struct key_survey *s, const char *path, unsigned number, const char *blob);

// Whether the options before a key say that it is an authority's: it lets in whom its certificates name.
static bool is_authority(const char *const *word, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcasestr(word[i], "cert-authority"))
			return true;
	return false;
}

static void key_take(struct key_survey *s, const char *user, const char *path, unsigned number, const char *line)
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
	if (is_authority(word, at))
		authority_judge(s, path, number, word[at + 1]);
	for (size_t i = 0; i < s->count; i++)
		if (!strcmp(s->seen[i].key, word[at + 1]) && strcmp(s->seen[i].user, user))
			found_fail(s->e, NULL, "%s: the key of %s is also one of %s", path, user, s->seen[i].user);
	if (s->count < ARRAY_LEN(s->seen))
		s->seen[s->count++] = (struct seen_key){ word[at + 1], user };
}

// Who may write a folder on the way may put another file there: sshd's StrictModes looks at the same.
static void folders_judge(struct key_survey *s, const struct key_owner *o, const char *path)
{
	struct stat folder;
	for (const char *end = strrchr(path, '/'); end && end > path; end = memrchr(path, '/', (size_t)(end - path))) {
		const char *name = host_copy(s->e->host, path, (size_t)(end - path));
		if (!host_stat(s->e->host, name, &folder) && ((folder.st_mode & 0022) || (folder.st_uid && folder.st_uid != o->uid)))
			found_fail(s->e, host_print(s->e->host, "chown %s %s; chmod go-w %s", o->user, name, name), "%s, where a key file of %s lies, is %s",
				   name, o->user, look_owner_text(s->e->host, &folder));
		if (!strcmp(name, o->home))
			return;
	}
}

static const char *expanded(struct host *h, const struct key_owner *o, const char *pattern)
{
	const char *path = *pattern == '/' ? "" : host_print(h, "%s/", o->home);
	for (const char *at = pattern; *at; at++) {
		if (at[0] == '%' && at[1] == 'U')
			path = host_print(h, "%s%u", path, (unsigned)o->uid), at++;
		else if (at[0] == '%' && at[1])
			path = host_print(h, "%s%s", path, at[1] == 'u' ? o->user : at[1] == 'h' ? o->home : "%"), at++;
		else
			path = host_print(h, "%s%c", path, *at);
	}
	return path;
}

static void keys_of(struct key_survey *s, const struct key_owner *o, const char *pattern)
{
	const char *path = expanded(s->e->host, o, pattern);
	const struct host_file *f = host_file(s->e->host, path);
	if (f->error == -ENOENT || f->error == -ENOTDIR)
		return;
	if (!found_file(s->e, f))
		return;
	s->files++;
	if (f->status.st_mode & 0077)
		found_fail(s->e, host_print(s->e->host, "chmod 600 %s", path), "%s has mode %04o", path, f->status.st_mode & 07777);
	if (f->status.st_uid && f->status.st_uid != o->uid)
		found_fail(s->e, host_print(s->e->host, "chown %s %s", o->user, path), "%s lets %s in and belongs to %s", path, o->user,
			   look_user(s->e->host, f->status.st_uid));
	folders_judge(s, o, path);
	struct host_lines cursor = { f->text, 0 };
	for (const char *line; host_line(s->e->host, &cursor, &line);)
		key_take(s, o->user, path, cursor.number, line);
}

// The keys of an authority: each must be one that the manifest declares by its fingerprint.
static void authority_judge(struct key_survey *s, const char *path, unsigned number, const char *blob)
{
	uint8_t key[4096], digest[SHA256_SIZE];
	char text[64] = "SHA256:";
	size_t size;
	if (base64_decode(blob, strcspn(blob, " \t\r\n"), key, sizeof key, &size)) {
		found_fail(s->e, NULL, "%s:%u: an authority's key that cannot be read", path, number);
		return;
	}
	sha256_of(key, size, digest);
	base64_encode(digest, sizeof digest, text + 7);
	text[7 + 43] = 0; // without padding, as ssh-keygen -l prints it
	if (s->e->manifest && manifest_has(&s->e->manifest->ssh_user_ca, text))
		found_read(s->e, "%s trusts the declared authority %s", path, text);
	else
		found_fail(s->e, host_print(s->e->host, "remove it, or 'ssh-user-ca %s' in the manifest after review", text),
			   "%s:%u trusts the authority %s, which the manifest does not declare: whoever holds that key is anybody", path, number, text);
}

static void authorities_judge(struct key_survey *s, const char *path)
{
	const struct host_file *f = host_file(s->e->host, path);
	struct host_lines cursor = { f->text, 0 };
	const char *word[3];
	if (f->error == -ENOENT) {
		found_fail(s->e, "remove TrustedUserCAKeys", "TrustedUserCAKeys %s, which is not there: whoever makes the file is anybody", path);
		return;
	}
	if (!found_file(s->e, f))
		return;
	if (!look_root_only(&f->status))
		found_fail(s->e, host_print(s->e->host, "chown root:root %s; chmod 644 %s", path, path), "%s is %s", path,
			   look_owner_text(s->e->host, &f->status));
	for (const char *line; host_line(s->e->host, &cursor, &line);) {
		size_t words = host_words(s->e->host, line, word, 3);
		if (words && word[0][0] != '#')
			authority_judge(s, path, cursor.number, words > 1 ? word[1] : "");
	}
}

static bool seen_before(const char **seen, size_t *count, size_t max, const char *text)
{
	for (size_t i = 0; i < *count; i++)
		if (!strcmp(seen[i], text))
			return true;
	if (*count < max)
		seen[(*count)++] = text;
	return false;
}

// What else than the users' files decides, in any tuple; each answer once.
static void deciders_judge(struct key_survey *s, const struct sshd_answers *a)
{
	static const char *const COMMANDS[] = { "authorizedkeyscommand", "authorizedprincipalscommand" };
	const char *seen[64];
	size_t count = 0;
	for (size_t i = 0; i < a->count; i++) {
		for (size_t k = 0; k < ARRAY_LEN(COMMANDS); k++) {
			const char *command = sshd_value(s->e->host, &a->tuple[i], COMMANDS[k], 0);
			if (command && strcmp(command, "none") && !seen_before(seen, &count, ARRAY_LEN(seen), command))
				found_fail(s->e, "remove it, or declare it by a waiver", "%s %s for %s", COMMANDS[k], command, a->tuple[i].name);
		}
		const char *authority = sshd_value(s->e->host, &a->tuple[i], "trustedusercakeys", 0);
		if (authority && strcmp(authority, "none") && !seen_before(seen, &count, ARRAY_LEN(seen), authority))
			authorities_judge(s, authority);
	}
}

// The patterns of AuthorizedKeysFile in any tuple, each once.
static size_t patterns_of(struct host *h, const struct sshd_answers *a, const char **pattern, size_t max)
{
	const char *word[8];
	size_t count = 0;
	for (size_t i = 0; i < a->count; i++) {
		const char *files = sshd_value(h, &a->tuple[i], "authorizedkeysfile", 0);
		size_t words = files ? host_words(h, files, word, 8) : 0;
		for (size_t k = 0; k < words && k < 8; k++)
			if (strcmp(word[k], "none"))
				(void)seen_before(pattern, &count, max, word[k]);
	}
	return count;
}

void ssh_07(struct examination *e)
{
	const struct sshd_answers *a = found_sshd(e);
	if (!a || !a->count)
		return;
	struct key_survey *s = host_alloc(e->host, sizeof *s);
	const char *pattern[32], *line, *field[7];
	size_t patterns = patterns_of(e->host, a, pattern, ARRAY_LEN(pattern));
	struct host_lines users = { host_file(e->host, "/etc/passwd")->text, 0 };
	s->e = e;
	deciders_judge(s, a);
	while (host_line(e->host, &users, &line)) {
		size_t n = 0;
		for (const char *at = line; at && n < 7; at = strchr(at, ':'), at = at ? at + 1 : NULL)
			field[n++] = host_copy(e->host, at, strcspn(at, ":"));
		for (size_t i = 0; n > 5 && i < patterns; i++)
			keys_of(s, &(struct key_owner){ field[0], field[5], (uid_t)strtoul(field[2], NULL, 10) }, pattern[i]);
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
