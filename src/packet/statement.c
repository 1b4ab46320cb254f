// SPDX-License-Identifier: Apache-2.0
// Statements: what a rule does, in its order.
#include "packet/ruleset.h"

#include <stdio.h>

// nft 1.0.6 lists a length among the ranges of a concatenation as 0, whatever it is: what it holds is not known.
static bool mislisted(const struct expression *left, const struct set *set)
{
	bool length = false, range = false;
	for (size_t k = 0; left->kind == EXPRESSION_CONCAT && k < left->count; k++)
		length |= left->part[k]->kind == EXPRESSION_FIELD && left->part[k]->field == FIELD_LENGTH;
	for (size_t i = 0; length && set && i < set->count; i++)
		for (size_t k = 0; k < set->type.count; k++)
			range |= memcmp(&set->element[i].part[k].low, &set->element[i].part[k].high, 16) != 0;
	return length && range;
}

static void match_right(struct ruleset *r, const struct chain *c, struct statement *s, const json_t *right)
{
	struct type_list types;
	const char *text = json_string_value(right);
	bool set = (text && *text == '@') || json_object_get(right, "set");
	if (!expression_types(s->left, &types))
		return; // the left side is unknown and will say so
	if (set)
		s->set = expression_set(r, c, right, &types, false, TYPE_UNKNOWN);
	else if (types.count == 1)
		s->has_interval = interval_read(right, types.type[0], &s->interval);
	if (!set && !s->has_interval && json_is_object(right))
		s->right = expression_read(r, c, right);
	if ((!s->set && !s->has_interval && !s->right) || mislisted(s->left, s->set)) {
		s->kind = STATEMENT_UNKNOWN;
		s->name = ruleset_name(r, "value of", s->left->name);
	}
}

static void match_read(struct ruleset *r, const struct chain *c, struct statement *s, const json_t *j)
{
	static const struct { const char *sign; enum comparison comparison; } SIGNS[] = {
		{ "==", COMPARE_EQUAL }, { "!=", COMPARE_NOT }, { "<", COMPARE_LESS }, { ">", COMPARE_MORE },
		{ "<=", COMPARE_LESS_EQUAL }, { ">=", COMPARE_MORE_EQUAL }, { "in", COMPARE_ANY_BIT }, { "!", COMPARE_NO_BIT } };
	const char *sign = json_string_value(json_object_get(j, "op"));
	s->kind = STATEMENT_UNKNOWN;
	s->name = ruleset_name(r, "comparison", sign ? sign : "?");
	for (size_t i = 0; sign && i < ARRAY_LEN(SIGNS); i++) {
		if (strcmp(SIGNS[i].sign, sign))
			continue;
		s->kind = STATEMENT_MATCH;
		s->comparison = SIGNS[i].comparison;
		s->left = expression_read(r, c, json_object_get(j, "left"));
		match_right(r, c, s, json_object_get(j, "right"));
		return;
	}
}

static void vmap_read(struct ruleset *r, const struct chain *c, struct statement *s, const json_t *j)
{
	struct type_list types;
	s->kind = STATEMENT_MAP;
	s->left = expression_read(r, c, json_object_get(j, "key"));
	if (!expression_types(s->left, &types))
		return;
	s->set = expression_set(r, c, json_object_get(j, "data"), &types, true, TYPE_UNKNOWN);
	if (!s->set || mislisted(s->left, s->set))
		s->kind = STATEMENT_UNKNOWN;
}

static void mangle_read(struct ruleset *r, const struct chain *c, struct statement *s, const json_t *j)
{
	const json_t *key = json_object_get(j, "key"), *value = json_object_get(j, "value");
	const char *meta = json_string_value(json_object_get(json_object_get(key, "meta"), "key"));
	const char *ct = json_string_value(json_object_get(json_object_get(key, "ct"), "key"));
	struct value constant;
	s->name = ruleset_name(r, "set", meta ? meta : ct ? ct : "a field of the packet");
	if (meta && (!strcmp(meta, "nftrace") || !strcmp(meta, "priority"))) {
		s->kind = STATEMENT_NOTHING;
		return;
	}
	if (!(meta && !strcmp(meta, "mark")) && !(ct && !strcmp(ct, "mark")))
		return;
	s->kind = meta ? STATEMENT_MARK : STATEMENT_CONNECTION_MARK;
	if (value_read(value, TYPE_NUMBER32, &constant)) {
		struct expression *e = ruleset_alloc(r, sizeof *e);
		*e = (struct expression){ .kind = EXPRESSION_CONSTANT, .type = TYPE_NUMBER32, .name = "constant", .constant = constant };
		s->right = e;
	} else {
		s->right = expression_read(r, c, value);
	}
}

