// SPDX-License-Identifier: Apache-2.0
#include "tools/redoubt-qr/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void text_look(void *context, const char *text, size_t length)
{
	volatile char *sum = context;
	for (size_t i = 0; i < length; i++)
		*sum ^= text[i];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct image image;
	char sum = 0;
	if (image_read(data, size, &image) != IMAGE_OK)
		return 0;
	ASSERT(image.width <= IMAGE_SIDE_MAX && image.height <= IMAGE_SIDE_MAX);
	if (image.width * image.height < 1u << 20)
		symbols_read(&image, text_look, &sum);
	image_free(&image);
	return 0;
}
