// SPDX-License-Identifier: Apache-2.0
// What is to be signed, in any of its forms.
#include <stdarg.h>
#include <stdlib.h>

#include "command.h"
#include "payload/payload.h"
#include "configuration/text_fuzz.h"

void complain(const char *format, ...) // the program's prints
{
	char text[4096];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct payload payload;
	const struct own_key *key;
	base_policy();
	uint8_t *raw = malloc(size ? size : 1);
	ASSERT(raw);
	if (size)
		memcpy(raw, data, size);
	if (payload_decode(raw, size, &payload))
		return 0;
	if (payload.kind != PAYLOAD_PSBT)
		(void)!payload_evm(&payload, &c, NULL, &key);
	payload_free(&payload);
	return 0;
}
