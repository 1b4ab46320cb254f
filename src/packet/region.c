// SPDX-License-Identifier: Apache-2.0
// Intervals of values, and products of them.
#include "packet/region.h"

#include <stdlib.h>

static int order(const struct value *a, const struct value *b)
{
	return memcmp(a, b, sizeof *a);
}

bool value_after(struct value *v)
{
	for (size_t i = 16; i-- > 0;)
		if (++v->bytes[i])
			return true;
	return false;
}

bool value_before(struct value *v)
{
	for (size_t i = 16; i-- > 0;)
		if (v->bytes[i]--)
			return true;
	return false;
}

static void add(struct span_store *s, struct spans *to, const struct interval *i)
{
	if (s->used == SPANS_MAX) {
		s->over = true;
		return;
	}
	if (!to->count)
		to->at = &s->at[s->used];
	s->at[s->used++] = *i;
	to->count++;
}

struct spans spans_one(struct span_store *s, const struct interval *i)
{
	struct spans one = { 0 };
	add(s, &one, i);
	return one;
}

static int by_low(const void *a, const void *b)
{
	const struct interval *x = a, *y = b;
	return order(&x->low, &y->low);
}

struct spans spans_of(struct span_store *s, const struct interval *list, size_t count)
{
	if (!count || count > SPANS_MAX - s->used) {
		s->over |= count != 0;
		return (struct spans){ 0 };
	}
	struct interval *at = &s->at[s->used];
	if (at != list)
		memcpy(at, list, count * sizeof *at);
	qsort(at, count, sizeof *at, by_low);
	size_t kept = 0;
	for (size_t i = 1; i < count; i++) {
		struct value next = at[kept].high;
		bool last = !value_after(&next);
		if (!last && order(&at[i].low, &next) > 0)
			at[++kept] = at[i];
		else if (order(&at[i].high, &at[kept].high) > 0)
			at[kept].high = at[i].high;
	}
	s->used += kept + 1;
	return (struct spans){ at, kept + 1 };
}

