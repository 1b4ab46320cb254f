// SPDX-License-Identifier: Apache-2.0
// The running digest: every event and every balance that changed, two words a
// multiplication (the folded product of wyhash and others, keyed from genesis).
// It tells a replica, block by block, that it computed what the engine
// computed. Against an attacker the journal's hash chain and the state hash
// stand, not this.
#pragma once

#include "exchange/state.h"

static ALWAYS_INLINE void digest_pair(struct exchange *x, uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)(x->digest ^ a) * (b ^ x->digest_key);
	x->digest = (uint64_t)product ^ (uint64_t)(product >> 64);
}

static ALWAYS_INLINE void digest_line(struct exchange *x, const struct ledger_line *line)
{
	// A line's own place is in it, so that two exchanged lines do not look alike.
	uint64_t place = (uint64_t)(line - x->ledger.lines);
	digest_pair(x, line->available.units ^ place << 32, line->held.units);
}

static ALWAYS_INLINE void digest_asset(struct exchange *x, const struct ledger_asset *asset)
{
	digest_pair(x, asset->fees.units, asset->external.units);
}
