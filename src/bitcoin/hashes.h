// SPDX-License-Identifier: Apache-2.0
// The three ways in which Bitcoin hashes: SHA-256 twice, RIPEMD-160 over
// SHA-256, and tagged SHA-256 (BIP340).
#pragma once

#include "bitcoin/span.h"
#include "crypto/ripemd160.h"
#include "crypto/sha256.h"

#define HASH160_SIZE RIPEMD160_SIZE

void hash256_of(const void *data, size_t size, uint8_t digest[SHA256_SIZE]);
void hash160_of(const void *data, size_t size, uint8_t digest[HASH160_SIZE]);

// Finishes a running SHA-256 and hashes its digest once more.
void hash256_final(struct sha256 *s, uint8_t digest[SHA256_SIZE]);

// Begins SHA-256 with SHA256(tag) twice; go on with sha256_update.
void tagged_init(struct sha256 *s, const char *tag);
void tagged_of(const char *tag, const void *data, size_t size, uint8_t digest[SHA256_SIZE]);
