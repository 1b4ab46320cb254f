// SPDX-License-Identifier: Apache-2.0
#include "backup/lines.h"

#include "base/text.h"

void lines_begin(struct lines *l, const char *word)
{
	size_t size = strlen(word);
	l->number++;
	if (l->failed || (size_t)(l->end - l->at) < size || memcmp(l->at, word, size) != 0)
		l->failed = true;
	else
		l->at += size;
}

bool lines_begins(const struct lines *l, const char *word)
{
	size_t size = strlen(word);
	return !l->failed && (size_t)(l->end - l->at) >= size && memcmp(l->at, word, size) == 0;
}

const char *lines_field(struct lines *l, char after, size_t max, size_t *ret_size)
{
	size_t left = (size_t)(l->end - l->at);
	const char *start = l->at, *stop = l->failed ? NULL : memchr(start, after, left < max + 1 ? left : max + 1);
	if (!stop) {
		l->failed = true;
		*ret_size = 0;
		return start;
	}
	l->at = stop + 1;
	*ret_size = (size_t)(stop - start);
	return start;
}

void lines_hex(struct lines *l, char after, uint8_t *to, size_t size)
{
	size_t length;
	const char *text = lines_field(l, after, 2 * size, &length);
	for (size_t i = 0; i < length; i++) // one spelling: lower case
		l->failed |= text[i] >= 'A' && text[i] <= 'F';
	if (l->failed || hex_decode(text, length, to, size))
		l->failed = true;
}

uint64_t lines_number(struct lines *l, char after)
{
	size_t length;
	const char *text = lines_field(l, after, 20, &length);
	uint64_t value = 0;
	bool good = length > 0 && (text[0] != '0' || length == 1);
	for (size_t i = 0; i < length && good; i++)
		good = text[i] >= '0' && text[i] <= '9' && !__builtin_mul_overflow(value, 10, &value) &&
		       !__builtin_add_overflow(value, (uint64_t)(text[i] - '0'), &value);
	l->failed |= !good;
	return l->failed ? 0 : value;
}
