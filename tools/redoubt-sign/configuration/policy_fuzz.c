// SPDX-License-Identifier: Apache-2.0
#include "configuration/text_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	base_policy();
	configuration_clear(&c);
	if (policy_text_parse((const char *)data, size, &c, &fault) == 0)
		(void)!policy_check(&c.policy, NULL);
	else
		ASSERT(memchr(fault.why, 0, sizeof fault.why) && *fault.why);
	return 0;
}
