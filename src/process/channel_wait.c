// SPDX-License-Identifier: Apache-2.0
// Waiting for a record: spin a little, then sleep on the doorbell.
#include "base/clock.h"
#include "process/channel.h"

#include <poll.h>

static bool any_record(struct channel_reader *const *readers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!channel_empty(readers[i]))
			return true;
	return false;
}

static void all_sleeping(struct channel_reader *const *readers, size_t count, bool asleep)
{
	for (size_t i = 0; i < count; i++)
		channel_sleeping(readers[i], asleep);
}

// Looks again and again; the clock (25 ns) only now and then.
static bool spin(struct channel_reader *const *readers, size_t count, unsigned spin_us)
{
	uint64_t until = clock_monotonic_ns() + spin_us * (uint64_t)1000;
	do {
		for (unsigned i = 0; i < 32; i++) {
			if (any_record(readers, count))
				return true;
			__builtin_ia32_pause();
		}
	} while (clock_monotonic_ns() < until);
	return false;
}

int channel_wait(struct channel_reader *const *readers, size_t count, int doorbell, unsigned spin_us, int timeout_ms)
{
	if (any_record(readers, count) || (spin_us && spin(readers, count, spin_us)))
		return 0;
	all_sleeping(readers, count, true);
	int r = 0;
	if (!any_record(readers, count)) {
		struct pollfd wait = { .fd = doorbell, .events = POLLIN };
		if (poll(&wait, 1, timeout_ms) < 0 && errno != EINTR)
			r = -errno;
		doorbell_clear(doorbell);
	}
	all_sleeping(readers, count, false);
	return r;
}
