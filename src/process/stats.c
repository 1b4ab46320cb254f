// SPDX-License-Identifier: Apache-2.0
#include "process/stats.h"

_Atomic uint64_t *stats_counter(struct stats_page *page, const char *name)
{
	static _Atomic uint64_t dummy;
	if (!page)
		return &dummy;
	// The page may have been scribbled on by a predecessor: its count is not trusted.
	uint32_t count = atomic_load_explicit(&page->count, memory_order_relaxed);
	if (count > STATS_MAX)
		count = STATS_MAX;
	for (uint32_t i = 0; i < count; i++)
		if (strncmp(page->counter[i].name, name, STATS_NAME_MAX) == 0)
			return &page->counter[i].value;
	if (count == STATS_MAX || strlen(name) >= STATS_NAME_MAX)
		return &dummy;
	memset(page->counter[count].name, 0, STATS_NAME_MAX);
	memcpy(page->counter[count].name, name, strlen(name));
	atomic_store_explicit(&page->counter[count].value, 0, memory_order_relaxed);
	atomic_store_explicit(&page->count, count + 1, memory_order_release);
	return &page->counter[count].value;
}
