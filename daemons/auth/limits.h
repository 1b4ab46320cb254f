// SPDX-License-Identifier: Apache-2.0
// How many new orders an account may send: GCRA, one 64-bit arrival time for each
// limit and customer. No clock-aligned window, which would allow a double burst.
// Refused orders are charged too, up to the limit.
#pragma once

#include "api/error.h"

struct order_limits {
	uint64_t per_10s, per_day; // settings
	uint32_t customers;
	struct arrival { uint64_t in_10s_ns, in_day_ns; } *arrival; // when the customer's past orders are paid off
};

// Settings and a zeroed table. 0 or -ENOMEM.
MUST_USE int order_limits_init(struct order_limits *l, uint32_t customers, uint64_t per_10s, uint64_t per_day);
void order_limits_free(struct order_limits *l);

// Charges one order. API_OK, or API_TOO_MANY_ORDERS with the limit's name in `to`.
enum api_error order_limits_charge(struct order_limits *l, uint32_t customer, uint64_t now_us,
				   struct api_problem *to);
