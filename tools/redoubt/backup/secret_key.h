// SPDX-License-Identifier: Apache-2.0
// The recovery seed, from a file or from SLIP-39 shares read from standard input.
#pragma once

#include "backup/recovery.h"

struct recovery_key { // in secret memory
	uint8_t seed[RECOVERY_SEED_SIZE];
	struct recovery_secret secret;
	struct recovery_public public;
};

// From `path`, or, when it is NULL, from shares: one a line, as many as the first one asks for. NULL after it has
// complained. Free with secret_free.
struct recovery_key *recovery_key_load(const char *path);

// Prints the shares, one a line: `threshold` of `count` bring the seed back. 0, or an exit code after it has complained.
MUST_USE int recovery_shares_print(const uint8_t seed[RECOVERY_SEED_SIZE], unsigned threshold, unsigned count);
