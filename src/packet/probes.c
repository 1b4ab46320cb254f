// SPDX-License-Identifier: Apache-2.0
// Packets worth asking about, taken from the ruleset itself: a rule can only tell packets apart at the values that it
// names. Every field is varied alone and in pairs, and what one rule (with the rules that jump to it) names in full.
#include "packet/ruleset.h"

#include <netinet/in.h>

#define FIELD_VALUES_MAX 2048
#define PROBES_MAX 400000
#define CALLERS_MAX 16
#define DROPPED_SET_MAX 256 // members of a larger set that only drops (bans) are not asked one by one

enum axis {
	AXIS_SOURCE4, AXIS_SOURCE6, AXIS_DESTINATION4, AXIS_DESTINATION6, AXIS_INPUT, AXIS_OUTPUT, AXIS_PROTOCOL, AXIS_MARK,
	AXIS_CONNECTION_MARK, AXIS_USER, AXIS_GROUP, AXIS_LENGTH, AXIS_TTL, AXIS_DSCP, AXIS_SOURCE_PORT, AXIS_DESTINATION_PORT,
	AXIS_FLAGS, AXIS_COUNT
};

static const struct axis_field {
	enum field field;
	enum axis axis;
	uint64_t least, most; // numbers
} AXES[] = {
	{ FIELD_SOURCE4, AXIS_SOURCE4, 0, 0 }, { FIELD_SOURCE6, AXIS_SOURCE6, 0, 0 },
	{ FIELD_DESTINATION4, AXIS_DESTINATION4, 0, 0 }, { FIELD_DESTINATION6, AXIS_DESTINATION6, 0, 0 },
	{ FIELD_INPUT_INTERFACE, AXIS_INPUT, 0, 0 }, { FIELD_OUTPUT_INTERFACE, AXIS_OUTPUT, 0, 0 },
	{ FIELD_PROTOCOL, AXIS_PROTOCOL, 0, 255 }, { FIELD_PROTOCOL4, AXIS_PROTOCOL, 0, 255 },
	{ FIELD_NEXT_HEADER, AXIS_PROTOCOL, 0, 255 }, { FIELD_MARK, AXIS_MARK, 0, UINT32_MAX },
	{ FIELD_CONNECTION_MARK, AXIS_CONNECTION_MARK, 0, UINT32_MAX }, { FIELD_SOCKET_USER, AXIS_USER, 0, UINT32_MAX },
	{ FIELD_SOCKET_GROUP, AXIS_GROUP, 0, UINT32_MAX }, { FIELD_LENGTH, AXIS_LENGTH, 20, UINT16_MAX },
	{ FIELD_LENGTH4, AXIS_LENGTH, 20, UINT16_MAX }, { FIELD_TTL4, AXIS_TTL, 1, 255 }, { FIELD_HOP_LIMIT, AXIS_TTL, 1, 255 },
	{ FIELD_DSCP4, AXIS_DSCP, 0, 63 }, { FIELD_DSCP6, AXIS_DSCP, 0, 63 }, { FIELD_SOURCE_PORT, AXIS_SOURCE_PORT, 0, UINT16_MAX },
	{ FIELD_DESTINATION_PORT, AXIS_DESTINATION_PORT, 0, UINT16_MAX }, { FIELD_TCP_FLAGS, AXIS_FLAGS, 0, 255 },
};

struct probes {
	const struct ruleset *ruleset;
	const struct packet *base;
	packet_each each;
	void *context;
	size_t asked;
	bool over; // some value or product was left out
	size_t count[AXIS_COUNT];
	struct value value[AXIS_COUNT][FIELD_VALUES_MAX];
};

static void value_add(struct probes *p, enum axis a, const struct value *v)
{
	for (size_t i = 0; i < p->count[a]; i++)
		if (!memcmp(&p->value[a][i], v, sizeof *v))
			return;
	if (p->count[a] == FIELD_VALUES_MAX)
		p->over = true;
	else
		p->value[a][p->count[a]++] = *v;
}

// One more or less; false when it wraps around.
static bool value_step(struct value *v, bool up, bool four)
{
	for (size_t i = 16; i-- > (four ? 12u : 0u);) {
		v->bytes[i] = (uint8_t)(up ? v->bytes[i] + 1 : v->bytes[i] - 1);
		if (v->bytes[i] != (up ? 0 : 0xff))
			return true;
	}
	return false;
}

static struct value value_middle(const struct interval *i)
{
	struct value middle;
	unsigned sum[16], carry = 0;
	for (size_t k = 16; k-- > 0; carry = sum[k] >> 8)
		sum[k] = i->low.bytes[k] + i->high.bytes[k] + carry;
	for (size_t k = 0; k < 16; k++) {
		middle.bytes[k] = (uint8_t)((sum[k] & 0xff) >> 1 | carry << 7);
		carry = sum[k] & 1;
	}
	return middle;
}

