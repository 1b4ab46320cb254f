// SPDX-License-Identifier: Apache-2.0
// The exchange that every run begins with: two markets, four customers with money.
#pragma once

#include "fold/founding.h"

#define CUSTOMERS 4u
#define MARKETS 2u
#define STICKY_MARKET 1u // only orders that never match are sent there, so that a repeated one must show
#define PRICE_UNIT 100000000u

struct beginning {
	struct founding founding;
	uint8_t operator_seed[32];
	uint8_t bytes[16384]; // the founding file
	size_t size;
};

void beginning_make(struct beginning *b);
