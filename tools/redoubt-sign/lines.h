// SPDX-License-Identifier: Apache-2.0
// Text files of lines "WORD REST", for the configuration's readers.
#pragma once

#include "base/base.h"

struct lines {
	const char *at;
	const char *end;
	size_t number; // of the line just read, from 1
};

#define LINE_TEXT_MAX 9216 // a descriptor is the longest

// The next line as a NUL-terminated text without its newline, comments ("# ..." as a whole line) and empty lines left out.
// 1 there is one, 0 at the end, -1 when it is too long, not printable ASCII, has a blank at an end or lacks its newline.
int line_next(struct lines *lines, char to[LINE_TEXT_MAX + 1]);
// Cuts the first word off: returns it, *rest is what follows after one blank ("" when nothing does).
char *word_cut(char *line, char **rest);
// Decimal digits only. False otherwise or above max.
bool digits_read(const char *text, uint64_t max, uint64_t *ret);
