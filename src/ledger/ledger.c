// SPDX-License-Identifier: Apache-2.0
#include "ledger/ledger.h"

size_t ledger_memory(uint32_t customers_max, uint16_t assets_max)
{
	return (size_t)customers_max * assets_max * sizeof(struct ledger_line) +
	       (size_t)assets_max * sizeof(struct ledger_asset);
}

void ledger_init(struct ledger *ledger, void *zeroed, uint32_t customers_max, uint16_t assets_max)
{
	struct ledger_line *lines = zeroed;
	*ledger = (struct ledger){
		.lines = lines,
		.assets = (struct ledger_asset *)(void *)(lines + (size_t)customers_max * assets_max),
		.customers_max = customers_max,
		.assets_max = assets_max,
	};
}

bool ledger_deposit(struct ledger *ledger, uint32_t customer, uint16_t asset, struct amount amount)
{
	struct ledger_asset *place = &ledger->assets[asset];
	struct ledger_line *line = ledger_line(ledger, customer, asset);
	if (amount.units > AMOUNT_MAX || place->external.units > AMOUNT_MAX - amount.units)
		return false;
	place->external.units += amount.units;
	line->available.units += amount.units;
	return true;
}

static void total_add(struct amount *total, struct amount amount, bool *overflow)
{
	if (__builtin_add_overflow(total->units, amount.units, &total->units))
		*overflow = true;
}

void ledger_totals(const struct ledger *ledger, uint16_t asset, uint32_t customers, struct ledger_totals *ret)
{
	const struct ledger_line *lines = ledger_asset_lines(ledger, asset);
	struct ledger_totals totals = {
		.fees = ledger->assets[asset].fees,
		.external = ledger->assets[asset].external,
	};
	for (uint32_t i = 0; i < customers; i++) {
		total_add(&totals.available, lines[i].available, &totals.overflow);
		total_add(&totals.held, lines[i].held, &totals.overflow);
	}
	*ret = totals;
}
