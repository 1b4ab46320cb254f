// SPDX-License-Identifier: Apache-2.0
#include "tree.h"

#include "base/text.h"
#include "crypto/ed25519.h"
#include "crypto/sha256.h"

#include <stdio.h>

static void join(const uint8_t left[32], const uint8_t right[32], uint8_t to[32])
{
	struct sha256 s;
	sha256_init(&s);
	sha256_update(&s, "\x01", 1);
	sha256_update(&s, left, 32);
	sha256_update(&s, right, 32);
	sha256_final(&s, to);
}

void tree_add(struct tree *t, const uint8_t leaf_hash[32])
{
	t->leaves++;
	t->stack[t->depth].height = 0;
	memcpy(t->stack[t->depth++].hash, leaf_hash, 32);
	while (t->depth > 1 && t->stack[t->depth - 2].height == t->stack[t->depth - 1].height) {
		t->depth--;
		join(t->stack[t->depth - 1].hash, t->stack[t->depth].hash, t->stack[t->depth - 1].hash);
		t->stack[t->depth - 1].height++;
	}
}

void tree_root(const struct tree *t, uint8_t root[32])
{
	uint8_t hash[32];
	sha256_of("", 0, hash);
	for (unsigned i = t->depth; i-- > 0;) {
		if (i == t->depth - 1)
			memcpy(hash, t->stack[i].hash, 32);
		else
			join(t->stack[i].hash, hash, hash);
	}
	memcpy(root, hash, 32);
}

static void key_id(const char *name, const uint8_t public_key[32], uint8_t id[4])
{
	struct sha256 s;
	uint8_t digest[32];
	sha256_init(&s);
	sha256_update(&s, name, strlen(name));
	sha256_update(&s, "\n\x01", 2);
	sha256_update(&s, public_key, 32);
	sha256_final(&s, digest);
	memcpy(id, digest, 4);
}

void vkey_format(const char *name, const uint8_t public_key[32], char to[128])
{
	uint8_t id[4], material[33] = { 1 };
	char hex[9], base64[BASE64_SIZE(33)];
	key_id(name, public_key, id);
	memcpy(material + 1, public_key, 32);
	hex_encode(id, 4, hex);
	base64_encode(material, 33, base64);
	snprintf(to, 128, "%s+%s+%s", name, hex, base64);
}

bool vkey_parse(const char *text, char name[64], uint8_t public_key[32])
{
	uint8_t material[33];
	size_t size;
	const char *plus = strchr(text, '+');
	if (!plus || plus == text || plus - text > 63 || strlen(plus) < 10 || plus[9] != '+')
		return false;
	if (base64_decode(plus + 10, strlen(plus + 10), material, 33, &size) || size != 33 || material[0] != 1)
		return false;
	char parsed[64] = "", again[128];
	memcpy(parsed, text, (size_t)(plus - text));
	vkey_format(parsed, material + 1, again);
	if (strcmp(again, text) != 0) // the id, too
		return false;
	memcpy(name, parsed, 64);
	memcpy(public_key, material + 1, 32);
	return true;
}

// The line that begins at *at, without its newline; *at moves behind it. NULL at the end.
static const char *line(const char *note, size_t size, size_t *at, size_t *ret_length)
{
	const char *start = note + *at, *newline = *at < size ? memchr(start, '\n', size - *at) : NULL;
	if (!newline)
		return NULL;
	*ret_length = (size_t)(newline - start);
	*at += *ret_length + 1;
	return start;
}

static bool decimal(const char *text, size_t length, uint64_t *ret)
{
	uint64_t v = 0;
	if (length == 0 || length > 18 || (length > 1 && text[0] == '0'))
		return false;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		v = 10 * v + (uint64_t)(text[i] - '0');
	}
	*ret = v;
	return true;
}

// "entries N": the first extension line, or none is it.
static bool count_parse(const char *text, size_t length, unsigned number, struct signed_head *ret)
{
	static const char word[] = "entries ";
	if (length < sizeof word - 2 || memcmp(text, word, sizeof word - 2) != 0)
		return true; // another extension
	if (number > 0 || length < sizeof word || text[sizeof word - 2] != ' ')
		return false;
	ret->counted = true;
	return decimal(text + sizeof word - 1, length - (sizeof word - 1), &ret->entries);
}

static const char *head_parse(const char *note, size_t size, size_t *ret_end, struct signed_head *ret)
{
	size_t at = 0, origin_size, number_size, root_size, empty_size, hash_size;
	const char *origin = line(note, size, &at, &origin_size), *number = line(note, size, &at, &number_size);
	const char *root = line(note, size, &at, &root_size);
	if (!origin || !number || !root || origin_size == 0 || origin_size > 63)
		return "is not a checkpoint";
	memset(ret, 0, sizeof *ret);
	memcpy(ret->origin, origin, origin_size);
	if (!decimal(number, number_size, &ret->size))
		return "has a size that is not a number";
	if (base64_decode(root, root_size, ret->root, 32, &hash_size) || hash_size != 32)
		return "has a root that is not a hash";
	for (unsigned extensions = 0;; extensions++) { // extension lines, then an empty one
		*ret_end = at;
		const char *extension = line(note, size, &at, &empty_size);
		if (!extension)
			return "has no signature";
		if (empty_size == 0)
			return NULL;
		if (!count_parse(extension, empty_size, extensions, ret))
			return "has a count of entries that is not a number, or two";
	}
}

// True when this line is the named key's and holds. *ret_wrong when it is the key's and does not.
static bool line_verifies(const char *text, size_t length, const char *name, const uint8_t public_key[32],
			  const char *message, size_t message_size, bool *ret_wrong)
{
	static const char dash[] = "\xe2\x80\x94 ";
	size_t name_size = strlen(name), head = sizeof dash - 1 + name_size + 1, size;
	uint8_t blob[68], id[4];
	if (length <= head || memcmp(text, dash, sizeof dash - 1) || memcmp(text + sizeof dash - 1, name, name_size) ||
	    text[head - 1] != ' ')
		return false;
	key_id(name, public_key, id);
	if (base64_decode(text + head, length - head, blob, sizeof blob, &size) || size < 4 || memcmp(blob, id, 4))
		return false;
	bool holds = size == sizeof blob && ed25519_verify(public_key, message, message_size, blob + 4);
	*ret_wrong |= !holds;
	return holds;
}

const char *signed_head_parse(const char *note, size_t size, const char *name, const uint8_t public_key[32],
			      struct signed_head *ret)
{
	struct signed_head head;
	size_t end, length;
	bool holds = false, wrong = false;
	const char *problem = head_parse(note, size, &end, &head);
	if (problem)
		return problem;
	size_t at = end + 1;
	for (const char *text; (text = line(note, size, &at, &length));)
		holds |= line_verifies(text, length, name, public_key, note, end, &wrong);
	if (at != size)
		return "is cut short";
	if (wrong)
		return "has a wrong signature of the log's key";
	if (!holds)
		return "is not signed by the log's key";
	if (strcmp(head.origin, name) != 0)
		return "is of another log";
	*ret = head;
	return NULL;
}
