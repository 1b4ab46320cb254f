// SPDX-License-Identifier: Apache-2.0
// A piece of somebody else's bytes. Never NUL-terminated; `at` may be NULL when size is 0.
#pragma once

#include "base/base.h"

struct slice {
	const char *at;
	size_t size;
};

static inline struct slice slice_of(const void *at, size_t size)
{
	return (struct slice){ .at = at, .size = size };
}

static inline struct slice slice_text(const char *text)
{
	return (struct slice){ .at = text, .size = strlen(text) };
}

static inline bool slice_equal(struct slice a, struct slice b)
{
	return a.size == b.size && (a.size == 0 || memcmp(a.at, b.at, a.size) == 0);
}

static inline bool slice_is(struct slice a, const char *text)
{
	return slice_equal(a, slice_text(text));
}
