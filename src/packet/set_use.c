// SPDX-License-Identifier: Apache-2.0
// What a set is for: a set that no rule drops by is a list and no ban.
#include "packet/ruleset.h"

static bool source_matched(const struct statement *s)
{
	return s->kind == STATEMENT_MATCH && s->set && s->left && s->left->kind == EXPRESSION_FIELD &&
	       (s->left->field == FIELD_SOURCE4 || s->left->field == FIELD_SOURCE6);
}

// "ip saddr @set ip saddr != @another counter drop"
static bool rule_drops(const struct rule *rule, const struct set *set)
{
	bool member = false;
	for (const struct statement *s = rule->first; s; s = s->next) {
		if (s->kind == STATEMENT_DECIDE)
			return member && (s->decision.outcome == OUTCOME_DROP || s->decision.outcome == OUTCOME_REJECT);
		if (source_matched(s) && s->set == set && s->comparison == COMPARE_EQUAL)
			member = true;
		else if (s->kind != STATEMENT_NOTHING && s->kind != STATEMENT_KEY && !(source_matched(s) && s->set != set && s->comparison == COMPARE_NOT))
			return false;
	}
	return false;
}

bool ruleset_set_drops(const struct ruleset *r, const char *family, const char *table, const char *name)
{
	const struct set *set = ruleset_set_find(r, family, table, name);
	for (const struct chain *c = r->chains; set && c; c = c->next) {
		if (!c->base || (c->hook != HOOK_INPUT && c->hook != HOOK_PREROUTING))
			continue;
		for (const struct rule *rule = c->first; rule; rule = rule->next)
			if (rule_drops(rule, set))
				return true;
	}
	return false;
}
