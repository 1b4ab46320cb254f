// SPDX-License-Identifier: Apache-2.0
#include "opener.h"

#include "crypto/aead.h"
#include "crypto/secret.h"
#include "crypto/sha256.h"

#include <stdlib.h>

struct opener {
	const uint8_t *master;
	struct aead *aead;
	uint8_t key_of[32]; // incarnation that the aead is keyed for
	bool keyed;
	uint8_t (*seen)[32];
	uint64_t count;
};

struct opener *opener_new(const uint8_t master[32])
{
	struct opener *o = calloc(1, sizeof *o);
	uint8_t zero[32] = { 0 };
	if (!o)
		return NULL;
	o->master = master;
	o->aead = aead_new(zero);
	if (o->aead)
		return o;
	free(o);
	return NULL;
}

void opener_free(struct opener *o)
{
	if (!o)
		return;
	aead_free(o->aead);
	free(o->seen);
	free(o);
}

static int opener_key(struct opener *o, const uint8_t incarnation[32])
{
	uint8_t key[32];
	if (o->keyed && memcmp(o->key_of, incarnation, 32) == 0)
		return 0;
	hkdf_sha256(o->master, 32, incarnation, 32, "redoubt/journal/v1", key, sizeof key);
	int error = aead_rekey(o->aead, key);
	secret_wipe(key, sizeof key);
	memcpy(o->key_of, incarnation, 32);
	o->keyed = error == 0;
	return error;
}

int opener_open(struct opener *o, const struct frame *f, uint8_t plain[LEAF_MAX])
{
	uint8_t nonce[12];
	struct writer w = writer_over(nonce, sizeof nonce);
	write_u64(&w, f->number);
	write_u32(&w, f->kind);
	int error = opener_key(o, f->incarnation);
	if (error)
		return error;
	return aead_open(o->aead, nonce, f->associated, f->associated_size, f->cipher, f->plain_size, plain, f->tag);
}

bool opener_note(struct opener *o, const uint8_t incarnation[32])
{
	if (o->count && memcmp(o->seen[o->count - 1], incarnation, 32) == 0)
		return true;
	for (uint64_t i = 0; i < o->count; i++) {
		if (memcmp(o->seen[i], incarnation, 32) == 0)
			return false;
	}
	uint8_t(*grown)[32] = realloc(o->seen, (o->count + 1) * 32);
	ASSERT(grown);
	o->seen = grown;
	memcpy(o->seen[o->count++], incarnation, 32);
	return true;
}

uint64_t opener_count(const struct opener *o)
{
	return o->count;
}

bool header_key_fits(const uint8_t master[32], const uint8_t exchange[32], const uint8_t *head, size_t size,
		     const uint8_t key_check[32])
{
	uint8_t key[32], mac[32];
	struct hmac_key hmac;
	hkdf_sha256(master, 32, exchange, 32, "redoubt/journal/segment/v1", key, sizeof key);
	hmac_key_init(&hmac, key, sizeof key);
	hmac_sha256(&hmac, head, size, mac);
	secret_wipe(key, sizeof key);
	secret_wipe(&hmac, sizeof hmac);
	return equal_constant_time(mac, key_check, 32);
}
