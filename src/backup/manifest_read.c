// SPDX-License-Identifier: Apache-2.0
#include "backup/manifest.h"

#include "backup/lines.h"
#include "backup/manifest_sign.h"
#include "crypto/ed25519.h"

static void kind_field(struct lines *l, enum backup_manifest_kind *ret)
{
	size_t length;
	const char *text = lines_field(l, '\n', 4, &length);
	if (length == 4 && memcmp(text, "full", 4) == 0)
		*ret = BACKUP_MANIFEST_FULL;
	else if (length == 4 && memcmp(text, "ship", 4) == 0)
		*ret = BACKUP_MANIFEST_SHIP;
	else
		l->failed = true;
}

static void head_read(struct lines *l, struct backup_manifest *m)
{
	lines_begin(l, "redoubt-backup 1\n");
	lines_begin(l, "exchange ");
	lines_hex(l, '\n', m->exchange, sizeof m->exchange);
	lines_begin(l, "number ");
	m->number = lines_number(l, '\n');
	l->failed |= m->number == 0;
	lines_begin(l, "previous ");
	lines_hex(l, '\n', m->previous, sizeof m->previous);
	lines_begin(l, "kind ");
	kind_field(l, &m->kind);
	lines_begin(l, "time ");
	m->time_us = lines_number(l, '\n');
	lines_begin(l, "journal ");
	m->blocks = lines_number(l, ' ');
	m->sequence = lines_number(l, ' ');
	lines_hex(l, '\n', m->leaf_hash, sizeof m->leaf_hash);
}

static void item_read(struct lines *l, const struct backup_manifest_item *before, struct backup_manifest_item *ret)
{
	size_t length;
	lines_begin(l, "item ");
	const char *name = lines_field(l, ' ', BACKUP_MANIFEST_NAME_MAX, &length);
	memcpy(ret->name, name, length);
	ret->name[length] = 0;
	l->failed |= strlen(ret->name) != length || !backup_manifest_name_valid(ret->name) ||
		     (before && strcmp(before->name, ret->name) >= 0);
	ret->sum.sealed_size = lines_number(l, ' ');
	lines_hex(l, ' ', ret->sum.sealed_digest, SHA256_SIZE);
	ret->sum.plain_size = lines_number(l, ' ');
	lines_hex(l, '\n', ret->sum.plain_digest, SHA256_SIZE);
}

static enum backup_manifest_refusal read_lines(struct lines *l, struct backup_manifest *m, size_t room, const char **ret_signed)
{
	head_read(l, m);
	while (lines_begins(l, "item ")) {
		if (m->item_count == room)
			return BACKUP_MANIFEST_ITEMS;
		item_read(l, m->item_count ? &m->items[m->item_count - 1] : NULL, &m->items[m->item_count]);
		m->item_count++;
	}
	lines_begin(l, "items ");
	if (lines_number(l, '\n') != m->item_count)
		l->failed = true;
	*ret_signed = l->at;
	return l->failed ? BACKUP_MANIFEST_FORMAT : BACKUP_MANIFEST_FINE;
}

// All but whether the signature is right.
static enum backup_manifest_refusal read_text(const char *text, size_t size, struct backup_manifest *m, size_t room, const char **ret_signed,
					      uint8_t signature[ED25519_SIGNATURE_SIZE], size_t *ret_line)
{
	struct lines l = { .at = text, .end = text + size };
	*ret_signed = text;
	enum backup_manifest_refusal refusal =
		read_lines(&l, m, room < BACKUP_MANIFEST_ITEMS_MAX ? room : BACKUP_MANIFEST_ITEMS_MAX, ret_signed);
	if (!refusal) {
		lines_begin(&l, "signature ");
		lines_hex(&l, '\n', signature, ED25519_SIGNATURE_SIZE);
		if (l.failed || l.at != l.end)
			refusal = BACKUP_MANIFEST_FORMAT;
	}
	*ret_line = l.number;
	return refusal;
}

enum backup_manifest_refusal backup_manifest_read(const char *text, size_t size, const uint8_t public_key[32],
				    struct backup_manifest_item *items, size_t item_room, struct backup_manifest *ret, size_t *ret_line)
{
	struct backup_manifest m = { .items = items };
	uint8_t signature[ED25519_SIGNATURE_SIZE], bytes[BACKUP_MANIFEST_SIGNED_SIZE];
	const char *signed_end;
	enum backup_manifest_refusal refusal = read_text(text, size, &m, item_room, &signed_end, signature, ret_line);
	if (refusal)
		return refusal;
	backup_manifest_signed_bytes(text, (size_t)(signed_end - text), bytes);
	if (!ed25519_verify(public_key, bytes, sizeof bytes, signature))
		return BACKUP_MANIFEST_SIGNATURE;
	*ret = m;
	return BACKUP_MANIFEST_FINE;
}

enum backup_manifest_refusal backup_manifest_read_pinned(const char *text, size_t size, const uint8_t digest[SHA256_SIZE],
							 struct backup_manifest_item *items, size_t item_room,
							 struct backup_manifest *ret, size_t *ret_line)
{
	struct backup_manifest m = { .items = items };
	uint8_t signature[ED25519_SIGNATURE_SIZE], found[SHA256_SIZE];
	const char *signed_end;
	backup_manifest_digest(text, size, found);
	*ret_line = 0;
	if (memcmp(found, digest, SHA256_SIZE))
		return BACKUP_MANIFEST_GAP;
	enum backup_manifest_refusal refusal = read_text(text, size, &m, item_room, &signed_end, signature, ret_line);
	if (!refusal)
		*ret = m;
	return refusal;
}
