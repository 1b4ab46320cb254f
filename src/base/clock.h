// SPDX-License-Identifier: Apache-2.0
// Clocks for the shells. The pure rules never include this file (dev/layers checks).
#pragma once

#include "base/base.h"

uint64_t clock_monotonic_ns(void); // CLOCK_MONOTONIC
uint64_t clock_realtime_us(void);  // CLOCK_REALTIME, microseconds since 1970
