// SPDX-License-Identifier: Apache-2.0
// Address prefixes of the manifest, and how much of the internet they may hold.
#include "checks/manifest.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

static bool bits_behind(const struct ip_prefix *p)
{
	size_t size = p->v6 ? 16 : 4;
	for (size_t i = p->bits; i < 8 * size; i++)
		if (p->address[i / 8] & (0x80 >> i % 8))
			return true;
	return false;
}

bool ip_prefix_read(const char *text, struct ip_prefix *ret)
{
	char address[INET6_ADDRSTRLEN];
	struct ip_prefix p = { .v6 = strchr(text, ':') != NULL };
	size_t size = strcspn(text, "/");
	unsigned full = p.v6 ? 128 : 32, bits = full;
	if (size >= sizeof address)
		return false;
	memcpy(address, text, size);
	address[size] = 0;
	if (inet_pton(p.v6 ? AF_INET6 : AF_INET, address, p.address) != 1)
		return false;
	if (text[size] == '/') {
		const char *digits = text + size + 1;
		size_t count = strlen(digits);
		if (!count || count > 3 || digits[strspn(digits, "0123456789")] || (count > 1 && *digits == '0'))
			return false;
		bits = (unsigned)strtoul(digits, NULL, 10);
	}
	p.bits = (uint8_t)bits;
	if (bits > full || bits_behind(&p))
		return false;
	*ret = p;
	return true;
}

bool ip_prefix_contains(const struct ip_prefix *p, bool v6, const uint8_t *address)
{
	if (p->v6 != v6)
		return false;
	size_t whole = p->bits / 8, rest = p->bits % 8;
	if (memcmp(p->address, address, whole))
		return false;
	return !rest || ((p->address[whole] ^ address[whole]) & (0xff00 >> rest) & 0xff) == 0;
}

void ip_prefix_write(const struct ip_prefix *p, char to[IP_PREFIX_TEXT])
{
	char address[INET6_ADDRSTRLEN];
	inet_ntop(p->v6 ? AF_INET6 : AF_INET, p->address, address, sizeof address);
	snprintf(to, IP_PREFIX_TEXT, "%s/%u", address, p->bits);
}

// Networks that the internet does not reach: 10/8, 172.16/12, 192.168/16, 127/8; fc00::/7.
static bool is_private(const struct ip_prefix *p)
{
	static const struct ip_prefix PRIVATE[] = {
		{ false, 8, { 10 } }, { false, 12, { 172, 16 } }, { false, 16, { 192, 168 } }, { false, 8, { 127 } }, { true, 7, { 0xfc } } };
	for (size_t i = 0; i < ARRAY_LEN(PRIVATE); i++)
		if (p->bits >= PRIVATE[i].bits && ip_prefix_contains(&PRIVATE[i], p->v6, p->address))
			return true;
	return false;
}

bool ip_prefix_is_mapped(const struct ip_prefix *p)
{
	static const struct ip_prefix MAPPED = { true, 96, { [10] = 0xff, 0xff } };
	return p->v6 && p->bits >= 96 && ip_prefix_contains(&MAPPED, true, p->address);
}

bool ip_prefixes_bounded(const struct manifest_prefixes *all, const struct prefix_limits *limits)
{
	uint64_t space[2] = { 0 }; // in addresses of IPv4 and in /64 of IPv6
	for (size_t i = 0; i < all->count; i++) {
		const struct ip_prefix *p = &all->prefix[i];
		unsigned full = p->v6 ? 64 : 32;
		if (is_private(p))
			continue;
		if (p->bits < limits->bits_min[p->v6])
			return false;
		space[p->v6] += p->bits < full ? 1ull << (full - p->bits) : 1;
	}
	return space[0] <= 1ull << (32 - limits->sum_bits_min[0]) && space[1] <= 1ull << (64 - limits->sum_bits_min[1]);
}
