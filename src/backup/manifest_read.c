// SPDX-License-Identifier: Apache-2.0
// The strict reader: each line at its place, each field in its one spelling.
#include "backup/manifest.h"

#include "backup/manifest_sign.h"
#include "base/text.h"
#include "crypto/ed25519.h"

struct lines {
	const char *at, *end;
	size_t number; // of the line begun last
	bool failed;
};

// "word " at the beginning of a line.
static void begin(struct lines *l, const char *word)
{
	size_t size = strlen(word);
	l->number++;
	if (l->failed || (size_t)(l->end - l->at) < size || memcmp(l->at, word, size) != 0)
		l->failed = true;
	else
		l->at += size;
}

static bool begins(const struct lines *l, const char *word)
{
	size_t size = strlen(word);
	return !l->failed && (size_t)(l->end - l->at) >= size && memcmp(l->at, word, size) == 0;
}

// Up to `after`, which is passed over; at most `max` characters.
static const char *field(struct lines *l, char after, size_t max, size_t *ret_size)
{
	size_t left = (size_t)(l->end - l->at);
	const char *start = l->at, *stop = l->failed ? NULL : memchr(start, after, left < max + 1 ? left : max + 1);
	if (!stop) {
		l->failed = true;
		*ret_size = 0;
		return start;
	}
	l->at = stop + 1;
	*ret_size = (size_t)(stop - start);
	return start;
}

static void hex_field(struct lines *l, char after, uint8_t *to, size_t size)
{
	size_t length;
	const char *text = field(l, after, 2 * size, &length);
	for (size_t i = 0; i < length; i++) // one spelling: lower case
		l->failed |= text[i] >= 'A' && text[i] <= 'F';
	if (l->failed || hex_decode(text, length, to, size))
		l->failed = true;
}

static uint64_t number_field(struct lines *l, char after)
{
	size_t length;
	const char *text = field(l, after, 20, &length);
	uint64_t value = 0;
	bool good = length > 0 && (text[0] != '0' || length == 1);
	for (size_t i = 0; i < length && good; i++)
		good = text[i] >= '0' && text[i] <= '9' && !__builtin_mul_overflow(value, 10, &value) &&
		       !__builtin_add_overflow(value, (uint64_t)(text[i] - '0'), &value);
	l->failed |= !good;
	return l->failed ? 0 : value;
}

static void kind_field(struct lines *l, enum backup_manifest_kind *ret)
{
	size_t length;
	const char *text = field(l, '\n', 4, &length);
	if (length == 4 && memcmp(text, "full", 4) == 0)
		*ret = BACKUP_MANIFEST_FULL;
	else if (length == 4 && memcmp(text, "ship", 4) == 0)
		*ret = BACKUP_MANIFEST_SHIP;
	else
		l->failed = true;
}

static void head_read(struct lines *l, struct backup_manifest *m)
{
	begin(l, "redoubt-backup 1\n");
	begin(l, "exchange ");
	hex_field(l, '\n', m->exchange, sizeof m->exchange);
	begin(l, "number ");
	m->number = number_field(l, '\n');
	l->failed |= m->number == 0;
	begin(l, "previous ");
	hex_field(l, '\n', m->previous, sizeof m->previous);
	begin(l, "kind ");
	kind_field(l, &m->kind);
	begin(l, "time ");
	m->time_us = number_field(l, '\n');
	begin(l, "journal ");
	m->blocks = number_field(l, ' ');
	m->sequence = number_field(l, ' ');
	hex_field(l, '\n', m->leaf_hash, sizeof m->leaf_hash);
}

static void item_read(struct lines *l, const struct backup_manifest_item *before, struct backup_manifest_item *ret)
{
	size_t length;
	begin(l, "item ");
	const char *name = field(l, ' ', BACKUP_MANIFEST_NAME_MAX, &length);
	memcpy(ret->name, name, length);
	ret->name[length] = 0;
	l->failed |= strlen(ret->name) != length || !backup_manifest_name_valid(ret->name) ||
		     (before && strcmp(before->name, ret->name) >= 0);
	ret->sum.sealed_size = number_field(l, ' ');
	hex_field(l, ' ', ret->sum.sealed_digest, SHA256_SIZE);
	ret->sum.plain_size = number_field(l, ' ');
	hex_field(l, '\n', ret->sum.plain_digest, SHA256_SIZE);
}

static enum backup_manifest_refusal read_lines(struct lines *l, struct backup_manifest *m, size_t room, const char **ret_signed)
{
	head_read(l, m);
	while (begins(l, "item ")) {
		if (m->item_count == room)
			return BACKUP_MANIFEST_ITEMS;
		item_read(l, m->item_count ? &m->items[m->item_count - 1] : NULL, &m->items[m->item_count]);
		m->item_count++;
	}
	begin(l, "items ");
	if (number_field(l, '\n') != m->item_count)
		l->failed = true;
	*ret_signed = l->at;
	return l->failed ? BACKUP_MANIFEST_FORMAT : BACKUP_MANIFEST_FINE;
}

enum backup_manifest_refusal backup_manifest_read(const char *text, size_t size, const uint8_t public_key[32],
				    struct backup_manifest_item *items, size_t item_room, struct backup_manifest *ret, size_t *ret_line)
{
	struct lines l = { .at = text, .end = text + size };
	struct backup_manifest m = { .items = items };
	uint8_t signature[ED25519_SIGNATURE_SIZE], bytes[BACKUP_MANIFEST_SIGNED_SIZE];
	const char *signed_end = text;
	enum backup_manifest_refusal refusal =
		read_lines(&l, &m, item_room < BACKUP_MANIFEST_ITEMS_MAX ? item_room : BACKUP_MANIFEST_ITEMS_MAX, &signed_end);
	if (!refusal) {
		begin(&l, "signature ");
		hex_field(&l, '\n', signature, sizeof signature);
		if (l.failed || l.at != l.end)
			refusal = BACKUP_MANIFEST_FORMAT;
	}
	*ret_line = l.number;
	if (refusal)
		return refusal;
	backup_manifest_signed_bytes(text, (size_t)(signed_end - text), bytes);
	if (!ed25519_verify(public_key, bytes, sizeof bytes, signature))
		return BACKUP_MANIFEST_SIGNATURE;
	*ret = m;
	return BACKUP_MANIFEST_FINE;
}
