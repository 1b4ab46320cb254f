// SPDX-License-Identifier: Apache-2.0
#include "bench/market/world.h"

#include "exchange/lab.h"
#include "exchange/state.h"

#include <stdio.h>

#define CLOSED_ORDERS 4096u
#define MAKER_PPM 200u
#define TAKER_PPM 400u

static struct capacities capacities_of(const struct world_size *size)
{
	return (struct capacities){
		.customers = size->customers,
		.keys = size->customers,
		.assets = (uint16_t)(size->markets + 1),
		.markets = (uint16_t)size->markets,
		.orders = size->orders,
		.orders_per_customer = size->orders,
		.levels = size->levels,
		.closed_orders = CLOSED_ORDERS,
		.fills_per_order = 1000,
	};
}

// Each customer has an equal share of nearly all that an asset can have.
static void customers_add_all(struct exchange *x, uint32_t customers)
{
	struct amount share = { AMOUNT_MAX / customers };
	for (uint32_t i = 0; i < customers; i++) {
		customers_add(&x->customers);
		customers_key_add(&x->customers, i, true);
		for (uint16_t asset = 0; asset < x->asset_count; asset++) {
			bool fits = ledger_deposit(&x->ledger, i, asset, share);
			ASSERT(fits);
		}
	}
}

struct exchange *world_new(const struct world_size *size)
{
	struct lab lab;
	struct capacities capacities = capacities_of(size);
	char name[16];
	lab_open(&lab, &capacities);
	uint16_t quote = lab_asset(&lab, "USDT");
	for (uint32_t i = 0; i < size->markets; i++) {
		snprintf(name, sizeof name, "A%u", (unsigned)i);
		uint16_t base = lab_asset(&lab, name);
		struct market_add terms = lab_terms(name, base, quote, size->tick ? size->tick : WORLD_TICK,
						    size->lot ? size->lot : WORLD_LOT, MAKER_PPM, TAKER_PPM);
		lab_market(&lab, &terms);
	}
	customers_add_all(lab.x, size->customers);
	return lab.x;
}
