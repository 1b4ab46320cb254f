// SPDX-License-Identifier: Apache-2.0
// A restored exchange begins a new epoch, halted: before anything is started,
// its journal gets a new incarnation and an operator's statement for each
// market that it is halted. Trading goes on only when the operator says so, market by market.
#pragma once

#include "base/base.h"

struct epoch {
	uint64_t sequence;	// last entry of the restored journal, before the epoch's own
	uint64_t blocks;
	uint32_t halted;	// markets
	uint8_t state_hash[32]; // before the epoch
};

// Folds the journal of DIR (globals.dir) and appends. 0, or an exit code after it has complained.
MUST_USE int epoch_begin(struct epoch *ret);

// Folds it and computes what epoch_begin would find; appends nothing. `ret_wrong` is a sentence, or "".
MUST_USE int epoch_examine(struct epoch *ret, char ret_wrong[256]);
