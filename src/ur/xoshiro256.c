// SPDX-License-Identifier: Apache-2.0
// xoshiro256** 1.0 (Blackman and Vigna, 2018, public domain), as the fountain seeds and uses it.
#include "ur/fountain.h"

#include "crypto/sha256.h"

#include <float.h>

// Extended precision would round differently from the reference. 16 is what a processor with half floats says.
_Static_assert(FLT_EVAL_METHOD == 0 || FLT_EVAL_METHOD == 16, "doubles are computed as doubles");

static uint64_t rotate_left(uint64_t x, int k)
{
	return (x << k) | (x >> (64 - k));
}

void xoshiro256_init(struct xoshiro256 *rng, const void *seed, size_t size)
{
	uint8_t digest[SHA256_SIZE];
	sha256_of(seed, size, digest);
	for (int i = 0; i < 4; i++) {
		rng->s[i] = 0;
		for (int n = 0; n < 8; n++)
			rng->s[i] = rng->s[i] << 8 | digest[8 * i + n];
	}
}

uint64_t xoshiro256_next(struct xoshiro256 *rng)
{
	uint64_t *s = rng->s;
	uint64_t result = rotate_left(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;
	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate_left(s[3], 45);
	return result;
}

// The division by 2^64 rounds to 1 for the 1024 largest values: callers hold their range themselves.
double xoshiro256_double(struct xoshiro256 *rng)
{
	return (double)xoshiro256_next(rng) / 18446744073709551616.0;
}

uint64_t xoshiro256_between(struct xoshiro256 *rng, uint64_t low, uint64_t high)
{
	uint64_t drawn = (uint64_t)(xoshiro256_double(rng) * (double)(high - low + 1)) + low;
	return drawn > high ? high : drawn;
}
