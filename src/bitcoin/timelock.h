// SPDX-License-Identifier: Apache-2.0
// Locks in time: nLockTime and OP_CHECKLOCKTIMEVERIFY (BIP65), nSequence and
// OP_CHECKSEQUENCEVERIFY (BIP68, BIP112, median times by BIP113).
#pragma once

#include "base/base.h"

#define LOCKTIME_THRESHOLD    500000000u  // below: a height; from here: seconds since 1970
#define SEQUENCE_FINAL	      0xffffffffu // neither nLockTime nor BIP68 counts
#define SEQUENCE_NO_LOCK      0xfffffffeu // nLockTime counts, no relative lock
#define SEQUENCE_REPLACEABLE  0xfffffffdu // the same, and says that it may be replaced (BIP125)
#define SEQUENCE_DISABLE      (1u << 31)
#define SEQUENCE_SECONDS      (1u << 22)
#define SEQUENCE_MASK	      0xffffu
#define SEQUENCE_SECONDS_UNIT 512u

static inline bool locktime_is_height(uint32_t locktime)
{
	return locktime < LOCKTIME_THRESHOLD;
}

// The argument of older() and the nSequence that satisfies it.
static inline uint32_t sequence_of_blocks(uint16_t blocks)
{
	return blocks;
}
// Rounded up to units of 512 seconds. 0 and *ret, or 1 above 65535 units (388 days).
MUST_USE int sequence_of_seconds(uint32_t seconds, uint32_t *ret);

// True for an older() argument that locks: 1..65535 blocks or units, no other bit.
bool sequence_lock_valid(uint32_t lock);

// Whether an input with this nSequence passes OP_CHECKSEQUENCEVERIFY with `lock` (BIP112).
bool sequence_satisfies(uint32_t tx_version, uint32_t sequence, uint32_t lock);

// Whether a transaction with this nLockTime passes OP_CHECKLOCKTIMEVERIFY with `lock` (BIP65).
bool locktime_satisfies(uint32_t tx_locktime, uint32_t sequence, uint32_t lock);

// BIP68: the first height, or median time past, at which an output confirmed at
// (height, median time past of the block before) may be spent with that lock.
uint32_t sequence_height_at(uint32_t lock, uint32_t confirmed_height);
uint32_t sequence_time_at(uint32_t lock, uint32_t confirmed_median_time);
