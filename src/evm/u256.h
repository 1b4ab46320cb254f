// SPDX-License-Identifier: Apache-2.0
// The EVM's word: an unsigned integer of 256 bits. Everything is checked;
// nothing wraps. Not for secrets: the time depends on the values.
#pragma once

#include "base/base.h"

#define U256_TEXT_MAX 80 // 78 digits, a point and a NUL fit
#define U256_DECIMALS_MAX 77

struct u256 {
	uint64_t limb[4]; // least significant first
};

static inline struct u256 u256_of(uint64_t v)
{
	return (struct u256){ { v } };
}

extern const struct u256 u256_max; // 2^256 - 1: what an "unlimited" approval asks for

bool u256_zero(const struct u256 *a);
bool u256_equal(const struct u256 *a, const struct u256 *b);
int u256_compare(const struct u256 *a, const struct u256 *b); // < 0, 0, > 0
unsigned u256_bits(const struct u256 *a);                     // position of the highest set bit; 0 for zero

// Big-endian bytes, at most 32 (asserted), as RLP and the ABI have them.
struct u256 u256_from_bytes(const uint8_t *bytes, size_t size);
void u256_to_bytes(const struct u256 *a, uint8_t to[32]);

// False (and *ret untouched) when the result has more than 256, or 64, bits, or is below zero.
MUST_USE bool u256_add(const struct u256 *a, const struct u256 *b, struct u256 *ret);
MUST_USE bool u256_subtract(const struct u256 *a, const struct u256 *b, struct u256 *ret);
MUST_USE bool u256_multiply(const struct u256 *a, const struct u256 *b, struct u256 *ret);
MUST_USE bool u256_to_u64(const struct u256 *a, uint64_t *ret);

// The quotient by a small divisor (not 0, asserted); returns the remainder. ret may be a.
uint64_t u256_divide_small(const struct u256 *a, uint64_t by, struct u256 *ret);

// Decimal text with `decimals` places (0..77, asserted), as many as are needed
// and at least one after a point ("1.5", "2.0"; "3" with 0 places). Returns the length.
size_t u256_format(const struct u256 *a, unsigned decimals, char to[U256_TEXT_MAX]);

// Reads digits, optionally a point and 1..decimals digits; no sign, exponent,
// space, superfluous leading zero. 0, or
//   1 not a decimal   2 more than `decimals` places   3 above 2^256 - 1
MUST_USE int u256_parse(const char *text, size_t length, unsigned decimals, struct u256 *ret);
