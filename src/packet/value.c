// SPDX-License-Identifier: Apache-2.0
// Constants: numbers, addresses, and the symbolic names that nft prints for them.
#include "packet/ruleset.h"

#include <arpa/inet.h>

struct symbol {
	const char *name;
	uint32_t number;
};

static const struct symbol PROTOCOLS[] = { { "icmp", 1 }, { "igmp", 2 }, { "ipv4", 4 }, { "ipencap", 4 }, { "tcp", 6 },
	{ "udp", 17 }, { "dccp", 33 }, { "ipv6", 41 }, { "gre", 47 }, { "esp", 50 }, { "ah", 51 }, { "icmpv6", 58 },
	{ "ipv6-icmp", 58 }, { "ospf", 89 }, { "comp", 108 }, { "ipcomp", 108 }, { "sctp", 132 }, { "udplite", 136 }, { NULL, 0 } };
static const struct symbol FAMILIES[] = { { "ipv4", 2 }, { "ipv6", 10 }, { NULL, 0 } };
static const struct symbol ETHER_TYPES[] = { { "ip", 0x0800 }, { "arp", 0x0806 }, { "ip6", 0x86dd }, { NULL, 0 } };
// As numbers nft 1.0.6 prints them with their bytes in the wrong order.
static const uint32_t ETHER_TYPES_SWAPPED[] = { 0x0008, 0x0608, 0xdd86 };
static const struct symbol STATES[] = { { "invalid", CT_INVALID }, { "established", CT_ESTABLISHED },
	{ "related", CT_RELATED }, { "new", CT_NEW }, { "untracked", CT_UNTRACKED }, { NULL, 0 } };
static const struct symbol FLAGS[] = { { "fin", 1 }, { "syn", 2 }, { "rst", 4 }, { "psh", 8 }, { "ack", 16 },
	{ "urg", 32 }, { "ecn", 64 }, { "cwr", 128 }, { NULL, 0 } };
static const struct symbol ICMP[] = { { "echo-reply", 0 }, { "destination-unreachable", 3 }, { "source-quench", 4 },
	{ "redirect", 5 }, { "echo-request", 8 }, { "router-advertisement", 9 }, { "router-solicitation", 10 },
	{ "time-exceeded", 11 }, { "parameter-problem", 12 }, { "timestamp-request", 13 }, { "timestamp-reply", 14 },
	{ "info-request", 15 }, { "info-reply", 16 }, { "address-mask-request", 17 }, { "address-mask-reply", 18 }, { NULL, 0 } };
static const struct symbol ICMPV6[] = { { "destination-unreachable", 1 }, { "packet-too-big", 2 }, { "time-exceeded", 3 },
	{ "parameter-problem", 4 }, { "echo-request", 128 }, { "echo-reply", 129 }, { "mld-listener-query", 130 },
	{ "mld-listener-report", 131 }, { "mld-listener-done", 132 }, { "mld-listener-reduction", 132 },
	{ "nd-router-solicit", 133 }, { "nd-router-advert", 134 }, { "nd-neighbor-solicit", 135 },
	{ "nd-neighbor-advert", 136 }, { "nd-redirect", 137 }, { "router-renumbering", 138 },
	{ "ind-neighbor-solicit", 141 }, { "ind-neighbor-advert", 142 }, { "mld2-listener-report", 143 }, { NULL, 0 } };
static const struct symbol ICMP_CODES[] = { { "net-unreachable", 0 }, { "host-unreachable", 1 }, { "prot-unreachable", 2 },
	{ "port-unreachable", 3 }, { "frag-needed", 4 }, { "net-prohibited", 9 }, { "host-prohibited", 10 },
	{ "admin-prohibited", 13 }, { NULL, 0 } };
static const struct symbol ICMPV6_CODES[] = { { "no-route", 0 }, { "admin-prohibited", 1 }, { "addr-unreachable", 3 },
	{ "port-unreachable", 4 }, { "policy-fail", 5 }, { "reject-route", 6 }, { NULL, 0 } };
