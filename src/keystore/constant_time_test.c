// SPDX-License-Identifier: Apache-2.0
// Secrets decide no branch and no address from the sealed body to the signature (base/constant_time_testing.h
// says how that is shown). Left out is Argon2id, whose second half looks up memory by the passphrase's hash
// by design.
#include "base/constant_time_testing.h"
#include "crypto/secret.h"
#include "keystore/file.h"
#include "keystore/held.h"

#ifdef CONSTANT_TIME_MARKS
static int wrap(void *context, const uint8_t key[32], uint8_t to[KEYSTORE_WRAPPED_MAX], size_t *ret_size)
{
	memset(to, 1, 40); // what a token would return says nothing of the key
	*ret_size = 40;
	return 0;
}

static void sealing(const struct keystore_secret *secret)
{
	static const struct keystore_wrap stand_in = { .name = "key", .wrap = wrap };
	static const struct keystore_lock lock = { .wrap = &stand_in };
	struct file_random random = { .salt = { 1 } };
	uint8_t to[KEYSTORE_FILE_MAX];
	size_t size;
	secret_fill(random.data_key, sizeof random.data_key);
	ASSERT(file_seal(secret, &lock, &random, to, sizeof to, &size) == 0);
}

static void signing(const struct keystore_secret *secret)
{
	static const uint8_t digest[32] = { 1 };
	static const struct path paths[] = { { .count = 0 }, { { PATH_HARDENED | 48, 3 }, 2 } };
	struct taproot_tweak tweak = { NULL };
	uint8_t random[32], raw[64], signature[SCHNORR_SIGNATURE_SIZE];
	struct hd_public public;
	struct keystore *keystore;
	secret_fill(random, sizeof random);
	ASSERT(held_new(secret, &keystore) == 0);
	for (size_t i = 0; i < (secret->kind == KEYSTORE_SEED ? 2 : 1); i++) {
		ASSERT(keystore_public(keystore, &paths[i], &public) == 0);
		ASSERT(keystore_sign(keystore, &paths[i], digest, raw) == 0);
		ASSERT(keystore_schnorr(keystore, &paths[i], NULL, digest, random, signature) == 0);
		ASSERT(keystore_schnorr(keystore, &paths[i], &tweak, digest, random, signature) == 0);
	}
	keystore_close(keystore);
}

static void all(void)
{
	static const uint8_t blind[32] = { 7 };
	uint8_t bytes[32];
	struct keystore_secret secret = { KEYSTORE_SEED, bytes, sizeof bytes, "label", 0 };
	ASSERT(crypto_init() == 0);
	curve_init(blind);
	secret_fill(bytes, sizeof bytes);
	sealing(&secret);
	signing(&secret);
	secret.kind = KEYSTORE_FIXED;
	sealing(&secret);
	signing(&secret);
}
#else
#define all NULL
#endif

int main(int argc, char **argv)
{
	return constant_time_main(argc, argv, all);
}
