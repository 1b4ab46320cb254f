// SPDX-License-Identifier: Apache-2.0
// Reading a ruleset: chains first, then the sets that may jump to them, then the rules that use both.
#include "packet/ruleset.h"

#include <stdio.h>
#include <stdlib.h>

#define MEMORY_MAX ((size_t)256 << 20)
#define BLOCK_SIZE ((size_t)64 << 10)

struct ruleset_block {
	struct ruleset_block *next;
	size_t used, size;
	alignas(16) uint8_t bytes[];
};

void *ruleset_alloc(struct ruleset *r, size_t size)
{
	static alignas(16) uint8_t scrap[1024]; // written to, never read for a verdict: reading fails as a whole
	size = (size + 16) & ~(size_t)15;
	struct ruleset_block *b = r->blocks;
	if (!r->exhausted && (!b || b->size - b->used < size)) {
		size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;
		b = r->memory + room > MEMORY_MAX ? NULL : malloc(sizeof *b + room);
		if (b) {
			*b = (struct ruleset_block){ .next = r->blocks, .size = room };
			r->blocks = b;
			r->memory += room;
		}
		r->exhausted = !b;
	}
	if (r->exhausted) {
		return memset(scrap, 0, sizeof scrap);
	}
	void *p = b->bytes + b->used;
	b->used += size;
	return memset(p, 0, size);
}

const char *ruleset_copy(struct ruleset *r, const char *text)
{
	size_t size = strnlen(text, RULESET_NAME_MAX);
	char *copy = ruleset_alloc(r, size + 1);
	if (r->exhausted)
		return "";
	memcpy(copy, text, size);
	return copy;
}

const char *ruleset_name(struct ruleset *r, const char *prefix, const char *name)
{
	char full[RULESET_NAME_MAX];
	snprintf(full, sizeof full, "%s%s%s", prefix ? prefix : "?", name && *name ? " " : "", name ? name : "");
	for (size_t i = 0; i < r->names; i++)
		if (!strcmp(r->name[i], full))
			return r->name[i];
	const char *copy = ruleset_copy(r, full);
	if (r->names < NAMES_MAX)
		r->name[r->names++] = copy;
	return copy;
}

struct chain *ruleset_chain(const struct ruleset *r, const char *family, const char *table, const char *name)
{
	for (struct chain *c = r->chains; c; c = c->next)
		if (!strcmp(c->name, name) && !strcmp(c->table, table) && !strcmp(c->family, family))
			return c;
	return NULL;
}

struct set *ruleset_set_find(const struct ruleset *r, const char *family, const char *table, const char *name)
{
	for (struct set *s = r->sets; s; s = s->next)
		if (!strcmp(s->name, name) && !strcmp(s->table, table) && !strcmp(s->family, family))
			return s;
	return NULL;
}

static const char *text_of(struct ruleset *r, const json_t *j, const char *key)
{
	const char *text = json_string_value(json_object_get(j, key));
	return text ? ruleset_copy(r, text) : NULL;
}

// 0, or 1: something that every chain, set and rule has is not there.
static int chain_read(struct ruleset *r, const json_t *j)
{
	struct chain *c = ruleset_alloc(r, sizeof *c);
	const char *hook = json_string_value(json_object_get(j, "hook"));
	const char *policy = json_string_value(json_object_get(j, "policy"));
	*c = (struct chain){ .family = text_of(r, j, "family"), .table = text_of(r, j, "table"), .name = text_of(r, j, "name"),
			     .base = hook != NULL, .priority = json_integer_value(json_object_get(j, "prio")),
			     .policy_drop = policy && !strcmp(policy, "drop"), .order = r->chain_count++,
			     .hook = HOOK_COUNT };
	if (!c->family || !c->table || !c->name || (policy && strcmp(policy, "drop") && strcmp(policy, "accept")))
		return 1;
	for (size_t i = 0; hook && i < HOOK_COUNT; i++)
		if (!strcmp(packet_hook_name[i], hook))
			c->hook = (enum packet_hook)i;
	if (r->exhausted)
		return 1;
	if (r->chains_last)
		r->chains_last->next = c;
	else
		r->chains = c;
	r->chains_last = c;
	return 0;
}

static bool types_read(const json_t *j, struct type_list *ret)
{
	struct type_list types = { .count = json_is_array(j) ? json_array_size(j) : 1 };
	if (!types.count || types.count > PARTS_MAX)
		return false;
	for (size_t i = 0; i < types.count; i++) {
		const char *name = json_string_value(json_is_array(j) ? json_array_get(j, i) : j);
		types.type[i] = name ? value_type_named(name) : TYPE_UNKNOWN;
		if (types.type[i] == TYPE_UNKNOWN)
			return false;
	}
	*ret = types;
	return true;
}

static bool flag_there(const json_t *flags, const char *name)
{
	for (size_t i = 0; i < json_array_size(flags); i++) {
		const char *flag = json_string_value(json_array_get(flags, i));
		if (flag && !strcmp(flag, name))
			return true;
	}
	return false;
}

