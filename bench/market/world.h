// SPDX-License-Identifier: Apache-2.0
// The exchange that a bench runs: markets, customers with keys and money. Put
// there through the state machine's inside, since a million signed control
// entries would take minutes; trading goes through exchange_apply alone.
#pragma once

#include "exchange/exchange.h"

#define WORLD_TICK (AMOUNT_SCALE / 100)     // 0.01
#define WORLD_LOT (AMOUNT_SCALE / 100000)   // 0.00001

struct world_size {
	uint32_t customers, markets, orders, levels;
	uint64_t tick, lot; // 0: WORLD_TICK and WORLD_LOT
};

struct exchange *world_new(const struct world_size *size);
