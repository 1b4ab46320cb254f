// SPDX-License-Identifier: Apache-2.0
#include "evm/keccak.h"

#include "crypto/secret.h"

#define ROUNDS 24
#define LANES 25

// FIPS 202 section 3.2.5: the bits of an LFSR, one constant a round.
static const uint64_t round_constants[ROUNDS] = {
	0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b,
	0x0000000080000001, 0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088,
	0x0000000080008009, 0x000000008000000a, 0x000000008000808b, 0x800000000000008b, 0x8000000000008089,
	0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
	0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
};

// Rho and pi in one walk (section 3.2.2 and 3.2.3): the lane at `to[i]` takes
// the one before it on the walk, turned left by `by[i]`.
static const uint8_t walk_to[LANES - 1] = { 10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14,
					    22, 9, 6, 1 };
static const uint8_t walk_by[LANES - 1] = { 1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18,
					    39, 61, 20, 44 };

static uint64_t turn_left(uint64_t v, unsigned by)
{
	return v << by | v >> (64 - by);
}

static void theta(uint64_t a[LANES])
{
	uint64_t column[5];
	for (size_t x = 0; x < 5; x++)
		column[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
	for (size_t x = 0; x < 5; x++) {
		uint64_t d = column[(x + 4) % 5] ^ turn_left(column[(x + 1) % 5], 1);
		for (size_t y = 0; y < LANES; y += 5)
			a[x + y] ^= d;
	}
}

static void rho_pi(uint64_t a[LANES])
{
	uint64_t carried = a[1];
	for (size_t i = 0; i < LANES - 1; i++) {
		uint64_t next = a[walk_to[i]];
		a[walk_to[i]] = turn_left(carried, walk_by[i]);
		carried = next;
	}
}

static void chi(uint64_t a[LANES])
{
	for (size_t y = 0; y < LANES; y += 5) {
		uint64_t row[5];
		memcpy(row, a + y, sizeof row);
		for (size_t x = 0; x < 5; x++)
			a[x + y] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
	}
}

static void permute(uint64_t a[LANES])
{
	for (size_t round = 0; round < ROUNDS; round++) {
		theta(a);
		rho_pi(a);
		chi(a);
		a[0] ^= round_constants[round];
	}
}

static void absorb(struct keccak256 *k, uint8_t byte)
{
	k->state[k->at / 8] ^= (uint64_t)byte << (8 * (k->at % 8));
	if (++k->at == KECCAK256_RATE) {
		permute(k->state);
		k->at = 0;
	}
}

void keccak256_init(struct keccak256 *k)
{
	*k = (struct keccak256){ 0 };
}

void keccak256_update(struct keccak256 *k, const void *data, size_t size)
{
	const uint8_t *at = data;
	ASSERT(k->at < KECCAK256_RATE);
	while (size && k->at) {
		absorb(k, *at++);
		size--;
	}
	for (; size >= KECCAK256_RATE; at += KECCAK256_RATE, size -= KECCAK256_RATE) {
		for (size_t i = 0; i < KECCAK256_RATE / 8; i++) {
			uint64_t lane;
			memcpy(&lane, at + 8 * i, sizeof lane);
			k->state[i] ^= lane;
		}
		permute(k->state);
	}
	while (size--)
		absorb(k, *at++);
}

void keccak256_final(struct keccak256 *k, uint8_t digest[KECCAK256_SIZE])
{
	k->state[k->at / 8] ^= (uint64_t)0x01 << (8 * (k->at % 8));
	k->state[KECCAK256_RATE / 8 - 1] ^= (uint64_t)0x80 << 56;
	permute(k->state);
	memcpy(digest, k->state, KECCAK256_SIZE);
	secret_wipe(k, sizeof *k);
}

void keccak256_of(const void *data, size_t size, uint8_t digest[KECCAK256_SIZE])
{
	struct keccak256 k;
	keccak256_init(&k);
	keccak256_update(&k, data, size);
	keccak256_final(&k, digest);
}