static int set_read(struct ruleset *r, const json_t *j)
{
	struct set *s = ruleset_alloc(r, sizeof *s);
	const char *map = json_string_value(json_object_get(j, "map"));
	const json_t *flags = json_object_get(j, "flags");
	*s = (struct set){ .family = text_of(r, j, "family"), .table = text_of(r, j, "table"), .name = text_of(r, j, "name"),
			   .has_timeout = flag_there(flags, "timeout") || json_object_get(j, "timeout"),
			   .dynamic = flag_there(flags, "dynamic") };
	if (!s->family || !s->table || !s->name || r->exhausted)
		return 1;
	s->type_name = text_of(r, j, "type");
	if (!s->type_name)
		s->type_name = "";
	s->decides = map && !strcmp(map, "verdict");
	s->data_type = map && !s->decides ? value_type_named(map) : TYPE_UNKNOWN;
	if (!types_read(json_object_get(j, "type"), &s->type) || (map && !s->decides && s->data_type == TYPE_UNKNOWN))
		s->unknown = ruleset_name(r, "set of type", s->type_name);
	else if (!set_elements_read(r, s, json_object_get(j, "elem")))
		s->unknown = ruleset_name(r, "element of set", s->name);
	if (r->sets_last)
		r->sets_last->next = s;
	else
		r->sets = s;
	r->sets_last = s;
	return 0;
}

// Whether a match holds for one family alone, so that nothing about it can be hidden.
static bool says_family(const struct expression *e)
{
	while (e->kind >= EXPRESSION_AND && e->kind <= EXPRESSION_CONCAT && e->part[0])
		e = e->part[0];
	return e->kind == EXPRESSION_FIELD && ((e->field >= FIELD_SOURCE4 && e->field <= FIELD_DSCP6) || e->field == FIELD_FAMILY ||
					       e->field == FIELD_ETHER_TYPE);
}

// Behind the last statement that can change a verdict nothing needs to be looked at: "limit rate 1/second log".
static void idle_mark(struct rule *rule)
{
	struct statement *from = rule->first;
	for (struct statement *s = rule->first; s; s = s->next)
		if (s->kind != STATEMENT_MATCH && s->kind != STATEMENT_NOTHING && s->kind != STATEMENT_CHANCE && s->kind != STATEMENT_KEY)
			from = s->next;
	for (; from; from = from->next)
		from->idle = true;
}

static int rule_read(struct ruleset *r, const json_t *j)
{
	const char *family = text_of(r, j, "family"), *table = text_of(r, j, "table"), *name = text_of(r, j, "chain");
	const json_t *expressions = json_object_get(j, "expr");
	struct chain *c = family && table && name ? ruleset_chain(r, family, table, name) : NULL;
	if (!c || (expressions && !json_is_array(expressions)))
		return 1;
	struct rule *rule = ruleset_alloc(r, sizeof *rule);
	*rule = (struct rule){ .handle = json_integer_value(json_object_get(j, "handle")), .comment = text_of(r, j, "comment") };
	struct statement **next = &rule->first;
	bool family_known = false;
	for (size_t i = 0; i < json_array_size(expressions) && !r->exhausted; i++) {
		struct statement *s = statement_read(r, c, json_array_get(expressions, i));
		family_known |= s->kind == STATEMENT_MATCH && says_family(s->left);
		s->family_hidden &= !family_known;
		*next = s;
		next = &s->next;
	}
	if (r->exhausted)
		return 1;
	idle_mark(rule);
	if (c->last)
		c->last->next = rule;
	else
		c->first = rule;
	c->last = rule;
	return 0;
}

static int pass(struct ruleset *r, const json_t *list, const char *kind, int (*read)(struct ruleset *r, const json_t *j),
		char *error)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *j = json_object_get(json_array_get(list, i), kind);
		if (j && read(r, j)) {
			snprintf(error, RULESET_ERROR_MAX, "the %s at place %zu is not whole%s", kind, i,
				 r->exhausted ? ": memory ran out" : "");
			return r->exhausted ? -ENOMEM : 1;
		}
	}
	return 0;
}

int ruleset_read(const char *json, size_t size, struct ruleset **ret, char ret_error[RULESET_ERROR_MAX])
{
	char error[RULESET_ERROR_MAX] = "";
	json_error_t why;
	if (size > RULESET_SIZE_MAX) {
		snprintf(ret_error, RULESET_ERROR_MAX, "the ruleset has %zu bytes; at most %u are read", size, RULESET_SIZE_MAX);
		return 1;
	}
	json_t *whole = json_loadb(json, size, 0, &why);
	const json_t *list = json_object_get(whole, "nftables");
	if (!json_is_array(list)) {
		snprintf(ret_error, RULESET_ERROR_MAX, "not the JSON of nftables: %.160s", whole ? "no list 'nftables'" : why.text);
		json_decref(whole);
		return 1;
	}
	struct ruleset *r = calloc(1, sizeof *r);
	int result = r ? pass(r, list, "chain", chain_read, error) : -ENOMEM;
	if (!result)
		result = pass(r, list, "set", set_read, error);
	if (!result)
		result = pass(r, list, "map", set_read, error);
	if (!result)
		result = pass(r, list, "rule", rule_read, error);
	json_decref(whole);
	if (result) {
		ruleset_free(r);
		memcpy(ret_error, error, sizeof error);
		return result;
	}
	*ret = r;
	return 0;
}

void ruleset_free(struct ruleset *r)
{
	if (!r)
		return;
	for (struct ruleset_block *b = r->blocks, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	free(r);
}

void ruleset_expressions(const struct ruleset *r, void (*each)(void *context, const char *name), void *context)
{
	for (size_t i = 0; i < r->names; i++)
		each(context, r->name[i]);
}
