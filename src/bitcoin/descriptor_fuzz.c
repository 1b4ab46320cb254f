// SPDX-License-Identifier: Apache-2.0
// The checksum is put on for the fuzzer, or it would never get past it. What is
// read is written in one form, which reads as the same.
#include "bitcoin/descriptor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct descriptor first, second;
static struct descriptor_output output;
static char text[DESCRIPTOR_TEXT_MAX + 16], back[2 * DESCRIPTOR_TEXT_MAX], again[2 * DESCRIPTOR_TEXT_MAX];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t seed[32] = { 1 };
	static bool ready;
	size_t branch;
	uint32_t index;
	if (!ready)
		curve_init(seed);
	ready = true;
	(void)!descriptor_parse(&network_main, (const char *)data, size, &first);
	if (size > DESCRIPTOR_TEXT_MAX - 9)
		return 0;
	memcpy(text, data, size);
	text[size] = '#';
	if (descriptor_checksum(text, size, text + size + 1) ||
	    descriptor_parse(&network_main, text, size + 9, &first))
		return 0;
	ASSERT(descriptor_format(&first, back, sizeof back) == 0);
	if (strlen(back) <= DESCRIPTOR_TEXT_MAX) {
		ASSERT(descriptor_parse(&network_main, back, strlen(back), &second) == DESCRIPTOR_FINE);
		ASSERT(descriptor_format(&second, again, sizeof again) == 0 && strcmp(again, back) == 0);
	}
	if (descriptor_derive(&first, first.branch_count - 1, 0, &output) == 0) {
		ASSERT(descriptor_find(&first, output_span(&output.script), 0, 1, &branch, &index));
		ASSERT(descriptor_witness_weight(&first, SPEND_SECOND) < 4000);
	}
	return 0;
}
