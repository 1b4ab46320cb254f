// SPDX-License-Identifier: Apache-2.0
#include "packet/evaluate.h"

#include <netinet/in.h>

static struct value interface_value(const char *name)
{
	struct value v = { 0 };
	if (name)
		memcpy(v.bytes, name, strnlen(name, 15));
	return v;
}

static struct value address_value(const uint8_t *address, bool v6)
{
	struct value v = { 0 };
	memcpy(v.bytes + (v6 ? 0 : 12), address, v6 ? 16 : 4);
	return v;
}

static bool has_ports(uint8_t protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP || protocol == IPPROTO_SCTP || protocol == IPPROTO_DCCP ||
	       protocol == IPPROTO_UDPLITE;
}

// What the routing table would say of the destination, where that can be told without one.
static enum evaluation address_type(const struct run *run, struct value *ret)
{
	const struct packet *p = &run->packet;
	static const uint8_t all[4] = { 255, 255, 255, 255 };
	bool multicast = p->v6 ? p->destination[0] == 0xff : p->destination[0] >> 4 == 14;
	if (multicast)
		*ret = value_number(5);
	else if (!p->v6 && !memcmp(p->destination, all, 4))
		*ret = value_number(3);
	else if (run->hook != HOOK_INPUT || (!p->v6 && p->destination[3] == 255)) // perhaps a subnet's broadcast
		return EVALUATED_CHANCE;
	else
		*ret = value_number(2);
	return EVALUATED;
}

static enum evaluation tracked_value(const struct run *run, enum field f, struct value *ret)
{
	if (f == FIELD_STATE) {
		*ret = value_number(run->before_tracking && run->packet.state != CT_UNTRACKED ? CT_INVALID : run->packet.state);
		return EVALUATED;
	}
	// nft_ct_get_eval breaks when the packet has no connection
	if (run->before_tracking || run->packet.state == CT_UNTRACKED || run->packet.state == CT_INVALID)
		return EVALUATED_BREAK;
	*ret = value_number(run->packet.connection_mark);
	return EVALUATED;
}

static enum evaluation transport_value(const struct packet *p, const struct expression *e, struct value *ret)
{
	if (e->transport && e->transport != p->protocol)
		return EVALUATED_BREAK;
	switch (e->field) {
	case FIELD_SOURCE_PORT:
	case FIELD_DESTINATION_PORT:
		if (!has_ports(p->protocol)) // "th dport" of an ICMP packet reads its checksum
			return EVALUATED_UNKNOWN;
		*ret = value_number(e->field == FIELD_SOURCE_PORT ? p->source_port : p->destination_port);
		return EVALUATED;
	case FIELD_TCP_FLAGS:
		*ret = value_number(p->tcp_flags);
		return EVALUATED;
	case FIELD_ICMP_TYPE:
		*ret = value_number(p->icmp_type);
		return EVALUATED;
	case FIELD_ICMP_CODE:
		*ret = value_number(p->icmp_code);
		return EVALUATED;
	default:
		return EVALUATED_UNKNOWN;
	}
}

static enum evaluation socket_value(const struct packet *p, enum field f, struct value *ret)
{
	if (!p->has_socket)
		return EVALUATED_BREAK;
	*ret = value_number(f == FIELD_SOCKET_USER ? p->socket_user : p->socket_group);
	return EVALUATED;
}

static enum evaluation network_value(const struct packet *p, enum field f, struct value *ret)
{
	bool six = f >= FIELD_SOURCE6;
	if (p->v6 != six)
		return EVALUATED_BREAK;
	if ((f == FIELD_LENGTH4 && !p->length) || ((f == FIELD_TTL4 || f == FIELD_HOP_LIMIT) && !p->ttl))
		return EVALUATED_UNKNOWN;
	if (f == FIELD_SOURCE4 || f == FIELD_SOURCE6)
		*ret = address_value(p->source, six);
	else if (f == FIELD_DESTINATION4 || f == FIELD_DESTINATION6)
		*ret = address_value(p->destination, six);
	else if (f == FIELD_PROTOCOL4 || f == FIELD_NEXT_HEADER)
		*ret = value_number(p->protocol);
	else if (f == FIELD_LENGTH4)
		*ret = value_number(p->length);
	else
		*ret = value_number(f == FIELD_TTL4 || f == FIELD_HOP_LIMIT ? p->ttl : p->dscp);
	return EVALUATED;
}

