// SPDX-License-Identifier: Apache-2.0
// Bytes that somebody else owns, and a bounded arena. The library allocates
// nothing: what a parse needs beyond its input comes out of an arena that the
// caller gives, so that a hostile input is bounded by the caller's own memory.
#pragma once

#include "base/base.h"

struct span {
	const uint8_t *at;
	size_t size;
};

static inline struct span span_over(const void *data, size_t size)
{
	return (struct span){ .at = data, .size = size };
}

static inline bool span_equal(struct span a, struct span b)
{
	return a.size == b.size && (a.size == 0 || memcmp(a.at, b.at, a.size) == 0);
}

// Bytewise order, a prefix before what it begins.
static inline int span_compare(struct span a, struct span b)
{
	size_t n = a.size < b.size ? a.size : b.size;
	int order = n ? memcmp(a.at, b.at, n) : 0;
	return order ? order : (a.size > b.size) - (a.size < b.size);
}

struct arena {
	uint8_t *at;
	uint8_t *end;
};

static inline struct arena arena_over(void *memory, size_t size)
{
	uint8_t *p = memory;
	return (struct arena){ .at = p, .end = p + size };
}

// count * size zeroed bytes, aligned for any type; NULL when the arena is full.
static inline void *arena_take(struct arena *arena, size_t count, size_t size)
{
	size_t pad = (size_t)(-(uintptr_t)arena->at & (alignof(max_align_t) - 1)), bytes;
	size_t left = (size_t)(arena->end - arena->at);
	if (__builtin_mul_overflow(count, size, &bytes) || left < pad || left - pad < bytes)
		return NULL;
	uint8_t *p = arena->at + pad;
	arena->at = p + bytes;
	if (bytes)
		memset(p, 0, bytes);
	return p;
}
