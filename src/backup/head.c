// SPDX-License-Identifier: Apache-2.0
#include "backup/head.h"

#include "backup/lines.h"
#include "base/text.h"
#include "crypto/ed25519.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define SIGNED_MAX (sizeof BACKUP_HEAD_DOMAIN + BACKUP_HEAD_SIZE_MAX)

static size_t signed_bytes(const char *text, size_t size, uint8_t to[SIGNED_MAX])
{
	memcpy(to, BACKUP_HEAD_DOMAIN, sizeof BACKUP_HEAD_DOMAIN);
	memcpy(to + sizeof BACKUP_HEAD_DOMAIN, text, size);
	return sizeof BACKUP_HEAD_DOMAIN + size;
}

size_t backup_head_write(const struct backup_head *h, const uint8_t seed[32], char to[BACKUP_HEAD_SIZE_MAX])
{
	static uint8_t bytes[SIGNED_MAX];
	char exchange[65], digest[65], hex[2 * ED25519_SIGNATURE_SIZE + 1];
	uint8_t signature[ED25519_SIGNATURE_SIZE];
	if (h->number == 0 || h->note_size > sizeof h->note)
		return 0;
	hex_encode(h->exchange, 32, exchange);
	hex_encode(h->digest, 32, digest);
	size_t size = (size_t)sprintf(to,
				      "redoubt-backup-head 1\nexchange %s\nnumber %" PRIu64 "\nmanifest %s\njournal %" PRIu64 " %" PRIu64
				      "\ntime %" PRIu64 "\ncheckpoint ",
				      exchange, h->number, digest, h->blocks, h->sequence, h->time_us);
	if (h->note_size)
		size += base64_encode(h->note, h->note_size, to + size);
	else
		to[size++] = '-';
	to[size++] = '\n';
	ed25519_sign(seed, bytes, signed_bytes(to, size, bytes), signature);
	hex_encode(signature, sizeof signature, hex);
	return size + (size_t)sprintf(to + size, "signature %s\n", hex);
}

static void note_read(struct lines *l, struct backup_head *h)
{
	size_t length;
	lines_begin(l, "checkpoint ");
	const char *text = lines_field(l, '\n', BACKUP_HEAD_SIZE_MAX, &length);
	if (l->failed || (length == 1 && *text == '-'))
		return;
	l->failed = length == 0 || base64_decode(text, length, (uint8_t *)h->note, sizeof h->note, &h->note_size) != 0;
}

enum backup_manifest_refusal backup_head_read(const char *text, size_t size, const uint8_t public_key[32],
					      struct backup_head *ret, size_t *ret_line)
{
	static struct backup_head h;
	static uint8_t bytes[SIGNED_MAX];
	uint8_t signature[ED25519_SIGNATURE_SIZE];
	struct lines l = { .at = text, .end = text + size, .failed = size > BACKUP_HEAD_SIZE_MAX };
	h = (struct backup_head){ 0 };
	lines_begin(&l, "redoubt-backup-head 1\n");
	lines_begin(&l, "exchange ");
	lines_hex(&l, '\n', h.exchange, sizeof h.exchange);
	lines_begin(&l, "number ");
	h.number = lines_number(&l, '\n');
	l.failed |= h.number == 0;
	lines_begin(&l, "manifest ");
	lines_hex(&l, '\n', h.digest, sizeof h.digest);
	lines_begin(&l, "journal ");
	h.blocks = lines_number(&l, ' ');
	h.sequence = lines_number(&l, '\n');
	lines_begin(&l, "time ");
	h.time_us = lines_number(&l, '\n');
	note_read(&l, &h);
	size_t signed_size = (size_t)(l.at - text);
	lines_begin(&l, "signature ");
	lines_hex(&l, '\n', signature, sizeof signature);
	*ret_line = l.number;
	if (l.failed || l.at != l.end)
		return BACKUP_MANIFEST_FORMAT;
	if (!ed25519_verify(public_key, bytes, signed_bytes(text, signed_size, bytes), signature))
		return BACKUP_MANIFEST_SIGNATURE;
	*ret = h;
	return BACKUP_MANIFEST_FINE;
}

bool backup_head_further(const struct backup_head *a, const struct backup_head *b)
{
	return b->number != a->number ? b->number > a->number : b->time_us > a->time_us;
}
