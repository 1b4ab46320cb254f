// SPDX-License-Identifier: Apache-2.0
// crypto/aead.h by libsodium, for the static program: OpenSSL's EVP would bring its configuration, its loader
// of modules and its BIO, and with them socket() and getaddrinfo(), into a program that must not have them.
// libsodium's AES-256-GCM is the processor's own instructions (AES-NI and PCLMUL; x86 since about 2011), in constant
// time; on a machine without them aead_init says so and the signer does not start.
#include "crypto/aead.h"

#include <sodium.h>
#include <stdlib.h>

#include "crypto/secret.h"

_Static_assert(AEAD_KEY_SIZE == crypto_aead_aes256gcm_KEYBYTES, "the same cipher");
_Static_assert(AEAD_NONCE_SIZE == crypto_aead_aes256gcm_NPUBBYTES, "the same nonce");
_Static_assert(AEAD_TAG_SIZE == crypto_aead_aes256gcm_ABYTES, "the same tag");

struct aead {
	crypto_aead_aes256gcm_state state; // the key schedule
};

int aead_init(void)
{
	if (sodium_init() < 0)
		return -EIO;
	return crypto_aead_aes256gcm_is_available() ? 0 : -ENOTSUP;
}

struct aead *aead_new(const uint8_t key[AEAD_KEY_SIZE])
{
	struct aead *aead = secret_alloc(sizeof *aead); // a multiple of 16 that ends at a page: aligned as the state wants
	if (!aead)
		return NULL;
	ASSERT((uintptr_t)aead % 16 == 0);
	crypto_aead_aes256gcm_beforenm(&aead->state, key);
	return aead;
}

void aead_free(struct aead *aead)
{
	secret_free(aead);
}

int aead_rekey(struct aead *aead, const uint8_t key[AEAD_KEY_SIZE])
{
	return crypto_aead_aes256gcm_beforenm(&aead->state, key) ? -EIO : 0;
}

int aead_seal(struct aead *aead, const uint8_t nonce[AEAD_NONCE_SIZE], const void *associated, size_t associated_size,
	      const void *from, size_t size, void *to, uint8_t tag[AEAD_TAG_SIZE])
{
	return crypto_aead_aes256gcm_encrypt_detached_afternm(to, tag, NULL, from, size, associated, associated_size, NULL,
							      nonce, &aead->state) ? -EIO : 0;
}

int aead_open(struct aead *aead, const uint8_t nonce[AEAD_NONCE_SIZE], const void *associated, size_t associated_size,
	      const void *from, size_t size, void *to, const uint8_t tag[AEAD_TAG_SIZE])
{
	if (crypto_aead_aes256gcm_decrypt_detached_afternm(to, NULL, from, size, tag, associated, associated_size, nonce,
							   &aead->state) == 0)
		return 0;
	secret_wipe(to, size);
	return 1;
}
