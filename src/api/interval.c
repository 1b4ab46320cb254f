// SPDX-License-Identifier: Apache-2.0
#include "api/interval.h"

#define SECOND_US UINT64_C(1000000)
#define MINUTE_US (60 * SECOND_US)
#define HOUR_US (60 * MINUTE_US)
#define DAY_US (24 * HOUR_US)
#define MONDAY_US (4 * DAY_US) // 1970-01-05, the first Monday

static const struct {
	const char *name;
	uint64_t length_us; // 0 = a calendar month
} intervals[INTERVAL_COUNT] = {
	[INTERVAL_1S] = { "1s", SECOND_US },
	[INTERVAL_1M] = { "1m", MINUTE_US },
	[INTERVAL_3M] = { "3m", 3 * MINUTE_US },
	[INTERVAL_5M] = { "5m", 5 * MINUTE_US },
	[INTERVAL_15M] = { "15m", 15 * MINUTE_US },
	[INTERVAL_30M] = { "30m", 30 * MINUTE_US },
	[INTERVAL_1H] = { "1h", HOUR_US },
	[INTERVAL_2H] = { "2h", 2 * HOUR_US },
	[INTERVAL_4H] = { "4h", 4 * HOUR_US },
	[INTERVAL_6H] = { "6h", 6 * HOUR_US },
	[INTERVAL_8H] = { "8h", 8 * HOUR_US },
	[INTERVAL_12H] = { "12h", 12 * HOUR_US },
	[INTERVAL_1D] = { "1d", DAY_US },
	[INTERVAL_3D] = { "3d", 3 * DAY_US },
	[INTERVAL_1W] = { "1w", 7 * DAY_US },
	[INTERVAL_1MONTH] = { "1M", 0 },
};

bool interval_read(struct slice text, enum kline_interval *ret)
{
	for (unsigned i = 0; i < INTERVAL_COUNT; i++) {
		if (slice_is(text, intervals[i].name)) {
			*ret = (enum kline_interval)i;
			return true;
		}
	}
	return false;
}

const char *interval_name(enum kline_interval interval)
{
	ASSERT((unsigned)interval < INTERVAL_COUNT);
	return intervals[interval].name;
}

static bool year_is_leap(unsigned year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

// First microsecond of the month that holds time_us, and its length.
static uint64_t month_open(uint64_t time_us, uint64_t *ret_length_us)
{
	static const uint8_t length[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	uint64_t day = time_us / DAY_US, first = 0;
	for (unsigned year = 1970;; year++) {
		uint64_t days = year_is_leap(year) ? 366 : 365;
		if (day >= first + days && year < 9999) {
			first += days;
			continue;
		}
		for (unsigned month = 0; month < 12; month++) {
			days = length[month] + (month == 1 && year_is_leap(year));
			if (day < first + days || month == 11) {
				*ret_length_us = days * DAY_US;
				return first * DAY_US;
			}
			first += days;
		}
	}
}

uint64_t interval_open(enum kline_interval interval, uint64_t time_us)
{
	ASSERT((unsigned)interval < INTERVAL_COUNT);
	uint64_t length = intervals[interval].length_us;
	if (!length)
		return month_open(time_us, &length);
	uint64_t from = interval == INTERVAL_1W ? MONDAY_US : 0;
	return time_us < from ? 0 : time_us - (time_us - from) % length;
}

uint64_t interval_next(enum kline_interval interval, uint64_t open_us)
{
	ASSERT((unsigned)interval < INTERVAL_COUNT);
	uint64_t length = intervals[interval].length_us;
	if (!length)
		open_us = month_open(open_us, &length);
	else if (interval == INTERVAL_1W && open_us < MONDAY_US)
		return MONDAY_US;
	return open_us + length;
}
