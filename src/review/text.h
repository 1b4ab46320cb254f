// SPDX-License-Identifier: Apache-2.0
// Inside this folder only: text put together piece by piece into a bounded place, always ended by a NUL. What
// does not fit is cut; no locale, no format strings.
#pragma once

#include "base/base.h"

struct text {
	char *to;
	size_t room; // with the NUL; at least 1
	size_t length;
};

static inline struct text text_over(char *to, size_t room)
{
	ASSERT(room);
	to[0] = '\0';
	return (struct text){ .to = to, .room = room };
}

static inline void text_bytes(struct text *t, const char *from, size_t length)
{
	size_t left = t->room - 1 - t->length;
	if (length > left)
		length = left;
	memcpy(t->to + t->length, from, length);
	t->length += length;
	t->to[t->length] = '\0';
}

static inline void text_put(struct text *t, const char *from)
{
	text_bytes(t, from, strlen(from));
}

// Decimal, with at least `width` digits (at most 20).
static inline void text_digits(struct text *t, uint64_t v, size_t width)
{
	char digits[20];
	size_t at = sizeof digits;
	do {
		digits[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v || sizeof digits - at < width);
	text_bytes(t, digits + at, sizeof digits - at);
}

static inline void text_number(struct text *t, uint64_t v)
{
	text_digits(t, v, 1);
}
