// SPDX-License-Identifier: Apache-2.0
// Looks at one image in a process of its own, which holds nothing but the image's bytes and a pipe.
#pragma once

#include "tools/redoubt-qr/image.h"

#define EYE_SECONDS 20 // for one image

enum eye_sight {
	EYE_SAW,      // texts, perhaps none
	EYE_BAD_IMAGE, // ret_fault says why
	EYE_TOO_SLOW, // or too greedy: killed
	EYE_CRASHED,  // on this image
	EYE_FAILED,   // no process, no pipe, no sandbox: errno
};

// Once, before eye_look. zbar asks iconv for converters on its way to any text; what glibc has loaded by then
// it gives without opening a file, which the confined process may not do.
void eye_prepare(void);

// Reads the image; calls `found` in this process for each text.
enum eye_sight eye_look(const uint8_t *data, size_t size, enum image_fault *ret_fault, symbol_found *found, void *context);
