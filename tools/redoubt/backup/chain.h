// SPDX-License-Identifier: Apache-2.0
// What lies at destinations: the newest chain of manifests that holds, from a
// full one on, and the objects behind it.
#pragma once

#include "backup/manifest.h"

#include <limits.h>

#define SOURCES_MAX 4

// What the operator keeps beside the recovery key, so that a stranger's backup is not taken for this exchange's.
//   redoubt-backup-card 1 <64 hex: exchange> <64 hex: signing key>
struct backup_card {
	uint8_t exchange[32], signing[32];
};
#define CARD_TEXT_MAX 160
void card_format(const struct backup_card *card, char to[CARD_TEXT_MAX]);
MUST_USE int card_parse(const char *text, size_t size, struct backup_card *ret); // 0, or 1

struct chain {
	const char *sources[SOURCES_MAX];
	size_t source_count;
	struct backup_card card;
	uint64_t full, newest;	// manifest numbers
	struct backup_manifest last;	// the newest; its items are not kept
	struct backup_manifest_item *items; // the newest of each name, in order of the names
	size_t item_count, item_room;
	uint8_t digest[SHA256_SIZE]; // of the newest manifest
	unsigned faults;	// manifests that did not hold; each was complained of
};

// Reads and checks the manifests of each source and takes the longest. 0, or an exit code after it has complained of
// each fault by name. chain_close in any case.
MUST_USE int chain_open(struct chain *chain);
void chain_close(struct chain *chain);

// Opens an item's object at whichever source has it whole by size: a descriptor, or -1.
int chain_object(const struct chain *chain, const struct backup_manifest_item *item);
