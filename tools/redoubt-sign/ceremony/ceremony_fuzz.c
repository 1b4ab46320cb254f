// SPDX-License-Identifier: Apache-2.0
// A ceremony that was read is written as it was.
#include "ceremony/ceremony.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ceremony ceremony;
	static char back[CEREMONY_TEXT_MAX + 1];
	size_t line;
	if (ceremony_parse((const char *)data, size, &ceremony, &line))
		return 0;
	ASSERT(ceremony_format(&ceremony, back) == size && memcmp(back, data, size) == 0);
	return 0;
}
