// SPDX-License-Identifier: Apache-2.0
// Makes a customer's API key: what goes into the entry, and the secret that
// only the customer gets to see.
#pragma once

#include "wire/control.h"

#define API_SECRET_SIZE 64 // characters of an HMAC secret
#define PRIVATE_PEM_MAX 256

struct made_key {
	struct key_add add;
	char secret[API_SECRET_SIZE + 1];  // KEY_HMAC
	char private_pem[PRIVATE_PEM_MAX]; // KEY_ED25519 when made here: PKCS#8, as openssl reads it
};

// Fills `size` characters of [0-9A-Za-z] and a NUL, uniformly.
void random_text(char *to, size_t size);

// Wipe the result when it was shown.
void key_make_hmac(struct made_key *key, uint32_t customer, uint8_t scopes, const uint8_t auth_public[32]);
void key_make_ed25519(struct made_key *key, uint32_t customer, uint8_t scopes);

// Reads an Ed25519 public key as PEM (SubjectPublicKeyInfo). 0, or 1 when it is none.
MUST_USE int public_pem_read(const char *pem, size_t size, uint8_t public_key[32]);
