// SPDX-License-Identifier: Apache-2.0
// From what is on the disk to the state it means: snapshot, then the journal's
// tail, VOIDs collected before folding, digests compared block by block. No I/O but
// through the storage given, so the simulator runs it too.
#pragma once

#include "exchange/exchange.h"
#include "journal/journal.h"

#define VOIDS_MAX 1024 // entries that may be passed over in one journal

struct recovery_options {
	const struct storage *storage;
	const uint8_t *master_key;   // 32 bytes
	const struct genesis *genesis;
	const uint8_t *exchange_id;  // 32 bytes
	uint64_t blocks;             // fold so many (what journal_open found)
	// A snapshot that the caller loaded, or NULL: fold from zero.
	const struct snapshot_info *snapshot_info;
	const void *snapshot;
	size_t snapshot_size;
	// Called before each block is folded and, with the sequence, before each entry: whoever
	// survives a crash in apply can then name the entry. May be NULL.
	void (*progress)(void *context, uint64_t blocks, uint64_t sequence);
	void *context;
	// A seam for tests: what applies an entry. NULL = exchange_apply.
	int (*apply)(struct exchange *x, uint64_t sequence, uint64_t time_us, const void *entry, size_t size);
};

struct recovery {
	struct exchange *exchange; // the caller's to free
	uint64_t entries;          // folded from the journal
	uint64_t from_sequence;    // of the snapshot, 0 = from zero
	uint32_t voids;
};

// 0; 1 with a whole sentence in *ret_error (damage, a digest that differs, an entry that
// apply cannot take: the sentence names it and `redoubt journal void N`); negative errno.
MUST_USE int recovery_run(const struct recovery_options *options, struct recovery *ret,
			  struct journal_error *ret_error);
