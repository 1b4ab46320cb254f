// SPDX-License-Identifier: Apache-2.0
// A whole exchange on the spot, for tests, benches and `redoubt replay`: a demo
// genesis with one operator whose key is known to everyone, so nothing that a
// daemon links. Every control entry is signed and applied like a real one.
#pragma once

#include "exchange/exchange.h"

struct lab {
	struct exchange *x;
	struct genesis genesis;
	uint8_t operator_seed[32];
	uint64_t time_us;             // of the next entry; a step a microsecond
	uint8_t entry[ENTRY_SIZE_MAX]; // the last one made
	size_t entry_size;
};

struct capacities lab_capacities(void); // small, for tests

// Makes the exchange and applies genesis. Aborts when the capacities are out of bounds.
void lab_open(struct lab *lab, const struct capacities *capacities);
void lab_close(struct lab *lab);

// Applies an encoded entry at the next sequence. Asserts that it is well-formed.
void lab_apply(struct lab *lab, const void *entry, size_t size);
// Signs `body` as the next control entry and applies it; why it was refused, or REFUSED_NOT and *ret_index (may be NULL).
enum refusal lab_control(struct lab *lab, uint8_t kind, const void *body, size_t size, uint32_t *ret_index);

// Each returns the new index and asserts that it was accepted.
uint16_t lab_asset(struct lab *lab, const char *name);
uint16_t lab_market(struct lab *lab, const struct market_add *add);
uint32_t lab_customer(struct lab *lab); // with one trading key: key index = customer index when only this makes keys
void lab_deposit(struct lab *lab, uint32_t customer, uint16_t asset, uint64_t units);

// BASE/QUOTE with the given tick, lot and fees, no other limit.
struct market_add lab_terms(const char *symbol, uint16_t base, uint16_t quote, uint64_t tick, uint64_t lot,
			    uint32_t maker_ppm, uint32_t taker_ppm);

// Encodes and applies. Return the first event.
const struct event *lab_order(struct lab *lab, const struct order_new *order);
const struct event *lab_cancel(struct lab *lab, uint32_t customer, uint16_t market, uint64_t order);
