// SPDX-License-Identifier: Apache-2.0
// What lies at destinations: the newest chain of manifests that holds, from a
// full one on, and the objects behind it.
#pragma once

#include "card.h"

#include "backup/head.h"
#include "backup/manifest.h"

#include <limits.h>

#define SOURCES_MAX 4

struct chain {
	const char *sources[SOURCES_MAX];
	size_t source_count;
	struct backup_card card;
	uint64_t full, newest;	// manifest numbers
	struct backup_manifest last;	// the newest; its items are not kept
	struct backup_manifest_item *items; // the newest of each name, in order of the names
	size_t item_count, item_room;
	uint8_t digest[SHA256_SIZE]; // of the newest manifest
	unsigned faults;	// what did not hold; each was complained of
	struct backup_head head; // the furthest that the sources or an earlier drill know of
	bool head_known;
	char head_from[PATH_MAX]; // its file
};

// Reads and checks the manifests of each source and takes the longest; one whose objects are not there, at any source,
// does not hold. Refuses sources that hold two chains. 0, or an exit code after it has complained of each fault by name.
// `seen`: a file with the head that was the newest before, or NULL. chain_close in any case.
MUST_USE int chain_open(struct chain *chain, const char *seen);
void chain_close(struct chain *chain);

// Manifests that are known to have been made and are not there.
uint64_t chain_short_of(const struct chain *chain);

// Opens an item's object at whichever source has it whole by size: a descriptor, or -1.
int chain_object(const struct chain *chain, const struct backup_manifest_item *item);
