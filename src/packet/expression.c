// SPDX-License-Identifier: Apache-2.0
// Expressions: what a rule looks at.
#include "packet/ruleset.h"

#include <netinet/in.h>
#include <stdio.h>

#define DEPTH_MAX 8

static const struct known_field {
	const char *protocol, *name; // protocol "meta" and "ct" for those keys
	enum field field;
	enum value_type type;
	uint8_t transport;
} FIELDS[] = {
	{ "meta", "iif", FIELD_INPUT_INTERFACE, TYPE_INTERFACE, 0 },
	{ "meta", "iifname", FIELD_INPUT_INTERFACE, TYPE_INTERFACE, 0 },
	{ "meta", "oif", FIELD_OUTPUT_INTERFACE, TYPE_INTERFACE, 0 },
	{ "meta", "oifname", FIELD_OUTPUT_INTERFACE, TYPE_INTERFACE, 0 },
	{ "meta", "l4proto", FIELD_PROTOCOL, TYPE_PROTOCOL, 0 },
	{ "meta", "nfproto", FIELD_FAMILY, TYPE_FAMILY, 0 },
	{ "meta", "protocol", FIELD_ETHER_TYPE, TYPE_ETHER_TYPE, 0 },
	{ "meta", "mark", FIELD_MARK, TYPE_NUMBER32, 0 },
	{ "meta", "skuid", FIELD_SOCKET_USER, TYPE_NUMBER32, 0 },
	{ "meta", "skgid", FIELD_SOCKET_GROUP, TYPE_NUMBER32, 0 },
	{ "meta", "length", FIELD_LENGTH, TYPE_NUMBER32, 0 },
	{ "ct", "state", FIELD_STATE, TYPE_STATE, 0 },
	{ "ct", "mark", FIELD_CONNECTION_MARK, TYPE_NUMBER32, 0 },
	{ "ip", "saddr", FIELD_SOURCE4, TYPE_IPV4, 0 },
	{ "ip", "daddr", FIELD_DESTINATION4, TYPE_IPV4, 0 },
	{ "ip", "protocol", FIELD_PROTOCOL4, TYPE_PROTOCOL, 0 },
	{ "ip", "ttl", FIELD_TTL4, TYPE_NUMBER8, 0 },
	{ "ip", "dscp", FIELD_DSCP4, TYPE_DSCP, 0 },
	{ "ip", "length", FIELD_LENGTH4, TYPE_NUMBER16, 0 },
	{ "ip6", "saddr", FIELD_SOURCE6, TYPE_IPV6, 0 },
	{ "ip6", "daddr", FIELD_DESTINATION6, TYPE_IPV6, 0 },
	{ "ip6", "nexthdr", FIELD_NEXT_HEADER, TYPE_PROTOCOL, 0 },
	{ "ip6", "hoplimit", FIELD_HOP_LIMIT, TYPE_NUMBER8, 0 },
	{ "ip6", "dscp", FIELD_DSCP6, TYPE_DSCP, 0 },
	{ "tcp", "sport", FIELD_SOURCE_PORT, TYPE_PORT, IPPROTO_TCP },
	{ "tcp", "dport", FIELD_DESTINATION_PORT, TYPE_PORT, IPPROTO_TCP },
	{ "tcp", "flags", FIELD_TCP_FLAGS, TYPE_TCP_FLAGS, IPPROTO_TCP },
	{ "udp", "sport", FIELD_SOURCE_PORT, TYPE_PORT, IPPROTO_UDP },
	{ "udp", "dport", FIELD_DESTINATION_PORT, TYPE_PORT, IPPROTO_UDP },
	{ "sctp", "sport", FIELD_SOURCE_PORT, TYPE_PORT, IPPROTO_SCTP },
	{ "sctp", "dport", FIELD_DESTINATION_PORT, TYPE_PORT, IPPROTO_SCTP },
	{ "dccp", "sport", FIELD_SOURCE_PORT, TYPE_PORT, IPPROTO_DCCP },
	{ "dccp", "dport", FIELD_DESTINATION_PORT, TYPE_PORT, IPPROTO_DCCP },
	{ "th", "sport", FIELD_SOURCE_PORT, TYPE_PORT, 0 },
	{ "th", "dport", FIELD_DESTINATION_PORT, TYPE_PORT, 0 },
	{ "icmp", "type", FIELD_ICMP_TYPE, TYPE_ICMP, IPPROTO_ICMP },
	{ "icmp", "code", FIELD_ICMP_CODE, TYPE_ICMP_CODE, IPPROTO_ICMP },
	{ "icmpv6", "type", FIELD_ICMP_TYPE, TYPE_ICMPV6, IPPROTO_ICMPV6 },
	{ "icmpv6", "code", FIELD_ICMP_CODE, TYPE_ICMPV6_CODE, IPPROTO_ICMPV6 },
};

