// SPDX-License-Identifier: Apache-2.0
// What an expression looks at: a field of the packet, bits of one, or a value that the path has fixed.
#include "packet/reach.h"

#include <netinet/in.h>

#define SMALL_MAX UINT16_MAX // fields up to this are tried value by value

static const struct field_row {
	bool there;
	enum packet_field field;
} FIELDS[] = {
	[FIELD_INPUT_INTERFACE] = { true, PACKET_INPUT }, [FIELD_OUTPUT_INTERFACE] = { true, PACKET_OUTPUT },
	[FIELD_PROTOCOL] = { true, PACKET_PROTOCOL }, [FIELD_PROTOCOL4] = { true, PACKET_PROTOCOL },
	[FIELD_NEXT_HEADER] = { true, PACKET_PROTOCOL }, [FIELD_MARK] = { true, PACKET_MARK },
	[FIELD_CONNECTION_MARK] = { true, PACKET_CONNECTION_MARK }, [FIELD_STATE] = { true, PACKET_STATE },
	[FIELD_SOCKET_USER] = { true, PACKET_USER }, [FIELD_SOCKET_GROUP] = { true, PACKET_GROUP },
	[FIELD_LENGTH] = { true, PACKET_LENGTH }, [FIELD_LENGTH4] = { true, PACKET_LENGTH },
	[FIELD_SOURCE4] = { true, PACKET_SOURCE }, [FIELD_SOURCE6] = { true, PACKET_SOURCE },
	[FIELD_DESTINATION4] = { true, PACKET_DESTINATION }, [FIELD_DESTINATION6] = { true, PACKET_DESTINATION },
	[FIELD_TTL4] = { true, PACKET_TTL }, [FIELD_HOP_LIMIT] = { true, PACKET_TTL }, [FIELD_DSCP4] = { true, PACKET_DSCP },
	[FIELD_DSCP6] = { true, PACKET_DSCP }, [FIELD_SOURCE_PORT] = { true, PACKET_SOURCE_PORT },
	[FIELD_DESTINATION_PORT] = { true, PACKET_DESTINATION_PORT }, [FIELD_TCP_FLAGS] = { true, PACKET_FLAGS },
	[FIELD_ICMP_TYPE] = { true, PACKET_ICMP_TYPE }, [FIELD_ICMP_CODE] = { true, PACKET_ICMP_CODE },
	[FIELD_ADDRESS_TYPE] = { false, 0 },
};

static enum found fixed(struct term *t, uint64_t n)
{
	t->constant = true;
	t->value = value_number(n);
	return FOUND;
}

static struct spans number_spans(struct walk *w, uint64_t low, uint64_t high)
{
	struct interval i = { value_number(low), value_number(high) };
	return spans_one(&w->store, &i);
}

// Of what the routes say of an address only this is known without them; see address_type in expression.c.
static enum found address_type(struct walk *w, struct path *p, struct term *t)
{
	bool v6 = w->question->usual->v6;
	struct spans *to = &p->region.field[PACKET_DESTINATION];
	struct interval group = { { { 0 } }, { { 0 } } };
	if (v6) {
		group.low.bytes[0] = 0xff;
		memset(group.high.bytes, 0xff, 16);
	} else {
		group = (struct interval){ value_number(0xe0000000), value_number(0xefffffff) };
	}
	struct path others = *p;
	struct spans multicast = spans_one(&w->store, &group);
	others.region.field[PACKET_DESTINATION] = spans_without(&w->store, *to, multicast);
	*to = spans_common(&w->store, *to, multicast);
	if (to->count) {
		if (others.region.field[PACKET_DESTINATION].count)
			path_push(w, &others);
		return fixed(t, 5);
	}
	*p = others;
	struct spans everybody = number_spans(w, UINT32_MAX, UINT32_MAX);
	if (!v6 && spans_common(&w->store, *to, everybody).count) {
		others.region.field[PACKET_DESTINATION] = spans_without(&w->store, *to, everybody);
		if (others.region.field[PACKET_DESTINATION].count)
			path_push(w, &others);
		*to = everybody;
		return fixed(t, 3);
	}
	if (w->hooks[p->hook] != HOOK_INPUT || p->last == LAST_255)
		return FOUND_CHANCE;
	if (!v6 && p->last == LAST_ANY) {
		others.last = LAST_255;
		path_push(w, &others);
		p->last = LAST_OTHER;
	}
	return fixed(t, 2);
}

// The path keeps the values between; the others leave the rule.
bool path_narrow(struct walk *w, struct path *p, enum packet_field f, uint64_t low, uint64_t high)
{
	struct spans wanted = number_spans(w, low, high), *field = &p->region.field[f];
	struct path others = *p;
	others.region.field[f] = spans_without(&w->store, *field, wanted);
	if (others.region.field[f].count) {
		path_leave(&others);
		path_push(w, &others);
	}
	*field = spans_common(&w->store, *field, wanted);
	return field->count > 0;
}