static void addresses_add(struct probes *p, enum axis a, const struct interval *i)
{
	bool four = a == AXIS_SOURCE4 || a == AXIS_DESTINATION4;
	struct value before = i->low, after = i->high, middle = value_middle(i);
	value_add(p, a, &i->low);
	value_add(p, a, &i->high);
	value_add(p, a, &middle);
	if (value_step(&before, false, four))
		value_add(p, a, &before);
	if (value_step(&after, true, four))
		value_add(p, a, &after);
}

static void numbers_add(struct probes *p, const struct axis_field *f, const struct value *v)
{
	uint64_t n = value_to_number(v);
	for (uint64_t at = n ? n - 1 : 0; at <= n + 1; at++) {
		struct value number = value_number(at);
		if (at >= f->least && at <= f->most)
			value_add(p, f->axis, &number);
	}
}

static void interval_add(struct probes *p, const struct expression *e, const struct interval *i)
{
	while (e->kind >= EXPRESSION_AND && e->kind <= EXPRESSION_RIGHT && e->part[0])
		e = e->part[0];
	for (size_t k = 0; e->kind == EXPRESSION_FIELD && k < ARRAY_LEN(AXES); k++) {
		if (AXES[k].field != e->field)
			continue;
		struct value name = i->low;
		name.bytes[15] = 0;
		if (AXES[k].axis <= AXIS_DESTINATION6) {
			addresses_add(p, AXES[k].axis, i);
		} else if (AXES[k].axis == AXIS_INPUT || AXES[k].axis == AXIS_OUTPUT) {
			value_add(p, AXES[k].axis, &name);
		} else {
			numbers_add(p, &AXES[k], &i->low);
			numbers_add(p, &AXES[k], &i->high);
		}
	}
	if (e->kind == EXPRESSION_FIELD && e->transport) {
		struct value protocol = value_number(e->transport);
		value_add(p, AXIS_PROTOCOL, &protocol);
	}
}

static void set_add(struct probes *p, const struct expression *e, const struct set *s)
{
	for (size_t i = 0; s && i < s->count; i++)
		for (size_t k = 0; k < s->type.count && !s->element[i].catch_all; k++)
			interval_add(p, e->kind == EXPRESSION_CONCAT && e->part[k] ? e->part[k] : e, &s->element[i].part[k]);
}

static bool only_drops(const struct rule *rule)
{
	bool drops = false;
	for (const struct statement *s = rule->first; s; s = s->next) {
		if (s->kind == STATEMENT_MAP || s->kind == STATEMENT_MARK || s->kind == STATEMENT_CONNECTION_MARK)
			return false;
		if (s->kind == STATEMENT_DECIDE)
			drops = s->decision.outcome == OUTCOME_DROP || s->decision.outcome == OUTCOME_REJECT;
	}
	return drops;
}

static void rule_add(struct probes *p, const struct rule *rule)
{
	bool drops = only_drops(rule);
	for (const struct statement *s = rule->first; s; s = s->next) {
		bool bans = drops && s->set && s->set->count > DROPPED_SET_MAX && s->comparison != COMPARE_NOT;
		if (s->left && s->has_interval)
			interval_add(p, s->left, &s->interval);
		if (s->left && s->set && !bans)
			set_add(p, s->left, s->set);
		if (s->right && s->right->kind == EXPRESSION_MAP && s->right->part[0])
			set_add(p, s->right->part[0], s->right->set);
	}
}

// --- asking ---

static void packet_put(struct packet *p, enum axis a, const struct value *v)
{
	uint64_t n = value_to_number(v);
	switch (a) {
	case AXIS_SOURCE4: memcpy(p->source, v->bytes + 12, 4); break;
	case AXIS_SOURCE6: memcpy(p->source, v->bytes, 16); break;
	case AXIS_DESTINATION4: memcpy(p->destination, v->bytes + 12, 4); break;
	case AXIS_DESTINATION6: memcpy(p->destination, v->bytes, 16); break;
	case AXIS_INPUT: p->input_interface = (const char *)v->bytes; break;
	case AXIS_OUTPUT: p->output_interface = (const char *)v->bytes; break;
	case AXIS_PROTOCOL: p->protocol = (uint8_t)n; break;
	case AXIS_MARK: p->mark = (uint32_t)n; break;
	case AXIS_CONNECTION_MARK: p->connection_mark = (uint32_t)n; break;
	case AXIS_USER: p->socket_user = (uint32_t)n; break;
	case AXIS_GROUP: p->socket_group = (uint32_t)n; break;
	case AXIS_LENGTH: p->length = (uint16_t)n; break;
	case AXIS_TTL: p->ttl = (uint8_t)n; break;
	case AXIS_DSCP: p->dscp = (uint8_t)n; break;
	case AXIS_SOURCE_PORT: p->source_port = (uint16_t)n; break;
	case AXIS_DESTINATION_PORT: p->destination_port = (uint16_t)n; break;
	default: p->tcp_flags = (uint8_t)n; break;
	}
}

