// SPDX-License-Identifier: Apache-2.0
// What is done with restored files before anybody trusts them.
#pragma once

#include "chain.h"
#include "epoch.h"
#include "verdict.h"

// Examines the exchange in globals.dir that was restored from the chain: replays it, compares totals, state, journal
// and log with the manifest, and asks redoubt-verify for its own opinion. Fills outcome, reason, journal and state of
// *ret; complains of what is wrong.
void restored_examine(const struct chain *chain, struct verdict *ret);

// Blocks that the newest signed checkpoint known counts (the shipped one, or the one in `path`); 0 = none is known.
MUST_USE int checkpoint_blocks(const char *path, uint64_t *ret);
