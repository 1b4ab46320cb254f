// SPDX-License-Identifier: Apache-2.0
// The candle lengths that klines can have.
#pragma once

#include "http/slice.h"

enum kline_interval {
	INTERVAL_1S = 0, INTERVAL_1M, INTERVAL_3M, INTERVAL_5M, INTERVAL_15M, INTERVAL_30M,
	INTERVAL_1H, INTERVAL_2H, INTERVAL_4H, INTERVAL_6H, INTERVAL_8H, INTERVAL_12H,
	INTERVAL_1D, INTERVAL_3D, INTERVAL_1W, INTERVAL_1MONTH,
	INTERVAL_COUNT
};

// "1m", "1h", "1M" ... False when there is no such interval.
bool interval_read(struct slice text, enum kline_interval *ret);
const char *interval_name(enum kline_interval interval);

// The candle that contains `time_us` (microseconds since 1970, UTC; weeks begin on Monday): its first
// microsecond, and the first one of the next candle.
uint64_t interval_open(enum kline_interval interval, uint64_t time_us);
uint64_t interval_next(enum kline_interval interval, uint64_t open_us);
