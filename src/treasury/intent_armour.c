// SPDX-License-Identifier: Apache-2.0
// A signed intent as text.
#include "treasury/quorum.h"

#define NAME "INTENT"

size_t intent_armour(const struct intent_signed *s, char to[INTENT_ARMOUR_MAX])
{
	uint8_t bytes[INTENT_SIGNED_SIZE_MAX];
	struct writer w = writer_over(bytes, sizeof bytes);
	intent_signed_write(s, &w);
	ASSERT(!w.failed);
	return armour_write(NAME, bytes, writer_size(&w), to, INTENT_ARMOUR_MAX);
}

int intent_disarm(const char *text, size_t length, struct intent_signed *ret)
{
	uint8_t bytes[INTENT_SIGNED_SIZE_MAX];
	size_t size;
	if (armour_read(NAME, text, length, bytes, sizeof bytes, &size))
		return 1;
	return intent_signed_read(bytes, size, ret);
}
