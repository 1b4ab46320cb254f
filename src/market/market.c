// SPDX-License-Identifier: Apache-2.0
#include "market/market.h"

static uint64_t or_largest(uint64_t maximum, uint64_t largest)
{
	return maximum ? maximum : largest;
}

// Quote units of one lot at one tick. False when that is not a whole number, or is none.
static bool unit_of(const struct market_terms *terms, uint64_t *ret)
{
	unsigned __int128 product = (unsigned __int128)terms->tick.units * terms->lot.units;
	unsigned __int128 unit = product / AMOUNT_SCALE;
	if (product % AMOUNT_SCALE || unit == 0 || unit > AMOUNT_MAX)
		return false;
	*ret = (uint64_t)unit;
	return true;
}

// A range in steps that lies within [minimum, maximum] and never contains zero.
static bool range_of(uint64_t step, uint64_t minimum, uint64_t maximum, uint64_t *ret_first, uint64_t *ret_last)
{
	uint64_t first = minimum / step + (minimum % step != 0);
	*ret_first = u64_max(first, 1);
	*ret_last = maximum / step;
	return *ret_first <= *ret_last;
}

bool market_init(struct market *market, const struct market_terms *terms)
{
	uint64_t unit, ticks_min, ticks_max, lots_min, lots_max;
	if (!terms->tick.units || !terms->lot.units || terms->tick.units > AMOUNT_MAX || terms->lot.units > AMOUNT_MAX ||
	    !unit_of(terms, &unit))
		return false;
	uint64_t price_max = or_largest(terms->price_max.units, u64_min(TICKS_MAX, AMOUNT_MAX / terms->tick.units) * terms->tick.units);
	uint64_t quantity_max = or_largest(terms->quantity_max.units, AMOUNT_MAX);
	if (price_max > AMOUNT_MAX || quantity_max > AMOUNT_MAX ||
	    !range_of(terms->tick.units, terms->price_min.units, price_max, &ticks_min, &ticks_max) ||
	    !range_of(terms->lot.units, terms->quantity_min.units, quantity_max, &lots_min, &lots_max) ||
	    ticks_max > TICKS_MAX || ticks_max > AMOUNT_MAX / unit)
		return false;
	uint64_t notional_max = or_largest(terms->notional_max.units, AMOUNT_MAX);
	if (notional_max > AMOUNT_MAX || terms->notional_min.units > notional_max)
		return false;
	*market = (struct market){
		.tick = exact_by(terms->tick.units),
		.lot = exact_by(terms->lot.units),
		.ticks_min = (uint32_t)ticks_min,
		.ticks_range = (uint32_t)(ticks_max - ticks_min),
		.lots_min = lots_min,
		.lots_range = lots_max - lots_min,
		.unit = unit,
		.notional_min = terms->notional_min,
		.notional_max = { notional_max },
		.book_update = 1,
	};
	book_init(&market->book);
	return true;
}
