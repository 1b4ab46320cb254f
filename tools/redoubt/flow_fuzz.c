// SPDX-License-Identifier: Apache-2.0
// Lines of recorded flow: the first byte chooses the format, the rest is its lines.
#include "flow.h"

static int nothing(void *context, const struct flow_command *command)
{
	ASSERT(command->cancel || (command->side <= SIDE_SELL && command->tif <= TIF_FOK));
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size)
		flow_lines(data[0] & 1 ? &flow_bitstamp : &flow_lobster, (const char *)data + 1, size - 1, nothing, NULL);
	return 0;
}
