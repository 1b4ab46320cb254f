// SPDX-License-Identifier: Apache-2.0
#include "keystore/held.h"

#include "crypto/secret.h"

struct held {
	struct keystore keystore;
	size_t seed_size; // 0 for a fixed key
	uint8_t seed[HD_SEED_MAX];
	struct hd_private master; // of a fixed key without chain code
	// The key derived last: a PSBT's signer asks for its public half, and then signs by it.
	struct path last_path;
	struct hd_private last;
	bool has_last;
};

static struct held *held_of(const struct keystore *keystore)
{
	return (struct held *)(uintptr_t)keystore;
}

static bool path_equal(const struct path *a, const struct path *b)
{
	return a->count == b->count && !memcmp(a->steps, b->steps, a->count * sizeof *a->steps);
}

// The key at a path, valid until the next call; it lies in the keystore's own memory. 0 or KEYSTORE_PATH.
static int derive(struct held *held, const struct path *path, const struct hd_private **ret)
{
	if (held->keystore.kind == KEYSTORE_FIXED && path->count)
		return KEYSTORE_PATH;
	if (!held->has_last || !path_equal(&held->last_path, path)) {
		held->has_last = false;
		if (hd_private_derive(&held->master, path, &held->last))
			return KEYSTORE_PATH;
		held->last_path = *path;
		held->has_last = true;
	}
	*ret = &held->last;
	return 0;
}

static int held_public(struct keystore *keystore, const struct path *path, struct hd_public *ret)
{
	const struct hd_private *at;
	int result = derive(held_of(keystore), path, &at);
	if (!result)
		*ret = at->public;
	return result;
}

static int held_ecdsa(struct keystore *keystore, const struct path *path, const uint8_t digest[32],
		      uint8_t raw[64])
{
	const struct hd_private *at;
	int result = derive(held_of(keystore), path, &at);
	if (!result)
		result = ecdsa_sign_raw_for(at->secret, at->public.key, digest, raw) ? -EIO : 0;
	return result;
}

static int held_schnorr(struct keystore *keystore, const struct path *path, const struct taproot_tweak *tweak,
			const uint8_t digest[32], const uint8_t random[32],
			uint8_t signature[SCHNORR_SIGNATURE_SIZE])
{
	const struct hd_private *at;
	int result = derive(held_of(keystore), path, &at);
	if (!result)
		result = taproot_schnorr(at->secret, tweak, digest, random, signature) ? -EIO : 0;
	return result;
}

static void held_secret(const struct keystore *keystore, struct keystore_secret *ret)
{
	const struct held *held = held_of(keystore);
	bool seed = keystore->kind == KEYSTORE_SEED;
	*ret = (struct keystore_secret){ .kind = keystore->kind,
					 .bytes = seed ? held->seed : held->master.secret,
					 .size = seed ? held->seed_size : SECRET_KEY_SIZE,
					 .label = keystore->label,
					 .created_s = keystore->created_s };
}

static const struct keystore_backend backend = { .public_key = held_public,
						 .ecdsa = held_ecdsa,
						 .schnorr = held_schnorr,
						 .secret = held_secret,
						 .size = sizeof(struct held) };

static int fill(struct held *held, const struct keystore_secret *secret)
{
	if (secret->kind == KEYSTORE_SEED) {
		if (hd_master(secret->bytes, secret->size, &held->master))
			return KEYSTORE_SECRET;
		memcpy(held->seed, secret->bytes, secret->size);
		held->seed_size = secret->size;
		return 0;
	}
	if (secret->kind != KEYSTORE_FIXED || secret->size != SECRET_KEY_SIZE ||
	    public_key_of(secret->bytes, held->master.public.key))
		return KEYSTORE_SECRET;
	memcpy(held->master.secret, secret->bytes, SECRET_KEY_SIZE);
	return 0;
}

int held_new(const struct keystore_secret *secret, struct keystore **ret)
{
	struct held *held = secret_alloc(sizeof *held);
	if (!held)
		return -ENOMEM;
	memset(held, 0, sizeof *held);
	held->keystore.backend = &backend;
	held->keystore.kind = secret->kind;
	held->keystore.created_s = secret->created_s;
	ASSERT(keystore_label_valid(secret->label)); // whoever calls this looked before
	memcpy(held->keystore.label, secret->label, strlen(secret->label));
	int result = fill(held, secret);
	if (result) {
		keystore_close(&held->keystore);
		return result;
	}
	hd_fingerprint(&held->master.public, held->keystore.fingerprint);
	*ret = &held->keystore;
	return 0;
}
