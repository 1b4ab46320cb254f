// SPDX-License-Identifier: Apache-2.0
// A baseline in memory and as text.
#include "host/baseline.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define BLOCK_SIZE ((size_t)1 << 20)

const char *const baseline_kind_name[BASELINE_KINDS] = {
	[BASELINE_DIRECTORY] = "directory", [BASELINE_FILE] = "file",     [BASELINE_GROUP] = "group",
	[BASELINE_LINK] = "link",           [BASELINE_LISTENER] = "listener", [BASELINE_LOGIN_KEY] = "login-key",
	[BASELINE_NODE] = "node",           [BASELINE_OWNER] = "owner",   [BASELINE_SETUID] = "setuid",
	[BASELINE_USER] = "user",
};

struct baseline_block {
	struct baseline_block *next;
	size_t used, size;
	char bytes[];
};

void baseline_free(struct baseline *b)
{
	for (struct baseline_block *block = b->blocks, *next; block; block = next) {
		next = block->next;
		free(block);
	}
	free(b->items);
	*b = (struct baseline){ 0 };
}

static char *room_for(struct baseline *b, size_t size)
{
	struct baseline_block *block = b->blocks;
	if (!block || block->size - block->used < size) {
		size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;
		block = malloc(sizeof *block + room);
		if (!block)
			return NULL;
		*block = (struct baseline_block){ .next = b->blocks, .size = room };
		b->blocks = block;
	}
	char *at = block->bytes + block->used;
	block->used += size;
	return at;
}

static bool plain(unsigned char c)
{
	return c > ' ' && c < 127 && c != '%';
}

const char *baseline_text(struct baseline *b, const char *raw)
{
	static const char DIGITS[] = "0123456789abcdef";
	size_t size = 1;
	for (const char *at = raw; *at; at++)
		size += plain((unsigned char)*at) ? 1 : 3;
	if (size > BASELINE_TEXT_MAX)
		return NULL;
	char *text = room_for(b, size), *to = text;
	for (const char *at = raw; text && *at; at++) {
		unsigned char c = (unsigned char)*at;
		if (plain(c)) {
			*to++ = *at;
			continue;
		}
		*to++ = '%';
		*to++ = DIGITS[c >> 4];
		*to++ = DIGITS[c & 15];
	}
	if (text)
		*to = 0;
	return text;
}

bool baseline_decode(const char *encoded, char *to)
{
	for (; *encoded; encoded++) {
		uint8_t byte;
		if (*encoded != '%') {
			*to++ = *encoded;
			continue;
		}
		if (!encoded[1] || !encoded[2] || hex_decode(encoded + 1, 2, &byte, 1) || !byte)
			return false;
		*to++ = (char)byte;
		encoded += 2;
	}
	*to = 0;
	return true;
}

int baseline_add(struct baseline *b, enum baseline_kind kind, const char *key, const char *value)
{
	if (!key || !value)
		return -ENOMEM;
	if (b->count == BASELINE_ITEMS_MAX)
		return -E2BIG;
	if (b->count == b->room) {
		size_t room = b->room ? 2 * b->room : 1024;
		struct baseline_item *grown = realloc(b->items, room * sizeof *grown);
		if (!grown)
			return -ENOMEM;
		b->items = grown;
		b->room = room;
	}
	b->items[b->count++] = (struct baseline_item){ kind, key, value };
	return 0;
}

int baseline_compare(const struct baseline_item *a, const struct baseline_item *b)
{
	return a->kind != b->kind ? (a->kind < b->kind ? -1 : 1) : strcmp(a->key, b->key);
}

static int item_order(const void *a, const void *b)
{
	return baseline_compare(a, b);
}

void baseline_sort(struct baseline *b)
{
	size_t kept = 0;
	if (b->count)
		qsort(b->items, b->count, sizeof *b->items, item_order);
	for (size_t i = 0; i < b->count; i++)
		if (!kept || baseline_compare(&b->items[kept - 1], &b->items[i]))
			b->items[kept++] = b->items[i];
	b->count = kept;
}

const struct baseline_item *baseline_find(const struct baseline *b, enum baseline_kind kind, const char *key)
{
	struct baseline_item wanted = { kind, key, "" };
	return b->count ? bsearch(&wanted, b->items, b->count, sizeof wanted, item_order) : NULL;
}

// --- writing -----------------------------------------------------------------------------------------------------

