// SPDX-License-Identifier: Apache-2.0
// The founding file: the signed control entries that an exchange starts from,
// back to back as in a block, genesis first. Followers take from it the one
// thing that they must know before the first block: genesis.
#pragma once

#include "wire/control.h"

#define FOUNDING_SIZE_MAX (1u << 20)

struct founding {
	struct genesis genesis;
	uint8_t exchange_id[32]; // SHA-256 of genesis' body
};

// Reads genesis from the front and checks its signature. 0, or 1 when the bytes do not start with a signed genesis.
MUST_USE int founding_read(const void *data, size_t size, struct founding *ret);

// The same from a file. 0, 1 as above (or the file is larger than FOUNDING_SIZE_MAX), or negative errno.
MUST_USE int founding_load(int fd, struct founding *ret);
