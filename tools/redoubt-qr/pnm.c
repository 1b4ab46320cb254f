// SPDX-License-Identifier: Apache-2.0
// Netpbm's binary grey and colour images, of at most 255 levels.
#include "tools/redoubt-qr/image.h"

#include "base/bytes.h"

#include <stdlib.h>

static bool is_space(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

// Space, comments, then a number of up to six digits.
static unsigned number_read(struct reader *r)
{
	uint8_t c = read_u8(r);
	while (!r->failed && (is_space(c) || c == '#')) {
		while (c == '#' && !r->failed)
			for (c = read_u8(r); c != '\n' && !r->failed;)
				c = read_u8(r);
		c = read_u8(r);
	}
	unsigned value = 0;
	for (int digits = 0; !r->failed && c >= '0' && c <= '9'; digits++) {
		value = value * 10 + (c - '0');
		c = read_u8(r);
		if (digits == 6)
			r->failed = true;
	}
	if (!is_space(c)) // exactly one after the last number
		r->failed = true;
	return r->failed ? 0 : value;
}

static void grey_make(uint8_t *to, const uint8_t *from, size_t pixels, unsigned channels, unsigned most)
{
	for (size_t i = 0; i < pixels; i++) {
		unsigned sum = 0;
		for (unsigned c = 0; c < channels; c++)
			sum += *from++;
		unsigned level = sum * 255 / (channels * most);
		to[i] = level > 255 ? 255 : (uint8_t)level;
	}
}

enum image_fault pnm_read(const uint8_t *data, size_t size, struct image *ret)
{
	struct reader r = reader_over(data, size);
	unsigned channels = data[1] == '6' ? 3 : 1;
	read_bytes(&r, 2);
	unsigned width = number_read(&r), height = number_read(&r), most = number_read(&r);
	if (r.failed || !width || !height || !most || most > 255)
		return IMAGE_DAMAGED;
	if (width > IMAGE_SIDE_MAX || height > IMAGE_SIDE_MAX || (uint64_t)width * height > IMAGE_PIXELS_MAX)
		return IMAGE_TOO_LARGE;
	size_t pixels = (size_t)width * height;
	const uint8_t *from = read_bytes(&r, pixels * channels);
	if (!from)
		return IMAGE_DAMAGED;
	uint8_t *to = malloc(pixels);
	if (!to)
		return IMAGE_NO_MEMORY;
	grey_make(to, from, pixels, channels, most);
	*ret = (struct image){ width, height, to };
	return IMAGE_OK;
}
