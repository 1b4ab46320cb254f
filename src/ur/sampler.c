// SPDX-License-Identifier: Apache-2.0
// The alias method (Vose 1991) in the order of the reference: Schwarz's lists, filled from the end.
#include "ur/fountain.h"

struct lists {
	uint16_t index[UR_FRAGMENTS_MAX]; // the small ones from the front, the large ones from the back
	uint32_t small, large;            // how many of each
};

static void list_push(struct lists *lists, uint32_t index, bool small)
{
	if (small)
		lists->index[lists->small++] = (uint16_t)index;
	else
		lists->index[UR_FRAGMENTS_MAX - ++lists->large] = (uint16_t)index;
}

static uint32_t small_pop(struct lists *lists)
{
	return lists->index[--lists->small];
}

static uint32_t large_pop(struct lists *lists)
{
	return lists->index[UR_FRAGMENTS_MAX - lists->large--];
}

// `probability` holds weights scaled to an average of 1 until each finds its alias; what is
// read of an entry again after that is only its final value.
static void aliases_find(struct sampler *sampler, struct lists *lists)
{
	double *p = sampler->probability;
	while (lists->small && lists->large) {
		uint32_t a = small_pop(lists), g = large_pop(lists);
		sampler->alias[a] = (uint16_t)g;
		p[g] += p[a] - 1;
		list_push(lists, g, p[g] < 1);
	}
	while (lists->large)
		p[large_pop(lists)] = 1;
	while (lists->small) // rounding alone leaves any
		p[small_pop(lists)] = 1;
}

void sampler_init(struct sampler *sampler, const double *weights, uint32_t count)
{
	struct lists lists = { .small = 0, .large = 0 };
	double sum = 0;
	ASSERT(count >= 1 && count <= UR_FRAGMENTS_MAX);
	for (uint32_t i = 0; i < count; i++) {
		ASSERT(weights[i] > 0);
		sum += weights[i];
		sampler->alias[i] = 0;
	}
	for (uint32_t i = 0; i < count; i++)
		sampler->probability[i] = weights[i] * (double)count / sum;
	for (uint32_t i = count; i-- > 0;)
		list_push(&lists, i, sampler->probability[i] < 1);
	aliases_find(sampler, &lists);
	sampler->count = count;
}

uint32_t sampler_next(const struct sampler *sampler, struct xoshiro256 *rng)
{
	double column = xoshiro256_double(rng), coin = xoshiro256_double(rng);
	uint32_t i = (uint32_t)((double)sampler->count * column);
	if (i >= sampler->count)
		i = sampler->count - 1;
	return coin < sampler->probability[i] ? i : sampler->alias[i];
}
