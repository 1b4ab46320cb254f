// SPDX-License-Identifier: Apache-2.0
// What is parsed and formatted again parses to the same amount.
#include "amount/amount.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t units = 42, again = 42;
	char text[AMOUNT_TEXT_MAX];
	int result = amount_parse((const char *)data, size, &units);
	ASSERT(result >= 0 && result <= 3 && (result == 0 || units == 42));
	if (result)
		return 0;
	ASSERT(units <= AMOUNT_MAX);
	size_t length = amount_format(units, text);
	ASSERT(length < sizeof text && amount_parse(text, length, &again) == 0 && again == units);
	return 0;
}
