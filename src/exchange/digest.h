// SPDX-License-Identifier: Apache-2.0
// The running digest: every event and every balance that changed, folded with
// a few pipelined multiplications each (a keyed NH hash; base/hash.h). It tells
// a replica, block by block, that it computed what the engine computed. Against
// an attacker the journal's hash chain and the state hash stand, not this.
#pragma once

#include "exchange/state.h"

static inline void digest_fold(struct exchange *x, uint64_t hash)
{
	uint64_t d = (x->digest ^ hash) * 0x9fb21c651e98df25u; // odd: no value is lost
	x->digest = d ^ d >> 32;
}

static inline void digest_line(struct exchange *x, const struct ledger_line *line)
{
	// A line's own place is in it, so that two exchanged lines do not look alike.
	uint64_t place = (uint64_t)(line - x->ledger.lines);
	uint64_t words[2] = { line->available.units ^ place << 40, line->held.units + place };
	digest_fold(x, hash_pairs(&x->hash, words, 1));
}

static inline void digest_asset(struct exchange *x, const struct ledger_asset *asset)
{
	uint64_t words[2] = { asset->fees.units, asset->external.units };
	digest_fold(x, hash_pairs(&x->hash, words, 1));
}
