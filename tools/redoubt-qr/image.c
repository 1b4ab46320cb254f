// SPDX-License-Identifier: Apache-2.0
#include "tools/redoubt-qr/image.h"

#include <png.h>
#include <stdlib.h>

static const char *const faults[IMAGE_FAULTS] = {
	[IMAGE_OK] = "well formed",
	[IMAGE_UNKNOWN] = "it is neither PNG nor binary PGM or PPM: convert it",
	[IMAGE_DAMAGED] = "it is damaged or cut off: take it again",
	[IMAGE_TOO_LARGE] = "it is larger than 8192 pixels a side or 25 million in all: make it smaller",
	[IMAGE_NO_MEMORY] = "there is not enough memory for it: make it smaller",
};

const char *image_fault_text(enum image_fault fault)
{
	ASSERT(fault < IMAGE_FAULTS);
	return faults[fault];
}

static enum image_fault png_read(const uint8_t *data, size_t size, struct image *ret)
{
	png_image image = { .version = PNG_IMAGE_VERSION };
	static const png_color white = { 255, 255, 255 };
	if (!png_image_begin_read_from_memory(&image, data, size))
		return IMAGE_DAMAGED;
	enum image_fault fault = IMAGE_OK;
	uint8_t *pixels = NULL;
	// Before a byte is unpacked: a small file may claim to be a huge image.
	if (!image.width || !image.height || image.width > IMAGE_SIDE_MAX || image.height > IMAGE_SIDE_MAX ||
	    (uint64_t)image.width * image.height > IMAGE_PIXELS_MAX)
		fault = IMAGE_TOO_LARGE;
	else if (!(pixels = malloc((size_t)image.width * image.height)))
		fault = IMAGE_NO_MEMORY;
	image.format = PNG_FORMAT_GRAY;
	if (!fault && !png_image_finish_read(&image, &white, pixels, 0, NULL))
		fault = IMAGE_DAMAGED;
	if (fault) {
		free(pixels);
		png_image_free(&image);
		return fault;
	}
	*ret = (struct image){ image.width, image.height, pixels };
	return IMAGE_OK;
}

enum image_fault image_read(const uint8_t *data, size_t size, struct image *ret)
{
	static const uint8_t magic[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
	if (size >= sizeof magic && !memcmp(data, magic, sizeof magic))
		return png_read(data, size, ret);
	if (size >= 2 && data[0] == 'P' && (data[1] == '5' || data[1] == '6'))
		return pnm_read(data, size, ret);
	return IMAGE_UNKNOWN;
}

void image_free(struct image *image)
{
	free(image->pixels);
	image->pixels = NULL;
}
