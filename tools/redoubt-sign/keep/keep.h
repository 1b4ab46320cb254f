// SPDX-License-Identifier: Apache-2.0
// What the keep commands share.
#pragma once

#include "ceremony/handout.h"
#include "ceremony/record.h"
#include "ceremony/seed.h"

// 0 when the seed's master key has this fingerprint; else an exit code after a complaint.
MUST_USE int seed_match(const uint8_t *seed, size_t size, const uint8_t fingerprint[HD_FINGERPRINT_SIZE]);
