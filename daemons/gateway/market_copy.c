// SPDX-License-Identifier: Apache-2.0
// Reads several pieces of a market's page as they were at one moment (see wire/marketdata.h).
#include "daemons/gateway/internal.h"

#include <sched.h>

#define TRIES_MAX 1000 // some milliseconds; the replica holds the lock for microseconds, unless it died holding it

const struct marketdata_market *market_page(const struct gateway *g, uint32_t market)
{
	return g->setup.data && market < g->setup.data_pages ? &g->setup.data->market[market] : NULL;
}

bool market_copy(const struct marketdata_market *m, const struct piece *pieces, size_t count)
{
	for (unsigned tries = 0; tries < TRIES_MAX; tries++) {
		uint32_t before = atomic_load_explicit(&m->lock, memory_order_acquire);
		if (before & 1) {
			sched_yield();
			continue;
		}
		for (size_t i = 0; i < count; i++)
			memcpy(pieces[i].to, pieces[i].from, pieces[i].size);
		atomic_thread_fence(memory_order_acquire);
		if (atomic_load_explicit(&m->lock, memory_order_relaxed) == before)
			return true;
	}
	return false;
}
