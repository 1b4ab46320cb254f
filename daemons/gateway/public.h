// SPDX-License-Identifier: Apache-2.0
// What the handlers of public routes share (inside the gateway).
#pragma once

#include "daemons/gateway/internal.h"

struct ask { // one public request
	struct gateway *g;
	struct connection *c;
	struct slot *slot;
	const struct route *route;
	uint32_t market;                      // where the route has a symbol
	const struct marketdata_market *page;
	bool unreadable;                      // a page could not be read: the answer is 503, never zeros
};

void ask_answer(struct ask *a, const struct writer *w);
void ask_refuse(struct ask *a, enum api_error error, const char *detail);
bool ask_fresh(struct ask *a);  // whether the replica keeps its pages; false: refused
bool ask_market(struct ask *a); // sets market and page from `symbol`; false: refused
uint64_t ask_limit(const struct ask *a, uint64_t fallback, uint64_t most);

// ---- public_trades.c ----
void public_trades(struct ask *a);
void public_historical_trades(struct ask *a);
void public_agg_trades(struct ask *a);
void public_klines(struct ask *a);
void public_average(struct ask *a);
