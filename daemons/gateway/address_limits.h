// SPDX-License-Identifier: Apache-2.0
// What one address may ask for: GCRA, one arrival time a key, costs as multiples.
// No windows on the clock, so no double burst at their edges. Refused requests
// are charged too. IPv6 is counted at /64, and looser at /56 and /48.
#pragma once

#include "base/hash.h"

struct limits;

enum limit_verdict { LIMIT_FINE = 0, LIMIT_SLOW_DOWN, LIMIT_BANNED };

struct limit_answer {
	enum limit_verdict verdict;
	uint32_t used;           // weight used in the last minute
	uint32_t retry_after_s;  // when refused
};

// `per_minute` = 0: everything is fine. With `bans`, who goes on after refusals is banned: 2 min, times 4, up to 3 days. NULL without memory.
struct limits *limits_new(uint64_t per_minute, bool bans);
void limits_free(struct limits *l);

// address: 16 bytes, IPv4 as ::ffff:a.b.c.d.
struct limit_answer limits_charge(struct limits *l, const uint8_t address[16], unsigned cost, uint64_t now_ns);
