// SPDX-License-Identifier: Apache-2.0
// A second, naive opinion on the rules of trading: sorted arrays of pointers,
// API units, 128-bit products, no holds to release but recomputed ones. It
// shares the wire's structs with the exchange and none of its code.
#pragma once

#include "wire/control.h"
#include "wire/event.h"

#define REFERENCE_ASSETS 8
#define REFERENCE_CUSTOMERS 64
#define REFERENCE_MARKETS 4

struct reference_fill {
	uint64_t maker_order;
	uint64_t price, quantity, quote, maker_fee, taker_fee;
	uint32_t maker;
	bool maker_done;
};

// What one order or cancel led to.
struct reference_result {
	enum refusal refusal;
	uint64_t id;                 // public id, as the exchange must number it
	enum order_status status;    // at the end
	bool rests;
	uint64_t executed, quote;
	size_t fills, expired, canceled;
	struct reference_fill *fill; // in order
	uint64_t *expired_maker;     // ids, in order (self-trade)
	uint64_t *canceled_order;    // ids, in order
};

struct reference;

struct reference *reference_new(uint32_t fills_per_order, uint32_t orders_per_customer);
void reference_free(struct reference *r);
void reference_market(struct reference *r, const struct market_add *add);
void reference_market_set(struct reference *r, const struct market_set *set);
void reference_deposit(struct reference *r, uint32_t customer, uint16_t asset, uint64_t units);

// The result is valid until the next call.
const struct reference_result *reference_order(struct reference *r, const struct order_new *order);
const struct reference_result *reference_cancel(struct reference *r, const struct order_cancel *cancel);
const struct reference_result *reference_cancel_all(struct reference *r, uint32_t customer, uint16_t market);

void reference_balance(const struct reference *r, uint32_t customer, uint16_t asset, uint64_t *available, uint64_t *held);
uint64_t reference_fees(const struct reference *r, uint16_t asset);
size_t reference_open(const struct reference *r); // live orders
