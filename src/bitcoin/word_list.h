// SPDX-License-Identifier: Apache-2.0
// Inside this folder only: looking a word up in a sorted list.
#pragma once

#include "base/base.h"

// The index of the word, or -1. The word may hold any bytes, NUL among them.
static inline int word_list_index(const char *const *list, size_t count, const char *word, size_t length)
{
	size_t low = 0, high = count;
	while (low < high) {
		size_t middle = (low + high) / 2, listed = strlen(list[middle]);
		int order = memcmp(list[middle], word, listed < length ? listed : length);
		if (order == 0)
			order = (listed > length) - (listed < length);
		if (order == 0)
			return (int)middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return -1;
}
