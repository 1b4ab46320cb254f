// SPDX-License-Identifier: Apache-2.0
// Hash tables from a 32-bit tag to an order's slot: open addressing, linear
// probing, deletion by shifting back (no tombstones, so no slow decay). A tag
// only narrows; the caller compares the order itself.
//
// Two uses:
//  - order id. Tag = the id's low bits spread by blocks of eight: eight ids in
//    a row share a cache line, and a long run of old resting orders cannot form
//    one long cluster, which plain `id & mask` would.
//  - client id. Tag = a keyed hash of (client id, customer).
#pragma once

#include "base/base.h"

struct index_entry {
	uint32_t tag, slot; // slot 0: empty
};

struct index {
	struct index_entry *entries;
	uint32_t mask;
	uint32_t used;
};

size_t index_memory(uint32_t items); // at most half full
void index_init(struct index *index, void *zeroed, uint32_t items);

static inline uint32_t index_tag_of_id(uint64_t id)
{
	// The low bits of a product are the weak ones: take the high ones.
	uint32_t block = (uint32_t)((id >> 3) * 0x9e3779b97f4a7c15u >> 35);
	return block << 3 | (uint32_t)(id & 7);
}

static inline void index_insert(struct index *index, uint32_t tag, uint32_t slot)
{
	uint32_t at = tag & index->mask;
	while (index->entries[at].slot)
		at = (at + 1) & index->mask;
	index->entries[at] = (struct index_entry){ .tag = tag, .slot = slot };
	index->used++;
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
