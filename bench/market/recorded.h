// SPDX-License-Identifier: Apache-2.0
// The recorded flows as commands, when they are there.
#pragma once

#include "bench/market/commands.h"
#include "bench/market/world.h"

struct recorded {
	const char *name, *format, *path;
};
extern const struct recorded recorded[2];

// False, and a line to standard error that names the file, when it is not here.
MUST_USE bool recorded_make(const struct recorded *r, struct commands *to, struct world_size *ret_size);
