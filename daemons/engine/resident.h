// SPDX-License-Identifier: Apache-2.0
// Pages before commands: what the next orders will touch first is made resident
// while nobody waits, since the rules themselves ask the system for nothing.
#pragma once

#include "exchange/exchange.h"

// Orders beyond those that there are; after these a first touch costs what it costs. At the capacities that
// `redoubt init` gives: 62 MB for a demo, 113 MB for production, 25 to 130 ms, once, before the first command.
#define RESIDENT_ORDERS (1u << 17)

struct resident {
	uint64_t bytes;
	int error;       // 0, or the first negative errno: -EINVAL before Linux 5.14, -ENOMEM, -EFAULT. None is fatal.
};

struct resident resident_make(struct exchange *x, uint32_t orders);
