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

static void grow_begin(struct index *index)
{
	index->left = index->entries;
	index->left_mask = index->mask;
	index->moved = 0;
	index->entries += (size_t)index->mask + 1;
	index->mask = 2 * index->mask + 1;
	index->limit = 0;
}

// A table of n places begins to be left with n/8 entries and one, or n/4 and one, and the next is full at n/4 or n/2
// at the least: n/8 inserts for n places and n/8 entries are 9 a piece, n/4 inserts for n places and n/4 entries 5.
// (Removals only help. Were it otherwise, the table would be fuller than it should be for a while, and nothing worse.)
_Static_assert(INDEX_MOVES >= 10, "a table has moved before the next one is full");

// What an entry that moves leaves behind stays a good table: those after it close up, and so it is the same place that
// has to be looked at again. Places are read and, in the larger table, written in order: no cache misses to speak of.
void index_grow(struct index *index)
{
	uint32_t done = 0;
	if (!index->left)
		grow_begin(index);
	for (; done < INDEX_MOVES && index->moved <= index->left_mask; done++) {
		struct index_entry e = index->left[index->moved];
		if (e.slot) {
			index_take_out(index->left, index->left_mask, index->moved);
			index_put(index->entries, index->mask, e.tag, e.slot);
		} else {
			index->moved++;
		}
	}
	index->moves += done;
	if (index->moved > index->left_mask) {
		index->left = NULL;
		index_size(index, index->mask + 1);
	}
}

// Whether an entry of this tag may be in the table of before.
static bool may_be_left(const struct index *index, uint32_t tag)
{
	return (tag & index->left_mask) >= index->moved;
}

struct index_entry *index_find_left(const struct index *index, uint32_t tag, index_same same, const void *context)
{
	if (!may_be_left(index, tag))
		return NULL;
	struct index_entry *place = index_probe(index->left, index->left_mask, tag, same, context);
	return place->slot ? place : NULL;
}

bool index_remove_left(struct index *index, uint32_t tag, uint32_t slot)
{
	if (!may_be_left(index, tag) || !index_remove_in(index->left, index->left_mask, tag, slot))
		return false;
	index->used--;
	return true;
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
