// SPDX-License-Identifier: Apache-2.0
#include "backup/manifest.h"

#include "backup/manifest_sign.h"
#include "base/bytes.h"
#include "base/text.h"
#include "crypto/ed25519.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

const char *backup_manifest_refusal_text(enum backup_manifest_refusal refusal)
{
	static const char *const text[] = {
		[BACKUP_MANIFEST_FINE] = "it is whole",
		[BACKUP_MANIFEST_FORMAT] = "it is not a backup manifest of version 1, or was cut off",
		[BACKUP_MANIFEST_ITEMS] = "it lists more items than this program takes",
		[BACKUP_MANIFEST_SIGNATURE] = "it is not signed by this exchange's backup key: it was altered, or belongs elsewhere",
		[BACKUP_MANIFEST_EXCHANGE] = "it belongs to another exchange",
		[BACKUP_MANIFEST_GAP] = "it does not follow the manifest before it: one is missing, or an old one was put back",
		[BACKUP_MANIFEST_BACKWARDS] = "its journal is behind that of the manifest before it",
	};
	ASSERT((size_t)refusal < ARRAY_LEN(text));
	return text[refusal];
}

bool backup_manifest_name_valid(const char *name)
{
	size_t size = strlen(name);
	char before = '/';
	if (size < 1 || size > BACKUP_MANIFEST_NAME_MAX)
		return false;
	for (size_t i = 0; i < size; before = name[i++]) {
		char c = name[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
		// A part of a path neither begins with a dot nor is empty.
		if (!plain && (before == '/' || (c != '.' && c != '/') || (c == '/' && before == '.')))
			return false;
	}
	return before != '/' && before != '.';
}

void backup_manifest_digest(const char *text, size_t size, uint8_t digest[SHA256_SIZE])
{
	sha256_of(text, size, digest);
}

// Ed25519ph in all but name: the text may be tens of megabytes, so its digest is what is signed.
void backup_manifest_signed_bytes(const char *text, size_t size, uint8_t to[BACKUP_MANIFEST_SIGNED_SIZE])
{
	memcpy(to, BACKUP_MANIFEST_DOMAIN, sizeof BACKUP_MANIFEST_DOMAIN);
	sha256_of(text, size, to + sizeof BACKUP_MANIFEST_DOMAIN);
}

struct text {
	char *at, *end;
	bool failed;
};

PRINTF_LIKE(2, 3) static void put(struct text *t, const char *format, ...)
{
	va_list arguments;
	size_t room = (size_t)(t->end - t->at);
	va_start(arguments, format);
	int n = t->failed ? -1 : vsnprintf(t->at, room, format, arguments);
	va_end(arguments);
	if (n < 0 || (size_t)n >= room)
		t->failed = true;
	else
		t->at += n;
}

static void put_hex(struct text *t, const uint8_t *bytes, size_t size, char after)
{
	char hex[129];
	ASSERT(size <= 64);
	hex_encode(bytes, size, hex);
	put(t, "%s%c", hex, after);
}

static void put_item(struct text *t, const struct backup_manifest_item *item)
{
	put(t, "item %s %" PRIu64 " ", item->name, item->sum.sealed_size);
	put_hex(t, item->sum.sealed_digest, SHA256_SIZE, ' ');
	put(t, "%" PRIu64 " ", item->sum.plain_size);
	put_hex(t, item->sum.plain_digest, SHA256_SIZE, '\n');
}

static bool fields_valid(const struct backup_manifest *m)
{
	if (m->number == 0 || m->item_count > BACKUP_MANIFEST_ITEMS_MAX ||
	    (m->kind != BACKUP_MANIFEST_FULL && m->kind != BACKUP_MANIFEST_SHIP))
		return false;
	for (size_t i = 0; i < m->item_count; i++)
		if (!backup_manifest_name_valid(m->items[i].name) ||
		    (i && strcmp(m->items[i - 1].name, m->items[i].name) >= 0))
			return false;
	return true;
}

size_t backup_manifest_write(const struct backup_manifest *m, const uint8_t seed[32], char *to, size_t room)
{
	struct text t = { to, to + room, false };
	uint8_t signature[ED25519_SIGNATURE_SIZE], bytes[BACKUP_MANIFEST_SIGNED_SIZE];
	if (!fields_valid(m))
		return 0;
	put(&t, "redoubt-backup 1\nexchange ");
	put_hex(&t, m->exchange, sizeof m->exchange, '\n');
	put(&t, "number %" PRIu64 "\nprevious ", m->number);
	put_hex(&t, m->previous, sizeof m->previous, '\n');
	put(&t, "kind %s\ntime %" PRIu64 "\n", m->kind == BACKUP_MANIFEST_FULL ? "full" : "ship", m->time_us);
	put(&t, "journal %" PRIu64 " %" PRIu64 " ", m->blocks, m->sequence);
	put_hex(&t, m->leaf_hash, sizeof m->leaf_hash, '\n');
	for (size_t i = 0; i < m->item_count; i++)
		put_item(&t, &m->items[i]);
	put(&t, "items %zu\n", m->item_count);
	if (t.failed)
		return 0;
	backup_manifest_signed_bytes(to, (size_t)(t.at - to), bytes);
	ed25519_sign(seed, bytes, sizeof bytes, signature);
	put(&t, "signature ");
	put_hex(&t, signature, sizeof signature, '\n');
	return t.failed ? 0 : (size_t)(t.at - to);
}

enum backup_manifest_refusal backup_manifest_follows(const struct backup_manifest *before, const uint8_t before_digest[SHA256_SIZE],
				       const struct backup_manifest *next)
{
	if (memcmp(before->exchange, next->exchange, sizeof next->exchange) != 0)
		return BACKUP_MANIFEST_EXCHANGE;
	if (before->number == UINT64_MAX || next->number != before->number + 1 ||
	    memcmp(next->previous, before_digest, SHA256_SIZE) != 0)
		return BACKUP_MANIFEST_GAP;
	if (next->blocks < before->blocks || next->sequence < before->sequence || next->time_us < before->time_us)
		return BACKUP_MANIFEST_BACKWARDS;
	return BACKUP_MANIFEST_FINE;
}
