// SPDX-License-Identifier: Apache-2.0
// The publisher's insides, shared by its two files.
#pragma once

#include "daemons/replica/publisher.h"

struct market_state {
	uint64_t book_update;    // as published
	uint64_t trade_count;    // id of the last trade
	uint64_t trades_written; // as published
	struct ticker ticker;
	struct marketdata_trade recent[MARKETDATA_TRADES];
};

struct publisher {
	struct marketdata *page;
	uint32_t capacity;
	bool published, control_changed;
	uint64_t minute; // in which all tickers were published
	struct marketdata_level bid[MARKETDATA_LEVELS], ask[MARKETDATA_LEVELS]; // scratch
	struct market_state market[];
};

_Static_assert(sizeof(struct marketdata_level) == sizeof(struct book_level), "depth is written in place");