// Adding to a set needs the key: a packet that has none ("ip saddr" of IPv6) leaves the rule there.
// A statement inside ("meter", "update @set { ip saddr limit rate 5/second }") is a matter of chance like its like outside.
static void set_change_read(struct ruleset *r, const struct chain *c, struct statement *s, const json_t *j)
{
	const json_t *element = json_object_get(j, "elem"), *wrapped = json_object_get(element, "elem");
	const char *name = json_string_value(json_object_get(j, "set")), *how = json_string_value(json_object_get(j, "op"));
	struct set *set = name && *name == '@' ? ruleset_set_find(r, c->family, c->table, name + 1) : NULL;
	if (set && how && !strcmp(how, "delete"))
		set->shrinks = true;
	else if (set)
		set->grows = true;
	s->kind = json_object_get(j, "stmt") ? STATEMENT_CHANCE : STATEMENT_KEY;
	s->left = expression_read(r, c, wrapped ? json_object_get(wrapped, "val") : element);
}

bool decision_read(const struct ruleset *r, const char *family, const char *table, const json_t *j, struct decision *ret)
{
	static const struct { const char *word; enum outcome outcome; } WORDS[] = {
		{ "accept", OUTCOME_ACCEPT }, { "drop", OUTCOME_DROP }, { "reject", OUTCOME_REJECT }, { "queue", OUTCOME_QUEUE },
		{ "return", OUTCOME_RETURN }, { "continue", OUTCOME_NEXT }, { "jump", OUTCOME_JUMP }, { "goto", OUTCOME_GOTO } };
	for (size_t i = 0; i < ARRAY_LEN(WORDS); i++) {
		const json_t *v = json_object_get(j, WORDS[i].word);
		if (!v)
			continue;
		const char *target = json_string_value(json_object_get(v, "target"));
		*ret = (struct decision){ WORDS[i].outcome, target ? ruleset_chain(r, family, table, target) : NULL };
		return (ret->outcome != OUTCOME_JUMP && ret->outcome != OUTCOME_GOTO) || ret->target;
	}
	return false;
}

// nft leaves out of its listing what the kind of reject implies: "icmp" is for IPv4 alone. It does so for "tcp reset",
// too, where nothing is implied (1.0.6: "meta nfproto ipv6 tcp dport 22 reject with tcp reset" lists without its
// family), so such a rule may or may not be for both families.
static void reject_read(struct ruleset *r, const struct chain *c, struct statement *s, const json_t *j)
{
	const char *type = json_string_value(json_object_get(j, "type"));
	s->decision = (struct decision){ .outcome = OUTCOME_REJECT };
	s->only4 = type && !strcmp(type, "icmp");
	s->only6 = type && !strcmp(type, "icmpv6");
	s->only_tcp = type && !strcmp(type, "tcp reset");
	s->family_hidden = s->only_tcp && !strcmp(c->family, "inet");
}

static const struct known_statement {
	const char *word;
	enum statement_kind kind;
	void (*read)(struct ruleset *r, const struct chain *c, struct statement *s, const json_t *j);
} STATEMENTS[] = {
	{ "match", STATEMENT_MATCH, match_read },
	{ "vmap", STATEMENT_MAP, vmap_read },
	{ "mangle", STATEMENT_UNKNOWN, mangle_read },
	{ "set", STATEMENT_KEY, set_change_read },
	{ "reject", STATEMENT_DECIDE, reject_read },
	{ "counter", STATEMENT_NOTHING, NULL },
	{ "log", STATEMENT_NOTHING, NULL },
	{ "last", STATEMENT_NOTHING, NULL },
	{ "comment", STATEMENT_NOTHING, NULL },
	{ "dup", STATEMENT_NOTHING, NULL },
	{ "secmark", STATEMENT_NOTHING, NULL },
	{ "ct helper", STATEMENT_NOTHING, NULL },
	{ "notrack", STATEMENT_UNTRACKED, NULL },
	{ "limit", STATEMENT_CHANCE, NULL },
	{ "quota", STATEMENT_CHANCE, NULL },
	{ "ct count", STATEMENT_CHANCE, NULL },
	{ "meter", STATEMENT_CHANCE, NULL },
};

struct statement *statement_read(struct ruleset *r, const struct chain *c, const json_t *j)
{
	struct statement *s = ruleset_alloc(r, sizeof *s);
	*s = (struct statement){ .kind = STATEMENT_UNKNOWN };
	void *first = json_object_iter((json_t *)j);
	const char *word = first ? json_object_iter_key(first) : "not an object";
	s->name = ruleset_name(r, word, "");
	for (size_t i = 0; i < ARRAY_LEN(STATEMENTS); i++) {
		if (strcmp(STATEMENTS[i].word, word))
			continue;
		s->kind = STATEMENTS[i].kind;
		if (STATEMENTS[i].read)
			STATEMENTS[i].read(r, c, s, json_object_iter_value(first));
		return s;
	}
	if (decision_read(r, c->family, c->table, j, &s->decision))
		s->kind = STATEMENT_DECIDE;
	return s;
}
