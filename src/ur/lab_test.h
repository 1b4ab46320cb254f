// SPDX-License-Identifier: Apache-2.0
// For the tests: the messages that the reference's vectors are made of.
#pragma once

#include "ur/fountain.h"

#define LAB_MESSAGE_MAX 40000

// As make_message of bc-ur's tests: bytes drawn from 0 to 255 by the generator seeded with "Wolf".
static inline void message_make(uint8_t *to, size_t size)
{
	struct xoshiro256 rng;
	xoshiro256_init(&rng, "Wolf", 4);
	for (size_t i = 0; i < size; i++)
		to[i] = (uint8_t)xoshiro256_between(&rng, 0, 255);
}
