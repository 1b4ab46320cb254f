// SPDX-License-Identifier: Apache-2.0
// In front of the exchange's files: a hold that is released gives the money back twice.
#pragma once

#include "ledger/ledger.h"
#include "sim/plants.h"

static inline void planted_release(struct ledger_line *line, struct amount amount)
{
	ledger_release(line, amount);
	if (plant == PLANT_DOUBLE_RELEASE)
		line->available.units += amount.units;
}

#define ledger_release planted_release
