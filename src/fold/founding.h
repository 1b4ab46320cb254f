// SPDX-License-Identifier: Apache-2.0
// The founding file: the signed control entries that an exchange starts from,
// back to back as in a block, genesis first. Followers take from it the one
// thing that they must know before the first block: genesis.
#pragma once

#include "wire/founding.h"

struct founding {
	struct genesis genesis;
	uint8_t exchange_id[32]; // SHA-256 of genesis' body
};

// Reads genesis from a founding file. 0, 1 (larger than FOUNDING_SIZE_MAX, or not starting with a genesis
// that its own operator signed), or negative errno. The descriptor's offset is left alone.
MUST_USE int founding_load(int fd, struct founding *ret);
