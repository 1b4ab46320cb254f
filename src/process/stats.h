// SPDX-License-Identifier: Apache-2.0
// A page of counters per daemon: it writes, everyone else maps it read-only.
// `redoubt status` reads them through control.
#pragma once

#include "base/base.h"

#include <stdatomic.h>

#define STATS_MAX 96
#define STATS_NAME_MAX 24
#define STATS_PAGE_SIZE 4096

struct stats_page {
	_Atomic uint64_t heartbeat_us;   // realtime of the last turn of the loop
	_Atomic uint32_t count;
	uint32_t pid;
	char sandbox_missing[256];       // from sandbox_report
	struct {
		char name[STATS_NAME_MAX];
		_Atomic uint64_t value;
	} counter[STATS_MAX];
};
_Static_assert(sizeof(struct stats_page) <= STATS_PAGE_SIZE, "one page a daemon");

// A counter of that name, made on first use. NULL page gives a dummy counter. Never NULL.
_Atomic uint64_t *stats_counter(struct stats_page *page, const char *name);
