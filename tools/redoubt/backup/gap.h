// SPDX-License-Identifier: Apache-2.0
// How far what was restored reaches, measured against what is known to have been: signed checkpoints, which count
// entries, and the head of the chain of manifests.
#pragma once

#include "../directory.h"
#include "chain.h"

#include "tlog/note.h"

#define GAP_NOTES_MAX 4
#define GAP_SENTENCE_MAX 320

struct gap_note {
	char path[PATH_MAX];
	struct checkpoint checkpoint; // its signature holds
	bool brought;		      // by the operator: a witness that the exchange's machine could not set back
};

struct gap {
	uint64_t entries, blocks;	      // there: 1 to `entries`
	uint64_t known_entries, known_blocks; // that somebody signed for
	bool counted;			      // false: only in blocks, by a checkpoint from before there was a count
	const char *witness;		      // who counts them
	uint64_t missing_entries, missing_blocks;
	struct gap_note note[GAP_NOTES_MAX];
	size_t note_count;
};

// Measures what lies in globals.dir. `brought`: a checkpoint's file, or NULL. 0, or an exit code after it has complained:
// a checkpoint that the log's key of this exchange's genesis did not sign counts for nothing.
MUST_USE int gap_find(const struct chain *chain, const char *brought, uint64_t blocks, uint64_t entries, struct gap *ret);

// One sentence for people.
void gap_sentence(const struct gap *gap, char to[GAP_SENTENCE_MAX]);

// The largest note that covers no more than what is there; NULL = none.
const struct gap_note *gap_covered(const struct gap *gap);
