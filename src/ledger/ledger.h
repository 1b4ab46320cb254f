// SPDX-License-Identifier: Apache-2.0
// The double-entry ledger. Every movement is a posting from one place to
// another, so it balances by construction; nothing else may write a line.
//
// Places of one asset: each customer's `available` and `held`, the exchange's
// `fees`, and `external`, the world outside, which owes what it put in. At any
// moment external = sum of available + sum of held + fees, and since external
// never exceeds AMOUNT_MAX no other sum can overflow.
#pragma once

#include "amount/amount.h"

struct ledger_line {
	struct amount available, held;
};

struct ledger_asset {
	struct amount fees, external;
};

// Lines lie asset by asset, so that the customers who trade one market share
// few pages whatever the number of assets that genesis allows.
struct ledger {
	struct ledger_line *lines; // [asset * customers_max + customer]
	struct ledger_asset *assets;
	uint32_t customers_max;
	uint16_t assets_max;
};

// Bytes of zeroed memory that ledger_init wants.
size_t ledger_memory(uint32_t customers_max, uint16_t assets_max);
void ledger_init(struct ledger *ledger, void *zeroed, uint32_t customers_max, uint16_t assets_max);

static inline struct ledger_line *ledger_asset_lines(const struct ledger *ledger, uint16_t asset)
{
	return ledger->lines + (size_t)asset * ledger->customers_max;
}

static inline struct ledger_line *ledger_line(const struct ledger *ledger, uint32_t customer, uint16_t asset)
{
	return ledger_asset_lines(ledger, asset) + customer;
}

// Posting: world -> available. False (and nothing changed) when the asset's total would exceed AMOUNT_MAX.
MUST_USE bool ledger_deposit(struct ledger *ledger, uint32_t customer, uint16_t asset, struct amount amount);

// Posting: available -> held. False (and nothing changed) when available is short.
MUST_USE static inline bool ledger_hold(struct ledger_line *line, struct amount amount)
{
	if (UNLIKELY(line->available.units < amount.units))
		return false;
	line->available.units -= amount.units;
	line->held.units += amount.units;
	return true;
}

// Posting: held -> available. Releasing what is not held is a bug, never a state.
static inline void ledger_release(struct ledger_line *line, struct amount amount)
{
	ASSERT(line->held.units >= amount.units);
	line->held.units -= amount.units;
	line->available.units += amount.units;
}

// Postings: payer's held -> payee's available, less the fee, which goes to the exchange.
// Payer and payee may be the same line.
static inline void ledger_pay(struct ledger_line *payer, struct ledger_line *payee, struct ledger_asset *asset,
			      struct amount amount, struct amount fee)
{
	ASSERT(payer->held.units >= amount.units && fee.units <= amount.units);
	payer->held.units -= amount.units;
	payee->available.units += amount.units - fee.units;
	asset->fees.units += fee.units;
}

struct ledger_totals {
	struct amount available, held, fees, external;
	bool overflow; // a damaged line made a sum exceed 64 bits
};

// Scans every line of the asset up to `customers`.
void ledger_totals(const struct ledger *ledger, uint16_t asset, uint32_t customers, struct ledger_totals *ret);
