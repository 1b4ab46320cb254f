// SPDX-License-Identifier: Apache-2.0
// A share read is written as it was; shares in lines are combined as far as they go (with few rounds only).
#include "bitcoin/slip39.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct slip39_share shares[16];
	const char *at = (const char *)data, *end = at + size;
	size_t count = 0, got;
	uint8_t secret[SLIP39_SECRET_MAX];
	while (at < end && count < ARRAY_LEN(shares)) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t length = (size_t)((stop ? stop : end) - at);
		char back[SLIP39_TEXT_MAX + 1];
		if (slip39_share_parse(at, length, &shares[count], NULL) == 0) {
			slip39_share_format(&shares[count], back);
			ASSERT(strlen(back) == length && memcmp(back, at, length) == 0);
			count += shares[count].exponent == 0;
		}
		at += length + 1;
	}
	(void)!slip39_combine(shares, count, "\x7f", 1, secret,
			      &got); // a refused passphrase: no rounds at all
	return 0;
}
