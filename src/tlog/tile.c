// SPDX-License-Identifier: Apache-2.0
#include "tlog/tlog.h"

#include <stdio.h>

// N in groups of three digits, all but the last with an x before and a slash behind.
static size_t index_format(uint64_t n, char *to, size_t room)
{
	uint64_t unit = 1;
	size_t size = 0;
	while (n / unit >= 1000)
		unit *= 1000;
	for (; unit > 1; unit /= 1000)
		size += (size_t)snprintf(to + size, room - size, "x%03u/", (unsigned)(n / unit % 1000));
	return size + (size_t)snprintf(to + size, room - size, "%03u", (unsigned)(n % 1000));
}

size_t tlog_tile_path(int level, uint64_t n, unsigned width, char to[TLOG_PATH_MAX])
{
	ASSERT(level >= TLOG_TILE_ENTRIES && level < TLOG_TILE_LEVELS && width >= 1 && width <= TLOG_TILE_WIDTH);
	int head = level == TLOG_TILE_ENTRIES ? snprintf(to, TLOG_PATH_MAX, "tile/entries/")
					      : snprintf(to, TLOG_PATH_MAX, "tile/%d/", level);
	size_t size = (size_t)head;
	size += index_format(n, to + size, TLOG_PATH_MAX - size);
	if (width < TLOG_TILE_WIDTH)
		size += (size_t)snprintf(to + size, TLOG_PATH_MAX - size, ".p/%u", width);
	return size;
}

struct text { // what is left to read
	const char *at;
	size_t left;
};

static bool text_skip(struct text *t, const char *expected)
{
	size_t size = strlen(expected);
	if (t->left < size || memcmp(t->at, expected, size))
		return false;
	t->at += size;
	t->left -= size;
	return true;
}

// Reads up to `digits` decimal digits; false when there is none.
static bool text_number(struct text *t, unsigned digits, unsigned *ret)
{
	unsigned value = 0, n = 0;
	for (; n < digits && n < t->left && t->at[n] >= '0' && t->at[n] <= '9'; n++)
		value = value * 10 + (unsigned)(t->at[n] - '0');
	t->at += n;
	t->left -= n;
	*ret = value;
	return n > 0;
}

static bool index_parse(struct text *t, uint64_t *ret_n)
{
	uint64_t n = 0;
	for (;;) {
		unsigned group;
		bool more = text_skip(t, "x");
		if (!text_number(t, 3, &group) || n > (UINT64_MAX - group) / 1000)
			return false;
		n = n * 1000 + group;
		if (!more)
			break;
		if (!text_skip(t, "/"))
			return false;
	}
	*ret_n = n;
	return true;
}

int tlog_tile_path_parse(const char *text, size_t length, int *ret_level, uint64_t *ret_n, unsigned *ret_width)
{
	struct text t = { text, length };
	unsigned number = 0, width = TLOG_TILE_WIDTH;
	int level = TLOG_TILE_ENTRIES;
	uint64_t n;
	if (!text_skip(&t, "tile/"))
		return 1;
	if (!text_skip(&t, "entries/")) {
		if (!text_number(&t, 1, &number) || !text_skip(&t, "/") || number >= TLOG_TILE_LEVELS)
			return 1;
		level = (int)number;
	}
	if (!index_parse(&t, &n))
		return 1;
	if (text_skip(&t, ".p/") && (!text_number(&t, 3, &width) || width < 1 || width >= TLOG_TILE_WIDTH))
		return 1;
	// One path for one tile: what would be written otherwise is not read.
	char written[TLOG_PATH_MAX];
	if (t.left || tlog_tile_path(level, n, width, written) != length || memcmp(written, text, length))
		return 1;
	*ret_level = level;
	*ret_n = n;
	*ret_width = width;
	return 0;
}

unsigned tlog_tile_partial(unsigned level, uint64_t size, uint64_t *ret_full_tiles)
{
	ASSERT(level < TLOG_TILE_LEVELS);
	uint64_t hashes = size >> 8 * level;
	*ret_full_tiles = hashes / TLOG_TILE_WIDTH;
	return (unsigned)(hashes % TLOG_TILE_WIDTH);
}
