// SPDX-License-Identifier: Apache-2.0
// From what is on the disk to the state it means: src/fold's way (newest whole snapshot, VOIDs
// collected before folding, digests compared block by block), with the engine's own words for what
// stops it. No I/O but through the storage given, so the simulator runs it too.
#pragma once

#include "fold/fold.h"

struct recovery_options {
	const struct storage *storage;
	const uint8_t *master_key; // 32 bytes
	const struct founding *founding;
	int snapshots_fd;          // directory, or -1: from zero
	uint64_t blocks;           // fold so many: what journal_open found
	// The next sequence to be applied is kept here, so that a crash in apply can be named. Not NULL.
	volatile uint64_t *applying;
};

struct recovery {
	struct exchange *exchange; // the caller's to free
	struct fold_place place;
	uint64_t entries;          // folded from the journal
	uint64_t from_sequence;    // of the snapshot, 0 = from zero
	char snapshot_text[256];   // why a newer snapshot was not taken, or ""
};

// 0; 1 with a whole sentence in *ret_error (damage, a digest that differs, an entry that apply
// refuses: the sentence names it); negative errno.
MUST_USE int recovery_run(const struct recovery_options *options, struct recovery *ret,
			  struct journal_error *ret_error);
