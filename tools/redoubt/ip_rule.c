// SPDX-License-Identifier: Apache-2.0
#include "ip_rule.h"

#include <arpa/inet.h>
#include <stdlib.h>

static bool bits_read(const char *text, unsigned max, unsigned *ret)
{
	char *end;
	unsigned long n = text[0] >= '0' && text[0] <= '9' ? strtoul(text, &end, 10) : max + 1;
	if (n > max || *end)
		return false;
	*ret = (unsigned)n;
	return true;
}

// A rule such as 10.0.0.1/8 says two things; it is refused rather than guessed at.
static bool beyond_is_zero(const uint8_t address[16], unsigned bits)
{
	for (unsigned i = bits; i < 128; i++)
		if (address[i / 8] >> (7 - i % 8) & 1)
			return false;
	return true;
}

bool ip_rule_read(const char *text, size_t size, struct ip_rule *ret)
{
	char copy[64];
	struct in_addr v4;
	uint8_t address[16] = { [10] = 0xff, 0xff };
	unsigned bits;
	if (size >= sizeof copy)
		return false;
	memcpy(copy, text, size);
	copy[size] = 0;
	char *slash = strchr(copy, '/');
	if (slash)
		*slash = 0;
	if (inet_pton(AF_INET, copy, &v4) == 1) {
		memcpy(address + 12, &v4, 4);
		bits = 32;
		if (slash && !bits_read(slash + 1, 32, &bits))
			return false;
		bits += 96;
	} else if (inet_pton(AF_INET6, copy, address) == 1) {
		bits = 128;
		if (slash && !bits_read(slash + 1, 128, &bits))
			return false;
	} else {
		return false;
	}
	if (!beyond_is_zero(address, bits))
		return false;
	memcpy(ret->address, address, sizeof address);
	ret->bits = (uint8_t)bits;
	return true;
}
