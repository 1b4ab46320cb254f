// SPDX-License-Identifier: Apache-2.0
// From the spool to the destinations: objects first, each compared with its
// digest on the way, then the manifest that names them. A destination that is
// away or full falls behind by itself and catches up; what every destination
// has leaves the spool. What a destination has lost since is brought to it again,
// from the spool or from another destination: looked for at the start and once an hour.
#pragma once

#include "batch.h"

struct push_state { // zeros at the start
	char error[DESTINATIONS_MAX][256]; // why a destination is behind; "" = it is not
	uint64_t number[DESTINATIONS_MAX]; // up to there it has everything from the last full backup on
	uint64_t examined_ns[DESTINATIONS_MAX];
	uint64_t spool_bytes;
	bool another[DESTINATIONS_MAX]; // it holds another past than ours: nothing is written there
	bool needs_full; // a destination lacks what is nowhere any more: only a full backup makes it whole
};

// Brings each destination as far as it goes. Complains of nothing: the state says it.
void push_all(const struct backup_place *place, const struct position *position, struct push_state *state);
