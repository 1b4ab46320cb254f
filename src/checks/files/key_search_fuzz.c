// SPDX-License-Identifier: Apache-2.0
#include "checks/files/key_search.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *what = key_search((const char *)data, size);
	ASSERT(!what || *what);
	return 0;
}