static struct expression *expression_new(struct ruleset *r, enum expression_kind kind, const char *name)
{
	struct expression *e = ruleset_alloc(r, sizeof *e);
	*e = (struct expression){ .kind = kind, .name = name };
	return e;
}

static const struct expression *field_read(struct ruleset *r, const char *protocol, const char *name)
{
	const char *full = ruleset_name(r, protocol, name);
	for (size_t i = 0; i < ARRAY_LEN(FIELDS); i++) {
		if (strcmp(FIELDS[i].protocol, protocol) || strcmp(FIELDS[i].name, name))
			continue;
		struct expression *e = expression_new(r, EXPRESSION_FIELD, full);
		e->field = FIELDS[i].field;
		e->type = FIELDS[i].type;
		e->transport = FIELDS[i].transport;
		return e;
	}
	// a random number is not unknown: it may be any
	bool chance = !strcmp(protocol, "meta") && !strcmp(name, "random");
	struct expression *e = expression_new(r, chance ? EXPRESSION_CHANCE : EXPRESSION_UNKNOWN, full);
	e->type = chance ? TYPE_NUMBER32 : TYPE_UNKNOWN;
	return e;
}

static const char *text_at(const json_t *j, const char *key)
{
	const char *text = json_string_value(json_object_get(j, key));
	return text ? text : "?";
}

// fib asks the routing table. "fib daddr type" has an answer for packets to this host; all else is a matter of routes.
static const struct expression *fib_read(struct ruleset *r, const json_t *j)
{
	const json_t *flags = json_object_get(j, "flags");
	const char *result = text_at(j, "result"), *flag = json_string_value(flags);
	if (json_is_array(flags) && json_array_size(flags) == 1)
		flag = json_string_value(json_array_get(flags, 0));
	if (!strcmp(result, "type") && flag && !strcmp(flag, "daddr")) {
		struct expression *e = expression_new(r, EXPRESSION_FIELD, ruleset_name(r, "fib", "daddr type"));
		e->field = FIELD_ADDRESS_TYPE;
		e->type = TYPE_ADDRESS_TYPE;
		return e;
	}
	struct expression *e = expression_new(r, EXPRESSION_CHANCE, ruleset_name(r, "fib", result));
	e->type = !strcmp(result, "type") ? TYPE_ADDRESS_TYPE : TYPE_BOOLEAN;
	return e;
}

static const struct expression *read_within(struct ruleset *r, const struct chain *c, const json_t *j, unsigned depth);

// {"&": [expression, constant]} and its like; a constant takes the type of what it is combined with.
static const struct expression *bits_read(struct ruleset *r, const struct chain *c, const char *operator, const json_t *pair,
					  enum expression_kind kind, unsigned depth)
{
	struct expression *e = expression_new(r, kind, ruleset_name(r, "bitwise", operator)), *constant;
	if (json_array_size(pair) != 2) {
		e->kind = EXPRESSION_UNKNOWN;
		return e;
	}
	e->part[0] = read_within(r, c, json_array_get(pair, 0), depth);
	e->type = e->part[0]->type;
	constant = expression_new(r, EXPRESSION_CONSTANT, "constant");
	enum value_type type = kind == EXPRESSION_LEFT || kind == EXPRESSION_RIGHT ? TYPE_NUMBER8 : e->type;
	if (value_read(json_array_get(pair, 1), type, &constant->constant))
		e->part[1] = constant;
	else
		e->part[1] = read_within(r, c, json_array_get(pair, 1), depth);
	return e;
}

static const struct expression *concat_read(struct ruleset *r, const struct chain *c, const json_t *list, unsigned depth)
{
	struct expression *e = expression_new(r, EXPRESSION_CONCAT, ruleset_name(r, "concatenation", ""));
	if (!json_array_size(list) || json_array_size(list) > PARTS_MAX) {
		e->kind = EXPRESSION_UNKNOWN;
		return e;
	}
	e->count = json_array_size(list);
	for (size_t i = 0; i < e->count; i++)
		e->part[i] = read_within(r, c, json_array_get(list, i), depth);
	return e;
}

