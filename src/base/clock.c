// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"

#include <time.h>

static struct timespec clock_read(clockid_t clock)
{
	struct timespec t;
	ASSERT(clock_gettime(clock, &t) == 0);
	return t;
}

uint64_t clock_monotonic_ns(void)
{
	struct timespec t = clock_read(CLOCK_MONOTONIC);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t clock_realtime_us(void)
{
	struct timespec t = clock_read(CLOCK_REALTIME);
	return (uint64_t)t.tv_sec * 1000000u + (uint64_t)t.tv_nsec / 1000u;
}
