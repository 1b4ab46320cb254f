// SPDX-License-Identifier: Apache-2.0
#include "api/json.h"

static void escape_byte(struct writer *w, uint8_t c)
{
	static const char digits[] = "0123456789abcdef";
	char text[6] = { '\\', 'u', '0', '0', digits[c >> 4], digits[c & 15] };
	if (c == '"' || c == '\\') {
		text[1] = (char)c;
		write_bytes(w, text, 2);
	} else if (c < ' ') {
		write_bytes(w, text, sizeof text);
	} else {
		JSON(w, "?");
	}
}

void json_write_escaped(struct writer *w, const char *text, size_t size)
{
	size_t plain = 0;
	for (size_t i = 0; i < size; i++) {
		uint8_t c = (uint8_t)text[i];
		if (c >= ' ' && c < 0x7f && c != '"' && c != '\\')
			continue;
		write_bytes(w, text + plain, i - plain);
		escape_byte(w, c);
		plain = i + 1;
	}
	write_bytes(w, text + plain, size - plain);
}

void json_write_string(struct writer *w, const char *text, size_t size)
{
	JSON(w, "\"");
	json_write_escaped(w, text, size);
	JSON(w, "\"");
}

static size_t digits_before(char *end, uint64_t n)
{
	char *at = end;
	do {
		*--at = (char)('0' + n % 10);
		n /= 10;
	} while (n);
	return (size_t)(end - at);
}

void json_write_number(struct writer *w, uint64_t n)
{
	char digits[20];
	size_t size = digits_before(digits + sizeof digits, n);
	write_bytes(w, digits + sizeof digits - size, size);
}

void json_write_signed_units(struct writer *w, uint64_t units, bool negative)
{
	char text[AMOUNT_TEXT_MAX + 8], *end = text + sizeof text;
	uint64_t fraction = units % AMOUNT_SCALE;
	*--end = '"';
	for (unsigned i = 0; i < AMOUNT_DECIMALS; i++, fraction /= 10)
		*--end = (char)('0' + fraction % 10);
	*--end = '.';
	end -= digits_before(end, units / AMOUNT_SCALE);
	if (negative && units)
		*--end = '-';
	*--end = '"';
	write_bytes(w, end, (size_t)(text + sizeof text - end));
}

void json_write_units(struct writer *w, uint64_t units)
{
	json_write_signed_units(w, units, false);
}
