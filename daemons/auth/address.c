// SPDX-License-Identifier: Apache-2.0
#include "address.h"

static bool prefix_equal(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned bytes = bits / 8, rest = bits % 8;
	if (bits > 128 || memcmp(a, b, bytes))
		return false;
	return rest == 0 || ((a[bytes] ^ b[bytes]) & (0xff00u >> rest) & 0xffu) == 0;
}

bool address_allowed(const struct ip_rule *rules, size_t count, const uint8_t address[16])
{
	for (size_t i = 0; i < count; i++)
		if (prefix_equal(rules[i].address, address, rules[i].bits))
			return true;
	return count == 0;
}
