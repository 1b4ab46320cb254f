// SPDX-License-Identifier: Apache-2.0
// Matching one order against the other side, and settling each fill at once.
#pragma once

#include "exchange/report.h"

// How an order's money is held while it takes.
enum taking_from {
	TAKE_HELD,      // all of it was held on entry, a bid's at its own price
	TAKE_AVAILABLE, // each fill holds what it pays: MARKET whose cost is not known before
};

struct taking {
	uint32_t slot;
	uint32_t key_limit;     // worst key of the other side that it accepts
	enum taking_from from;
	uint64_t lot_price;     // its own limit; TAKE_HELD bids only
	uint64_t lots;          // still wanted; by_quote: no bound
	uint64_t quote;         // by_quote: still to spend or receive
	bool by_quote;
	enum self_trade stp;
};

// ORDER_FILLED: nothing is left. ORDER_NEW: something is left and may rest. ORDER_EXPIRED (fills_per_order reached) or
// ORDER_EXPIRED_IN_MATCH (self-trade): what is left must not rest.
enum order_status match(struct exchange *x, struct market *m, struct taking *t);

// Whether `lots` would fill at once and entirely, for fill-or-kill. Looks at each maker, since some may be the taker's own.
bool match_would_fill(const struct exchange *x, const struct market *m, unsigned side, uint32_t customer,
		      uint32_t key_limit, enum self_trade stp, uint64_t lots);

// What `lots` would cost at the book as it is: every level up to there, or to the book's end. UINT64_MAX when it overflows.
uint64_t match_cost(const struct exchange *x, const struct market *m, unsigned side, uint64_t lots);
