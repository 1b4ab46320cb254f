// SPDX-License-Identifier: Apache-2.0
// Makes the commands of a case. The exchange itself plays along while they are
// made, so that cancels name orders that live and ids are the real ones.
#pragma once

#include "bench/market/commands.h"
#include "bench/market/world.h"

struct flow_case {
	const char *name, *what;
	struct world_size size;
	uint32_t commands;
	uint32_t resting;       // orders that rest before measuring starts; about as many stay
	// Parts of a thousand: new orders, cancels (2 % of them stale), the rest IOC.
	uint32_t new_per_mille, cancel_per_mille;
	uint32_t spread;        // ticks from the mid price within which orders lie
	uint32_t swing;         // ticks that the mid price jumps, every `swing_every` commands
	uint32_t swing_every;
	uint32_t far_per_mille; // orders anywhere in the whole range of prices
	uint32_t pile_per_mille;// orders at one single price a side
	uint32_t storm;         // cancels and new orders come in runs of this many
	uint32_t sweep;         // makers that an IOC takes at once, about
};

// Aborts when the world is too small for the case.
void flow_make(const struct flow_case *c, struct commands *to);
