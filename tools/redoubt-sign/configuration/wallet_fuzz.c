// SPDX-License-Identifier: Apache-2.0
#include "configuration/text_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	base_policy();
	size_t before = c.policy.wallet_count + c.policy.safe_count + c.policy.account_count;
	int r = wallet_text_parse((const char *)data, size, &c, &fault);
	size_t after = c.policy.wallet_count + c.policy.safe_count + c.policy.account_count;
	ASSERT(after == before + (r == 0));
	ASSERT(r == 0 || (memchr(fault.why, 0, sizeof fault.why) && *fault.why));
	return 0;
}
