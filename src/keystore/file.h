// SPDX-License-Identifier: Apache-2.0
// Inside this folder only: the sealed file's bytes (docs/PROTOCOL.keystore.md) and its keys.
#pragma once

#include "base/bytes.h"
#include "crypto/aead.h"
#include "crypto/argon2id.h"
#include "crypto/sha256.h"
#include "keystore/backend.h"

#define FILE_MAGIC	     "REDOUBTK"
#define FILE_MAGIC_SIZE	     8
#define FILE_VERSION	     1
#define FILE_COMMITMENT_SIZE 32
#define FILE_BODY_SIZE	     (2 + KEYSTORE_SECRET_MAX) // size and secret, zeros behind it
#define FILE_DATA_KEY_SIZE   32

enum { FILE_LOCK_PASSPHRASE = 1, FILE_LOCK_TOKEN = 2 };

// The fields in their order.
struct file {
	struct keystore_header header;
	uint8_t salt[ARGON2ID_SALT_SIZE];
	uint8_t nonce[AEAD_NONCE_SIZE];
	uint8_t wrapped[KEYSTORE_WRAPPED_MAX];
	size_t wrapped_size; // 0 without a token
	uint8_t commitment[FILE_COMMITMENT_SIZE];
	size_t header_size;	      // of all this, in the file: what is authenticated beside the body
	uint8_t body[FILE_BODY_SIZE]; // sealed
	uint8_t tag[AEAD_TAG_SIZE];
};

// Reads the bytes and checks all that needs no key. KEYSTORE_FORMAT to KEYSTORE_PARAMETERS.
MUST_USE int keystore_file_read(const void *bytes, size_t size, struct file *ret);
void file_header_write(const struct file *file, struct writer *w);

bool file_cost_valid(const struct keystore_cost *cost);
// 0 when the lock gives what the header needs and no more, else KEYSTORE_LOCK.
MUST_USE int file_lock_check(const struct keystore_header *header, const struct keystore_lock *lock);

// What opening and sealing compute on, in secret memory.
struct file_keys {
	uint8_t material[ARGON2ID_KEY_SIZE + FILE_DATA_KEY_SIZE]; // from the passphrase, then from the token
	struct {
		uint8_t sealing[AEAD_KEY_SIZE];
		uint8_t commitment[FILE_COMMITMENT_SIZE];
	} derived;
	uint8_t body[FILE_BODY_SIZE]; // open
};

// From the lock to file_keys.derived; the token's data key is in `material` already when sealing, and
// unwrapped here when opening. 0, KEYSTORE_WRONG, the token's answer, or -ENOMEM.
MUST_USE int file_keys_unlock(const struct file *file, const struct keystore_lock *lock,
			      struct file_keys *keys);
MUST_USE int file_keys_derive(const struct file *file, const struct keystore_lock *lock,
			      struct file_keys *keys);

// keystore_seal with its randomness given, for the tests of the written format.
struct file_random {
	uint8_t salt[ARGON2ID_SALT_SIZE];
	uint8_t nonce[AEAD_NONCE_SIZE];
	uint8_t data_key[FILE_DATA_KEY_SIZE];
};
MUST_USE int file_seal(const struct keystore_secret *secret, const struct keystore_lock *lock,
		       const struct file_random *random, uint8_t *to, size_t room, size_t *ret_size);