// The first interval that ends at `v` or after it.
static size_t first_at(struct spans a, const struct value *v)
{
	size_t low = 0, high = a.count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (order(&a.at[middle].high, v) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool spans_hold(struct spans a, const struct value *v)
{
	size_t i = first_at(a, v);
	return i < a.count && order(&a.at[i].low, v) <= 0;
}

// Goes over the shorter list and looks places up in the longer one: bans have many members.
struct spans spans_common(struct span_store *s, struct spans a, struct spans b)
{
	struct spans both = { 0 };
	if (a.count > b.count) {
		struct spans c = a;
		a = b;
		b = c;
	}
	for (size_t i = 0; i < a.count; i++)
		for (size_t k = first_at(b, &a.at[i].low); k < b.count && order(&b.at[k].low, &a.at[i].high) <= 0; k++) {
			struct interval common = { order(&a.at[i].low, &b.at[k].low) > 0 ? a.at[i].low : b.at[k].low,
						   order(&a.at[i].high, &b.at[k].high) < 0 ? a.at[i].high : b.at[k].high };
			add(s, &both, &common);
		}
	return both;
}

static bool touch(struct spans a, struct spans b)
{
	if (a.count > b.count)
		return touch(b, a);
	for (size_t i = 0; i < a.count; i++) {
		size_t k = first_at(b, &a.at[i].low);
		if (k < b.count && order(&b.at[k].low, &a.at[i].high) <= 0)
			return true;
	}
	return false;
}

struct spans spans_without(struct span_store *s, struct spans a, struct spans b)
{
	struct spans rest = { 0 };
	if (!touch(a, b))
		return a;
	for (size_t i = 0; i < a.count; i++) {
		struct interval left = a.at[i];
		bool any = true;
		for (size_t k = first_at(b, &left.low); any && k < b.count && order(&b.at[k].low, &left.high) <= 0; k++) {
			struct interval before = { left.low, b.at[k].low };
			if (order(&left.low, &b.at[k].low) < 0 && value_before(&before.high))
				add(s, &rest, &before);
			left.low = b.at[k].high;
			any = order(&b.at[k].high, &left.high) < 0 && value_after(&left.low);
		}
		if (any)
			add(s, &rest, &left);
	}
	return rest;
}

struct spans spans_outside(struct span_store *s, struct spans a)
{
	static struct interval every;
	memset(&every.high, 0xff, sizeof every.high);
	return spans_without(s, (struct spans){ &every, 1 }, a);
}

// --- regions ---

static const struct { uint32_t least, most; } NUMBERS[PACKET_FIELDS] = {
	[PACKET_PROTOCOL] = { 0, 255 }, [PACKET_MARK] = { 0, UINT32_MAX }, [PACKET_CONNECTION_MARK] = { 0, UINT32_MAX },
	[PACKET_STATE] = { CT_INVALID, CT_NEW }, [PACKET_USER] = { 0, UINT32_MAX - 1 }, [PACKET_GROUP] = { 0, UINT32_MAX - 1 },
	[PACKET_LENGTH] = { 20, UINT16_MAX }, [PACKET_TTL] = { 1, 255 }, [PACKET_DSCP] = { 0, 63 },
	[PACKET_SOURCE_PORT] = { 0, UINT16_MAX }, [PACKET_DESTINATION_PORT] = { 0, UINT16_MAX }, [PACKET_FLAGS] = { 0, 255 },
	[PACKET_ICMP_TYPE] = { 0, 255 }, [PACKET_ICMP_CODE] = { 0, 255 },
};

static struct interval field_all(enum packet_field f, bool v6, bool output)
{
	struct interval i = { value_number(NUMBERS[f].least), value_number(NUMBERS[f].most) };
	if (f == PACKET_SOURCE || f == PACKET_DESTINATION)
		memset(i.high.bytes + (v6 ? 0 : 12), 0xff, v6 ? 16 : 4);
	if (f == (output ? PACKET_OUTPUT : PACKET_INPUT)) { // of the other one there is none
		i.low.bytes[0] = 1;
		memset(i.high.bytes, 0xff, 15);
	}
	if (f == PACKET_LENGTH && v6)
		i.low = value_number(40);
	return i;
}

void region_all(struct span_store *s, bool v6, bool output, struct region *ret)
{
	static const uint8_t STATES[] = { CT_INVALID, CT_ESTABLISHED, CT_RELATED, CT_NEW };
	struct interval states[ARRAY_LEN(STATES)];
	for (unsigned f = 0; f < PACKET_FIELDS; f++) {
		struct interval i = field_all((enum packet_field)f, v6, output);
		ret->field[f] = spans_one(s, &i);
	}
	for (size_t i = 0; i < ARRAY_LEN(STATES); i++)
		states[i].low = states[i].high = value_number(STATES[i]);
	ret->field[PACKET_STATE] = spans_of(s, states, ARRAY_LEN(STATES));
}

struct value packet_value(const struct packet *p, enum packet_field f)
{
	const char *name = f == PACKET_INPUT ? p->input_interface : p->output_interface;
	const uint32_t numbers[PACKET_FIELDS] = {
		[PACKET_PROTOCOL] = p->protocol, [PACKET_MARK] = p->mark, [PACKET_CONNECTION_MARK] = p->connection_mark,
		[PACKET_STATE] = p->state, [PACKET_USER] = p->socket_user, [PACKET_GROUP] = p->socket_group,
		[PACKET_LENGTH] = p->length, [PACKET_TTL] = p->ttl, [PACKET_DSCP] = p->dscp, [PACKET_SOURCE_PORT] = p->source_port,
		[PACKET_DESTINATION_PORT] = p->destination_port, [PACKET_FLAGS] = p->tcp_flags, [PACKET_ICMP_TYPE] = p->icmp_type,
		[PACKET_ICMP_CODE] = p->icmp_code };
	struct value v = value_number(numbers[f]);
	if (f == PACKET_SOURCE || f == PACKET_DESTINATION)
		memcpy(v.bytes + (p->v6 ? 0 : 12), f == PACKET_SOURCE ? p->source : p->destination, p->v6 ? 16 : 4);
	if ((f == PACKET_INPUT || f == PACKET_OUTPUT) && name)
		memcpy(v.bytes, name, strnlen(name, 15));
	return v;
}

static bool name_byte(uint8_t b)
{
	return b > ' ' && b != '/' && b != ':' && b != 0x7f && b != 0xa0;
}

static bool is_name(const struct value *v)
{
	size_t size = strnlen((const char *)v->bytes, 16);
	for (size_t i = 0; i < 16; i++)
		if (i < size ? !name_byte(v->bytes[i]) : v->bytes[i])
			return false;
	return size && size < 16;
}

// A name in the interval: its low end, or the low end cut off somewhere with one byte more there.
static bool name_in(const struct interval *i, struct value *ret)
{
	if (is_name(&i->low) || !order(&i->low, &i->high)) {
		*ret = i->low;
		return is_name(ret);
	}
	for (size_t at = 15; at-- > 0;) {
		struct value v = { 0 };
		memcpy(v.bytes, i->low.bytes, at);
		for (unsigned k = 0; k < 256; k++) {
			v.bytes[at] = (uint8_t)('0' + k); // digits and letters first
			if (is_name(&v) && order(&v, &i->low) >= 0 && order(&v, &i->high) <= 0) {
				*ret = v;
				return true;
			}
		}
	}
	return false;
}

static bool value_choose(enum packet_field f, struct spans s, const struct value *usual, struct value *ret)
{
	if (spans_hold(s, usual)) {
		*ret = *usual;
		return true;
	}
	bool named = (f == PACKET_INPUT || f == PACKET_OUTPUT) && s.count && s.at[0].high.bytes[0];
	for (size_t i = 0; named && i < s.count; i++)
		if (name_in(&s.at[i], ret))
			return true;
	if (named || !s.count)
		return false;
	*ret = s.at[0].low;
	return true;
}

static void value_put(struct packet *p, enum packet_field f, const struct value *v, char name[2][16])
{
	uint64_t n = value_to_number(v);
	switch (f) {
	case PACKET_SOURCE: memcpy(p->source, v->bytes + (p->v6 ? 0 : 12), p->v6 ? 16 : 4); break;
	case PACKET_DESTINATION: memcpy(p->destination, v->bytes + (p->v6 ? 0 : 12), p->v6 ? 16 : 4); break;
	case PACKET_INPUT: p->input_interface = memcpy(name[0], v->bytes, 16); break;
	case PACKET_OUTPUT: p->output_interface = memcpy(name[1], v->bytes, 16); break;
	case PACKET_PROTOCOL: p->protocol = (uint8_t)n; break;
	case PACKET_MARK: p->mark = (uint32_t)n; break;
	case PACKET_CONNECTION_MARK: p->connection_mark = (uint32_t)n; break;
	case PACKET_STATE: p->state = (enum connection_state)n; break;
	case PACKET_USER: p->socket_user = (uint32_t)n; break;
	case PACKET_GROUP: p->socket_group = (uint32_t)n; break;
	case PACKET_LENGTH: p->length = (uint16_t)n; break;
	case PACKET_TTL: p->ttl = (uint8_t)n; break;
	case PACKET_DSCP: p->dscp = (uint8_t)n; break;
	case PACKET_SOURCE_PORT: p->source_port = (uint16_t)n; break;
	case PACKET_DESTINATION_PORT: p->destination_port = (uint16_t)n; break;
	case PACKET_FLAGS: p->tcp_flags = (uint8_t)n; break;
	case PACKET_ICMP_TYPE: p->icmp_type = (uint8_t)n; break;
	default: p->icmp_code = (uint8_t)n; break;
	}
}

bool region_packet(const struct region *r, const struct packet *usual, char name[2][16], struct packet *ret)
{
	struct packet p = *usual;
	for (unsigned f = 0; f < PACKET_FIELDS; f++) {
		struct value v, wish = packet_value(usual, (enum packet_field)f);
		if (!value_choose((enum packet_field)f, r->field[f], &wish, &v))
			return false;
		value_put(&p, (enum packet_field)f, &v, name);
	}
	*ret = p;
	return true;
}
