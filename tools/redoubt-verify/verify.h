// SPDX-License-Identifier: Apache-2.0
// The whole examination, and what it found out.
#pragma once

#include "evidence.h"
#include "replay.h"
#include "snapshot.h"
#include "tree.h"
#include "walk.h"

struct question {
	int journal_fd, snapshots_fd;   // snapshots_fd: -1 = there are none
	const uint8_t *master;          // 32 bytes
	const char *checkpoint;         // text, or NULL
	size_t checkpoint_size;
	bool unsigned_allowed;          // no checkpoint is no finding
	bool log_key_given;             // else the one in genesis
	char log_name[64];
	uint8_t log_public[32];
	bool exchange_given;            // the id that the caller knows
	uint8_t exchange[32];
	bool replay;
	void (*progress)(void *context, uint64_t done, uint64_t of);
};

struct answer {
	struct report report;
	struct walked walked;
	struct evidence evidence;
	struct snapshots snapshots;
	struct signed_head head;        // of the checkpoint
	bool head_signed;               // by the log's key
	bool head_compared, head_matches; // there were as many blocks; they have its root, and its count of entries
	uint64_t missing_from, missing_to; // entries that a counted checkpoint has beyond the journal's end; 0 = none
	char log_key[128];
	struct voids voids;
	uint64_t kinds[256];            // entries of each kind
	bool replayed_to_end;
	struct replayed replayed;
};

// Fills the answer. 0, or -ENOMEM.
MUST_USE int verify(const struct question *question, struct answer *ret);
void answer_free(struct answer *a);
