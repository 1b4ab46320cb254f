// SPDX-License-Identifier: Apache-2.0
#include "http/chars.h"

#define T CHAR_TOKEN
#define V CHAR_VALUE
#define G CHAR_TARGET
#define H CHAR_HOST
#define DIGITS (T | V | G | H | CHAR_HEX | CHAR_DIGIT)
#define UPPER_HEX (T | V | G | H | CHAR_HEX | CHAR_UPPER)
#define LOWER_HEX (T | V | G | H | CHAR_HEX)

// By ASCII code; what is not named belongs to no class.
const uint8_t http_chars[256] = {
	['\t'] = V,
	[' '] = V,
	['!'] = T | V | G,
	['"'] = V,
	['#'] = T | V,
	['$'] = T | V | G,
	['%'] = T | V | G,
	['&'] = T | V | G,
	['\''] = T | V | G,
	['('] = V | G,
	[')'] = V | G,
	['*'] = T | V | G,
	['+'] = T | V | G,
	[','] = V | G,
	['-'] = T | V | G | H,
	['.'] = T | V | G | H,
	['/'] = V | G,
	['0' ... '9'] = DIGITS,
	[':'] = V | G | H,
	[';'] = V | G,
	['<'] = V,
	['='] = V | G,
	['>'] = V,
	['?'] = V | G,
	['@'] = V | G,
	['A' ... 'F'] = UPPER_HEX,
	['G' ... 'Z'] = T | V | G | H | CHAR_UPPER,
	['['] = V | H,
	['\\'] = V,
	[']'] = V | H,
	['^'] = T | V,
	['_'] = T | V | G | H,
	['`'] = T | V,
	['a' ... 'f'] = LOWER_HEX,
	['g' ... 'z'] = T | V | G | H,
	['{'] = V,
	['|'] = T | V,
	['}'] = V,
	['~'] = T | V | G,
};
