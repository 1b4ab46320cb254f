// SPDX-License-Identifier: Apache-2.0
// What is measured: one call of ours, and, where there is one, the bare library's call for the same.
#pragma once

#include "base/base.h"

struct work {
	const char *name;
	void (*ours)(void);
	const char *beside; // what `bare` does
	void (*bare)(void); // or NULL
};

extern const struct work works[];
extern const size_t work_count;

// Keys, a 2-of-3 wallet and its PSBT. 0, or 1 when something could not be made.
MUST_USE int work_prepare(void);
