// SPDX-License-Identifier: Apache-2.0
#include "exchange/lab.h"

#include "crypto/ed25519.h"

#include <stdio.h>

#define LAB_START_US 1700000000000000u

struct capacities lab_capacities(void)
{
	return (struct capacities){
		.customers = 64, .keys = 64, .assets = 8, .markets = 4, .orders = 1024, .orders_per_customer = 200,
		.levels = 512, .closed_orders = 64, .fills_per_order = 100,
	};
}

enum refusal lab_control(struct lab *lab, uint8_t kind, const void *body, size_t size, uint32_t *ret_index)
{
	uint64_t number;
	uint8_t previous[32];
	exchange_control_head(lab->x, &number, previous);
	lab->entry_size = control_sign(exchange_id(lab->x), kind, number + 1, previous, 0, lab->operator_seed, 0, body,
				       size, lab->entry, sizeof lab->entry);
	ASSERT(lab->entry_size);
	lab_apply(lab, lab->entry, lab->entry_size);
	const struct event *last = exchange_event(lab->x, exchange_event_count(lab->x) - 1);
	if (last->kind == EVENT_CONTROL_REFUSED)
		return last->reason;
	ASSERT(last->kind == EVENT_CONTROL_DONE);
	if (ret_index)
		*ret_index = last->index;
	return REFUSED_NOT;
}

void lab_open(struct lab *lab, const struct capacities *capacities)
{
	uint8_t body[1024];
	*lab = (struct lab){ .time_us = LAB_START_US };
	memset(lab->operator_seed, 0x4c, sizeof lab->operator_seed);
	struct genesis *g = &lab->genesis;
	g->rules = EXCHANGE_RULES;
	g->demo = true;
	memcpy(g->origin, "redoubt.local/lab", 18);
	g->capacities = *capacities;
	memset(g->hash_seed, 0x11, sizeof g->hash_seed);
	g->operators = 1;
	ed25519_public(lab->operator_seed, g->operator_public[0]);
	lab->x = exchange_new(g);
	ASSERT(lab->x);
	size_t size = genesis_write(g, body, sizeof body);
	enum refusal refusal = lab_control(lab, ENTRY_GENESIS, body, size, NULL);
	ASSERT(refusal == REFUSED_NOT);
}

void lab_close(struct lab *lab)
{
	exchange_free(lab->x);
	lab->x = NULL;
}

void lab_apply(struct lab *lab, const void *entry, size_t size)
{
	int malformed = exchange_apply(lab->x, exchange_sequence(lab->x) + 1, lab->time_us++, entry, size);
	ASSERT(!malformed);
}

// Applies a body that cannot be refused.
static uint32_t must(struct lab *lab, uint8_t kind, const void *body, size_t size)
{
	uint32_t index = 0;
	enum refusal refusal = lab_control(lab, kind, body, size, &index);
	ASSERT(size && refusal == REFUSED_NOT);
	return index;
}

uint16_t lab_asset(struct lab *lab, const char *name)
{
	uint8_t body[64];
	struct asset_add add = { .decimals = 8 };
	snprintf(add.name, sizeof add.name, "%s", name);
	return (uint16_t)must(lab, ENTRY_ASSET_ADD, body, asset_add_write(&add, body, sizeof body));
}

struct market_add lab_terms(const char *symbol, uint16_t base, uint16_t quote, uint64_t tick, uint64_t lot,
			    uint32_t maker_ppm, uint32_t taker_ppm)
{
	struct market_add add = {
		.base = base, .quote = quote, .tick = { tick }, .lot = { lot }, .maker = { maker_ppm }, .taker = { taker_ppm },
	};
	snprintf(add.symbol, sizeof add.symbol, "%s", symbol);
	return add;
}

uint16_t lab_market(struct lab *lab, const struct market_add *add)
{
	uint8_t body[256];
	return (uint16_t)must(lab, ENTRY_MARKET_ADD, body, market_add_write(add, body, sizeof body));
}

uint32_t lab_customer(struct lab *lab)
{
	uint8_t body[512];
	struct customer_add add = { 0 };
	uint32_t customer = must(lab, ENTRY_CUSTOMER_ADD, body, customer_add_write(&add, body, sizeof body));
	struct key_add key = { .customer = customer, .kind = KEY_ED25519, .scopes = SCOPE_READ | SCOPE_TRADE };
	snprintf(key.api_key, sizeof key.api_key, "%064u", customer);
	must(lab, ENTRY_KEY_ADD, body, key_add_write(&key, body, sizeof body));
	return customer;
}

void lab_deposit(struct lab *lab, uint32_t customer, uint16_t asset, uint64_t units)
{
	uint8_t body[64];
	struct deposit_test deposit = { .customer = customer, .asset = asset, .amount = { units } };
	must(lab, ENTRY_DEPOSIT_TEST, body, deposit_test_write(&deposit, body, sizeof body));
}

const struct event *lab_order(struct lab *lab, const struct order_new *order)
{
	struct writer w = writer_over(lab->entry, sizeof lab->entry);
	lab->entry_size = order_new_write(&w, order);
	lab_apply(lab, lab->entry, lab->entry_size);
	return exchange_event(lab->x, 0);
}

const struct event *lab_cancel(struct lab *lab, uint32_t customer, uint16_t market, uint64_t order)
{
	const struct order_cancel cancel = { .customer = customer, .key = customer, .market = market, .order = order };
	struct writer w = writer_over(lab->entry, sizeof lab->entry);
	lab->entry_size = order_cancel_write(&w, &cancel);
	lab_apply(lab, lab->entry, lab->entry_size);
	return exchange_event(lab->x, 0);
}
