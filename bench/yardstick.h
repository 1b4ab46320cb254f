// SPDX-License-Identifier: Apache-2.0
// What this machine can do, measured in the same run as a bench, so that figures
// from different machines can be compared as ratios.
#pragma once

#include "base/base.h"

struct yardstick {
	double miss_ns;      // a dependent cache miss in 64 MB
	double sync_us;      // median fdatasync of a preallocated 4 KB write; negative: the directory cannot
	double sha256_mb_s;  // at 16 KB
};

void yardstick_measure(struct yardstick *ret, const char *directory);
void yardstick_print(const struct yardstick *y, bool json);
