// SPDX-License-Identifier: Apache-2.0
// Applies one command to the exchange and to the reference, and compares all
// that the two say about it. Fails the running cmocka test at the first difference.
#pragma once

#include "exchange/lab.h"
#include "tests/reference/reference.h"

struct pair {
	struct lab lab;
	struct reference *reference;
	uint64_t fills; // compared so far
};

void pair_order(struct pair *p, const struct order_new *order);
void pair_cancel(struct pair *p, const struct order_cancel *cancel);
void pair_cancel_all(struct pair *p, const struct order_cancel_all *cancel);
void pair_balances(const struct pair *p, uint32_t customers, uint16_t assets);