int baseline_write(const struct baseline *b, char **ret, size_t *ret_size)
{
	char previous[2 * SHA256_SIZE + 1];
	FILE *to = open_memstream(ret, ret_size);
	if (!to)
		return -ENOMEM;
	hex_encode(b->previous, SHA256_SIZE, previous);
	fprintf(to, "redoubt-baseline 1\nhost %s\nsequence %" PRIu64 "\nprevious %s\ntime %" PRIu64 "\n", b->host, b->sequence,
		previous, b->time);
	for (size_t i = 0; i < b->scope_count; i++)
		fprintf(to, "scope %s\n", b->scope[i]);
	for (size_t i = 0; i < b->count; i++)
		fprintf(to, "%s %s %s\n", baseline_kind_name[b->items[i].kind], b->items[i].key, b->items[i].value);
	fprintf(to, "items %zu\n", b->count);
	bool failed = ferror(to);
	if (fclose(to) || failed)
		return -ENOMEM;
	return 0;
}

static void signed_bytes(const char *text, size_t size, uint8_t to[sizeof BASELINE_DOMAIN + SHA256_SIZE])
{
	memcpy(to, BASELINE_DOMAIN, sizeof BASELINE_DOMAIN);
	sha256_of(text, size, to + sizeof BASELINE_DOMAIN);
}

void baseline_sign(const char *text, size_t size, const uint8_t seed[32], char line[BASELINE_SIGNATURE_SIZE + 1])
{
	uint8_t bytes[sizeof BASELINE_DOMAIN + SHA256_SIZE], signature[ED25519_SIGNATURE_SIZE];
	signed_bytes(text, size, bytes);
	ed25519_sign(seed, bytes, sizeof bytes, signature);
	memcpy(line, "signature ", 10);
	hex_encode(signature, sizeof signature, line + 10);
	memcpy(line + BASELINE_SIGNATURE_SIZE - 1, "\n", 2);
}

// --- reading -----------------------------------------------------------------------------------------------------

static const char *const REFUSALS[] = {
	[BASELINE_FINE] = "fine",
	[BASELINE_FORMAT] = "not a baseline",
	[BASELINE_UNSIGNED] = "not signed: it is a draft",
	[BASELINE_SIGNATURE] = "the signature is not this key's: altered, or another host's",
	[BASELINE_OLDER] = "older than the copy kept elsewhere: somebody put an old one back",
	[BASELINE_FORKED] = "not the copy's successor, nor its equal",
	[BASELINE_COPY_OLDER] = "newer than the copy kept elsewhere: renew the copy",
	[BASELINE_COPY_UNREADABLE] = "the copy kept elsewhere cannot be read",
};

const char *baseline_refusal_text(enum baseline_refusal refusal)
{
	ASSERT((size_t)refusal < ARRAY_LEN(REFUSALS));
	return REFUSALS[refusal];
}

struct source {
	const char *at, *end;
	size_t line;
};

// The next line without its newline, in the baseline's memory. NULL at the end, or when it has no newline, is too
// long, or holds what a line may not.
static char *line_next(struct baseline *b, struct source *s)
{
	const char *stop = s->at < s->end ? memchr(s->at, '\n', (size_t)(s->end - s->at)) : NULL;
	s->line++;
	if (!stop || stop - s->at > 2 * BASELINE_TEXT_MAX + 64)
		return NULL;
	size_t size = (size_t)(stop - s->at);
	for (size_t i = 0; i < size; i++)
		if ((unsigned char)s->at[i] < ' ' || (unsigned char)s->at[i] > 126)
			return NULL;
	char *line = room_for(b, size + 1);
	if (!line)
		return NULL;
	memcpy(line, s->at, size);
	line[size] = 0;
	s->at = stop + 1;
	return line;
}

// "NAME REST": the rest, when the line begins so.
static char *after(char *line, const char *name)
{
	size_t size = strlen(name);
	return line && !strncmp(line, name, size) && line[size] == ' ' ? line + size + 1 : NULL;
}

static bool number(const char *text, uint64_t *ret)
{
	size_t size = text ? strlen(text) : 0;
	if (!size || size > 19 || text[strspn(text, "0123456789")] || (*text == '0' && size > 1))
		return false;
	*ret = strtoull(text, NULL, 10);
	return true;
}

static bool word(const char *text)
{
	char decoded[BASELINE_TEXT_MAX];
	return text && *text && strlen(text) < BASELINE_TEXT_MAX && !strchr(text, ' ') && baseline_decode(text, decoded);
}

static bool head_read(struct baseline *b, struct source *s)
{
	const char *first = line_next(b, s), *v;
	if (!first || strcmp(first, "redoubt-baseline 1"))
		return false;
	if (!(v = after(line_next(b, s), "host")) || !word(v) || strlen(v) >= sizeof b->host)
		return false;
	strcpy(b->host, v);
	if (!number(after(line_next(b, s), "sequence"), &b->sequence) || !b->sequence)
		return false;
	if (!(v = after(line_next(b, s), "previous")) || hex_decode(v, strlen(v), b->previous, SHA256_SIZE))
		return false;
	return number(after(line_next(b, s), "time"), &b->time);
}

