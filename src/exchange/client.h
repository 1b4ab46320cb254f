// SPDX-License-Identifier: Apache-2.0
// A client order id as five words: 36 bytes NUL-padded and the customer, so that
// comparing and hashing it are straight-line code.
#pragma once

#include "exchange/state.h"

// The eight bytes of the id that end at `end`, zeros beyond the id's own end.
// Reads at most eight bytes before `id`, which are the entry's own fields; never beyond its end.
static inline uint64_t client_word(const char *id, size_t size, size_t end)
{
	size_t stop = size < end ? size : end, missing = end - stop;
	uint64_t word;
	memcpy(&word, id + stop - 8, 8);
	return missing < 8 ? word >> (8 * missing) : 0;
}

// `id` points into an entry, behind at least eight bytes of it.
#if defined(__AVX512BW__) && defined(__AVX512VL__)
#include <immintrin.h>

// The same in one masked load, which reads nothing beyond the id.
static ALWAYS_INLINE struct order_client client_of(const char *id, size_t size, uint32_t customer)
{
	struct order_client c;
	__mmask64 inside = ((__mmask64)1 << size) - 1;
	__m512i padded = _mm512_maskz_loadu_epi8(inside, id);
	_mm256_storeu_si256((__m256i *)(void *)c.word, _mm512_castsi512_si256(padded));
	uint32_t last = (uint32_t)_mm_cvtsi128_si32(_mm512_extracti32x4_epi32(padded, 2));
	c.word[4] = (uint64_t)customer << 32 | last;
	return c;
}
#else
static ALWAYS_INLINE struct order_client client_of(const char *id, size_t size, uint32_t customer)
{
	struct order_client c;
	if (LIKELY(size >= 16)) {
		memcpy(&c.word[0], id, 8);
		memcpy(&c.word[1], id + 8, 8);
	} else {
		c.word[0] = client_word(id, size, 8);
		c.word[1] = client_word(id, size, 16);
	}
	c.word[2] = client_word(id, size, 24);
	c.word[3] = client_word(id, size, 32);
	c.word[4] = client_word(id, size, 40) | (uint64_t)customer << 32;
	return c;
}
#endif

static ALWAYS_INLINE uint32_t client_hash(const struct exchange *x, const struct order_client *c)
{
	uint64_t words[6] = { c->word[0], c->word[1], c->word[2], c->word[3], c->word[4], 0 };
	return (uint32_t)hash_pairs(&x->hash, words, 3);
}
