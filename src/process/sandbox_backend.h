// SPDX-License-Identifier: Apache-2.0
// The mechanisms behind sandbox_enter. Private to src/process.
#pragma once

#include "process/sandbox.h"

// Adds a sentence to the report, cut when it is full.
void sandbox_missing(struct sandbox_report *report, const char *format, ...) PRINTF_LIKE(2, 3);

MUST_USE int sandbox_limits(const struct sandbox *sandbox, struct sandbox_report *report);
MUST_USE int sandbox_landlock(const struct sandbox *sandbox, struct sandbox_report *report);
MUST_USE int sandbox_seccomp(const struct sandbox *sandbox);
