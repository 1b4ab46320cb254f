// SPDX-License-Identifier: Apache-2.0
// What rsyslog.conf declares: objects with parameters in brackets, and lines that begin with '$'.
#include "settings/rsyslog_reader.h"

#include <string.h>
#include <strings.h>

// --- objects -------------------------------------------------------------------------------------------------------

static bool array_take(struct reader *r, const char *name, const struct rsyslog_parameter **to)
{
	reader_top(r)->at++;
	while (reader_blanks_skip(r)) {
		int c = reader_peek(r, 0);
		if (c == ']') {
			reader_top(r)->at++;
			return true;
		}
		const char *value = c == '"' || c == '`' ? reader_quoted_take(r) : NULL;
		if (value)
			*to = rsyslog_parameter_add(r->h, *to, name, value);
		else if (c == ',')
			reader_top(r)->at++;
		else
			break;
	}
	reader_breaks(r, "an array that is not one");
	return false;
}

// NAME ( name="value" ... ) with the cursor behind the name. False: broken.
bool reader_object_take(struct reader *r, const struct rsyslog_parameter **ret)
{
	*ret = NULL;
	if (!reader_blanks_skip(r) || reader_peek(r, 0) != '(') {
		reader_breaks(r, "'(' is missing");
		return false;
	}
	reader_top(r)->at++;
	while (reader_blanks_skip(r)) {
		if (reader_peek(r, 0) == ')') {
			reader_top(r)->at++;
			return true;
		}
		const char *name = reader_word_take(r, "_."), *value = NULL;
		if (rsyslog_value(*ret, name))
			reader_unclear(r, host_print(r->h, "'%.60s' is given twice", name));
		if (*name && reader_blanks_skip(r) && reader_peek(r, 0) == '=') {
			reader_top(r)->at++;
			if (reader_blanks_skip(r) && reader_peek(r, 0) == '[') {
				if (!array_take(r, name, ret))
					return false;
				continue;
			}
			if (r->depth && (reader_peek(r, 0) == '"' || reader_peek(r, 0) == '`'))
				value = reader_quoted_take(r);
		}
		if (!value)
			break;
		*ret = rsyslog_parameter_add(r->h, *ret, name, value);
	}
	reader_breaks(r, "an object that is not name=\"value\"");
	return false;
}

bool reader_enabled(const struct rsyslog_parameter *p)
{
	const char *v = rsyslog_value(p, "config.enabled");
	return !v || !strcasecmp(v, "on") || !strcasecmp(v, "yes") || !strcasecmp(v, "true") || !strcmp(v, "1");
}

static void object_keep(struct reader *r, const char *type, const char *place, const struct rsyslog_parameter *p, const char *body)
{
	struct rsyslog_object *o = host_alloc(r->h, sizeof *o);
	*o = (struct rsyslog_object){ r->to->objects, type, place, body, p };
	r->to->objects = o;
}

// The properties of a template: kept as text.
static const char *braces_take(struct reader *r)
{
	const char *from = reader_top(r)->at;
	const struct source *in = reader_top(r);
	for (int open = 0; r->depth && reader_left(r);) {
		int c = reader_peek(r, 0);
		if (c == '"' && !reader_quoted_take(r))
			return "";
		if (c == '"')
			continue;
		reader_top(r)->at++;
		open += (c == '{') - (c == '}');
		if (!open)
			return host_copy(r->h, from, (size_t)(in->at - from));
	}
	reader_breaks(r, "a template does not end");
	return "";
}

struct rsyslog_ruleset *reader_ruleset(struct reader *r, const char *name)
{
	struct rsyslog_ruleset **at = &r->to->rulesets;
	while (*at && strcasecmp((*at)->name, name))
		at = &(*at)->next;
	if (!*at) {
		*at = host_alloc(r->h, sizeof **at);
		(*at)->name = name;
		(*at)->end = &(*at)->first;
	}
	return *at;
}

