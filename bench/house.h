// SPDX-License-Identifier: Apache-2.0
// A whole exchange of its own for one measurement: `redoubt init --demo` and
// `start` in a fresh directory on a free port, every daemon on.
#pragma once

#include "bench/load.h"

#include <jansson.h>

#define HOUSE_ROLES_MAX 32

struct house {
	char redoubt[512];  // the CLI
	char dir[256];
	uint16_t port;
	struct load_key key[2]; // alice, bob
};

// The CLI lies in the same build directory as this program. 0, or -1 after it said why.
MUST_USE int house_start(struct house *h);
void house_stop(struct house *h); // stops it and removes its directory, or moves it to $BENCH_KEEP

// `redoubt status --json`; NULL when it did not answer. json_decref it.
json_t *house_status(const struct house *h);

struct house_cpu {
	unsigned count;
	struct { char role[32]; double seconds; } process[HOUSE_ROLES_MAX];
};
// CPU seconds used so far by each process of the exchange.
void house_cpu(const struct house *h, struct house_cpu *ret);