static bool kind_read(const char *line, enum baseline_kind *ret, size_t *ret_size)
{
	size_t size = strcspn(line, " ");
	for (int k = 0; k < BASELINE_KINDS; k++) {
		if (strlen(baseline_kind_name[k]) == size && !memcmp(line, baseline_kind_name[k], size)) {
			*ret = (enum baseline_kind)k;
			*ret_size = size;
			return line[size] == ' ';
		}
	}
	return false;
}

static int item_read(struct baseline *b, char *line)
{
	enum baseline_kind kind;
	size_t size;
	if (!kind_read(line, &kind, &size))
		return BASELINE_FORMAT;
	char *key = line + size + 1, *value = strchr(key, ' ');
	if (!value)
		return BASELINE_FORMAT;
	*value++ = 0;
	if (!word(key) || !word(value))
		return BASELINE_FORMAT;
	struct baseline_item item = { kind, key, value };
	if (b->count && baseline_compare(&b->items[b->count - 1], &item) >= 0)
		return BASELINE_FORMAT;
	return baseline_add(b, kind, key, value);
}

static int body_read(struct baseline *b, struct source *s)
{
	uint64_t count;
	int r = 0;
	for (char *line, *v; (line = line_next(b, s));) {
		if ((v = after(line, "items")))
			return number(v, &count) && count == b->count && s->at == s->end ? 0 : BASELINE_FORMAT;
		if ((v = after(line, "scope"))) {
			if (b->count || !word(v) || b->scope_count == BASELINE_SCOPE_MAX ||
			    (b->scope_count && strcmp(b->scope[b->scope_count - 1], v) >= 0))
				return BASELINE_FORMAT;
			b->scope[b->scope_count++] = v;
		} else if ((r = item_read(b, line))) {
			return r;
		}
	}
	return BASELINE_FORMAT;
}

static int signature_check(const char *text, size_t *size, const uint8_t *public_key)
{
	uint8_t bytes[sizeof BASELINE_DOMAIN + SHA256_SIZE], signature[ED25519_SIGNATURE_SIZE];
	bool there = *size > BASELINE_SIGNATURE_SIZE && text[*size - BASELINE_SIGNATURE_SIZE - 1] == '\n' &&
		     !memcmp(text + *size - BASELINE_SIGNATURE_SIZE, "signature ", 10) && text[*size - 1] == '\n';
	if (!there)
		return public_key ? BASELINE_UNSIGNED : 0;
	*size -= BASELINE_SIGNATURE_SIZE;
	if (!public_key)
		return 0;
	if (hex_decode(text + *size + 10, 2 * sizeof signature, signature, sizeof signature))
		return BASELINE_SIGNATURE;
	signed_bytes(text, *size, bytes);
	return ed25519_verify(public_key, bytes, sizeof bytes, signature) ? 0 : BASELINE_SIGNATURE;
}

int baseline_read(const char *text, size_t size, const uint8_t *public_key, struct baseline *ret, size_t *ret_line)
{
	struct baseline b = { 0 };
	*ret_line = 0;
	sha256_of(text, size, b.digest);
	if (size > BASELINE_SIZE_MAX)
		return BASELINE_FORMAT;
	int r = signature_check(text, &size, public_key);
	if (r)
		return r;
	struct source s = { text, text + size, 0 };
	r = head_read(&b, &s) ? body_read(&b, &s) : BASELINE_FORMAT;
	if (r) {
		*ret_line = s.line;
		baseline_free(&b);
		return r;
	}
	*ret = b;
	return 0;
}

enum baseline_refusal baseline_against_copy(const struct baseline *here, const struct baseline *copy)
{
	if (here->sequence < copy->sequence)
		return BASELINE_OLDER;
	if (here->sequence == copy->sequence)
		return memcmp(here->digest, copy->digest, SHA256_SIZE) ? BASELINE_FORKED : BASELINE_FINE;
	if (here->sequence == copy->sequence + 1 && memcmp(here->previous, copy->digest, SHA256_SIZE))
		return BASELINE_FORKED;
	return BASELINE_COPY_OLDER;
}

int baseline_key_read(const char *text, size_t size, uint8_t public_key[32])
{
	static const char HEAD[] = "redoubt-baseline-key 1 ";
	size_t head = sizeof HEAD - 1;
	if (size && text[size - 1] == '\n')
		size--;
	return size != head + 64 || memcmp(text, HEAD, head) ? 1 : hex_decode(text + head, 64, public_key, 32);
}
