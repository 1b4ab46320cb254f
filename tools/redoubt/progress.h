// SPDX-License-Identifier: Apache-2.0
// A progress bar on standard error for work that takes longer than a second,
// when standard error is a terminal. Silent otherwise.
#pragma once

#include "base/base.h"

struct progress {
	const char *what, *unit;
	uint64_t total;      // 0 = unknown
	uint64_t start_ns, next_ns;
	bool shown;
};

void progress_begin(struct progress *p, const char *what, const char *unit, uint64_t total);
void progress_step(struct progress *p, uint64_t done); // cheap: looks at the clock only now and then
void progress_end(struct progress *p);                 // clears the line
