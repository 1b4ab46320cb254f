// SPDX-License-Identifier: Apache-2.0
// The strict reader of our signed texts: each line at its place, each field in its one spelling. After the first fault
// everything reads as nothing.
#pragma once

#include "base/base.h"

struct lines {
	const char *at, *end;
	size_t number; // of the line begun last
	bool failed;
};

void lines_begin(struct lines *l, const char *word);	      // "word " at the beginning of a line
bool lines_begins(const struct lines *l, const char *word);   // whether it is there
// Up to `after`, which is passed over; at most `max` characters.
const char *lines_field(struct lines *l, char after, size_t max, size_t *ret_size);
void lines_hex(struct lines *l, char after, uint8_t *to, size_t size); // lower case
uint64_t lines_number(struct lines *l, char after);		       // decimal, without leading zeros
