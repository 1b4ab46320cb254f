// SPDX-License-Identifier: Apache-2.0
// When a signed request is in time: timestamp < now + 1 s, now - timestamp <=
// recvWindow, and never from before this process could have seen it.
#pragma once

#include "api/error.h"

#define WINDOW_AHEAD_US 1000000u // how far a client's clock may be ahead
#define WINDOW_DEFAULT_US 5000000u
#define WINDOW_MAX_US 30000000u  // the convention allows 60 s; docs/API.md

struct window {
	uint64_t started_us; // what the last process before us may have accepted has a timestamp below this + 1 s
	uint64_t now_us;     // never goes back, so that what left the replay set can never become valid again
};

void window_start(struct window *w, uint64_t now_us);
void window_tick(struct window *w, uint64_t now_us);
// Requests are taken: the time when nothing of the last process can be replayed has come.
bool window_open(const struct window *w);

// API_OK, or why the request is refused. *ret_expires_us: the last moment at which it would be accepted.
enum api_error window_check(const struct window *w, uint64_t timestamp_us, uint64_t recv_window_us,
			    uint64_t *ret_expires_us);

// "1700000000000" (ms) or "1700000000000000" (us). False when it is no such number.
MUST_USE bool timestamp_read(struct slice text, uint64_t *ret_us);
// Milliseconds, up to three decimals.
MUST_USE bool recv_window_read(struct slice text, uint64_t *ret_us);
