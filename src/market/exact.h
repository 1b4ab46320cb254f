// SPDX-License-Identifier: Apache-2.0
// Exact division by a constant, and the test whether it is exact, in one
// multiplication and one rotation (Granlund & Montgomery, "Division by
// invariant integers using multiplication", section 9; Hacker's Delight 10-17).
//
// With d = 2^s * odd: n is a multiple of d exactly when rotate(n * inverse(odd), s)
// is at most (2^64 - 1) / d, and then that value is the quotient. A filter
// "multiple of the tick and between a and b" is thus a single comparison.
#pragma once

#include "base/base.h"

struct exact {
	uint64_t divisor, inverse;
	unsigned shift;
};

static inline struct exact exact_by(uint64_t divisor)
{
	ASSERT(divisor != 0);
	unsigned shift = (unsigned)__builtin_ctzll(divisor);
	uint64_t odd = divisor >> shift;
	uint64_t inverse = odd * 3 ^ 2;          // 5 bits right
	for (unsigned i = 0; i < 4; i++)         // Newton: 10, 20, 40, 80 bits
		inverse *= 2 - odd * inverse;
	return (struct exact){ .divisor = divisor, .inverse = inverse, .shift = shift };
}

// n / divisor when it is exact, else a value above UINT64_MAX / divisor.
static inline uint64_t exact_quotient(const struct exact *by, uint64_t n)
{
	uint64_t q = n * by->inverse;
	return q >> by->shift | q << (-by->shift & 63);
}
