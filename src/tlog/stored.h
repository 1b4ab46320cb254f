// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tlog/tlog.h"

// RFC 6962's MTH over leaves low..high-1, for a range that a split of a larger
// tree makes (low is a multiple of the largest power of two in the range's size).
MUST_USE int tlog_range_hash(const struct tlog_source *source, uint64_t low, uint64_t high, uint8_t hash[32]);
