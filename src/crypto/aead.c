// SPDX-License-Identifier: Apache-2.0
#include "crypto/aead.h"

#include "crypto/secret.h"

#include <limits.h>
#include <openssl/evp.h>
#include <stdlib.h>

struct aead {
	EVP_CIPHER_CTX *context;
};

static EVP_CIPHER *cipher; // fetched once: a fetch may read files, which a sandbox forbids

int aead_init(void)
{
	if (!cipher)
		cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	return cipher ? 0 : -ENOSYS;
}

struct aead *aead_new(const uint8_t key[AEAD_KEY_SIZE])
{
	if (aead_init())
		return NULL;
	struct aead *aead = calloc(1, sizeof *aead);
	if (!aead)
		return NULL;
	aead->context = EVP_CIPHER_CTX_new();
	if (aead->context && EVP_EncryptInit_ex2(aead->context, cipher, key, NULL, NULL) == 1)
		return aead;
	aead_free(aead);
	return NULL;
}

void aead_free(struct aead *aead)
{
	if (!aead)
		return;
	EVP_CIPHER_CTX_free(aead->context); // wipes the key schedule
	free(aead);
}

int aead_rekey(struct aead *aead, const uint8_t key[AEAD_KEY_SIZE])
{
	return EVP_EncryptInit_ex2(aead->context, NULL, key, NULL, NULL) == 1 ? 0 : -EIO;
}

int aead_seal(struct aead *aead, const uint8_t nonce[AEAD_NONCE_SIZE], const void *associated,
	      size_t associated_size, const void *from, size_t size, void *to, uint8_t tag[AEAD_TAG_SIZE])
{
	int n;
	if (size > INT_MAX || associated_size > INT_MAX)
		return -EMSGSIZE;
	if (EVP_EncryptInit_ex2(aead->context, NULL, NULL, nonce, NULL) != 1)
		return -EIO;
	if (associated_size &&
	    EVP_EncryptUpdate(aead->context, NULL, &n, associated, (int)associated_size) != 1)
		return -EIO;
	if (size && EVP_EncryptUpdate(aead->context, to, &n, from, (int)size) != 1)
		return -EIO;
	uint8_t nothing[1];
	if (EVP_EncryptFinal_ex(aead->context, nothing, &n) != 1)
		return -EIO;
	return EVP_CIPHER_CTX_ctrl(aead->context, EVP_CTRL_AEAD_GET_TAG, AEAD_TAG_SIZE, tag) == 1 ? 0 : -EIO;
}

int aead_open(struct aead *aead, const uint8_t nonce[AEAD_NONCE_SIZE], const void *associated,
	      size_t associated_size, const void *from, size_t size, void *to, const uint8_t tag[AEAD_TAG_SIZE])
{
	int n;
	uint8_t expected[AEAD_TAG_SIZE], nothing[1];
	if (size > INT_MAX || associated_size > INT_MAX)
		return -EMSGSIZE;
	memcpy(expected, tag, sizeof expected);
	if (EVP_DecryptInit_ex2(aead->context, NULL, NULL, nonce, NULL) != 1)
		return -EIO;
	if (associated_size &&
	    EVP_DecryptUpdate(aead->context, NULL, &n, associated, (int)associated_size) != 1)
		return -EIO;
	if (size && EVP_DecryptUpdate(aead->context, to, &n, from, (int)size) != 1)
		return -EIO;
	if (EVP_CIPHER_CTX_ctrl(aead->context, EVP_CTRL_AEAD_SET_TAG, AEAD_TAG_SIZE, expected) != 1)
		return -EIO;
	if (EVP_DecryptFinal_ex(aead->context, nothing, &n) == 1)
		return 0;
	// Plaintext that nobody vouched for is not to be used by mistake.
	if (size)
		secret_wipe(to, size);
	return 1;
}
