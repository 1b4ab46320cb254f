// SPDX-License-Identifier: Apache-2.0
// What a new exchange begins with: sizes, assets, markets, and for a demo its customers.
#pragma once

#include "founding.h"
#include "keymaker.h"

#define DEMO_KEYS 3

struct demo_keys {
	struct { const char *label; struct made_key key; } row[DEMO_KEYS];
};

void genesis_capacities(bool demo, struct capacities *ret);

// Assets BTC, USDT, ETH and the markets BTCUSDT, ETHUSDT.
void founding_markets(struct founding_draft *f);

// Two customers with balances and an HMAC key each, and an Ed25519 key of the first.
void founding_demo(struct founding_draft *f, const uint8_t auth_public[32], struct demo_keys *ret);
