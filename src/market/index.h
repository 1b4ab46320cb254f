// SPDX-License-Identifier: Apache-2.0
// How orders are found.
//
// By client id: a hash table from a 32-bit tag to a slot, open addressing, linear
// probing, deletion by shifting back (no tombstones, so no slow decay). A tag
// only narrows; the caller compares the order itself.
//
// By order id: ids are given in sequence, so the young ones simply lie at
// id modulo the window's size. Whoever still lives there when the window
// comes round again moves, once, to a hash table for the old. No probing for
// nearly all orders, and neighbours share cache lines; a million old orders
// cannot form a cluster that new ones have to walk through.
#pragma once

#include "base/base.h"

struct index_entry {
	uint32_t tag, slot; // slot 0: empty
};

// The table is as large as what is in it asks for, not as what genesis allows:
// a table of 16 MB for a few thousand orders is a cache miss for each. It
// doubles when used beyond `limit`, into the memory that lies behind it, in one
// pass; that happens once for each size in the life of an exchange.
struct index {
	struct index_entry *entries;
	uint32_t mask;
	uint32_t used;
	uint32_t limit;     // index_limit of this size; the last size has none
	uint32_t mask_max;  // the last size
};

size_t index_memory(uint32_t items); // of all sizes
void index_init(struct index *index, void *zeroed, uint32_t items);

void index_grow(struct index *index);

// Counts an entry that was just put in its place. Places that were looked up before are void after it.
static inline void index_count(struct index *index)
{
	index->used++;
	if (UNLIKELY(index->used > index->limit))
		index_grow(index);
}

static inline void index_insert(struct index *index, uint32_t tag, uint32_t slot)
{
	uint32_t at = tag & index->mask;
	while (index->entries[at].slot)
		at = (at + 1) & index->mask;
	index->entries[at] = (struct index_entry){ .tag = tag, .slot = slot };
	index_count(index);
}

// Removes the entry at `at` and closes the gap.
static inline void index_remove_at(struct index *index, uint32_t at)
{
	struct index_entry *entries = index->entries;
	uint32_t mask = index->mask;
	for (uint32_t look = (at + 1) & mask; entries[look].slot; look = (look + 1) & mask) {
		// An entry may move into the gap unless its home lies between the gap and itself.
		if (((look - entries[look].tag) & mask) >= ((look - at) & mask)) {
			entries[at] = entries[look];
			at = look;
		}
	}
	entries[at] = (struct index_entry){ 0 };
	index->used--;
}

// Removes the entry of exactly this tag and slot, if it is there.
static inline bool index_remove(struct index *index, uint32_t tag, uint32_t slot)
{
	for (uint32_t at = tag & index->mask; index->entries[at].slot; at = (at + 1) & index->mask) {
		if (index->entries[at].slot == slot && index->entries[at].tag == tag) {
			index_remove_at(index, at);
			return true;
		}
	}
	return false;
}

static inline void index_prefetch(const struct index *index, uint32_t tag)
{
	__builtin_prefetch(&index->entries[tag & index->mask]);
}

struct id_index {
	uint32_t *window;   // [id & mask] slot of the youngest order there
	uint64_t mask;
	struct index old;
};

size_t id_index_memory(uint32_t items);
void id_index_init(struct id_index *index, void *zeroed, uint32_t items);

// A tag for the table of the old.
static inline uint32_t id_tag(uint64_t id)
{
	return (uint32_t)(id * 0x9e3779b97f4a7c15u >> 32);
}
