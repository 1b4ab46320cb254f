// SPDX-License-Identifier: Apache-2.0
// state = fold(apply, journal), as followers do it: start from the newest whole
// snapshot, collect VOIDs, then block by block apply each entry, tell the caller
// what happened, and compare the engine's digest. The replica, history and the
// tools all go through here, so that they cannot disagree about what an entry means.
#pragma once

#include "exchange/exchange.h"
#include "fold/founding.h"
#include "journal/journal.h"

struct fold; // opaque

// Where the fold stands.
struct fold_place {
	uint64_t blocks;       // folded: the next block's number
	uint64_t sequence;     // last folded, 0 = none
	uint64_t time_us;
	uint64_t digest;       // ours, after the last block
	uint8_t leaf_hash[32]; // of the last block, zeros = none
};

struct fold_options {
	const struct storage *storage;
	const uint8_t *master_key;      // 32 bytes
	const struct founding *founding;
	int snapshots_fd;               // directory, or -1: from zero
	uint64_t blocks_max;            // take a snapshot of at most so many blocks (UINT64_MAX = the newest)
	uint64_t durable;               // blocks known durable at the start; UINT64_MAX = what is there
	bool ahead;                     // read and verify those in a thread of its own while the caller's one applies
	// Told about blocks read while VOIDs are collected. May be NULL.
	void (*progress)(void *context, uint64_t blocks);
	void *context;
};

enum fold_result {
	FOLD_DONE = 0,
	FOLD_FAULT = 1,     // the journal, a snapshot or a block's content is damaged: see the error
	FOLD_END = 2,       // nothing more is durable
	FOLD_DIVERGED = 3,  // the engine's digest of this block is not ours. The fold stays where it is for good
	FOLD_VOIDED = 4,    // an entry that was folded is passed over now: open the fold again
};

struct fold_divergence {
	uint64_t block, first_sequence, last_sequence;
	uint64_t engine, ours; // the two digests
};

// Called after each entry, with its events in `x`. `entry` is NULL for one that a VOID passes over.
typedef void (*fold_entry)(void *context, const struct exchange *x, const struct entry *entry, uint64_t sequence,
			   uint64_t time_us);

// FOLD_DONE, FOLD_FAULT with *ret_error, or negative errno (-ENOMEM: the capacities of genesis do not fit).
MUST_USE int fold_open(const struct fold_options *options, struct fold **ret, struct journal_error *ret_error);
void fold_close(struct fold *f); // accepts NULL

// Folds one more block if `durable` covers it. See fold_result; ret_error for FOLD_FAULT, fold_diverged() for FOLD_DIVERGED.
MUST_USE int fold_block(struct fold *f, uint64_t durable, fold_entry each, void *context,
			struct journal_error *ret_error);

const struct exchange *fold_exchange(const struct fold *f);
const struct fold_place *fold_place(const struct fold *f);
const struct fold_divergence *fold_diverged(const struct fold *f);
// What the fold started from: sequence of the snapshot, 0 = from zero. `text` says why a newer one was not taken, or "".
uint64_t fold_started_from(const struct fold *f, const char **ret_text);

// True when a VOID after `sequence` passes over an entry at or before it: whoever applied so far without knowing holds
// what never happened.
bool fold_rewrites(const struct fold *f, uint64_t sequence);

// The exchange, the caller's from now on: only fold_close may follow.
struct exchange *fold_take(struct fold *f);

// The exchange itself, for tests that play a damaged replica.
struct exchange *fold_exchange_mutable(struct fold *f);
