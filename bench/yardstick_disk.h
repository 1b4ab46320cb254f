// SPDX-License-Identifier: Apache-2.0
// What the disk itself can do, measured in the same run: one O_DIRECT | O_DSYNC
// write at a time into a zero-filled file.
#pragma once

#include "base/base.h"

struct yardstick_disk {
	size_t size;             // bytes in one write
	uint64_t p50_ns, p99_ns, p999_ns;
	double writes_per_s, bytes_per_s;
};

// Measures one size for about `seconds` in a file of its own in dir_fd (removed afterwards). 0 or negative errno.
MUST_USE int yardstick_disk(int dir_fd, size_t size, double seconds, struct yardstick_disk *ret);
