// SPDX-License-Identifier: Apache-2.0
#include "bitcoin/timelock.h"

int sequence_of_seconds(uint32_t seconds, uint32_t *ret)
{
	uint32_t units = seconds / SEQUENCE_SECONDS_UNIT + (seconds % SEQUENCE_SECONDS_UNIT != 0);
	if (units > SEQUENCE_MASK)
		return 1;
	*ret = SEQUENCE_SECONDS | units;
	return 0;
}

bool sequence_lock_valid(uint32_t lock)
{
	return (lock & ~(SEQUENCE_SECONDS | SEQUENCE_MASK)) == 0 && (lock & SEQUENCE_MASK) != 0;
}

bool sequence_satisfies(uint32_t tx_version, uint32_t sequence, uint32_t lock)
{
	if (lock & SEQUENCE_DISABLE)
		return true; // the opcode then does nothing
	if (tx_version < 2 || (sequence & SEQUENCE_DISABLE))
		return false;
	return (sequence & SEQUENCE_SECONDS) == (lock & SEQUENCE_SECONDS) &&
	       (sequence & SEQUENCE_MASK) >= (lock & SEQUENCE_MASK);
}

bool locktime_satisfies(uint32_t tx_locktime, uint32_t sequence, uint32_t lock)
{
	return sequence != SEQUENCE_FINAL && locktime_is_height(tx_locktime) == locktime_is_height(lock) &&
	       tx_locktime >= lock;
}

uint32_t sequence_height_at(uint32_t lock, uint32_t confirmed_height)
{
	bool counts = !(lock & (SEQUENCE_DISABLE | SEQUENCE_SECONDS));
	return confirmed_height + (counts ? lock & SEQUENCE_MASK : 0);
}

uint32_t sequence_time_at(uint32_t lock, uint32_t confirmed_median_time)
{
	bool counts = !(lock & SEQUENCE_DISABLE) && (lock & SEQUENCE_SECONDS);
	return confirmed_median_time + (counts ? (lock & SEQUENCE_MASK) * SEQUENCE_SECONDS_UNIT : 0);
}
