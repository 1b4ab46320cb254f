// SPDX-License-Identifier: Apache-2.0
// BAK-04: at a destination lies nothing but sealed objects, manifests and heads, each by its name and its first bytes; and
// on the host lies no recovery key in any of its spellings, nor a second copy of the exchange's own keys.
#include "checks/backups/backups.h"

#include "base/text.h"
#include "bitcoin/slip39.h"
#include "crypto/ed25519.h"
#include "crypto/secret.h"
#include "crypto/sha256.h"

#include <ctype.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MAGIC "REDOUBT SEALED 1"
#define CHUNK_SIZE 65536u
#define HEAD_SIZE 24
#define SECRET_SIZE 32
#define KEYS_MAX 16
#define TEXT_MAX (2u << 10)    // a file that may hold a key in letters or words: larger ones are not copies of a key
#define SHARE_WORDS 33	       // of 32 bytes
#define CANDIDATES_MAX 3000u   // a third of a second

// --- destinations --------------------------------------------------------------------------------------------------

struct sealing {
	struct examination *e;
	const char *folder;
	size_t objects;
};

static size_t first_bytes(const struct walk_entry *w, uint8_t *to, size_t room)
{
	int fd = openat(w->directory, w->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : pread(fd, to, room, 0);
	if (fd >= 0)
		close(fd);
	return n > 0 ? (size_t)n : 0;
}

// A killed run leaves what it was writing: the same bytes under the name and ".new".
static bool name_is(const char *name, const char *letters, size_t size)
{
	return strspn(name, letters) == size && (!name[size] || !strcmp(name + size, ".new"));
}

// Recipients, zeros and chunk size, as docs/PROTOCOL.backup.md has them: a magic is soon written before anything.
static bool sealed(const uint8_t *head, size_t size, const struct walk_entry *w)
{
	uint32_t chunk;
	if (text_ends(w->name, ".new") && size < HEAD_SIZE)
		return memcmp(head, MAGIC, size < sizeof MAGIC - 1 ? size : sizeof MAGIC - 1) == 0;
	memcpy(&chunk, head + 20, sizeof chunk);
	return size >= HEAD_SIZE && !memcmp(head, MAGIC, sizeof MAGIC - 1) && head[16] >= 1 && head[16] <= RECOVERY_MAX && !head[17] &&
	       !head[18] && !head[19] && chunk == CHUNK_SIZE && (text_ends(w->name, ".new") || w->status->st_size > HEAD_SIZE + 112 + 24);
}

static const char *found_wrong(const struct walk_entry *w, const char *beneath, const uint8_t *head, size_t size)
{
	static const char HEX[] = "0123456789abcdef", DIGITS[] = "0123456789";
	if (size >= 15 && !memcmp(head, "SQLite format 3", 15))
		return "is a plain database";
	if (text_begins(beneath, "objects/") && name_is(w->name, HEX, 64) && strlen(beneath) == 11 + strlen(w->name))
		return sealed(head, size, w) ? NULL : "is not a sealed file";
	if (text_begins(beneath, "manifests/") && name_is(w->name, DIGITS, 20) && strlen(beneath) == 10 + strlen(w->name))
		return (size >= 17 && !memcmp(head, "redoubt-backup 1\n", 17)) || text_ends(w->name, ".new") ? NULL : "is not a manifest";
	if (text_begins(beneath, "heads/") && name_is(w->name, "0123456789-", 41) && strlen(beneath) == 6 + strlen(w->name))
		return (size >= 22 && !memcmp(head, "redoubt-backup-head 1\n", 22)) || text_ends(w->name, ".new") ? NULL : "is not a head";
	return "is none of ours: neither an object nor a manifest nor a head";
}

static int object_visit(void *context, const struct walk_entry *w)
{
	struct sealing *s = context;
	uint8_t head[HEAD_SIZE] = { 0 };
	const char *beneath = w->path + strlen(s->folder);
	if (S_ISDIR(w->status->st_mode))
		return 0;
	while (*beneath == '/')
		beneath++;
	s->objects++;
	const char *wrong = S_ISREG(w->status->st_mode) ? found_wrong(w, beneath, head, first_bytes(w, head, sizeof head)) :
							   "is a link, a pipe or a device: what a backup writes is none of them";
	if (wrong)
		found_fail(s->e, "move it out of the destination", "%s %s", w->path, wrong);
	return 0;
}

// --- keys on the host ----------------------------------------------------------------------------------------------

struct own_key {
	const char *name;
	uint8_t bytes[SECRET_SIZE];
};

struct seeking {
	struct examination *e;
	const struct recovery *keys;
	struct own_key own[KEYS_MAX];
	size_t own_count;
	const char *own_folder;
	size_t tried;
	uint8_t text[TEXT_MAX + 1];
};

// 32 bytes that give one of the recovery keys' public halves are a recovery key.
static void seed_try(struct seeking *s, const uint8_t seed[SECRET_SIZE], const char *path)
{
	uint8_t signing[32], public_key[32];
	if (s->tried >= CANDIDATES_MAX)
		return;
	if (++s->tried == CANDIDATES_MAX)
		found_unknown(s->e, "%u values of 32 bytes lie on the host: those after %s were not tried as a recovery key", CANDIDATES_MAX, path);
	hkdf_sha256(seed, SECRET_SIZE, NULL, 0, "redoubt/backup/recovery/ed25519/v1", signing, 32);
	ed25519_public(signing, public_key);
	explicit_bzero(signing, sizeof signing);
	for (size_t i = 0; i < s->keys->count; i++)
		if (!memcmp(public_key, s->keys->signing[i], 32))
			found_fail(s->e, "make a new recovery key elsewhere, seal again, and destroy this one",
				   "%s is a recovery key: it opens every backup, and lies on the host", path);
}

static void own_try(struct seeking *s, const uint8_t bytes[SECRET_SIZE], const char *path)
{
	for (size_t i = 0; i < s->own_count && !path_beneath(path, s->own_folder); i++)
		if (!memcmp(bytes, s->own[i].bytes, SECRET_SIZE))
			found_fail(s->e, "remove the copy, and rotate the key if others could read it", "%s is a copy of keys/%s", path, s->own[i].name);
}

static void value_try(struct seeking *s, const uint8_t bytes[SECRET_SIZE], const char *path)
{
	seed_try(s, bytes, path);
	own_try(s, bytes, path);
}

static bool is_base64(uint8_t c)
{
	return isalnum(c) || c == '+' || c == '/';
}

// A run of letters and digits: 64 hex digits, 0x before them or not, or 43 characters of base64, which 32 bytes are
// without their padding.
static void run_try(struct seeking *s, const char *at, size_t run, const char *path)
{
	uint8_t bytes[SECRET_SIZE + 2];
	char padded[45];
	size_t size = 0;
	const char *digits = run == 66 && at[0] == '0' && (at[1] == 'x' || at[1] == 'X') ? at + 2 : at;
	if (run == (size_t)(digits - at) + 64 && !hex_decode(digits, 64, bytes, SECRET_SIZE))
		value_try(s, bytes, path);
	if (run == 43) {
		snprintf(padded, sizeof padded, "%.43s=", at);
		if (!base64_decode(padded, 44, bytes, sizeof bytes, &size) && size == SECRET_SIZE)
			value_try(s, bytes, path);
	}
	explicit_bzero(bytes, sizeof bytes);
	explicit_bzero(padded, sizeof padded);
}

static void letters_try(struct seeking *s, const char *text, size_t size, const char *path)
{
	for (size_t at = 0, run; at < size; at += run + 1) {
		for (run = 0; at + run < size && is_base64((uint8_t)text[at + run]);)
			run++;
		if (run == 43 || run == 64 || run == 66)
			run_try(s, text + at, run, path);
	}
}

// A share of words proves itself by its checksum; two or three of them are the key. `size` from the first word on.
static bool share_at(const char *line, size_t size)
{
	struct slip39_share share;
	size_t words = 1;
	for (size_t i = 0; i < size; i++) {
		if (!islower((uint8_t)line[i]) && line[i] != ' ')
			return false;
		words += line[i] == ' ';
	}
	bool good = words >= SHARE_WORDS && words <= SLIP39_WORDS_MAX && slip39_share_parse(line, size, &share, NULL) == 0;
	explicit_bzero(&share, sizeof share);
	return good;
}

static void shares_try(struct seeking *s, const char *text, size_t size, const char *path)
{
	for (const char *line = text, *end; line < text + size; line = end + 1) {
		end = memchr(line, '\n', (size_t)(text + size - line));
		end = end ? end : text + size;
		const char *from = line, *to = end;
		while (from < to && !islower((uint8_t)*from)) // "1. word word", "  word word"
			from++;
		while (from < to && !islower((uint8_t)to[-1]))
			to--;
		if (to - from < SHARE_WORDS * 4 || to - from > SLIP39_TEXT_MAX || !share_at(from, (size_t)(to - from)))
			continue;
		found_fail(s->e, "bring the share to its holder, make the key anew if it lay here for long",
			   "%s has a share of a SLIP-39 secret: shares of the recovery key belong to people, not to the host", path);
		return;
	}
}

static int key_visit(void *context, const struct walk_entry *w)
{
	struct seeking *s = context;
	if (S_ISDIR(w->status->st_mode)) // what packages brought: thousands of lists, and no key of ours
		return !strcmp(w->path, "/var/lib/dpkg") || !strcmp(w->path, "/var/lib/apt");
	if (!S_ISREG(w->status->st_mode) || w->status->st_size < SECRET_SIZE || w->status->st_size > TEXT_MAX)
		return 0;
	size_t size = first_bytes(w, s->text, TEXT_MAX);
	s->text[size] = 0;
	bool text = !memchr(s->text, 0, size);
	if (size == SECRET_SIZE || (size == SECRET_SIZE + 1 && s->text[SECRET_SIZE] == '\n') ||
	    (size == SECRET_SIZE + 2 && !memcmp(s->text + SECRET_SIZE, "\r\n", 2)))
		value_try(s, s->text, w->path);
	if (text) {
		letters_try(s, (const char *)s->text, size, w->path);
		shares_try(s, (const char *)s->text, size, w->path);
	}
	explicit_bzero(s->text, size);
	return 0;
}

static int own_visit(void *context, const struct walk_entry *w)
{
	struct seeking *s = context;
	struct own_key *k = &s->own[s->own_count];
	if (s->own_count < KEYS_MAX && S_ISREG(w->status->st_mode) && w->status->st_size == SECRET_SIZE &&
	    first_bytes(w, k->bytes, SECRET_SIZE) == SECRET_SIZE) {
		k->name = host_copy(s->e->host, w->name, strlen(w->name));
		s->own_count++;
	}
	return 0;
}

static void keys_seek(struct examination *e, const struct catalogue *c, struct seeking *s)
{
	static const char *const PLACES[] = { "/boot", "/etc", "/home", "/media", "/opt", "/root", "/srv", "/tmp", "/usr/local",
					      "/var/backups", "/var/lib", "/var/mail", "/var/spool", "/var/tmp", "/var/www" };
	s->own_folder = host_print(e->host, "%s/keys", c->folder);
	look_walk(e, s->own_folder, own_visit, s);
	bool within = false;
	for (size_t i = 0; i < ARRAY_LEN(PLACES); i++) {
		look_walk(e, PLACES[i], key_visit, s);
		within |= path_beneath(c->folder, PLACES[i]);
	}
	if (!within)
		look_walk(e, c->folder, key_visit, s);
}

static void sealed_judge(struct examination *e, const struct catalogue *c)
{
	struct recovery keys;
	struct sealing s = { .e = e };
	struct seeking *k = secret_alloc(sizeof *k);
	if (!k || !recovery_read(e, c->folder, &keys)) {
		if (!k)
			found_unknown(e, "no locked memory to look at keys");
		secret_free(k);
		return;
	}
	for (size_t i = 0; i < c->count; i++) {
		s.folder = c->destination[i].folder;
		if (!look_walk(e, s.folder, object_visit, &s))
			found_unknown(e, "%s is not there to be looked at", s.folder);
	}
	*k = (struct seeking){ .e = e, .keys = &keys };
	keys_seek(e, c, k);
	found_read(e, "%zu files at the destinations, all sealed, manifests or heads; %zu values of 32 bytes on the host, none a recovery key",
		   s.objects, k->tried);
	secret_free(k);
}

void backups_sealed(struct examination *e)
{
	each_catalogue(e, sealed_judge);
}
