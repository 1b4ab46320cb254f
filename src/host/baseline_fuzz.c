// SPDX-License-Identifier: Apache-2.0
// A draft of anybody's: what is accepted is written again to the same bytes.
#include "host/baseline.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct baseline b = { 0 };
	uint8_t key[32];
	size_t line, written;
	char *again;
	(void)!baseline_key_read(text, size, key);
	if (baseline_read(text, size, NULL, &b, &line))
		return 0;
	ASSERT(baseline_write(&b, &again, &written) == 0);
	ASSERT(written <= size && !strncasecmp(again, text, written)); // a signature may follow; hex may be upper case
	free(again);
	baseline_free(&b);
	return 0;
}
