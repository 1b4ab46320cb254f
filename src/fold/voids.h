// SPDX-License-Identifier: Apache-2.0
// The VOID entries of a journal, collected before anything is folded: an entry
// that cannot be applied is passed over only because a later one says so.
#pragma once

#include "journal/journal.h"

#define VOIDS_MAX 1024 // entries that may be passed over in one journal

struct void_entry {
	uint64_t names; // the sequence that is passed over
	uint64_t at;    // the sequence of the VOID entry itself
};

struct voids {
	uint32_t count;
	struct void_entry entry[VOIDS_MAX];
};

bool voids_contain(const struct voids *voids, uint64_t sequence);

// True for a block whose digest was taken by an engine that had not yet learnt
// of the VOID: from the block with the entry named through the one with the VOID.
bool voids_blur(const struct voids *voids, const struct block_view *block);

// Adds those of one block. 0, 1 when an entry is malformed, names a later sequence, or there are more than VOIDS_MAX.
MUST_USE int voids_collect(struct voids *voids, const struct block_view *block);

// The lowest sequence named, UINT64_MAX = none.
uint64_t voids_lowest(const struct voids *voids);
