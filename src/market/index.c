// SPDX-License-Identifier: Apache-2.0
#include "market/index.h"

static uint32_t entries_for(uint32_t items)
{
	uint32_t entries = 64;
	while (entries / 2 < items)
		entries *= 2;
	return entries;
}

size_t index_memory(uint32_t items)
{
	return (size_t)entries_for(items) * sizeof(struct index_entry);
}

void index_init(struct index *index, void *zeroed, uint32_t items)
{
	*index = (struct index){ .entries = zeroed, .mask = entries_for(items) - 1 };
}

static uint64_t window_for(uint32_t items)
{
	uint64_t window = 64;
	while (window < 2 * (uint64_t)items)
		window *= 2;
	return window;
}

size_t id_index_memory(uint32_t items)
{
	return (size_t)window_for(items) * sizeof(uint32_t) + index_memory(items);
}

void id_index_init(struct id_index *index, void *zeroed, uint32_t items)
{
	uint32_t *window = zeroed;
	index->window = window;
	index->mask = window_for(items) - 1;
	index_init(&index->old, window + window_for(items), items);
}
