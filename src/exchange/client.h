// SPDX-License-Identifier: Apache-2.0
// A client order id as five words: 36 bytes NUL-padded and the customer, so that
// comparing and hashing it are straight-line code.
#pragma once

#include "exchange/state.h"

// Bytes 8i .. 8i+7 of the id, zeros beyond its end. Reads at most eight bytes
// before `id`, which are the entry's own fields; never beyond its end.
static inline uint64_t client_word(const char *id, size_t size, size_t i)
{
	size_t from = 8 * i, n = size > from ? size - from : 0;
	uint64_t word;
	n = n > 8 ? 8 : n;
	memcpy(&word, id + (from + n <= size ? from + n : size) - 8, 8);
	unsigned half = (unsigned)(4 * (8 - n)); // two shifts: one by 64 would be undefined
	return word >> half >> half;
}

// `id` points into an entry, behind at least eight bytes of it.
static inline struct order_client client_of(const char *id, size_t size, uint32_t customer)
{
	struct order_client c;
	for (size_t i = 0; i < 4; i++)
		c.word[i] = client_word(id, size, i);
	c.word[4] = (uint64_t)customer << 32 | (size > 32 ? (uint32_t)client_word(id, size, 4) : 0);
	return c;
}

static inline uint32_t client_hash(const struct exchange *x, const struct order_client *c)
{
	uint64_t words[6] = { c->word[0], c->word[1], c->word[2], c->word[3], c->word[4], 0 };
	return (uint32_t)hash_pairs(&x->hash, words, 3);
}
