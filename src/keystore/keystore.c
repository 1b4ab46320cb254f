// SPDX-License-Identifier: Apache-2.0
// What is the same for every backend.
#include "crypto/secret.h"
#include "keystore/backend.h"

static const char *const texts[] = {
	[KEYSTORE_FINE] = "fine",
	[KEYSTORE_FORMAT] = "this is not a keystore file",
	[KEYSTORE_VERSION] =
		"this keystore file has a version that this program does not know: use a newer program",
	[KEYSTORE_TRUNCATED] = "the keystore file is cut off: take another copy",
	[KEYSTORE_TRAILING] = "the keystore file has bytes left over at its end: take another copy",
	[KEYSTORE_HEADER] = "the keystore file's header is malformed: take another copy",
	[KEYSTORE_PARAMETERS] =
		"the keystore file's Argon2id parameters are out of range: something else made or altered it",
	[KEYSTORE_LOCK] =
		"what was given is not what the keystore file needs: passphrase, token key, or both",
	[KEYSTORE_WRONG] = "wrong passphrase, another token, or the keystore file was altered",
	[KEYSTORE_LABEL] = "a label has 1 to 64 printable ASCII characters",
	[KEYSTORE_SECRET] = "a seed has 16 to 64 bytes, a key 32 that are valid on secp256k1",
	[KEYSTORE_ROOM] = "the room for the keystore file is too small",
	[KEYSTORE_PATH] = "this keystore has no key at that path: a fixed key has only the empty one",
	[KEYSTORE_UNABLE] = "this kind of keystore cannot do that",
	[TOKEN_MODULE] =
		"the PKCS#11 module is not there or does not start: check its path and its own configuration",
	[TOKEN_ABSENT] = "no token of that name is there: plug it in, or check its label",
	[TOKEN_AMBIGUOUS] = "several tokens or keys have that name: give a pkcs11: URI, or remove one",
	[TOKEN_PIN] = "the token refused the PIN",
	[TOKEN_LOCKED] = "the token's PIN is locked, or was never set: ask its security officer",
	[TOKEN_NO_KEY] = "the token has no such key",
	[TOKEN_KEY_EXISTS] = "the token has a key of that label already: choose another label",
	[TOKEN_WEAK_KEY] = "the token would hand this key out, or did not make it itself: make a new one",
	[TOKEN_CURVE] = "the token's key is not on secp256k1",
	[TOKEN_GONE] = "the token was removed or its session ended: plug it in and open it again",
	[TOKEN_FAULT] = "the token failed, or its signature does not verify",
};

const char *keystore_result_text(int result)
{
	if (result < 0)
		return result == -ENOMEM ? "not enough memory (locked memory counts: see ulimit -l)"
					 : "a fault inside the machine";
	return (size_t)result < ARRAY_LEN(texts) ? texts[result] : "unknown result";
}

bool keystore_label_valid(const char *label)
{
	size_t size = 0;
	for (; label[size]; size++)
		if (size == KEYSTORE_LABEL_MAX || label[size] < ' ' || label[size] > '~')
			return false;
	return size > 0;
}

void keystore_close(struct keystore *keystore)
{
	if (!keystore)
		return;
	secret_wipe(keystore, keystore->backend->size);
	secret_free(keystore);
}

enum keystore_kind keystore_kind(const struct keystore *keystore)
{
	return keystore->kind;
}

const char *keystore_label(const struct keystore *keystore)
{
	return keystore->label;
}

uint64_t keystore_created_s(const struct keystore *keystore)
{
	return keystore->created_s;
}

void keystore_fingerprint(const struct keystore *keystore, uint8_t ret[HD_FINGERPRINT_SIZE])
{
	memcpy(ret, keystore->fingerprint, HD_FINGERPRINT_SIZE);
}

int keystore_public(struct keystore *keystore, const struct path *path, struct hd_public *ret)
{
	return keystore->backend->public_key(keystore, path, ret);
}

int keystore_sign(struct keystore *keystore, const struct path *path, const uint8_t digest[32],
		  uint8_t raw[64])
{
	return keystore->backend->ecdsa(keystore, path, digest, raw);
}

int keystore_schnorr(struct keystore *keystore, const struct path *path, const struct taproot_tweak *tweak,
		     const uint8_t digest[32], const uint8_t random[32],
		     uint8_t signature[SCHNORR_SIGNATURE_SIZE])
{
	if (!keystore->backend->schnorr)
		return KEYSTORE_UNABLE;
	return keystore->backend->schnorr(keystore, path, tweak, digest, random, signature);
}

int keystore_export_seed(const struct keystore *keystore, const uint8_t **ret_seed, size_t *ret_size)
{
	struct keystore_secret secret;
	if (keystore->kind != KEYSTORE_SEED || !keystore->backend->secret)
		return KEYSTORE_UNABLE;
	keystore->backend->secret(keystore, &secret);
	*ret_seed = secret.bytes;
	*ret_size = secret.size;
	return 0;
}

int keystore_reseal(const struct keystore *keystore, const struct keystore_lock *lock, uint8_t *to,
		    size_t room, size_t *ret_size)
{
	struct keystore_secret secret;
	if (!keystore->backend->secret)
		return KEYSTORE_UNABLE;
	keystore->backend->secret(keystore, &secret);
	return keystore_seal(&secret, lock, to, room, ret_size);
}

// ---- as a PSBT's signer -------------------------------------------------
#define NOT_HELD 1 // psbt_signer's word for it

// Taproot's keys are compared without their first byte.
static int key_check(struct keystore *keystore, const struct path *path, const uint8_t key[PUBLIC_KEY_SIZE],
		     size_t skip)
{
	struct hd_public own;
	int result = keystore_public(keystore, path, &own);
	if (result == KEYSTORE_PATH)
		return NOT_HELD;
	if (result)
		return result;
	return memcmp(own.key + skip, key + skip, PUBLIC_KEY_SIZE - skip) == 0 ? 0 : NOT_HELD;
}

static int signer_ecdsa(void *context, const struct path *path, const uint8_t key[PUBLIC_KEY_SIZE],
			const uint8_t digest[32], uint8_t raw[64])
{
	int result = key_check(context, path, key, 0);
	return result ? result : keystore_sign(context, path, digest, raw);
}

static int signer_schnorr(void *context, const struct path *path, const uint8_t key[PUBLIC_KEY_SIZE],
			  const struct taproot_tweak *tweak, const uint8_t digest[32],
			  const uint8_t random[32], uint8_t signature[SCHNORR_SIGNATURE_SIZE])
{
	int result = key_check(context, path, key, 1);
	return result ? result : keystore_schnorr(context, path, tweak, digest, random, signature);
}

void keystore_psbt_signer(struct keystore *keystore, struct psbt_signer *ret)
{
	*ret = (struct psbt_signer){ .context = keystore, .ecdsa = signer_ecdsa, .schnorr = signer_schnorr };
	keystore_fingerprint(keystore, ret->fingerprint);
}