static size_t axis_count(const struct probes *p, enum axis a)
{
	bool other = p->base->v6 ? a == AXIS_SOURCE4 || a == AXIS_DESTINATION4 : a == AXIS_SOURCE6 || a == AXIS_DESTINATION6;
	return other ? 0 : p->count[a];
}

static bool ask(struct probes *p, const struct packet *packet)
{
	if (p->asked == PROBES_MAX) {
		p->over = true;
		return false;
	}
	p->asked++;
	p->each(p->context, packet);
	return true;
}

// Every combination of the values of all axes from `a` on, each also left as it is.
static bool product_ask(struct probes *p, struct packet packet, unsigned a)
{
	while (a < AXIS_COUNT && !axis_count(p, a))
		a++;
	if (a == AXIS_COUNT)
		return ask(p, &packet);
	if (!product_ask(p, packet, a + 1))
		return false;
	for (size_t i = 0; i < axis_count(p, a); i++) {
		packet_put(&packet, a, &p->value[a][i]);
		if (!product_ask(p, packet, a + 1))
			return false;
	}
	return true;
}

static void pairs_ask(struct probes *p)
{
	for (unsigned a = 0; a < AXIS_COUNT; a++)
		for (size_t i = 0; i < axis_count(p, a); i++) {
			struct packet one = *p->base;
			packet_put(&one, a, &p->value[a][i]);
			if (!ask(p, &one))
				return;
			for (unsigned b = a + 1; b < AXIS_COUNT; b++)
				for (size_t k = 0; k < axis_count(p, b); k++) {
					struct packet two = one;
					packet_put(&two, b, &p->value[b][k]);
					if (!ask(p, &two))
						return;
				}
		}
}

// --- walking ---

static bool calls(const struct rule *rule, const struct chain *c)
{
	for (const struct statement *s = rule->first; s; s = s->next) {
		if (s->kind == STATEMENT_DECIDE && s->decision.target == c)
			return true;
		for (size_t i = 0; s->kind == STATEMENT_MAP && s->set && i < s->set->count; i++)
			if (s->set->element[i].decision.target == c)
				return true;
	}
	return false;
}

static void callers_add(struct probes *p, const struct chain *called, unsigned depth)
{
	if (called->base)
		return;
	if (!depth) {
		p->over = true;
		return;
	}
	for (const struct chain *c = p->ruleset->chains; c; c = c->next)
		for (const struct rule *rule = c->first; rule; rule = rule->next)
			if (c != called && calls(rule, called)) {
				rule_add(p, rule);
				callers_add(p, c, depth - 1);
			}
}

static bool hook_asked(const struct chain *c, bool output)
{
	return !c->base || (output ? c->hook == HOOK_OUTPUT : c->hook == HOOK_INPUT || c->hook == HOOK_PREROUTING);
}

static void rules_ask(struct probes *p, const struct chain *c)
{
	size_t kept[AXIS_COUNT];
	memset(p->count, 0, sizeof p->count);
	callers_add(p, c, CALLERS_MAX);
	memcpy(kept, p->count, sizeof kept);
	for (const struct rule *rule = c->first; rule; rule = rule->next) {
		if (only_drops(rule))
			continue;
		rule_add(p, rule);
		product_ask(p, *p->base, 0);
		memcpy(p->count, kept, sizeof kept);
	}
}

bool packet_probes(const struct ruleset *r, bool output, const struct packet *base, packet_each each, void *context)
{
	static const uint8_t PROTOCOLS[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP, IPPROTO_GRE, IPPROTO_ESP, 253 };
	static struct probes p; // large
	p = (struct probes){ .ruleset = r, .base = base, .each = each, .context = context };
	for (size_t i = 0; i < ARRAY_LEN(PROTOCOLS); i++) {
		struct value v = value_number(PROTOCOLS[i]);
		value_add(&p, AXIS_PROTOCOL, &v);
	}
	for (const struct chain *c = r->chains; c; c = c->next)
		for (const struct rule *rule = c->first; rule && hook_asked(c, output); rule = rule->next)
			rule_add(&p, rule);
	pairs_ask(&p);
	for (const struct chain *c = r->chains; c; c = c->next)
		if (hook_asked(c, output))
			rules_ask(&p, c);
	return !p.over;
}
