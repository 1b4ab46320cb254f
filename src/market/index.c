// SPDX-License-Identifier: Apache-2.0
#include "market/index.h"

#define ENTRIES_MIN 4096u
#define ENTRIES_MAX (1u << 31)
#define ENTRIES_SPARSE (1u << 16) // 512 KB: up to here cache is cheaper than a branch guessed wrong

// Half full, probing cost two wrong guesses a command. One place in eight used makes nearly every probe end where it
// began; for a table beyond the cache a quarter was measured better.
static uint32_t index_limit(uint32_t entries)
{
	return entries / (entries <= ENTRIES_SPARSE ? 8 : 4);
}

static uint32_t entries_for(uint32_t items)
{
	uint32_t entries = ENTRIES_MIN;
	while (index_limit(entries) < items && entries < ENTRIES_MAX)
		entries *= 2;
	return entries;
}

static void index_size(struct index *index, uint32_t entries)
{
	index->mask = entries - 1;
	index->limit = index->mask < index->mask_max ? index_limit(entries) : UINT32_MAX;
}

// The sizes lie one behind the other: 4096, 8192 ... entries_for(items).
size_t index_memory(uint32_t items)
{
	return (2 * (size_t)entries_for(items) - ENTRIES_MIN) * sizeof(struct index_entry);
}

void index_init(struct index *index, void *zeroed, uint32_t items)
{
	*index = (struct index){ .entries = zeroed, .mask_max = entries_for(items) - 1 };
	index_size(index, ENTRIES_MIN);
}

void index_grow(struct index *index)
{
	const struct index_entry *from = index->entries;
	uint32_t entries = index->mask + 1;
	index->entries += entries;
	index_size(index, 2 * entries);
	for (uint32_t i = 0; i < entries; i++) {
		if (!from[i].slot)
			continue;
		uint32_t at = from[i].tag & index->mask;
		while (index->entries[at].slot)
			at = (at + 1) & index->mask;
		index->entries[at] = from[i];
	}
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
