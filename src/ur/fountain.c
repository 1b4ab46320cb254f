// SPDX-License-Identifier: Apache-2.0
#include "ur/fountain.h"

void fountain_init(struct fountain *fountain, uint32_t fragments)
{
	ASSERT(fragments >= 1 && fragments <= UR_FRAGMENTS_MAX);
	if (fountain->degrees.count == fragments)
		return;
	for (uint32_t i = 0; i < fragments; i++)
		fountain->scratch.weights[i] = 1.0 / (double)(i + 1);
	sampler_init(&fountain->degrees, fountain->scratch.weights, fragments);
}

uint32_t fountain_degree(const struct fountain *fountain, struct xoshiro256 *rng)
{
	return sampler_next(&fountain->degrees, rng) + 1;
}

// The reference shuffles all and keeps the first ones; the draws that follow them change nothing.
void fountain_shuffle(struct fountain *fountain, struct xoshiro256 *rng, uint32_t of, uint32_t count)
{
	uint16_t *order = fountain->scratch.order;
	ASSERT(of <= UR_FRAGMENTS_MAX && count <= of);
	for (uint32_t i = 0; i < of; i++)
		order[i] = (uint16_t)i;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t left = of - i;
		uint32_t at = (uint32_t)xoshiro256_between(rng, 0, left - 1);
		fountain->index[i] = order[at];
		memmove(order + at, order + at + 1, (left - 1 - at) * sizeof *order);
	}
	fountain->count = count;
}

void fountain_choose(struct fountain *fountain, uint32_t sequence, uint32_t checksum)
{
	uint32_t fragments = fountain->degrees.count;
	ASSERT(sequence >= 1 && fragments);
	if (sequence <= fragments) {
		fountain->index[0] = (uint16_t)(sequence - 1);
		fountain->count = 1;
		return;
	}
	uint8_t seed[8];
	for (int i = 0; i < 4; i++) {
		seed[i] = (uint8_t)(sequence >> (24 - 8 * i));
		seed[4 + i] = (uint8_t)(checksum >> (24 - 8 * i));
	}
	struct xoshiro256 rng;
	xoshiro256_init(&rng, seed, sizeof seed);
	fountain_shuffle(fountain, &rng, fragments, fountain_degree(fountain, &rng));
}
