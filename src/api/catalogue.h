// SPDX-License-Identifier: Apache-2.0
// A private, checked copy of the markets and assets that the replica publishes:
// what is shared with another process is looked at once, not at each use.
#pragma once

#include "http/slice.h"
#include "wire/marketdata.h"

#define CATALOGUE_SLOTS 4096 // of the symbol index; a power of two above 2 * MARKETDATA_MARKETS_MAX

struct catalogue {
	uint64_t version;    // counts changes, from 1
	uint32_t markets, assets;
	struct market_add market[MARKETDATA_MARKETS_MAX];
	uint8_t status[MARKETDATA_MARKETS_MAX];
	struct asset_add asset[MARKETDATA_ASSETS_MAX];
	uint16_t slot[CATALOGUE_SLOTS]; // market + 1
};

// Takes over what is new or changed (markets, statuses, fees). True when something was. `pages` is how many markets the
// mapping really has room for. A market that is not well formed (another process owns the page) ends the list.
bool catalogue_refresh(struct catalogue *c, const struct marketdata *data, uint32_t pages);

// The market's index, or -1.
int catalogue_find(const struct catalogue *c, struct slice symbol);

// Names, for any index at all: "" when there is no such market or asset.
struct slice catalogue_symbol(const struct catalogue *c, uint32_t market);
struct slice catalogue_base(const struct catalogue *c, uint32_t market);
struct slice catalogue_quote(const struct catalogue *c, uint32_t market);
struct slice catalogue_asset(const struct catalogue *c, uint32_t asset);
