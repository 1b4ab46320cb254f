// SPDX-License-Identifier: Apache-2.0
// Walks a journal's segments from the first block to the last, checking all
// that PROTOCOL.journal.md says about files, frames and their chain.
#pragma once

#include "block.h"
#include "report.h"

struct place {
	uint32_t segment;
	uint64_t offset;
};

struct mark { // the durable note, or what a snapshot says: after so many blocks the last leaf hash is this
	uint64_t blocks, sequence;
	uint8_t leaf_hash[32];
	bool present;
};

struct walk_options {
	int dir_fd;                // the journal's directory
	const uint8_t *master;     // 32 bytes
	struct report *report;
	// Called for each whole block. False: stop (the caller has reported why).
	bool (*block)(void *context, const struct leaf *leaf, const uint8_t leaf_hash[32], const struct place *place);
	void (*progress)(void *context, uint64_t bytes, uint64_t of); // may be NULL
	void *context;
};

struct walked {
	uint32_t segments;         // in use
	uint64_t blocks, sequence; // read
	uint64_t bytes;            // of frames
	uint64_t torn_bytes;       // behind the last whole frame
	uint64_t openings;         // incarnations seen
	uint8_t exchange[32];      // as the segments say
	uint8_t leaf_hash[32];     // of the last block
	bool closed;               // cleanly
};

// True when the journal is whole to its end. Otherwise a finding says what is
// wrong and where; `ret` covers what came before.
bool journal_walk(const struct walk_options *options, struct walked *ret);

// The exchange's id in the first segment's header. False when it cannot be read (the walk says why).
bool journal_exchange(int dir_fd, uint8_t ret[32]);
