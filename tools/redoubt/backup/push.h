// SPDX-License-Identifier: Apache-2.0
// From the spool to the destinations: objects first, each compared with its
// digest on the way, then the manifest that names them. A destination that is
// away or full falls behind by itself and catches up; what every destination
// has leaves the spool.
#pragma once

#include "place.h"

struct push_state {
	char error[DESTINATIONS_MAX][256]; // why a destination is behind; "" = it is not
	uint64_t number[DESTINATIONS_MAX]; // the last manifest that it has
	uint64_t spool_bytes;
};

// Brings each destination as far as it goes; `number` is the last manifest of this chain. Complains of nothing: the
// state says it.
void push_all(const struct backup_place *place, uint64_t number, struct push_state *ret);

// Removes from one destination the manifests before the `keep`-th newest full one and the objects that nobody names
// any more. 0, or an exit code after it has complained. *ret_removed: objects.
MUST_USE int push_prune(const struct backup_place *place, size_t destination, unsigned keep, uint64_t *ret_removed);
