// SPDX-License-Identifier: Apache-2.0
// The process that puts things back when nobody confirms.
#pragma once

#include "harden/harden.h"

// Starts it: a child of nobody, in a session of its own, that neither the tool's death nor a closed terminal ends.
// Where systemd runs, a timer of systemd's does the same beside it, since a log-out may end all of a user's processes.
// 0 once it is running, or negative errno.
MUST_USE int guard_start(struct host *h, unsigned number, unsigned seconds);