static enum found tracked(struct walk *w, struct path *p, const struct expression *e, struct term *t)
{
	bool before = path_before_tracking(p);
	if (e->field == FIELD_STATE && (before || p->untracked))
		return fixed(t, p->untracked ? CT_UNTRACKED : CT_INVALID);
	if (e->field == FIELD_STATE)
		return FOUND;
	if (before || p->untracked || !path_narrow(w, p, PACKET_STATE, CT_INVALID + 1, CT_NEW))
		return FOUND_NOT;
	return p->connection_mark_set ? fixed(t, p->connection_mark) : FOUND;
}

// "th dport" of what has no ports is unknown, and not left.
static enum found any_transport(struct walk *w, struct path *p)
{
	static const uint8_t PORTS[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP, IPPROTO_DCCP, IPPROTO_UDPLITE };
	struct interval list[ARRAY_LEN(PORTS)];
	struct spans *field = &p->region.field[PACKET_PROTOCOL];
	struct path others = *p;
	for (size_t i = 0; i < ARRAY_LEN(PORTS); i++)
		list[i].low = list[i].high = value_number(PORTS[i]);
	struct spans with = spans_of(&w->store, list, ARRAY_LEN(list));
	others.region.field[PACKET_PROTOCOL] = spans_without(&w->store, *field, with);
	*field = spans_common(&w->store, *field, with);
	if (field->count && others.region.field[PACKET_PROTOCOL].count)
		path_unknown(w, &others);
	if (!field->count)
		*p = others;
	return field->count ? FOUND : FOUND_UNKNOWN;
}

static enum found field_term(struct walk *w, struct path *p, const struct expression *e, struct term *t)
{
	const struct packet *usual = w->question->usual;
	enum field f = e->field;
	if (f >= FIELD_SOURCE4 && f <= FIELD_DSCP6 && usual->v6 != (f >= FIELD_SOURCE6))
		return FOUND_NOT;
	if (f == FIELD_FAMILY || f == FIELD_ETHER_TYPE)
		return fixed(t, f == FIELD_FAMILY ? (usual->v6 ? 10 : 2) : usual->v6 ? 0x86dd : 0x0800);
	if (f == FIELD_ADDRESS_TYPE)
		return address_type(w, p, t);
	if ((f == FIELD_SOCKET_USER || f == FIELD_SOCKET_GROUP) && !usual->has_socket)
		return FOUND_NOT;
	t->field = FIELDS[f].field;
	t->e = e;
	if (f == FIELD_STATE || f == FIELD_CONNECTION_MARK)
		return tracked(w, p, e, t);
	if (f == FIELD_MARK && p->mark_set)
		return fixed(t, p->mark);
	if (e->transport)
		return path_narrow(w, p, PACKET_PROTOCOL, e->transport, e->transport) ? FOUND : FOUND_NOT;
	return f == FIELD_SOURCE_PORT || f == FIELD_DESTINATION_PORT ? any_transport(w, p) : FOUND;
}

static bool is_bits(const struct expression *e)
{
	return e->kind >= EXPRESSION_AND && e->kind <= EXPRESSION_RIGHT;
}

// Bits of a field with constants, however deep; of a value that the path has fixed, their value.
static enum found term_find(struct walk *w, struct path *p, const struct expression *e, struct term *t)
{
	*t = (struct term){ .constant = e->kind == EXPRESSION_CONSTANT, .value = e->constant };
	if (e->kind == EXPRESSION_CONSTANT)
		return FOUND;
	if (e->kind == EXPRESSION_FIELD)
		return field_term(w, p, e, t);
	if (e->kind == EXPRESSION_CHANCE)
		return FOUND_CHANCE;
	if (!is_bits(e) || !e->part[0] || !e->part[1] || e->part[1]->kind != EXPRESSION_CONSTANT)
		return FOUND_UNKNOWN;
	enum found found = term_find(w, p, e->part[0], t);
	if (!found && t->constant)
		t->value = value_combined(e->kind, &t->value, &e->part[1]->constant);
	t->e = e;
	return found;
}

enum found path_terms(struct walk *w, struct path *p, const struct expression *e, struct term term[PARTS_MAX], size_t *count)
{
	*count = e->kind == EXPRESSION_CONCAT ? e->count : 1;
	for (size_t i = 0; i < *count; i++) {
		enum found found = term_find(w, p, e->kind == EXPRESSION_CONCAT ? e->part[i] : e, &term[i]);
		if (found)
			return found;
	}
	return FOUND;
}

