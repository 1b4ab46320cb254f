// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "harden/harden.h"

struct unit_row {
	const char *name, *template;
	unsigned exposure_max; // tenths; 0: not judged (a socket, a timer, and the way back, which must be able to undo anything)
	const char *why;       // when it is more than 20
};
extern const struct unit_row unit_rows[];
extern const size_t unit_row_count;

// The unit that rolls back at a start of the machine, and its link.
void plan_guard(struct plan *p);
