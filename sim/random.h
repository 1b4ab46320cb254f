// SPDX-License-Identifier: Apache-2.0
// The one source of chance: everything in a run follows from its seed.
#pragma once

#include "base/base.h"

struct chance { uint64_t state; };

// SplitMix64 (Steele, Lea, Flood 2014).
static inline uint64_t chance_next(struct chance *c)
{
	uint64_t z = c->state += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static inline uint64_t chance_below(struct chance *c, uint64_t limit)
{
	return chance_next(c) % limit;
}

static inline bool chance_percent(struct chance *c, unsigned percent)
{
	return chance_next(c) % 100 < percent;
}

static inline void chance_fill(struct chance *c, void *to, size_t size)
{
	uint8_t *p = to;
	for (size_t i = 0; i < size; i++)
		p[i] = (uint8_t)chance_next(c);
}
