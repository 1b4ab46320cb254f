// SPDX-License-Identifier: Apache-2.0
// An image file's bytes as grey pixels, and the QR codes in them. The only code that touches what a camera
// or a stranger made; eye.c runs it in a process that can do nothing else.
#pragma once

#include "base/base.h"

#define IMAGE_FILE_MAX (32u << 20)  // bytes
#define IMAGE_SIDE_MAX 8192         // pixels
#define IMAGE_PIXELS_MAX (24u << 20)
#define SYMBOL_TEXT_MAX 8192        // bytes in one code; the largest holds 7,089
#define SYMBOLS_MAX 16              // codes in one image

struct image {
	unsigned width, height;
	uint8_t *pixels; // from malloc
};

enum image_fault {
	IMAGE_OK = 0,
	IMAGE_UNKNOWN,   // neither PNG nor binary PGM or PPM
	IMAGE_DAMAGED,
	IMAGE_TOO_LARGE, // a side above IMAGE_SIDE_MAX, or more than IMAGE_PIXELS_MAX
	IMAGE_NO_MEMORY,
	IMAGE_FAULTS,
};

const char *image_fault_text(enum image_fault fault);

MUST_USE enum image_fault image_read(const uint8_t *data, size_t size, struct image *ret);
MUST_USE enum image_fault pnm_read(const uint8_t *data, size_t size, struct image *ret);
void image_free(struct image *image);

// Calls `found` for each QR code; gives how many.
typedef void symbol_found(void *context, const char *text, size_t length);
unsigned symbols_read(const struct image *image, symbol_found *found, void *context);