static const struct symbol DSCP[] = { { "cs0", 0 }, { "cs1", 8 }, { "cs2", 16 }, { "cs3", 24 }, { "cs4", 32 }, { "cs5", 40 },
	{ "cs6", 48 }, { "cs7", 56 }, { "af11", 10 }, { "af12", 12 }, { "af13", 14 }, { "af21", 18 }, { "af22", 20 },
	{ "af23", 22 }, { "af31", 26 }, { "af32", 28 }, { "af33", 30 }, { "af41", 34 }, { "af42", 36 }, { "af43", 38 },
	{ "ef", 46 }, { NULL, 0 } };
static const struct symbol ADDRESS_TYPES[] = { { "unicast", 1 }, { "local", 2 }, { "broadcast", 3 }, { "anycast", 4 },
	{ "multicast", 5 }, { NULL, 0 } };

static const struct type {
	const char *name; // nft's
	unsigned bits;
	const struct symbol *symbols;
} TYPES[TYPE_COUNT] = {
	[TYPE_IPV4] = { "ipv4_addr", 32, NULL },
	[TYPE_IPV6] = { "ipv6_addr", 128, NULL },
	[TYPE_PORT] = { "inet_service", 16, NULL },
	[TYPE_PROTOCOL] = { "inet_proto", 8, PROTOCOLS },
	[TYPE_NUMBER8] = { NULL, 8, NULL },
	[TYPE_NUMBER16] = { NULL, 16, NULL },
	[TYPE_NUMBER32] = { "mark", 32, NULL },
	[TYPE_INTERFACE] = { "ifname", 128, NULL },
	[TYPE_FAMILY] = { "nf_proto", 8, FAMILIES },
	[TYPE_ETHER_TYPE] = { "ether_type", 16, ETHER_TYPES },
	[TYPE_STATE] = { "ct_state", 32, STATES },
	[TYPE_TCP_FLAGS] = { "tcp_flag", 8, FLAGS },
	[TYPE_ICMP] = { "icmp_type", 8, ICMP },
	[TYPE_ICMPV6] = { "icmpv6_type", 8, ICMPV6 },
	[TYPE_ICMP_CODE] = { "icmp_code", 8, ICMP_CODES },
	[TYPE_ICMPV6_CODE] = { "icmpv6_code", 8, ICMPV6_CODES },
	[TYPE_DSCP] = { "dscp", 6, DSCP },
	[TYPE_BOOLEAN] = { "boolean", 1, NULL },
	[TYPE_ADDRESS_TYPE] = { "fib_addrtype", 32, ADDRESS_TYPES },
};

enum value_type value_type_named(const char *name)
{
	for (size_t i = 0; i < TYPE_COUNT; i++)
		if (TYPES[i].name && !strcmp(TYPES[i].name, name))
			return (enum value_type)i;
	if (!strcmp(name, "uid") || !strcmp(name, "gid"))
		return TYPE_NUMBER32;
	return !strcmp(name, "iface_index") ? TYPE_INTERFACE : TYPE_UNKNOWN;
}

struct value value_number(uint64_t n)
{
	struct value v = { 0 };
	for (int i = 15; n; i--, n >>= 8)
		v.bytes[i] = (uint8_t)n;
	return v;
}

uint64_t value_to_number(const struct value *v)
{
	uint64_t n = 0;
	for (size_t i = 8; i < 16; i++)
		n = n << 8 | v->bytes[i];
	return n;
}

static bool symbol_find(const struct symbol *table, const char *name, struct value *ret)
{
	for (; table && table->name; table++) {
		if (!strcmp(table->name, name)) {
			*ret = value_number(table->number);
			return true;
		}
	}
	return false;
}

static bool text_read(const char *text, enum value_type type, struct value *ret)
{
	struct value v = { 0 };
	size_t size = strlen(text);
	if (type == TYPE_IPV4 && inet_pton(AF_INET, text, v.bytes + 12) != 1)
		return false;
	if (type == TYPE_IPV6 && inet_pton(AF_INET6, text, v.bytes) != 1)
		return false;
	if (type == TYPE_INTERFACE && (!size || size > 15))
		return false;
	if (type == TYPE_INTERFACE)
		memcpy(v.bytes, text, size);
	else if (type != TYPE_IPV4 && type != TYPE_IPV6)
		return symbol_find(TYPES[type].symbols, text, ret);
	*ret = v;
	return true;
}

