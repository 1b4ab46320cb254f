// SPDX-License-Identifier: Apache-2.0
// Inside this folder only: a text's lines.
#pragma once

#include "bitcoin/bsms.h"

struct line {
	const char *at;
	size_t length;
};

// Cuts the text into exactly `count` lines of printable ASCII. False when there are more or fewer.
static inline bool lines_cut(const char *text, size_t length, struct line *lines, size_t count)
{
	size_t n = 0, start = 0;
	if (length > BSMS_TEXT_MAX)
		return false;
	if (length && text[length - 1] == '\n')
		length--;
	for (size_t i = 0; i <= length; i++) {
		if (i < length && text[i] != '\n') {
			if (text[i] < ' ' || text[i] > '~')
				return false;
			continue;
		}
		if (n == count)
			return false;
		lines[n++] = (struct line){ text + start, i - start };
		start = i + 1;
	}
	return n == count;
}

static inline bool line_is(struct line line, const char *text)
{
	return line.length == strlen(text) && memcmp(line.at, text, line.length) == 0;
}
