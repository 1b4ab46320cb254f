// SPDX-License-Identifier: Apache-2.0
// What base64_decode and hex_decode accept must be exactly what the encoders write.
#include "base/text.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	if (size > 4096)
		return 0;
	uint8_t *bytes = malloc(size + 1);
	char *again = malloc(2 * size + 8);
	size_t n;
	ASSERT(bytes && again);
	if (base64_decode(text, size, bytes, size, &n) == 0) {
		ASSERT(base64_encode(bytes, n, again) == size);
		ASSERT(memcmp(again, text, size) == 0);
	}
	if (hex_decode(text, size, bytes, size / 2) == 0) {
		hex_encode(bytes, size / 2, again);
		for (size_t i = 0; i < size; i++)
			ASSERT(again[i] == (text[i] >= 'A' && text[i] <= 'F' ? text[i] + 32 : text[i]));
	}
	free(bytes);
	free(again);
	return 0;
}
