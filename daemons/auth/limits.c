// SPDX-License-Identifier: Apache-2.0
#include "limits.h"

#include <stdio.h>
#include <stdlib.h>

#define SPAN_10S_NS 10000000000u
#define SPAN_DAY_NS 86400000000000u

int order_limits_init(struct order_limits *l, uint32_t customers, uint64_t per_10s, uint64_t per_day)
{
	*l = (struct order_limits){ .per_10s = u64_max(per_10s, 1), .per_day = u64_max(per_day, 1), .customers = customers };
	l->arrival = calloc(customers, sizeof *l->arrival);
	return l->arrival ? 0 : -ENOMEM;
}

void order_limits_free(struct order_limits *l)
{
	free(l->arrival);
	l->arrival = NULL;
}

// Each order moves the arrival time by span / limit; it may be at most one span ahead of now.
static bool charge(uint64_t *arrival, uint64_t span, uint64_t limit, uint64_t now)
{
	uint64_t next = u64_max(*arrival, now) + span / limit;
	bool good = next <= now + span;
	*arrival = good ? next : now + span; // a refused order keeps the account at its limit, not beyond it
	return good;
}

enum api_error order_limits_charge(struct order_limits *l, uint32_t customer, uint64_t now_us, struct api_problem *to)
{
	char detail[64];
	if (customer >= l->customers)
		return API_OK; // the engine knows no such customer either, and says so
	struct arrival *a = &l->arrival[customer];
	uint64_t now = now_us * 1000;
	bool short_good = charge(&a->in_10s_ns, SPAN_10S_NS, l->per_10s, now);
	bool day_good = charge(&a->in_day_ns, SPAN_DAY_NS, l->per_day, now);
	if (short_good && day_good)
		return API_OK;
	snprintf(detail, sizeof detail, "%llu orders per %s",
		 (unsigned long long)(short_good ? l->per_day : l->per_10s), short_good ? "1 DAY" : "10 SECOND");
	api_problem_set(to, API_TOO_MANY_ORDERS, detail);
	return API_TOO_MANY_ORDERS;
}
