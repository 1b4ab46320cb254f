// SPDX-License-Identifier: Apache-2.0
// BAK-04: on the host lies no recovery key in any of its spellings, nor a second copy of the exchange's own keys. The one
// walk over all files says which are small enough to be one; only those are opened.
#include "checks/backups/backups.h"

#include "base/text.h"
#include "bitcoin/slip39.h"
#include "checks/files/survey.h"
#include "crypto/ed25519.h"
#include "crypto/secret.h"
#include "crypto/sha256.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SECRET_SIZE SURVEY_SMALL_MIN
#define TEXT_MAX SURVEY_SMALL_MAX
#define KEYS_MAX 16
#define SHARE_WORDS 33       // of 32 bytes
#define FILES_MAX 16384u     // read: a server has some thousands so small where people put things
#define CANDIDATES_MAX 1000u // values of 32 bytes, a tenth of a second
#define KNOWN_SLOTS 4096u    // never more than a quarter of them taken

struct own_key {
	const char *name;
	uint8_t bytes[SECRET_SIZE];
};

struct fingerprint { uint8_t half[16]; }; // of SHA-256

struct seeking {
	struct examination *e;
	const struct recovery *keys;
	struct own_key own[KEYS_MAX];
	size_t own_count;
	const char *own_folder;
	struct fingerprint *known; // of what was tried: the same lock file lies in many places
	size_t tried;
	uint8_t text[TEXT_MAX + 1];
};

// Whether these 32 bytes were tried before; they are now.
static bool known_before(struct seeking *s, const uint8_t seed[SECRET_SIZE])
{
	static const struct fingerprint NONE;
	uint8_t digest[SHA256_SIZE];
	uint32_t at;
	sha256_of(seed, SECRET_SIZE, digest);
	memcpy(&at, digest, sizeof at);
	for (at %= KNOWN_SLOTS; memcmp(&s->known[at], &NONE, sizeof NONE); at = (at + 1) % KNOWN_SLOTS)
		if (!memcmp(&s->known[at], digest, sizeof NONE))
			return true;
	memcpy(&s->known[at], digest, sizeof NONE);
	return false;
}

// 32 bytes that give one of the recovery keys' public halves are a recovery key.
static void seed_try(struct seeking *s, const uint8_t seed[SECRET_SIZE], const char *path)
{
	uint8_t signing[32], public_key[32];
	if (s->tried >= CANDIDATES_MAX || known_before(s, seed))
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

static size_t file_read(const struct seeking *s, int directory, const char *name, uint8_t *to, size_t room)
{
	static const int FLAGS = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
	int fd = directory < 0 ? host_openat(s->e->host, name, FLAGS) : openat(directory, name, FLAGS | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : pread(fd, to, room, 0);
	if (fd >= 0)
		close(fd);
	return n > 0 ? (size_t)n : 0;
}

static void file_try(struct seeking *s, const char *path)
{
	size_t size = file_read(s, -1, path, s->text, TEXT_MAX);
	s->text[size] = 0;
	if (size == SECRET_SIZE || (size == SECRET_SIZE + 1 && s->text[SECRET_SIZE] == '\n') ||
	    (size == SECRET_SIZE + 2 && !memcmp(s->text + SECRET_SIZE, "\r\n", 2)))
		value_try(s, s->text, path);
	if (!memchr(s->text, 0, size)) {
		letters_try(s, (const char *)s->text, size, path);
		shares_try(s, (const char *)s->text, size, path);
	}
	explicit_bzero(s->text, size);
}

static int smaller_first(const void *a, const void *b)
{
	const struct survey_file *x = a, *y = b;
	return x->size != y->size ? x->size < y->size ? -1 : 1 : strcmp(x->path, y->path);
}

// The smallest first: a key by itself is 32 bytes, one in letters a hundred, and a share of words not three hundred.
static void files_try(struct seeking *s, const struct survey *survey)
{
	const struct survey_list *l = &survey->small;
	if (l->count)
		qsort(l->file, l->count, sizeof *l->file, smaller_first);
	for (size_t i = 0; i < l->count && i < FILES_MAX; i++)
		file_try(s, l->file[i].path);
	if (l->count > FILES_MAX)
		found_unknown(s->e, "not exhausted: %u of the smallest files were searched for keys of backups; %zu were not, the first is %s",
			      FILES_MAX, l->count - FILES_MAX, l->file[FILES_MAX].path);
	survey_gap_tell(s->e, &survey->keys_gap);
}

static int own_visit(void *context, const struct walk_entry *w)
{
	struct seeking *s = context;
	struct own_key *k = &s->own[s->own_count];
	if (s->own_count < KEYS_MAX && S_ISREG(w->status->st_mode) && w->status->st_size == SECRET_SIZE &&
	    file_read(s, w->directory, w->name, k->bytes, SECRET_SIZE) == SECRET_SIZE) {
		k->name = host_copy(s->e->host, w->name, strlen(w->name));
		s->own_count++;
	}
	return 0;
}

void backup_keys_seek(struct examination *e, const char *folder, const struct recovery *keys)
{
	struct seeking *s = secret_alloc(sizeof *s);
	if (!s) {
		found_unknown(e, "no locked memory to look at keys");
		return;
	}
	*s = (struct seeking){ .e = e, .keys = keys, .own_folder = host_print(e->host, "%s/keys", folder),
			       .known = host_alloc(e->host, KNOWN_SLOTS * sizeof *s->known) };
	look_walk(e, s->own_folder, own_visit, s);
	files_try(s, files_survey(e));
	found_read(e, "%zu values of 32 bytes on the host, none a recovery key", s->tried);
	secret_free(s);
}
