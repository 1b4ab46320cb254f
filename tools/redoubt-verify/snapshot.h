// SPDX-License-Identifier: Apache-2.0
// Snapshot files: whole, authentic, and of the state hash that they name.
#pragma once

#include "report.h"

#define SNAPSHOTS_MAX 64

struct snapshot {
	char name[40];
	uint64_t sequence, blocks, time_us, size, digest;
	uint8_t leaf_hash[32], state_hash[32];
	bool whole;         // decrypted, tags and hash right
	bool placed;        // leaf hash and sequence are those of the journal
	bool folded;        // --replay reached the same state hash
};

struct snapshots {
	unsigned count;
	struct snapshot list[SNAPSHOTS_MAX];
};

// Reads every snapshot in the directory; what is wrong with one is a finding.
void snapshots_read(int dir_fd, const uint8_t master[32], const uint8_t exchange[32], struct snapshots *ret,
		    struct report *report);

// Tells them of one more block of the journal.
void snapshots_place(struct snapshots *s, uint64_t blocks, uint64_t sequence, const uint8_t leaf_hash[32]);