// A list of flags is their union; so is {"|": [...]}.
static bool union_read(const json_t *list, enum value_type type, struct value *ret)
{
	struct value all = { 0 }, one;
	if (type == TYPE_INTERFACE || type == TYPE_UNKNOWN)
		return false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *j = json_array_get(list, i);
		if (json_is_array(j) || !value_read(j, type, &one)) // lists do not nest
			return false;
		for (size_t k = 0; k < 16; k++)
			all.bytes[k] |= one.bytes[k];
	}
	*ret = all;
	return json_array_size(list) > 0;
}

bool value_read(const json_t *j, enum value_type type, struct value *ret)
{
	unsigned bits = TYPES[type].bits;
	if (json_is_string(j))
		return text_read(json_string_value(j), type, ret);
	if (json_is_boolean(j) && type == TYPE_BOOLEAN) {
		*ret = value_number(json_is_true(j));
		return true;
	}
	if (json_is_array(j))
		return union_read(j, type, ret);
	if (json_is_object(j) && json_object_size(j) == 1)
		return json_is_array(json_object_get(j, "|")) && union_read(json_object_get(j, "|"), type, ret);
	// An interface by its index, and an address as a number, are not what nft prints.
	if (!json_is_integer(j) || json_integer_value(j) < 0 || bits > 32 || !bits)
		return false;
	if (type == TYPE_IPV4 || (uint64_t)json_integer_value(j) >> bits)
		return false;
	uint64_t n = (uint64_t)json_integer_value(j);
	for (size_t i = 0; type == TYPE_ETHER_TYPE && i < ARRAY_LEN(ETHER_TYPES_SWAPPED); i++)
		if (n == ETHER_TYPES_SWAPPED[i])
			n = (n & 0xff) << 8 | n >> 8;
	*ret = value_number(n);
	return true;
}

static bool prefix_read(const json_t *j, enum value_type type, struct interval *ret)
{
	const json_t *length = json_object_get(j, "len");
	unsigned bits = TYPES[type].bits;
	struct interval i;
	if (!json_is_integer(length) || json_integer_value(length) < 0 || json_integer_value(length) > bits ||
	    type == TYPE_INTERFACE || !value_read(json_object_get(j, "addr"), type, &i.low))
		return false;
	i.high = i.low;
	for (unsigned bit = 128 - bits + (unsigned)json_integer_value(length); bit < 128; bit++) {
		i.low.bytes[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
		i.high.bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	}
	*ret = i;
	return true;
}

// "eth*" holds every name that begins with eth.
static bool wildcard_read(const char *text, struct interval *ret)
{
	size_t size = strlen(text);
	if (!size || size > 16 || text[size - 1] != '*' || (size > 1 && text[size - 2] == '\\'))
		return false;
	memset(&ret->low, 0, sizeof ret->low);
	memset(&ret->high, 0xff, sizeof ret->high);
	memcpy(ret->low.bytes, text, size - 1);
	memcpy(ret->high.bytes, text, size - 1);
	return true;
}

bool interval_read(const json_t *j, enum value_type type, struct interval *ret)
{
	const json_t *prefix = json_object_get(j, "prefix"), *range = json_object_get(j, "range");
	struct interval i;
	if (type == TYPE_UNKNOWN)
		return false;
	if (prefix)
		return prefix_read(prefix, type, ret);
	if (type == TYPE_INTERFACE && json_is_string(j) && wildcard_read(json_string_value(j), ret))
		return true;
	if (range) {
		if (json_array_size(range) != 2 || !value_read(json_array_get(range, 0), type, &i.low) ||
		    !value_read(json_array_get(range, 1), type, &i.high) || memcmp(&i.low, &i.high, 16) > 0)
			return false; // "< 64" and "> 63" in one rule are listed as "!= 64-63"
	} else {
		if (!value_read(j, type, &i.low))
			return false;
		i.high = i.low;
	}
	*ret = i;
	return true;
}
