// SPDX-License-Identifier: Apache-2.0
// Both records; a descriptor record that is read is written in a form that reads as the same.
#include "bitcoin/bsms.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t seed[32] = { 1 };
	static bool ready;
	static struct bsms_key key;
	static struct descriptor first, second;
	static char back[2 * BSMS_TEXT_MAX];
	enum descriptor_refusal why;
	if (!ready)
		curve_init(seed);
	ready = true;
	(void)!bsms_key_parse(&network_main, (const char *)data, size, NULL, &key);
	if (bsms_descriptor_parse(&network_main, (const char *)data, size, &first, &why))
		return 0;
	ASSERT(bsms_descriptor_format(&first, back, sizeof back) == BSMS_FINE);
	if (strlen(back) <= BSMS_TEXT_MAX)
		ASSERT(bsms_descriptor_parse(&network_main, back, strlen(back), &second, &why) == BSMS_FINE);
	return 0;
}
