// SPDX-License-Identifier: Apache-2.0
#include "genesis.h"

#define CENT 1000000u // 0.01 in 1e-8

void genesis_capacities(bool demo, struct capacities *ret)
{
	static const struct capacities DEMO = {
		.customers = 10000, .keys = 20000, .assets = 64, .markets = 64, .orders = 1u << 20,
		.orders_per_customer = 20000, .levels = 1u << 18, .closed_orders = 1u << 17, .fills_per_order = 4096,
	};
	static const struct capacities PRODUCTION = {
		.customers = 1000000, .keys = 2000000, .assets = 256, .markets = 512, .orders = 4u << 20,
		.orders_per_customer = 20000, .levels = 1u << 20, .closed_orders = 1u << 20, .fills_per_order = 4096,
	};
	*ret = demo ? DEMO : PRODUCTION;
}

void founding_markets(struct founding_draft *f)
{
	uint16_t btc = founding_asset(f, "BTC", 8), usdt = founding_asset(f, "USDT", 8), eth = founding_asset(f, "ETH", 8);
	struct market_add m = {
		.symbol = "BTCUSDT", .base = btc, .quote = usdt,
		.tick = { CENT }, .price_min = { CENT }, .price_max = { 1000000ull * AMOUNT_SCALE },
		.lot = { 1000 }, .quantity_min = { 1000 }, .quantity_max = { 9000ull * AMOUNT_SCALE },
		.notional_min = { 5ull * AMOUNT_SCALE }, .notional_max = { 9000000ull * AMOUNT_SCALE },
		.maker = { 1000 }, .taker = { 1000 }, // 0.1 %
	};
	founding_market(f, &m);
	memcpy(m.symbol, "ETHUSDT", sizeof "ETHUSDT");
	m.base = eth;
	m.lot = m.quantity_min = (struct quantity){ 10000 };
	founding_market(f, &m);
}

void founding_demo(struct founding_draft *f, const uint8_t auth_public[32], struct demo_keys *ret)
{
	static const struct { uint16_t asset; uint64_t wholes; } BALANCE[] = { { 0, 1000 }, { 1, 100000000 }, { 2, 10000 } };
	uint8_t all = SCOPE_READ | SCOPE_TRADE;
	uint32_t alice = founding_customer(f, "alice"), bob = founding_customer(f, "bob");
	ret->row[0].label = ret->row[2].label = "alice";
	ret->row[1].label = "bob";
	key_make_hmac(&ret->row[0].key, alice, all, auth_public);
	key_make_hmac(&ret->row[1].key, bob, all, auth_public);
	key_make_ed25519(&ret->row[2].key, alice, all);
	for (size_t i = 0; i < DEMO_KEYS; i++)
		founding_key(f, &ret->row[i].key.add);
	for (size_t i = 0; i < ARRAY_LEN(BALANCE); i++) {
		founding_deposit(f, alice, BALANCE[i].asset, BALANCE[i].wholes);
		founding_deposit(f, bob, BALANCE[i].asset, BALANCE[i].wholes);
	}
}
