// SPDX-License-Identifier: Apache-2.0
#include "crypto/argon2id.h"

#include <sodium.h>

_Static_assert(ARGON2ID_SALT_SIZE == crypto_pwhash_argon2id_SALTBYTES, "sizes are libsodium's");

int argon2id(const char *password, size_t size, const uint8_t salt[ARGON2ID_SALT_SIZE], uint32_t memory_kib,
	     uint32_t passes, uint8_t key[ARGON2ID_KEY_SIZE])
{
	ASSERT(memory_kib >= 8 && passes >= 1 && size <= crypto_pwhash_argon2id_PASSWD_MAX);
	// With these arguments in range only the allocation can fail.
	return crypto_pwhash_argon2id(key, ARGON2ID_KEY_SIZE, password, size, salt, passes,
				      (size_t)memory_kib << 10, crypto_pwhash_argon2id_ALG_ARGON2ID13) == 0
		       ? 0
		       : -ENOMEM;
}
