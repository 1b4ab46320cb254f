// SPDX-License-Identifier: Apache-2.0
// Bytes as text that survives a mail program: strict, so that the same bytes have one text.
#include "base/text.h"
#include "treasury/quorum.h"

#define LINE	 64
#define TEXT_MAX INTENT_ARMOUR_MAX // the larger of the two kinds
#define EDGE_MAX 64

static size_t edge_write(const char *edge, const char *name, char to[EDGE_MAX])
{
	struct writer w = writer_over(to, EDGE_MAX);
	write_bytes(&w, "-----", 5);
	write_bytes(&w, edge, strlen(edge));
	write_bytes(&w, " REDOUBT ", 9);
	write_bytes(&w, name, strlen(name));
	write_bytes(&w, "-----\n", 6);
	ASSERT(!w.failed);
	return writer_size(&w);
}

size_t armour_write(const char *name, const uint8_t *bytes, size_t size, char *to, size_t room)
{
	char text[BASE64_SIZE(INTENT_SIGNED_SIZE_MAX)], edge[EDGE_MAX];
	struct writer out = writer_over(to, room - 1);
	ASSERT(size <= INTENT_SIGNED_SIZE_MAX);
	size_t length = base64_encode(bytes, size, text);
	write_bytes(&out, edge, edge_write("BEGIN", name, edge));
	for (size_t at = 0; at < length; at += LINE) {
		write_bytes(&out, text + at, length - at < LINE ? length - at : LINE);
		write_u8(&out, '\n');
	}
	write_bytes(&out, edge, edge_write("END", name, edge));
	ASSERT(!out.failed);
	to[writer_size(&out)] = '\0';
	return writer_size(&out);
}

int armour_read(const char *name, const char *text, size_t length, uint8_t *to, size_t room, size_t *ret_size)
{
	char joined[BASE64_SIZE(INTENT_SIGNED_SIZE_MAX)], again[TEXT_MAX], edge[EDGE_MAX];
	size_t begin = edge_write("BEGIN", name, edge), end = edge_write("END", name, again), count = 0, size;
	if (length && text[length - 1] != '\n')
		end--;
	if (length < begin + end || length > TEXT_MAX || memcmp(text, edge, begin) != 0)
		return 1;
	for (size_t i = begin; i < length - end; i++) {
		if (text[i] == '\n')
			continue;
		if (count == sizeof joined)
			return 1;
		joined[count++] = text[i];
	}
	if (base64_decode(joined, count, to, room, &size))
		return 1;
	// Only the one text that we would write ourselves.
	size_t written = armour_write(name, to, size, again, sizeof again);
	if (text[length - 1] != '\n')
		written--;
	if (written != length || memcmp(again, text, length) != 0)
		return 1;
	*ret_size = size;
	return 0;
}
