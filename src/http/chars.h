// SPDX-License-Identifier: Apache-2.0
// Character classes of RFC 9110 section 5.6.2 and RFC 3986, as one table of bits.
#pragma once

#include "base/base.h"

enum http_char {
	CHAR_TOKEN = 1,  // tchar: methods and header names
	CHAR_VALUE = 2,  // VCHAR, space, tab: header values; obs-text is refused
	CHAR_TARGET = 4, // pchar, '/', '?' and '%' (whose digits are checked apart)
	CHAR_HOST = 8,   // reg-name without percent, port colon, IP literal brackets
	CHAR_HEX = 16,
	CHAR_DIGIT = 32,
	CHAR_UPPER = 64,
};

extern const uint8_t http_chars[256];

static inline bool char_is(char c, unsigned classes)
{
	return http_chars[(uint8_t)c] & classes;
}

// True when all of them belong to one of the classes.
static inline bool chars_are(const char *at, size_t size, unsigned classes)
{
	uint8_t all = (uint8_t)classes;
	for (size_t i = 0; i < size; i++)
		all &= http_chars[(uint8_t)at[i]];
	return all == classes;
}
