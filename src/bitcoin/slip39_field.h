// SPDX-License-Identifier: Apache-2.0
// Inside this folder only: Shamir's scheme over GF(256), byte by byte, and the
// passphrase's cipher. Points are at most 16 members and the two fixed places.
#pragma once

#include "bitcoin/slip39.h"

#define SLIP39_AT_DIGEST  254
#define SLIP39_AT_SECRET  255
#define SLIP39_POINTS_MAX 17

struct slip39_point {
	uint8_t x; // public
	uint8_t y[SLIP39_SECRET_MAX];
};

// The polynomial through the points, at x; `size` bytes. The x of all points differ.
void slip39_interpolate(const struct slip39_point *points, size_t count, uint8_t x, size_t size,
			uint8_t *ret);

// SplitSecret: y of members 0..count-1. Takes (threshold - 2) * size + size - 4 random bytes when threshold
// > 1.
void slip39_secret_split(unsigned threshold, unsigned count, const uint8_t *secret, size_t size,
			 const uint8_t *random, uint8_t (*ret)[SLIP39_SECRET_MAX]);
size_t slip39_split_random(unsigned threshold, size_t size);
// RecoverSecret. 0, or 4 when the digest is wrong.
MUST_USE int slip39_secret_recover(unsigned threshold, const struct slip39_point *points, size_t size,
				   uint8_t ret[SLIP39_SECRET_MAX]);

// The four-round Feistel network, in place. 0, or 1 for a passphrase that is not printable ASCII or too long.
MUST_USE int slip39_cipher(bool decrypt, const struct slip39_share *parameters, const char *passphrase,
			   size_t passphrase_length, uint8_t *data, size_t size);
