// SPDX-License-Identifier: Apache-2.0
// The reader of keystore files. The lock is a token's stand-in that unwraps anything, so that the fuzzer gets
// past it without paying for Argon2id; files that want a passphrase are described only.
#include "crypto/secret.h"
#include "keystore/keystore.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int unwrap(void *context, const uint8_t *wrapped, size_t size, uint8_t key[32])
{
	for (size_t i = 0; i < 32; i++)
		key[i] = (uint8_t)(wrapped[i % size] ^ 0x5a);
	return 0;
}

static void use(struct keystore *keystore)
{
	static const struct path path = { { PATH_HARDENED, 1 }, 2 };
	static const uint8_t digest[32] = { 1 };
	struct hd_public key;
	uint8_t raw[64];
	int result = keystore_public(keystore, &path, &key);
	ASSERT(result == 0 || result == KEYSTORE_PATH);
	ASSERT(keystore_sign(keystore, &path, digest, raw) == result);
	keystore_close(keystore);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct keystore_wrap wrap = { .name = "fuzz", .unwrap = unwrap };
	static const struct keystore_lock lock = { .wrap = &wrap };
	static const uint8_t seed[32] = { 1 };
	static bool started;
	struct keystore_header header;
	struct keystore *keystore;
	if (!started) {
		ASSERT(crypto_init() == 0);
		curve_init(seed);
		started = true;
	}
	int result = keystore_describe(data, size, &header);
	int opened = keystore_open(data, size, &lock, &keystore);
	ASSERT(keystore_result_text(result) && keystore_result_text(opened));
	if (opened == 0)
		use(keystore);
	else
		ASSERT(result == 0 ? opened == KEYSTORE_LOCK || opened == KEYSTORE_WRONG : opened == result);
	return 0;
}
