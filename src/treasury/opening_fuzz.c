// SPDX-License-Identifier: Apache-2.0
// An opening's text from outside: what is taken is written back as it was.
#include "treasury/opening.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct approvers nobody = { .threshold = 1 };
	static struct opening o;
	static char text[OPENING_ARMOUR_MAX];
	uint8_t payload[32] = { 0 };
	if (opening_disarm((const char *)data, size, &o))
		return 0;
	size_t length = opening_armour(&o, text);
	ASSERT(length - size <= 1 && memcmp(text, data, size) == 0);
	ASSERT(opening_check(&o, &nobody, o.not_before, payload) & INTENT_TOO_FEW);
	return 0;
}
