// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <sys/types.h>

void hex_encode(const void *data, size_t size, char *to)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *p = data;
	for (size_t i = 0; i < size; i++) {
		*to++ = digits[p[i] >> 4];
		*to++ = digits[p[i] & 15];
	}
	*to = 0;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int hex_decode(const char *text, size_t length, void *to, size_t size)
{
	if (length % 2 || length / 2 != size)
		return 1;
	for (size_t i = 0; i < length; i++) {
		if (hex_value(text[i]) < 0)
			return 1;
	}
	uint8_t *p = to;
	for (size_t i = 0; i < size; i++)
		p[i] = (uint8_t)(hex_value(text[2 * i]) << 4 | hex_value(text[2 * i + 1]));
	return 0;
}

static const char base64_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t base64_encode(const void *data, size_t size, char *to)
{
	const uint8_t *p = data;
	char *start = to;
	for (; size; p += 3, size -= size < 3 ? size : 3) {
		uint32_t v = (uint32_t)p[0] << 16;
		if (size > 1)
			v |= (uint32_t)p[1] << 8;
		if (size > 2)
			v |= p[2];
		*to++ = base64_alphabet[v >> 18];
		*to++ = base64_alphabet[v >> 12 & 63];
		*to++ = size > 1 ? base64_alphabet[v >> 6 & 63] : '=';
		*to++ = size > 2 ? base64_alphabet[v & 63] : '=';
		if (size < 3)
			break;
	}
	*to = 0;
	return (size_t)(to - start);
}

static int base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

// The bytes that canonical text stands for, or -1.
static ssize_t base64_decoded_size(const char *text, size_t length)
{
	if (length % 4)
		return -1;
	size_t digits = length;
	while (digits && length - digits < 2 && text[digits - 1] == '=')
		digits--;
	for (size_t i = 0; i < digits; i++) {
		if (base64_value(text[i]) < 0)
			return -1;
	}
	// Bits of the last digit that belong to no byte must be zero, or two
	// texts would stand for the same bytes.
	if (digits < length) {
		int unused = length - digits == 1 ? 3 : 15;
		if (base64_value(text[digits - 1]) & unused)
			return -1;
	}
	return (ssize_t)(digits * 3 / 4);
}

int base64_decode(const char *text, size_t length, void *to, size_t room, size_t *ret_size)
{
	ssize_t decoded = base64_decoded_size(text, length);
	if (decoded < 0 || (size_t)decoded > room)
		return 1;
	uint8_t *p = to;
	size_t size = (size_t)decoded;
	for (size_t i = 0, bits = 0, at = 0, v = 0; at < size; i++) {
		v = v << 6 | (size_t)base64_value(text[i]);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			p[at++] = (uint8_t)(v >> bits);
		}
	}
	*ret_size = size;
	return 0;
}

bool text_begins(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

bool text_ends(const char *text, const char *suffix)
{
	size_t size = strlen(text), end = strlen(suffix);
	return size >= end && !strcmp(text + size - end, suffix);
}

bool path_beneath(const char *path, const char *folder)
{
	size_t size = strlen(folder);
	while (size && folder[size - 1] == '/')
		size--;
	return !strncmp(path, folder, size) && (!path[size] || path[size] == '/');
}
