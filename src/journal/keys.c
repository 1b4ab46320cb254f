// SPDX-License-Identifier: Apache-2.0
#include "journal/keys.h"

#include "crypto/secret.h"

int journal_keys_init(struct journal_keys *keys, const uint8_t master[32], const uint8_t exchange_id[32])
{
	uint8_t key[32];
	*keys = (struct journal_keys){ .master = secret_alloc(32) };
	if (!keys->master)
		return -ENOMEM;
	memcpy(keys->master, master, 32);
	hkdf_sha256(master, 32, exchange_id, 32, "redoubt/journal/segment/v1", key, sizeof key);
	hmac_key_init(&keys->header, key, sizeof key);
	keys->aead = aead_new(key); // rekeyed before its first use
	secret_wipe(key, sizeof key);
	if (keys->aead)
		return 0;
	journal_keys_clear(keys);
	return -ENOMEM;
}

void journal_keys_clear(struct journal_keys *keys)
{
	secret_free(keys->master);
	aead_free(keys->aead);
	secret_wipe(keys, sizeof *keys);
}

int journal_keys_use(struct journal_keys *keys, const uint8_t incarnation[32])
{
	if (keys->keyed && !memcmp(keys->incarnation, incarnation, 32))
		return 0;
	uint8_t key[AEAD_KEY_SIZE];
	keys->keyed = false;
	hkdf_sha256(keys->master, 32, incarnation, 32, "redoubt/journal/v1", key, sizeof key);
	int error = aead_rekey(keys->aead, key);
	secret_wipe(key, sizeof key);
	if (error)
		return error;
	memcpy(keys->incarnation, incarnation, 32);
	keys->keyed = true;
	return 0;
}

void journal_keys_check(const struct journal_keys *keys, const void *head, size_t size, uint8_t check[32])
{
	hmac_sha256(&keys->header, head, size, check);
}
