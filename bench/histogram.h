// SPDX-License-Identifier: Apache-2.0
// Latencies in 64 buckets per power of two: percentiles within 1.6 %.
#pragma once

#include "base/base.h"

#define HISTOGRAM_SUB 64u
#define HISTOGRAM_BUCKETS (HISTOGRAM_SUB * 59u)

struct histogram {
	uint64_t count[HISTOGRAM_BUCKETS];
	uint64_t total, max;
};

static inline uint32_t histogram_bucket(uint64_t ns)
{
	if (ns < HISTOGRAM_SUB)
		return (uint32_t)ns;
	uint32_t shift = 63u - (uint32_t)__builtin_clzll(ns) - 6u;
	return (shift + 1) * HISTOGRAM_SUB + (uint32_t)((ns >> shift) - HISTOGRAM_SUB);
}

static inline void histogram_add(struct histogram *h, uint64_t ns, uint64_t times)
{
	h->count[histogram_bucket(ns)] += times;
	h->total += times;
	h->max = u64_max(h->max, ns);
}

static inline uint64_t histogram_percentile(const struct histogram *h, double fraction)
{
	uint64_t wanted = (uint64_t)((double)h->total * fraction), seen = 0;
	for (uint32_t b = 0; b < HISTOGRAM_BUCKETS; b++) {
		seen += h->count[b];
		if (seen > wanted) {
			uint32_t shift = b / HISTOGRAM_SUB;
			return shift == 0 ? b : (uint64_t)(b % HISTOGRAM_SUB + HISTOGRAM_SUB) << (shift - 1);
		}
	}
	return h->max;
}
