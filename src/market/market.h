// SPDX-License-Identifier: Apache-2.0
// One market: its units, its filters and its book.
//
// Inside, a price is a number of ticks and a quantity a number of lots; a
// notional is ticks * lots * unit with unit = tick * lot / 1e8, which terms
// with a fractional unit are refused for. So no notional is ever rounded.
#pragma once

#include "amount/amount.h"
#include "market/book.h"
#include "market/exact.h"

struct market_terms {
	struct price tick, price_min, price_max;
	struct quantity lot, quantity_min, quantity_max;
	struct amount notional_min, notional_max;
};

struct market {
	struct exact tick, lot;
	uint32_t ticks_min, ticks_range; // allowed: ticks_min .. ticks_min + ticks_range
	uint64_t lots_min, lots_range;
	uint64_t unit;                   // quote units of one lot at one tick
	struct amount notional_min, notional_max;
	struct fee_rate fee[2];          // [0] maker, [1] taker
	uint16_t base, quote;            // assets
	uint8_t status;
	uint32_t ticks_last;             // of the last trade; 0 before the first
	uint64_t trades;                 // the last trade's id
	uint64_t book_update;            // changes whenever the book does
	struct book book;
};

// On zeroed memory. A zero maximum means the largest that fits. False when the terms cannot be traded exactly: zero
// tick or lot, tick * lot not a whole number of quote units, more than TICKS_MAX ticks, an empty range.
MUST_USE bool market_init(struct market *market, const struct market_terms *terms);

// PRICE_FILTER and conversion in one. False: not a multiple of the tick, or outside the range.
MUST_USE static inline bool market_ticks(const struct market *market, struct price price, uint32_t *ret_ticks)
{
	uint64_t ticks = exact_quotient(&market->tick, price.units);
	*ret_ticks = (uint32_t)ticks;
	return ticks - market->ticks_min <= market->ticks_range;
}

// LOT_SIZE and conversion in one.
MUST_USE static inline bool market_lots(const struct market *market, struct quantity quantity, uint64_t *ret_lots)
{
	uint64_t lots = exact_quotient(&market->lot, quantity.units);
	*ret_lots = lots;
	return lots - market->lots_min <= market->lots_range;
}

// Quote units of one lot at this price. At most AMOUNT_MAX (market_init).
static inline uint64_t market_lot_price(const struct market *market, uint32_t ticks)
{
	return ticks * market->unit;
}

// Exact. False above AMOUNT_MAX.
MUST_USE static inline bool market_notional(const struct market *market, uint32_t ticks, uint64_t lots,
					    struct amount *ret)
{
	uint64_t units;
	if (__builtin_mul_overflow(market_lot_price(market, ticks), lots, &units) || units > AMOUNT_MAX)
		return false;
	ret->units = units;
	return true;
}

static inline bool market_notional_allowed(const struct market *market, struct amount notional)
{
	return notional.units >= market->notional_min.units && notional.units <= market->notional_max.units;
}
