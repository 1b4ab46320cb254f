// SPDX-License-Identifier: Apache-2.0
// Runs commands through a fresh exchange and measures. Throughput: the whole
// run, no clock inside. Latency: open loop, each command has an intended time
// at `load` of that throughput, and waiting for the ones before it counts.
#pragma once

#include "bench/market/commands.h"
#include "bench/market/world.h"

struct measured {
	double ops_per_s, quiet_ops_per_s, p50_ns, p99_ns, p999_ns, bytes_per_entry;
	uint64_t commands, fills, rejected, resting; // resting: at the end
	uint64_t digest;
};

void measure(const struct commands *c, const struct world_size *size, double load, struct measured *ret);
