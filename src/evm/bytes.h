// SPDX-License-Identifier: Apache-2.0
// Bytes that somebody else owns. This folder allocates nothing: what a decoder
// gives back points into its input, which must stay while the result is used.
#pragma once

#include "base/base.h"

struct evm_bytes {
	const uint8_t *at;
	size_t size;
};

static inline struct evm_bytes evm_bytes_over(const void *data, size_t size)
{
	return (struct evm_bytes){ .at = data, .size = size };
}

static inline bool evm_bytes_equal(struct evm_bytes a, struct evm_bytes b)
{
	return a.size == b.size && (a.size == 0 || memcmp(a.at, b.at, a.size) == 0);
}
