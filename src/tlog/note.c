// SPDX-License-Identifier: Apache-2.0
#include "tlog/note.h"

#include "base/text.h"
#include "crypto/ed25519.h"
#include "crypto/sha256.h"
#include "tlog/utf8.h"

#include <stdio.h>

#define EM_DASH "\xe2\x80\x94 " // U+2014 and a space: a signature line begins with it

static bool name_valid(const char *name, size_t size)
{
	size_t at = 0;
	while (at < size) {
		uint32_t c;
		size_t n = utf8_decode(name + at, size - at, &c);
		if (n == 0 || c == '+' || c < 0x20 || utf8_is_space(c))
			return false;
		at += n;
	}
	return size > 0 && size <= NOTE_NAME_MAX;
}

static uint32_t big_endian_32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void put_big_endian(uint8_t *p, uint64_t v, unsigned bytes)
{
	while (bytes) {
		p[--bytes] = (uint8_t)v;
		v >>= 8;
	}
}

static uint32_t key_id(const char *name, size_t size, uint8_t type, const uint8_t public_key[32])
{
	struct sha256 s;
	uint8_t digest[32];
	sha256_init(&s);
	sha256_update(&s, name, size);
	sha256_update(&s, "\n", 1);
	sha256_update(&s, &type, 1);
	sha256_update(&s, public_key, 32);
	sha256_final(&s, digest);
	return big_endian_32(digest);
}

static bool type_known(uint8_t type)
{
	return type == NOTE_ED25519 || type == NOTE_COSIGNATURE;
}

static int key_make(const char *name, size_t size, uint8_t type, const uint8_t public_key[32], struct note_key *ret)
{
	if (!name_valid(name, size) || !type_known(type))
		return 1;
	memset(ret, 0, sizeof *ret);
	memcpy(ret->name, name, size);
	ret->type = type;
	ret->id = key_id(name, size, type, public_key);
	memcpy(ret->public_key, public_key, 32);
	return 0;
}

int note_key_make(const char *name, uint8_t type, const uint8_t public_key[32], struct note_key *ret)
{
	return key_make(name, strlen(name), type, public_key, ret);
}

int note_key_parse(const char *vkey, size_t length, struct note_key *ret)
{
	uint8_t id[4], key[33];
	size_t key_size;
	const char *plus = memchr(vkey, '+', length);
	if (!plus)
		return 1;
	size_t name_size = (size_t)(plus - vkey), left = length - name_size;
	// Ids are lower case: one key, one text.
	char id_text[9];
	struct note_key parsed;
	if (left < 10 || plus[9] != '+' || hex_decode(plus + 1, 8, id, 4))
		return 1;
	hex_encode(id, 4, id_text);
	if (memcmp(id_text, plus + 1, 8) || base64_decode(plus + 10, left - 10, key, sizeof key, &key_size) ||
	    key_size != sizeof key)
		return 1;
	if (key_make(vkey, name_size, key[0], key + 1, &parsed) || parsed.id != big_endian_32(id))
		return 1;
	*ret = parsed;
	return 0;
}

size_t note_key_format(const struct note_key *key, char to[NOTE_VKEY_MAX])
{
	uint8_t material[33];
	char text[BASE64_SIZE(sizeof material)];
	material[0] = key->type;
	memcpy(material + 1, key->public_key, 32);
	base64_encode(material, sizeof material, text);
	return (size_t)snprintf(to, NOTE_VKEY_MAX, "%s+%08x+%s", key->name, (unsigned)key->id, text);
}

// What a key signs: the text, for a cosignature after two lines of its own.
// Returns the size, 0 when it is longer than a note may be.
static size_t signed_message(const struct note_key *key, const char *text, size_t text_size, uint64_t time_s,
			     char to[NOTE_SIZE_MAX + 64])
{
	int head = key->type == NOTE_COSIGNATURE
			   ? snprintf(to, 64, "cosignature/v1\ntime %llu\n", (unsigned long long)time_s)
			   : 0;
	if (text_size > NOTE_SIZE_MAX)
		return 0;
	memcpy(to + head, text, text_size);
	return (size_t)head + text_size;
}

size_t note_signature_line(const struct note_key *key, const uint8_t seed[32], const char *text, size_t text_size,
			   uint64_t time_s, char to[NOTE_LINE_MAX])
{
	char message[NOTE_SIZE_MAX + 64];
	uint8_t blob[4 + 8 + 64];
	char encoded[BASE64_SIZE(sizeof blob)];
	size_t size = signed_message(key, text, text_size, time_s, message), at = 4;
	ASSERT(size > 0);
	put_big_endian(blob, key->id, 4);
	if (key->type == NOTE_COSIGNATURE) {
		put_big_endian(blob + 4, time_s, 8);
		at = 12;
	}
	ed25519_sign(seed, message, size, blob + at);
	base64_encode(blob, at + 64, encoded);
	return (size_t)snprintf(to, NOTE_LINE_MAX, EM_DASH "%s %s\n", key->name, encoded);
}