// A map gives a value for a key; its type is that of the named map, or what the user of the value needs: a mark.
static const struct expression *map_read(struct ruleset *r, const struct chain *c, const json_t *j, unsigned depth)
{
	struct expression *e = expression_new(r, EXPRESSION_MAP, ruleset_name(r, "map", ""));
	struct type_list types;
	e->part[0] = read_within(r, c, json_object_get(j, "key"), depth);
	e->type = TYPE_NUMBER32;
	if (expression_types(e->part[0], &types))
		e->set = expression_set(r, c, json_object_get(j, "data"), &types, false, TYPE_NUMBER32);
	if (!e->set)
		e->kind = EXPRESSION_UNKNOWN;
	return e;
}

static const struct expression *read_within(struct ruleset *r, const struct chain *c, const json_t *j, unsigned depth)
{
	static const struct { const char *sign; enum expression_kind kind; } BITS[] = {
		{ "&", EXPRESSION_AND }, { "|", EXPRESSION_OR }, { "^", EXPRESSION_XOR }, { "<<", EXPRESSION_LEFT },
		{ ">>", EXPRESSION_RIGHT } };
	const json_t *v;
	if (!depth || !json_is_object(j) || json_object_size(j) != 1)
		return expression_new(r, EXPRESSION_UNKNOWN, ruleset_name(r, "constant", ""));
	if ((v = json_object_get(j, "payload")))
		return field_read(r, text_at(v, "protocol"), text_at(v, "field"));
	if ((v = json_object_get(j, "meta")))
		return field_read(r, "meta", text_at(v, "key"));
	if ((v = json_object_get(j, "ct")))
		return field_read(r, json_object_get(v, "dir") ? "ct direction of" : "ct", text_at(v, "key"));
	if ((v = json_object_get(j, "fib")))
		return fib_read(r, v);
	if ((v = json_object_get(j, "concat")))
		return concat_read(r, c, v, depth - 1);
	if ((v = json_object_get(j, "map")))
		return map_read(r, c, v, depth - 1);
	for (size_t i = 0; i < ARRAY_LEN(BITS); i++)
		if ((v = json_object_get(j, BITS[i].sign)))
			return bits_read(r, c, BITS[i].sign, v, BITS[i].kind, depth - 1);
	return expression_new(r, EXPRESSION_UNKNOWN, ruleset_name(r, json_object_iter_key(json_object_iter((json_t *)j)), ""));
}

const struct expression *expression_read(struct ruleset *r, const struct chain *c, const json_t *j)
{
	return read_within(r, c, j, DEPTH_MAX);
}

bool expression_types(const struct expression *e, struct type_list *ret)
{
	struct type_list types = { 0 };
	if (e->kind != EXPRESSION_CONCAT) {
		types.count = 1;
		types.type[0] = e->type;
	} else {
		types.count = e->count;
		for (size_t i = 0; i < e->count; i++)
			types.type[i] = e->part[i]->kind == EXPRESSION_CONCAT ? TYPE_UNKNOWN : e->part[i]->type;
	}
	for (size_t i = 0; i < types.count; i++)
		if (types.type[i] == TYPE_UNKNOWN)
			return false;
	*ret = types;
	return true;
}

const struct set *expression_set(struct ruleset *r, const struct chain *c, const json_t *j, const struct type_list *types,
				 bool decides, enum value_type data)
{
	const char *reference = json_string_value(j);
	if (reference && *reference == '@') {
		const struct set *named = ruleset_set_find(r, c->family, c->table, reference + 1);
		bool fits = named && named->type.count == types->count && named->decides == decides;
		ruleset_name(r, decides ? "named verdict map" : data != TYPE_UNKNOWN ? "named map" : "named set", "");
		return fits ? named : NULL;
	}
	struct set *s = ruleset_alloc(r, sizeof *s);
	*s = (struct set){ .family = c->family, .table = c->table, .type = *types, .decides = decides, .data_type = data };
	ruleset_name(r, decides ? "anonymous verdict map" : data != TYPE_UNKNOWN ? "anonymous map" : "anonymous set", "");
	return set_elements_read(r, s, json_object_get(j, "set")) && json_object_get(j, "set") ? s : NULL;
}
