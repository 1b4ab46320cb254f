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
