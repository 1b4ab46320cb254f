// SPDX-License-Identifier: Apache-2.0
#include "window.h"

#include "amount/amount.h"

#define MS_BELOW 100000000000000u // 1e14: a smaller number is in ms (until the year 5138), as in api/params_types.c
#define DIGITS_MAX 18

void window_start(struct window *w, uint64_t now_us)
{
	w->started_us = w->now_us = now_us;
}

void window_tick(struct window *w, uint64_t now_us)
{
	w->now_us = u64_max(w->now_us, now_us);
}

bool window_open(const struct window *w)
{
	return w->now_us >= w->started_us + WINDOW_AHEAD_US;
}

enum api_error window_check(const struct window *w, uint64_t timestamp_us, uint64_t recv_window_us,
			    uint64_t *ret_expires_us)
{
	if (recv_window_us > WINDOW_MAX_US)
		return API_RECV_WINDOW;
	if (timestamp_us >= w->now_us + WINDOW_AHEAD_US)
		return API_TIMESTAMP_AHEAD;
	if (timestamp_us < w->now_us && w->now_us - timestamp_us > recv_window_us)
		return API_TIMESTAMP_OUTSIDE;
	if (timestamp_us < w->started_us + WINDOW_AHEAD_US)
		return API_RESTARTING; // the process before us may have done it already; its replay set died with it
	*ret_expires_us = timestamp_us + recv_window_us;
	return API_OK;
}

bool timestamp_read(struct slice text, uint64_t *ret_us)
{
	uint64_t n = 0;
	if (text.size == 0 || text.size > DIGITS_MAX)
		return false;
	for (size_t i = 0; i < text.size; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
		n = n * 10 + (uint64_t)(text.at[i] - '0');
	}
	*ret_us = n < MS_BELOW ? n * 1000 : n;
	return true;
}

bool recv_window_read(struct slice text, uint64_t *ret_us)
{
	uint64_t units; // 1e-8 ms
	if (amount_parse(text.at, text.size, &units) || units % 100000 != 0)
		return false;
	*ret_us = units / 100000;
	return true;
}