struct value value_applied(const struct expression *e, const struct value *v)
{
	if (!is_bits(e))
		return *v;
	struct value left = value_applied(e->part[0], v);
	return value_combined(e->kind, &left, &e->part[1]->constant);
}

static bool small_field(enum packet_field f)
{
	return f != PACKET_SOURCE && f != PACKET_DESTINATION && f != PACKET_INPUT && f != PACKET_OUTPUT && f != PACKET_MARK &&
	       f != PACKET_CONNECTION_MARK && f != PACKET_USER && f != PACKET_GROUP;
}

static bool each_value(struct walk *w, const struct term *t, struct spans left, struct spans wanted, struct spans *ret)
{
	static struct interval list[SMALL_MAX + 1];
	size_t count = 0;
	for (size_t i = 0; i < left.count; i++)
		for (uint64_t n = value_to_number(&left.at[i].low), end = value_to_number(&left.at[i].high); n <= end; n++) {
			struct value v = value_number(n), is = value_applied(t->e, &v);
			if (!spans_hold(wanted, &is))
				continue;
			if (count && value_to_number(&list[count - 1].high) + 1 == n)
				list[count - 1].high = v;
			else
				list[count++] = (struct interval){ v, v };
		}
	*ret = spans_of(&w->store, list, count);
	return true;
}

// Ones, then zeros: what has such a mask keeps its order.
static bool is_prefix(const struct value *mask, size_t from)
{
	bool zero = false;
	for (size_t bit = from * 8; bit < 128; bit++) {
		bool one = mask->bytes[bit / 8] >> (7 - bit % 8) & 1;
		if (one && zero)
			return false;
		zero |= !one;
	}
	return true;
}

static bool prefix_spans(struct walk *w, const struct value *mask, struct spans wanted, struct spans *ret)
{
	size_t start = w->store.used;
	struct spans list = { 0 };
	for (size_t i = 0; i < wanted.count; i++) {
		struct interval at = wanted.at[i];
		bool between = false, there = true;
		for (size_t k = 0; k < 16; k++) {
			between |= (at.low.bytes[k] & ~mask->bytes[k]) != 0;
			at.high.bytes[k] = (uint8_t)(at.high.bytes[k] | (uint8_t)~mask->bytes[k]);
		}
		if (between) { // the next value that the mask leaves whole
			for (size_t k = 0; k < 16; k++)
				at.low.bytes[k] = (uint8_t)(at.low.bytes[k] | (uint8_t)~mask->bytes[k]);
			there = value_after(&at.low);
		}
		if (there && memcmp(&at.low, &at.high, 16) <= 0)
			spans_one(&w->store, &at);
	}
	list = (struct spans){ &w->store.at[start], w->store.used - start };
	w->store.used = start;
	*ret = spans_of(&w->store, list.at, list.count);
	return true;
}

bool term_spans(struct walk *w, const struct term *t, struct spans left, struct spans wanted, struct spans *ret)
{
	if (!is_bits(t->e)) {
		*ret = wanted;
		return true;
	}
	if (small_field(t->field))
		return each_value(w, t, left, wanted, ret);
	size_t from = t->field == PACKET_SOURCE || t->field == PACKET_DESTINATION ? (w->question->usual->v6 ? 0 : 12) : 12;
	const struct value *mask = &t->e->part[1]->constant;
	if (t->e->kind == EXPRESSION_AND && !is_bits(t->e->part[0]) && is_prefix(mask, from)) {
		struct value whole = *mask; // what stands before a number is zero, and stays
		memset(whole.bytes, 0xff, from);
		return prefix_spans(w, &whole, wanted, ret);
	}
	return false;
}

// The wanted bits put into a value that is left: right for a mask, and tried for all else.
bool term_guess(const struct walk *w, const struct path *p, const struct term *t, struct spans wanted, struct value *ret)
{
	struct spans left = p->region.field[t->field];
	struct value usual = packet_value(w->question->usual, t->field);
	for (size_t i = 0; i <= left.count && i < 64; i++) {
		const struct value *from = i ? &left.at[i - 1].low : &usual;
		for (size_t k = 0; k < wanted.count && k < 64; k++) {
			struct value v = *from, is;
			for (size_t b = 0; b < 16; b++) {
				uint8_t mask = t->e->kind == EXPRESSION_AND ? t->e->part[1]->constant.bytes[b] : 0xff;
				v.bytes[b] = (uint8_t)((v.bytes[b] & ~mask) | (wanted.at[k].low.bytes[b] & mask));
			}
			is = value_applied(t->e, &v);
			if (spans_hold(left, &v) && spans_hold(wanted, &is)) {
				*ret = v;
				return true;
			}
		}
	}
	return false;
}