static enum evaluation field_value(const struct run *run, const struct expression *e, struct value *ret)
{
	const struct packet *p = &run->packet;
	if (e->field >= FIELD_SOURCE4 && e->field <= FIELD_DSCP6)
		return network_value(p, e->field, ret);
	switch (e->field) {
	case FIELD_INPUT_INTERFACE:
		*ret = interface_value(p->input_interface);
		return EVALUATED;
	case FIELD_OUTPUT_INTERFACE:
		*ret = interface_value(p->output_interface);
		return EVALUATED;
	case FIELD_PROTOCOL:
		*ret = value_number(p->protocol);
		return EVALUATED;
	case FIELD_FAMILY:
		*ret = value_number(p->v6 ? 10 : 2);
		return EVALUATED;
	case FIELD_ETHER_TYPE:
		*ret = value_number(p->v6 ? 0x86dd : 0x0800);
		return EVALUATED;
	case FIELD_MARK:
		*ret = value_number(p->mark);
		return EVALUATED;
	case FIELD_LENGTH:
		*ret = value_number(p->length);
		return p->length ? EVALUATED : EVALUATED_UNKNOWN;
	case FIELD_SOCKET_USER:
	case FIELD_SOCKET_GROUP:
		return socket_value(p, e->field, ret);
	case FIELD_STATE:
	case FIELD_CONNECTION_MARK:
		return tracked_value(run, e->field, ret);
	case FIELD_ADDRESS_TYPE:
		return address_type(run, ret);
	default:
		return transport_value(p, e, ret);
	}
}

struct value value_combined(enum expression_kind kind, const struct value *a, const struct value *b)
{
	struct value v;
	uint64_t shift = value_to_number(b);
	if (kind == EXPRESSION_LEFT || kind == EXPRESSION_RIGHT) {
		uint64_t n = value_to_number(a);
		n = shift > 31 ? 0 : kind == EXPRESSION_LEFT ? n << shift & UINT32_MAX : n >> shift;
		return value_number(n);
	}
	for (size_t i = 0; i < 16; i++) {
		uint8_t x = a->bytes[i], y = b->bytes[i];
		v.bytes[i] = kind == EXPRESSION_AND ? x & y : kind == EXPRESSION_OR ? x | y : x ^ y;
	}
	return v;
}

static enum evaluation refused(struct run *run, const struct expression *e, enum evaluation r)
{
	if (r == EVALUATED_UNKNOWN && !run->unknown)
		run->unknown = e->name;
	if (r == EVALUATED_CHANCE && !run->chance)
		run->chance = e->name;
	return r;
}

static enum evaluation map_value(struct run *run, const struct expression *e, struct value parts[PARTS_MAX])
{
	struct value key[PARTS_MAX];
	enum evaluation r = expression_evaluate(run, e->part[0], key);
	if (r)
		return r;
	if (e->set->unknown) {
		run->unknown = e->set->unknown;
		return EVALUATED_UNKNOWN;
	}
	const struct element *found = set_lookup(e->set, key);
	if (!found)
		return EVALUATED_BREAK;
	parts[0] = found->data;
	return EVALUATED;
}

enum evaluation expression_evaluate(struct run *run, const struct expression *e, struct value parts[PARTS_MAX])
{
	struct value a[PARTS_MAX], b[PARTS_MAX];
	enum evaluation r;
	switch (e->kind) {
	case EXPRESSION_CONSTANT:
		parts[0] = e->constant;
		return EVALUATED;
	case EXPRESSION_FIELD:
		return refused(run, e, field_value(run, e, &parts[0]));
	case EXPRESSION_CHANCE:
		return refused(run, e, EVALUATED_CHANCE);
	case EXPRESSION_MAP:
		return map_value(run, e, parts);
	case EXPRESSION_CONCAT:
		for (size_t i = 0; i < e->count; i++) {
			if ((r = expression_evaluate(run, e->part[i], a)))
				return r;
			parts[i] = a[0];
		}
		return EVALUATED;
	case EXPRESSION_UNKNOWN:
		return refused(run, e, EVALUATED_UNKNOWN);
	default:
		if (!e->part[0] || !e->part[1])
			return refused(run, e, EVALUATED_UNKNOWN);
		r = expression_evaluate(run, e->part[0], a);
		if (!r)
			r = expression_evaluate(run, e->part[1], b);
		if (!r)
			parts[0] = value_combined(e->kind, &a[0], &b[0]);
		return r;
	}
}
