// SPDX-License-Identifier: Apache-2.0
// The rolling 24 hours of one market, in minutes. Pure: time comes with the trades.
#pragma once

#include "wire/marketdata.h"

#define TICKER_MINUTES 1440u
#define MINUTE_US 60000000ull

struct ticker_minute {
	uint64_t open, high, low, close, volume, quote, first_id, count;
};

struct ticker {
	uint64_t minute;         // of the newest bucket (minutes since 1970); 0 = nobody traded yet
	uint64_t last, last_quantity, last_id;
	uint64_t previous_close; // the last price before the oldest bucket
	// Sum of the buckets before `minute`, good while sum_minute says so: a
	// trade then costs one bucket, not 1,440.
	uint64_t sum_minute;
	struct ticker_minute sum;
	struct ticker_minute bucket[TICKER_MINUTES]; // minute % TICKER_MINUTES
};

void ticker_trade(struct ticker *t, const struct trade_view *trade, uint64_t time_us);

// The window that ends at now_us. Without trades in it the prices are the last one, or 0.
void ticker_view(struct ticker *t, uint64_t now_us, struct marketdata_ticker *ret);
