// SPDX-License-Identifier: Apache-2.0
#include "tools/redoubt-qr/image.h"

#include <stdlib.h>
#include <zbar.h>

static zbar_image_scanner_t *scanner_make(void)
{
	zbar_image_scanner_t *scanner = zbar_image_scanner_create();
	if (!scanner)
		return NULL;
	zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
	zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
	// Without it zbar guesses a character set and loads a converter for it.
	zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_BINARY, 1);
	return scanner;
}

static unsigned pixels_scan(zbar_image_scanner_t *scanner, unsigned width, unsigned height, const uint8_t *pixels,
			    symbol_found *found, void *context)
{
	zbar_image_t *image = zbar_image_create();
	unsigned count = 0;
	if (!image)
		return 0;
	zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
	zbar_image_set_size(image, width, height);
	zbar_image_set_data(image, pixels, (size_t)width * height, NULL);
	if (zbar_scan_image(scanner, image) > 0) {
		const zbar_symbol_t *symbol = zbar_image_first_symbol(image);
		for (; symbol && count < SYMBOLS_MAX; symbol = zbar_symbol_next(symbol)) {
			unsigned length = zbar_symbol_get_data_length(symbol);
			if (zbar_symbol_get_type(symbol) != ZBAR_QRCODE || length > SYMBOL_TEXT_MAX)
				continue;
			found(context, zbar_symbol_get_data(symbol), length);
			count++;
		}
	}
	zbar_image_destroy(image);
	return count;
}

// A photograph larger than needed is often only noise to the finder: half its size, averaged.
static unsigned halved_scan(zbar_image_scanner_t *scanner, const struct image *image, symbol_found *found, void *context)
{
	unsigned width = image->width / 2, height = image->height / 2, count;
	if (width < 64 || height < 64)
		return 0;
	uint8_t *half = malloc((size_t)width * height);
	if (!half)
		return 0;
	for (unsigned y = 0; y < height; y++) {
		const uint8_t *row = image->pixels + (size_t)2 * y * image->width;
		for (unsigned x = 0; x < width; x++)
			half[(size_t)y * width + x] = (uint8_t)((row[2 * x] + row[2 * x + 1] + row[image->width + 2 * x] +
								 row[image->width + 2 * x + 1]) / 4);
	}
	count = pixels_scan(scanner, width, height, half, found, context);
	free(half);
	return count;
}

unsigned symbols_read(const struct image *image, symbol_found *found, void *context)
{
	zbar_image_scanner_t *scanner = scanner_make();
	if (!scanner)
		return 0;
	unsigned count = pixels_scan(scanner, image->width, image->height, image->pixels, found, context);
	if (!count) { // light on dark, as some screens show it
		size_t pixels = (size_t)image->width * image->height;
		for (size_t i = 0; i < pixels; i++)
			image->pixels[i] = (uint8_t)~image->pixels[i];
		count = pixels_scan(scanner, image->width, image->height, image->pixels, found, context);
		for (size_t i = 0; i < pixels; i++)
			image->pixels[i] = (uint8_t)~image->pixels[i];
	}
	if (!count)
		count = halved_scan(scanner, image, found, context);
	zbar_image_scanner_destroy(scanner);
	return count;
}
