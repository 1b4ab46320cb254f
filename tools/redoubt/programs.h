// SPDX-License-Identifier: Apache-2.0
// Where the daemons' programs are, and whether the exchange in DIR runs.
#pragma once

#include "directory.h"

#include <sys/types.h>

// The program redoubt-ROLE of this installation or build. 0, or -1 after it has complained.
MUST_USE int program_find(const char *role, char to[PATH_MAX]);

// The supervisor that holds DIR's lock: its pid, 0 when nobody does, negative errno when it cannot be said.
pid_t supervisor_pid(void);
