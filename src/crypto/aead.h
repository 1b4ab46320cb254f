// SPDX-License-Identifier: Apache-2.0
// AES-256-GCM (NIST SP 800-38D) with a 12-byte nonce and a 16-byte tag, by
// OpenSSL; contexts are made once, before the sandbox closes.
#pragma once

#include "base/base.h"

#define AEAD_KEY_SIZE 32
#define AEAD_NONCE_SIZE 12
#define AEAD_TAG_SIZE 16

// Fetches the cipher. crypto_init calls it. 0 or negative errno.
MUST_USE int aead_init(void);

struct aead; // one key; not shared between threads

// NULL when memory or the cipher is missing.
struct aead *aead_new(const uint8_t key[AEAD_KEY_SIZE]);
void aead_free(struct aead *aead); // accepts NULL, wipes the key schedule

// Changes the key of an existing context without allocating.
MUST_USE int aead_rekey(struct aead *aead, const uint8_t key[AEAD_KEY_SIZE]);

// to may equal from. 0 or negative errno.
MUST_USE int aead_seal(struct aead *aead, const uint8_t nonce[AEAD_NONCE_SIZE], const void *associated,
		       size_t associated_size, const void *from, size_t size, void *to, uint8_t tag[AEAD_TAG_SIZE]);
// 0, 1 when the tag is wrong (to is then wiped), or negative errno.
MUST_USE int aead_open(struct aead *aead, const uint8_t nonce[AEAD_NONCE_SIZE], const void *associated,
		       size_t associated_size, const void *from, size_t size, void *to,
		       const uint8_t tag[AEAD_TAG_SIZE]);
