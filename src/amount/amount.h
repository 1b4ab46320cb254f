// SPDX-License-Identifier: Apache-2.0
// Money. Every amount, price and quantity is an unsigned integer at one scale:
// 8 decimals. An asset with finer units on its chain is counted here in 1e-8.
//
//   amount    1e-8 of an asset                 what the ledger holds
//   quantity  1e-8 of a market's base asset    what an order asks for
//   price     1e-8 quote for 1 base            what an order offers
//
// A market's tick and lot are chosen so that tick * lot is a whole number of
// quote units (market_add refuses others). A notional is therefore exact and
// rounding exists in two places only, both named: fees (up, to the exchange)
// and the lots that a quote amount buys (down).
#pragma once

#include "base/base.h"

#define AMOUNT_SCALE 100000000u   // units in one whole
#define AMOUNT_DECIMALS 8
#define AMOUNT_MAX ((uint64_t)INT64_MAX) // 92 billion wholes; a sum above it is refused
#define AMOUNT_TEXT_MAX 24        // "92233720368.54775807" and a NUL fit
#define FEE_SCALE 1000000u        // fee rates are parts per million
#define FEE_RATE_MAX 100000u      // 10 %

struct amount { uint64_t units; };
struct quantity { uint64_t units; };
struct price { uint64_t units; };
struct fee_rate { uint32_t ppm; };

enum rounding { ROUND_DOWN, ROUND_UP };

// Checked sum and difference. False (and *ret untouched) above AMOUNT_MAX or below zero.
MUST_USE bool amount_add(struct amount a, struct amount b, struct amount *ret);
MUST_USE bool amount_subtract(struct amount a, struct amount b, struct amount *ret);

// price * quantity / 1e8 in quote units, rounded as said. False above AMOUNT_MAX.
MUST_USE bool amount_notional(struct price price, struct quantity quantity, enum rounding rounding,
			      struct amount *ret);

// The fee on `amount`, rounded up, at most `amount` itself.
struct amount amount_fee(struct amount amount, struct fee_rate rate);

// Reads a plain decimal: digits, optionally a point and 1..8 digits; no sign,
// exponent, space, or second point. Returns 0, or
//   1 not a decimal   2 more than 8 decimals (a non-zero digit beyond)   3 above AMOUNT_MAX
MUST_USE int amount_parse(const char *text, size_t length, uint64_t *ret_units);

// Writes with exactly 8 decimals and a NUL ("0.00100000"); returns the length.
size_t amount_format(uint64_t units, char to[AMOUNT_TEXT_MAX]);
