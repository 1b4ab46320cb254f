// SPDX-License-Identifier: Apache-2.0
// The totals of each asset and the invariants that are too slow to check on
// every entry, one piece at a time.
#pragma once

#include "exchange/exchange.h"

struct integrity {
	uint16_t next;                 // asset to be scanned; past the last one: exchange_check
	uint64_t due_ns, rounds;
	uint64_t last_ns;              // what the last piece took
	char fault[192];               // the first that failed; empty while all is well
};

// Runs the next piece if it is due: every interval_ns, and never more than a fiftieth of the time. True when
// everything holds so far. Once false it stays false, with `fault` saying what.
bool integrity_turn(struct integrity *i, const struct exchange *x, uint64_t now_ns, uint64_t interval_ns);
