// SPDX-License-Identifier: Apache-2.0
// A signed intent as text that survives a mail program: strict, so that one intent has one text.
#include "base/text.h"
#include "treasury/intent.h"

#define BEGIN "-----BEGIN REDOUBT INTENT-----\n"
#define END   "-----END REDOUBT INTENT-----\n"
#define LINE  64

size_t intent_armour(const struct intent_signed *s, char to[INTENT_ARMOUR_MAX])
{
	uint8_t bytes[INTENT_SIGNED_SIZE_MAX];
	char text[BASE64_SIZE(INTENT_SIGNED_SIZE_MAX)];
	struct writer w = writer_over(bytes, sizeof bytes), out = writer_over(to, INTENT_ARMOUR_MAX - 1);
	intent_signed_write(s, &w);
	ASSERT(!w.failed);
	size_t length = base64_encode(bytes, writer_size(&w), text);
	write_bytes(&out, BEGIN, sizeof BEGIN - 1);
	for (size_t at = 0; at < length; at += LINE) {
		write_bytes(&out, text + at, length - at < LINE ? length - at : LINE);
		write_u8(&out, '\n');
	}
	write_bytes(&out, END, sizeof END - 1);
	ASSERT(!out.failed);
	to[writer_size(&out)] = '\0';
	return writer_size(&out);
}

int intent_disarm(const char *text, size_t length, struct intent_signed *ret)
{
	char joined[BASE64_SIZE(INTENT_SIGNED_SIZE_MAX)], again[INTENT_ARMOUR_MAX];
	uint8_t bytes[INTENT_SIGNED_SIZE_MAX];
	struct intent_signed s;
	size_t begin = sizeof BEGIN - 1, end = sizeof END - 1, count = 0, size;
	if (length && text[length - 1] != '\n')
		end--;
	if (length < begin + end || length > INTENT_ARMOUR_MAX || memcmp(text, BEGIN, begin) != 0)
		return 1;
	for (size_t i = begin; i < length - end; i++) {
		if (text[i] == '\n')
			continue;
		if (count == sizeof joined)
			return 1;
		joined[count++] = text[i];
	}
	if (base64_decode(joined, count, bytes, sizeof bytes, &size))
		return 1;
	int result = intent_signed_read(bytes, size, &s);
	if (result)
		return result;
	// Only the one text that we would write ourselves.
	size_t written = intent_armour(&s, again);
	if (text[length - 1] != '\n')
		written--;
	if (written != length || memcmp(again, text, length) != 0)
		return 1;
	*ret = s;
	return 0;
}
