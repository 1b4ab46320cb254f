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
// a table of 16 MB for a few thousand orders is a cache miss for each. Used
// beyond `limit` it goes on in the memory that lies behind it, twice as large,
// and each insert from then on moves a few of the entries that were left: no
// insert ever pays for the whole. Until all have moved, a lookup that did not
// find asks the table of before too, unless its place there is behind `moved`.
#define INDEX_MOVES 12u // places looked at or entries moved by one insert, at most; index.c shows that they suffice

struct index {
	struct index_entry *entries;
	uint32_t mask;
	uint32_t used;      // in both tables
	uint32_t limit;     // beyond it index_grow has something to do: 0 while growing, UINT32_MAX at the last size
	uint32_t mask_max;  // the last size
	uint32_t left_mask;
	uint32_t moved;     // no entry is left at a place, nor belongs to one, below this
	struct index_entry *left; // the table of before, NULL unless growing
	uint64_t moves;     // ever, counted as INDEX_MOVES counts them: what tests hold every insert to
};

size_t index_memory(uint32_t items); // of all sizes
void index_init(struct index *index, void *zeroed, uint32_t items);

// Begins to grow, or goes on: INDEX_MOVES at most.
void index_grow(struct index *index);

// Counts an entry that was just put in its place. Places that were looked up before are void after it.
static inline void index_count(struct index *index)
{
	index->used++;
	if (UNLIKELY(index->used > index->limit))
		index_grow(index);
}

static inline void index_put(struct index_entry *entries, uint32_t mask, uint32_t tag, uint32_t slot)
{
	uint32_t at = tag & mask;
	while (entries[at].slot)
		at = (at + 1) & mask;
	entries[at] = (struct index_entry){ .tag = tag, .slot = slot };
}

static inline void index_insert(struct index *index, uint32_t tag, uint32_t slot)
{
	index_put(index->entries, index->mask, tag, slot);
	index_count(index);
}

// Is this slot, which has the tag, the one that is looked for?
typedef bool (*index_same)(const void *context, uint32_t slot);

static ALWAYS_INLINE struct index_entry *index_probe(struct index_entry *entries, uint32_t mask, uint32_t tag,
						     index_same same, const void *context)
{
	uint32_t at = tag & mask;
	for (; entries[at].slot; at = (at + 1) & mask) {
		if (entries[at].tag == tag && same(context, entries[at].slot))
			break;
	}
	return &entries[at];
}

// The same in the table of before; NULL when it is not there.
struct index_entry *index_find_left(const struct index *index, uint32_t tag, index_same same, const void *context);

// The entry, or the free place where it belongs.
static ALWAYS_INLINE struct index_entry *index_find(const struct index *index, uint32_t tag, index_same same,
						    const void *context)
{
	struct index_entry *place = index_probe(index->entries, index->mask, tag, same, context);
	if (UNLIKELY(index->left != NULL) && !place->slot) {
		struct index_entry *left = index_find_left(index, tag, same, context);
		return left ? left : place;
	}
	return place;
}

// Empties the place `at` and closes the gap.
static inline void index_take_out(struct index_entry *entries, uint32_t mask, uint32_t at)
{
	for (uint32_t look = (at + 1) & mask; entries[look].slot; look = (look + 1) & mask) {
		// An entry may move into the gap unless its home lies between the gap and itself.
		if (((look - entries[look].tag) & mask) >= ((look - at) & mask)) {
			entries[at] = entries[look];
			at = look;
		}
	}
	entries[at] = (struct index_entry){ 0 };
}

static inline bool index_remove_in(struct index_entry *entries, uint32_t mask, uint32_t tag, uint32_t slot)
{
	for (uint32_t at = tag & mask; entries[at].slot; at = (at + 1) & mask) {
		if (entries[at].slot == slot && entries[at].tag == tag) {
			index_take_out(entries, mask, at);
			return true;
		}
	}
	return false;
}

bool index_remove_left(struct index *index, uint32_t tag, uint32_t slot);

// Removes the entry of exactly this tag and slot, if it is there.
static inline bool index_remove(struct index *index, uint32_t tag, uint32_t slot)
{
	if (LIKELY(index_remove_in(index->entries, index->mask, tag, slot))) {
		index->used--;
		return true;
	}
	return index->left && index_remove_left(index, tag, slot);
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