static void ruleset_take(struct reader *r, const struct rsyslog_parameter *p)
{
	struct rsyslog_statement *unused = NULL;
	const char *name = rsyslog_value(p, "name");
	struct rsyslog_ruleset *set = name && reader_enabled(p) ? reader_ruleset(r, name) : NULL;
	if (set && (set == r->ruleset || set->first)) {
		reader_breaks(r, host_print(r->h, "the rule set %.60s has two places", name));
		return;
	}
	if (!reader_blanks_skip(r) || reader_peek(r, 0) != '{') {
		reader_breaks(r, "a rule set without a block");
		return;
	}
	reader_top(r)->at++;
	struct rsyslog_statement **end = reader_statements_take(r, set ? set->end : &unused, 1, true);
	if (set)
		set->end = end;
}

// A thing that is declared. False: `name` is none.
bool reader_declaration_take(struct reader *r, const char *name, const char *place)
{
	static const char *const KINDS[] = { "module", "input", "global", "main_queue", "template", "ruleset", "parser", "timezone", "lookup_table",
					     "dyn_stats", "include" };
	const struct rsyslog_parameter *p;
	size_t kind = 0;
	while (kind < ARRAY_LEN(KINDS) && strcasecmp(KINDS[kind], name))
		kind++;
	if (kind == ARRAY_LEN(KINDS))
		return false;
	if (!reader_object_take(r, &p))
		return true;
	if (!strcmp(KINDS[kind], "ruleset")) {
		ruleset_take(r, p);
	} else if (!strcmp(KINDS[kind], "include")) {
		const char *file = rsyslog_value(p, "file"), *mode = rsyslog_value(p, "mode"), *text = rsyslog_value(p, "text");
		if (!reader_enabled(p))
			return true;
		if (file)
			reader_include(r, file, mode && !strcasecmp(mode, "optional"));
		else if (text && !strchr(text, '`'))
			reader_push(r, "a text that is included", text, strlen(text));
		else
			reader_unclear(r, "an include() of neither a file nor a text that stands here");
	} else {
		const char *body = NULL;
		if (!strcmp(KINDS[kind], "template") && reader_blanks_skip(r) && reader_peek(r, 0) == '{')
			body = braces_take(r);
		if (reader_enabled(p))
			object_keep(r, KINDS[kind], place, p, body);
	}
	return true;
}

// --- directives ----------------------------------------------------------------------------------------------------

static bool legacy_template(struct reader *r, const char *value, const char *place)
{
	size_t size = strcspn(value, ", \t");
	const struct rsyslog_parameter *p = rsyslog_parameter_add(r->h, NULL, "name", host_copy(r->h, value, size));
	object_keep(r, "template", place, rsyslog_parameter_add(r->h, p, "string", value + size), NULL);
	return true;
}

void reader_directive_take(struct reader *r)
{
	const char *place = reader_where(r), *line = reader_rest_of_line(r) + 1, *name, *value;
	size_t size = strcspn(line, " \t");
	bool lasts;
	name = host_copy(r->h, line, size);
	value = line + size + strspn(line + size, " \t");
	value = host_copy(r->h, value, strncasecmp(name, "template", 9) ? strcspn(value, " \t#") : strlen(value));
	const char *parameter = rsyslog_legacy_parameter(name, &lasts);
	if (!strcasecmp(name, "IncludeConfig"))
		reader_include(r, value, false);
	else if (!strcasecmp(name, "RuleSet"))
		r->ruleset = reader_ruleset(r, value);
	else if (!strcasecmp(name, "DefaultRuleset") && !rsyslog_find(r->to, value)) // rsyslogd looks for it at once
		reader_unclear(r, host_print(r->h, "$DefaultRuleset '%.60s', which is not there yet", value));
	else if (!strcasecmp(name, "DefaultRuleset"))
		r->to->default_ruleset = value;
	else if (!strcasecmp(name, "template"))
		legacy_template(r, value, place);
	else if (parameter && !strcmp(value, "off") && lasts) // it is taken back
		r->lasting = rsyslog_parameter_add(r->h, r->lasting, parameter, "off");
	else if (parameter && lasts)
		r->lasting = rsyslog_parameter_add(r->h, r->lasting, parameter, value);
	else if (parameter)
		r->once = rsyslog_parameter_add(r->h, r->once, parameter, value);
	else
		object_keep(r, "directive", place, rsyslog_parameter_add(r->h, NULL, name, value), NULL);
}
