// SPDX-License-Identifier: Apache-2.0
// --replay: folds the journal with the exchange's own state machine. Everything
// else in this program is a second opinion; this part is the first one, asked
// to repeat itself, and the output says so.
#pragma once

#include "block.h"
#include "evidence.h"
#include "snapshot.h"

#define VOIDS_MAX 1024

struct voids {
	unsigned count;
	struct { uint64_t names, at; } list[VOIDS_MAX];
};

struct replayed {
	uint64_t entries, digests, skipped_digests;
	uint8_t state_hash[32], control_head[32];
};

struct replay; // opaque
struct replay *replay_new(const uint8_t *genesis, size_t size, const struct voids *voids, struct snapshots *snapshots,
			  struct report *report); // NULL after a finding
void replay_free(struct replay *r); // accepts NULL

// False after a finding.
bool replay_block(struct replay *r, const struct leaf *leaf);
// Checks every invariant and each asset's totals. What came in from outside: replay_external.
void replay_finish(struct replay *r, struct replayed *ret);
uint64_t replay_external(const struct replay *r, uint16_t asset);
uint16_t replay_assets(const struct replay *r);
