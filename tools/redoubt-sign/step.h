// SPDX-License-Identifier: Apache-2.0
// Named boundaries of what must survive kill -9: "vault-new-written",
// "vault-logged", ... In the test's own executable (compiled with
// REDOUBT_SIGN_STEPS) REDOUBT_SIGN_STEP=NAME kills the process there, NAME:2 at
// its second passing, and REDOUBT_SIGN_NOW=SECONDS sets the clock. In the shipped
// program STEP is nothing and the environment is not read at all.
#pragma once

#include "base/base.h"

#ifdef REDOUBT_SIGN_STEPS
void step_reached(const char *name);
#define STEP(name) step_reached(name)
#else
#define STEP(name) ((void)0)
#endif

// Seconds since 1970 by this machine's clock (tests: by the variable above).
uint64_t now_seconds(void);
