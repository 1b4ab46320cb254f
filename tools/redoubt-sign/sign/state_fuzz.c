// SPDX-License-Identifier: Apache-2.0
// A state that is taken is written and taken again as the same.
#include <stdlib.h>

#include "sign/state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sign_state state, again;
	char *text;
	size_t length;
	if (state_parse((const char *)data, size, &state))
		return 0;
	ASSERT(state_format(&state, &text, &length) == 0);
	char *whole = malloc(length + 8);
	ASSERT(whole);
	memcpy(whole, text, length);
	memcpy(whole + length, "act 1\n", 6);
	ASSERT(state_parse(whole, length + 6, &again) == 0);
	ASSERT(again.limits.spend_count == state.limits.spend_count && again.nonces.count == state.nonces.count);
	ASSERT(again.has_last == state.has_last && !memcmp(again.last, state.last, sizeof again.last));
	free(whole);
	free(text);
	return 0;
}
