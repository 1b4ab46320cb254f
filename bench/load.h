// SPDX-License-Identifier: Apache-2.0
// A load generator: signed orders over TLS on many keep-alive connections, one
// thread, epoll. Latency counts from the moment a request was meant to leave.
#pragma once

#include "base/base.h"

struct load_key {
	char api_key[72];
	char secret[136];
};

struct load_plan {
	const char *host;         // numeric
	uint16_t port;
	unsigned connections;     // 1..LOAD_CONNECTIONS_MAX
	unsigned depth;           // requests under way on one connection, 1..LOAD_DEPTH_MAX
	double rate;              // requests/s over all connections; 0 = closed loop, as fast as answers come
	uint64_t requests;        // in all
	const struct load_key *keys;
	unsigned key_count;       // connection i signs with key i % key_count
	const char *symbol;
	const char *price;        // every connection alternates BUY and SELL at it, so the book stays small
};
#define LOAD_CONNECTIONS_MAX 1024
#define LOAD_DEPTH_MAX 64

struct load_result {
	uint64_t answered, accepted, refused, failed; // failed: connection lost or no answer
	double seconds;
	double client_cpu_seconds;
	uint64_t *latency_ns;     // `answered` of them, sorted; free with load_result_free
	char first_refusal[256];  // body of the first answer that was not 200
};

// 0, or negative errno when not every connection could be made.
MUST_USE int load_run(const struct load_plan *plan, struct load_result *ret);
void load_result_free(struct load_result *r);
uint64_t load_percentile(const struct load_result *r, double fraction);
