// SPDX-License-Identifier: Apache-2.0
// Two threads around the writer. The sequencer's thread fills blocks and never
// waits for the disk; the journal's thread takes everything that is queued (up
// to a bound), writes it with one sync, and then says how far the journal is
// durable. A third, mostly asleep, makes the next segment in time.
//
//   block = pipeline_block(p)      an empty block, or NULL: all are under way
//   ... fill it ...
//   pipeline_submit(p)             hands it over
//   pipeline_durable(p)            blocks that are durable
#pragma once

#include "journal/journal.h"

struct pipeline; // opaque

struct pipeline_options {
	struct journal *journal;       // owned by the pipeline from a successful start on
	struct journal_place place;    // as journal_open gave it
	struct durable_page *page;     // what followers map; NULL = nobody follows
	uint32_t blocks;               // size of the pool, PIPELINE_BLOCKS_MIN at least
	unsigned spin_us;              // how long the journal's thread spins before it sleeps; 0 in CI
	int doorbell;                  // eventfd rung when more is durable and the sequencer sleeps; -1 = none
};
#define PIPELINE_BLOCKS_MIN 4u
#define PIPELINE_BLOCKS_DEFAULT 128u
#define PIPELINE_SPIN_US_DEFAULT 50u

// Takes all memory and starts the threads (before the sandbox closes). 0 or negative errno.
MUST_USE int pipeline_start(const struct pipeline_options *options, struct pipeline **ret);

// Writes what is queued, ends the threads, closes the journal cleanly. Accepts NULL.
void pipeline_stop(struct pipeline *p);

// ---- the sequencer's thread ----
// The empty block to fill next; the same one until it is submitted. NULL while the whole pool is under way.
struct block *pipeline_block(struct pipeline *p);
// Hands over the block that pipeline_block gave; its fields and entries are complete.
void pipeline_submit(struct pipeline *p);

// Blocks durable so far (the number of the first block that is not).
uint64_t pipeline_durable(const struct pipeline *p);

// False once the writer is dead: nothing after pipeline_durable may ever be acknowledged. *ret_error (may be NULL) says why.
bool pipeline_alive(const struct pipeline *p, struct journal_error *ret_error);

// Before the sequencer waits on its doorbell it says so, looks at pipeline_durable
// and pipeline_alive once more, then waits; afterwards it says that it is awake.
void pipeline_sleeping(struct pipeline *p, bool asleep);

// For status: what the journal's thread has done.
struct pipeline_counters {
	uint64_t batches, blocks, bytes;   // written and synced
	uint64_t write_us_sum, write_us_max; // one batch, sealing included
	uint64_t segments_prepared;
};
void pipeline_counters(const struct pipeline *p, struct pipeline_counters *ret);
