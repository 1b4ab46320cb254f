// SPDX-License-Identifier: Apache-2.0
// Text that is written piece by piece into room that is known to suffice: not fitting is a fault of ours.
#pragma once

#include "base/base.h"

struct text {
	char *start;
	size_t room; // without the NUL
	size_t size;
};

void put(struct text *t, const char *format, ...) PRINTF_LIKE(2, 3);
