// SPDX-License-Identifier: Apache-2.0
// The key is ChaCha20's keystream (RFC 8439) under the seed: base includes libc
// only, and the expansion must be the same on every machine for ever.
#include "base/hash.h"

static uint32_t rotate(uint32_t v, unsigned n)
{
	return v << n | v >> (32 - n);
}

static void quarter(uint32_t s[16], unsigned a, unsigned b, unsigned c, unsigned d)
{
	s[a] += s[b];
	s[d] = rotate(s[d] ^ s[a], 16);
	s[c] += s[d];
	s[b] = rotate(s[b] ^ s[c], 12);
	s[a] += s[b];
	s[d] = rotate(s[d] ^ s[a], 8);
	s[c] += s[d];
	s[b] = rotate(s[b] ^ s[c], 7);
}

static void keystream_block(const uint8_t seed[32], uint32_t counter, uint32_t to[16])
{
	uint32_t start[16] = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574, [12] = counter };
	memcpy(start + 4, seed, 32);
	memcpy(to, start, sizeof start);
	for (unsigned round = 0; round < 10; round++) {
		for (unsigned i = 0; i < 4; i++)
			quarter(to, i, 4 + i, 8 + i, 12 + i);
		for (unsigned i = 0; i < 4; i++)
			quarter(to, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
	}
	for (unsigned i = 0; i < 16; i++)
		to[i] += start[i];
}

void hash_key_init(struct hash_key *key, const uint8_t seed[32])
{
	uint32_t stream[3][16];
	_Static_assert(sizeof stream >= sizeof key->k, "three blocks of keystream are enough");
	for (uint32_t i = 0; i < 3; i++)
		keystream_block(seed, i, stream[i]);
	memcpy(key->k, stream, sizeof key->k);
}