size_t note_sign(const struct note_key *key, const uint8_t seed[32], const char *text, size_t text_size, char *to,
		 size_t room)
{
	char line[NOTE_LINE_MAX];
	if (text_size == 0 || text_size > NOTE_SIZE_MAX || text[text_size - 1] != '\n')
		return 0;
	size_t line_size = note_signature_line(key, seed, text, text_size, 0, line);
	if (room < text_size + 1 + line_size + 1)
		return 0;
	memcpy(to, text, text_size);
	to[text_size] = '\n';
	memcpy(to + text_size + 1, line, line_size + 1);
	return text_size + 1 + line_size;
}

// ---- reading ----

static bool text_clean(const char *text, size_t size)
{
	for (size_t at = 0; at < size;) {
		uint32_t c;
		size_t n = utf8_decode(text + at, size - at, &c);
		if (n == 0 || (c < 0x20 && c != '\n'))
			return false;
		at += n;
	}
	return true;
}

// Where the signatures begin: behind the last empty line. 0 when there is none.
static size_t signatures_at(const char *note, size_t size)
{
	for (size_t i = size; i >= 2; i--) {
		if (note[i - 1] == '\n' && note[i - 2] == '\n')
			return i;
	}
	return 0;
}

#define BLOB_MAX 8192 // other kinds of signatures (post-quantum ones) are longer than ours

struct signature {
	const char *name;
	size_t name_size;
	uint32_t id;
	uint8_t blob[BLOB_MAX]; // key id included
	size_t blob_size;
};

// One line without its newline: "— name base64".
static bool signature_parse(const char *line, size_t size, struct signature *ret)
{
	size_t dash = sizeof EM_DASH - 1;
	if (size < dash || memcmp(line, EM_DASH, dash))
		return false;
	line += dash;
	size -= dash;
	const char *space = memchr(line, ' ', size);
	if (!space)
		return false;
	ret->name = line;
	ret->name_size = (size_t)(space - line);
	size_t encoded = size - ret->name_size - 1;
	if (!name_valid(ret->name, ret->name_size) ||
	    base64_decode(space + 1, encoded, ret->blob, sizeof ret->blob, &ret->blob_size) || ret->blob_size < 5)
		return false;
	ret->id = big_endian_32(ret->blob);
	return true;
}

static bool key_made(const struct note_key *key, const struct signature *s)
{
	return key->id == s->id && strlen(key->name) == s->name_size && !memcmp(key->name, s->name, s->name_size);
}

static bool signature_verify(const struct note_key *key, const struct signature *s, const char *text, size_t text_size,
			     uint64_t *ret_time)
{
	char message[NOTE_SIZE_MAX + 64];
	uint64_t time_s = 0;
	size_t head = key->type == NOTE_COSIGNATURE ? 12 : 4;
	if (s->blob_size != head + 64)
		return false;
	if (key->type == NOTE_COSIGNATURE)
		time_s = (uint64_t)big_endian_32(s->blob + 4) << 32 | big_endian_32(s->blob + 8);
	size_t size = signed_message(key, text, text_size, time_s, message);
	if (!size || !ed25519_verify(key->public_key, message, size, s->blob + head))
		return false;
	*ret_time = time_s;
	return true;
}

// 0, or 2 when a known key's signature is wrong. A key's second signature is not looked at.
static int signature_check(const struct signature *s, const char *text, const struct note_key *keys, size_t key_count,
			   struct note *found)
{
	for (size_t i = 0; i < key_count; i++) {
		if (!key_made(&keys[i], s) || found->verified >> i & 1)
			continue;
		if (!signature_verify(&keys[i], s, text, found->text_size, &found->time_s[i]))
			return 2;
		found->verified |= (uint64_t)1 << i;
	}
	return 0;
}

int note_verify(const char *note, size_t size, const struct note_key *keys, size_t key_count, struct note *ret)
{
	ASSERT(key_count <= 64);
	if (size > NOTE_SIZE_MAX || !text_clean(note, size) || size == 0 || note[size - 1] != '\n')
		return 1;
	size_t at = signatures_at(note, size);
	if (at == 0 || at == size)
		return 1;
	struct note found = { .text_size = at - 1 };
	struct signature signature;
	int wrong = 0;
	for (unsigned count = 0; at < size; count++) {
		const char *line_end = memchr(note + at, '\n', size - at);
		size_t line = (size_t)(line_end - (note + at));
		if (count == NOTE_SIGNATURES_MAX || !signature_parse(note + at, line, &signature))
			return 1;
		if (!wrong)
			wrong = signature_check(&signature, note, keys, key_count, &found);
		at += line + 1;
	}
	if (wrong)
		return wrong;
	if (!found.verified)
		return 3;
	*ret = found;
	return 0;
}
