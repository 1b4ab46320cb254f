// SPDX-License-Identifier: Apache-2.0
// Which fragments a part mixes (BCR-2024-001): xoshiro256** seeded with the part's number
// and the message's checksum draws a degree from the distribution 1/k by Vose's alias method, then
// the fragments by a shuffle. The published method is defined in IEEE doubles, rounding
// included, so this folder computes in doubles; the results are exactly the reference's.
#pragma once

#include "base/base.h"

#define UR_FRAGMENTS_MAX 4096

struct xoshiro256 {
	uint64_t s[4];
};

// Seeded with the SHA-256 of the bytes.
void xoshiro256_init(struct xoshiro256 *rng, const void *seed, size_t size);
uint64_t xoshiro256_next(struct xoshiro256 *rng);
double xoshiro256_double(struct xoshiro256 *rng);                           // within [0, 1]
uint64_t xoshiro256_between(struct xoshiro256 *rng, uint64_t low, uint64_t high); // both included

// Vose's alias method over `count` weights.
struct sampler {
	uint32_t count; // 0: not made yet
	double probability[UR_FRAGMENTS_MAX];
	uint16_t alias[UR_FRAGMENTS_MAX];
};

// 1 <= count <= UR_FRAGMENTS_MAX, weights positive (asserted).
void sampler_init(struct sampler *sampler, const double *weights, uint32_t count);
uint32_t sampler_next(const struct sampler *sampler, struct xoshiro256 *rng);

// The sampler of degrees for one number of fragments, and the indexes of the part asked for last.
struct fountain {
	struct sampler degrees;
	uint32_t count;                      // fragments that the part mixes
	uint16_t index[UR_FRAGMENTS_MAX];    // which, in the order drawn
	union {
		double weights[UR_FRAGMENTS_MAX];
		uint16_t order[UR_FRAGMENTS_MAX];
	} scratch;
};

// 1 <= fragments <= UR_FRAGMENTS_MAX (asserted).
void fountain_init(struct fountain *fountain, uint32_t fragments);

// 1 .. fragments.
uint32_t fountain_degree(const struct fountain *fountain, struct xoshiro256 *rng);

// Draws `count` different numbers below `of` in shuffled order.
void fountain_shuffle(struct fountain *fountain, struct xoshiro256 *rng, uint32_t of, uint32_t count);

// Fills count and index for the part numbered `sequence` (from 1).
void fountain_choose(struct fountain *fountain, uint32_t sequence, uint32_t checksum);
