// SPDX-License-Identifier: Apache-2.0
// A keyed, almost-universal hash for in-memory tables and running digests:
// NH / multilinear (Lemire & Kaser, "Strongly universal string hashing is
// fast"; UMAC's NH). Not a cryptographic hash: an attacker who knows the key
// can make collisions, so the key comes from genesis and is never shown.
#pragma once

#include "base/base.h"

#define HASH_WORDS_MAX 16 // 64-bit words that one call can take

struct hash_key {
	uint64_t k[HASH_WORDS_MAX + 1];
};

// Expands a 32-byte seed into the key. Deterministic on every machine.
void hash_key_init(struct hash_key *key, const uint8_t seed[32]);

// Hashes 2n words (n pairs), 2n <= HASH_WORDS_MAX. Each pair costs one multiplication.
static inline uint64_t hash_pairs(const struct hash_key *key, const uint64_t *words, size_t pairs)
{
	uint64_t low = key->k[HASH_WORDS_MAX], high = 0;
	for (size_t i = 0; i < pairs; i++) {
		unsigned __int128 p = (unsigned __int128)(words[2 * i] + key->k[2 * i]) *
				      (words[2 * i + 1] + key->k[2 * i + 1]);
		low += (uint64_t)p;
		high += (uint64_t)(p >> 64);
	}
	uint64_t h = low ^ (high * 0x9e3779b97f4a7c15u);
	return h ^ (h >> 32);
}
