// SPDX-License-Identifier: Apache-2.0
#include "sim/founding.h"

#include "exchange/lab.h"

#include <stdio.h>

static void append(struct beginning *b, const struct lab *lab)
{
	ASSERT(b->size + lab->entry_size <= sizeof b->bytes);
	memcpy(b->bytes + b->size, lab->entry, lab->entry_size);
	b->size += lab->entry_size;
}

static void control(struct beginning *b, struct lab *lab, uint8_t kind, const void *body, size_t size)
{
	enum refusal refusal = lab_control(lab, kind, body, size, NULL);
	ASSERT(size && refusal == REFUSED_NOT);
	append(b, lab);
}

static void customer_make(struct beginning *b, struct lab *lab, uint32_t customer)
{
	uint8_t body[512];
	struct customer_add add = { 0 };
	control(b, lab, ENTRY_CUSTOMER_ADD, body, customer_add_write(&add, body, sizeof body));
	struct key_add key = { .customer = customer, .kind = KEY_ED25519, .scopes = SCOPE_READ | SCOPE_TRADE };
	(void)snprintf(key.api_key, sizeof key.api_key, "%064u", customer);
	control(b, lab, ENTRY_KEY_ADD, body, key_add_write(&key, body, sizeof body));
	for (uint16_t asset = 0; asset < 2; asset++) {
		struct deposit_test d = { .customer = customer, .asset = asset, .amount = { 1000ull * PRICE_UNIT } };
		control(b, lab, ENTRY_DEPOSIT_TEST, body, deposit_test_write(&d, body, sizeof body));
	}
}

void beginning_make(struct beginning *b)
{
	static const char *const names[] = { "BTC", "USDT" }, *const symbols[MARKETS] = { "BTCUSDT", "BTCUSDX" };
	struct lab lab;
	uint8_t body[512];
	struct capacities c = lab_capacities();
	c.orders = 512;
	c.orders_per_customer = 100;
	c.closed_orders = 32;
	lab_open(&lab, &c);
	*b = (struct beginning){ 0 };
	memcpy(b->operator_seed, lab.operator_seed, 32);
	append(b, &lab);
	for (uint16_t i = 0; i < 2; i++) {
		struct asset_add asset = { .decimals = 8 };
		(void)snprintf(asset.name, sizeof asset.name, "%s", names[i]);
		control(b, &lab, ENTRY_ASSET_ADD, body, asset_add_write(&asset, body, sizeof body));
	}
	for (uint16_t i = 0; i < MARKETS; i++) {
		struct market_add terms = lab_terms(symbols[i], 0, 1, PRICE_UNIT / 100, PRICE_UNIT / 1000, 1000, 2000);
		control(b, &lab, ENTRY_MARKET_ADD, body, market_add_write(&terms, body, sizeof body));
	}
	for (uint32_t i = 0; i < CUSTOMERS; i++)
		customer_make(b, &lab, i);
	int r = founding_genesis(b->bytes, b->size, &b->founding.genesis, b->founding.exchange_id);
	ASSERT(r == 0);
	lab_close(&lab);
}
