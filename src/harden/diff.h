// SPDX-License-Identifier: Apache-2.0
// Differences for people.
#pragma once

#include "harden/harden.h"

// A unified diff with three lines around each change; "" when the texts are equal. `from_name` may be "/dev/null".
const char *diff_unified(struct host *h, const char *from_name, const char *from, const char *to_name, const char *to);
