// SPDX-License-Identifier: Apache-2.0
// What is done with restored files before anybody trusts them.
#pragma once

#include "chain.h"
#include "epoch.h"
#include "gap.h"
#include "verdict.h"

// Examines the exchange in globals.dir that was restored from the chain: replays it, compares totals, state, journal
// and log with the manifest, measures it against the checkpoints that are known (`brought`: a file, or NULL), and asks
// redoubt-verify for its own opinion. Fills outcome, reason, journal and state of *ret; complains of what is wrong. That
// something is missing at the end is no fault of what is there: *ret_gap says it.
void restored_examine(const struct chain *chain, const char *brought, struct verdict *ret, struct gap *ret_gap);
