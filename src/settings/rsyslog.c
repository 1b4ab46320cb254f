// SPDX-License-Identifier: Apache-2.0
// The statements of rsyslog.conf, by descent.
#include "settings/rsyslog_reader.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define NESTED_MAX 100    // blocks within blocks
#define STATEMENTS_MAX 20000

// --- statements ----------------------------------------------------------------------------------------------------

static struct rsyslog_statement *statement_new(struct reader *r, enum rsyslog_kind kind, const char *place, const char *text)
{
	struct rsyslog_statement *s = host_alloc(r->h, sizeof *s);
	if (++r->statements > STATEMENTS_MAX)
		reader_breaks(r, "too many statements");
	s->kind = kind;
	s->where = place;
	s->text = host_print(r->h, "%.120s", text);
	return s;
}

static struct rsyslog_statement **statement_take(struct reader *r, struct rsyslog_statement **end, unsigned depth);

// What a filter or `then` governs: a block with something in it, or one statement.
static void block_take(struct reader *r, struct rsyslog_statement **end, unsigned depth)
{
	struct rsyslog_statement **from = end;
	if (depth >= NESTED_MAX) {
		reader_breaks(r, "blocks are nested too deep");
		return;
	}
	if (reader_blanks_skip(r) && reader_peek(r, 0) == '{') {
		reader_top(r)->at++;
		end = reader_statements_take(r, end, depth + 1, true);
	} else if (r->depth && reader_peek(r, 0) != '}') {
		end = statement_take(r, end, depth);
	}
	if (end == from)
		reader_breaks(r, "a filter without an action");
}

// `if EXPRESSION then` and `foreach (...) do`. False: broken.
static bool condition_take(struct reader *r, bool loop, const char **ret_text, struct rsyslog_condition *ret)
{
	const char *until = loop ? "do" : "then";
	if (!(loop ? reader_iterator_take(r, ret_text) : reader_expression_take(r, ret_text, ret)))
		return false;
	if (!reader_blanks_skip(r) || !reader_keyword(r, until)) {
		reader_breaks(r, host_print(r->h, "'%s' is missing", until));
		return false;
	}
	reader_word_take(r, "");
	return true;
}

static struct rsyslog_statement **if_take(struct reader *r, struct rsyslog_statement **end, unsigned depth, const char *place, bool loop)
{
	const char *text;
	struct rsyslog_condition c = { 0 };
	if (!condition_take(r, loop, &text, &c))
		return end;
	struct rsyslog_statement *s = statement_new(r, RSYSLOG_CHOICE, place, text);
	s->exact = c.exact;
	s->mask = c.mask;
	block_take(r, &s->then, depth + 1);
	if (!r->broken && !loop && reader_blanks_skip(r) && reader_keyword(r, "else")) {
		reader_word_take(r, "");
		block_take(r, &s->otherwise, depth + 1);
	}
	*end = s;
	return &s->next;
}

static struct rsyslog_statement **filter_take(struct reader *r, struct rsyslog_statement **end, unsigned depth, const char *place, const char *text)
{
	struct rsyslog_statement *s = statement_new(r, RSYSLOG_CHOICE, place, text);
	s->exact = *text != ':' && rsyslog_selector_read(text, &s->mask);
	if (*text != ':' && !s->exact)
		reader_unclear(r, host_print(r->h, "'%.60s' is no selector", text));
	block_take(r, &s->then, depth + 1);
	*end = s;
	return &s->next;
}

static struct rsyslog_statement **legacy_take(struct reader *r, struct rsyslog_statement **end, const char *place, const char *text)
{
	const struct rsyslog_parameter *p = rsyslog_legacy_action(r->h, text);
	struct rsyslog_statement *s = statement_new(r, p ? RSYSLOG_ACTION : RSYSLOG_STOP, place, text);
	const struct rsyslog_parameter *set[] = { r->lasting, r->once };
	for (size_t i = 0; i < ARRAY_LEN(set); i++)
		for (const struct rsyslog_parameter *q = set[i]; q && p; q = q->next)
			if (!rsyslog_value(p, q->name))
				p = rsyslog_parameter_add(r->h, p, q->name, q->value);
	r->once = NULL;
	r->acted = true;
	if (p && rsyslog_value(p, "refused"))
		reader_unclear(r, rsyslog_value(p, "refused"));
	s->parameters = p;
	*end = s;
	return &s->next;
}

static struct rsyslog_statement **action_take(struct reader *r, struct rsyslog_statement **end, const char *place)
{
	const struct rsyslog_parameter *p;
	if (!reader_object_take(r, &p))
		return end;
	const char *type = rsyslog_value(p, "type");
	type = type ? type : "?";
	bool discards = !strcasecmp(type, "omdiscard") || !strcasecmp(type, "builtin:omdiscard");
	struct rsyslog_statement *s = statement_new(r, discards ? RSYSLOG_STOP : RSYSLOG_ACTION, place, host_print(r->h, "action(type=\"%s\")", type));
	s->parameters = rsyslog_parameter_add(r->h, p, "type", type);
	r->acted = true;
	if (!reader_enabled(p)) { // it stays as a statement that does nothing
		s->kind = RSYSLOG_ACTION;
		s->parameters = rsyslog_parameter_add(r->h, NULL, "type", "disabled");
	}
	*end = s;
	return &s->next;
}

// A word: a statement's keyword, an object, or the users that an old line writes to.
static struct rsyslog_statement **word_statement(struct reader *r, struct rsyslog_statement **end, unsigned depth, const char *place)
{
	const char *word = reader_word_take(r, "_-+,;");
	if (!strcasecmp(word, "if") || !strcasecmp(word, "foreach"))
		return if_take(r, end, depth, place, strcasecmp(word, "if") != 0);
	if (!strcasecmp(word, "action"))
		return action_take(r, end, place);
	if (!strcasecmp(word, "stop") || !strcasecmp(word, "call")) {
		bool call = !strcasecmp(word, "call");
		struct rsyslog_statement *s = statement_new(r, call ? RSYSLOG_CALL : RSYSLOG_STOP, place, word);
		if (call && reader_blanks_skip(r))
			s->ruleset = reader_word_take(r, "_-.");
		r->acted = true;
		*end = s;
		return &s->next;
	}
	if (!strcasecmp(word, "set") || !strcasecmp(word, "reset") || !strcasecmp(word, "unset")) {
		reader_assignment_take(r, strcasecmp(word, "unset") != 0);
		*end = statement_new(r, RSYSLOG_CHOICE, place, word); // a statement that leads nowhere
		return &(*end)->next;
	}
	if (!strcasecmp(word, "continue"))
		return legacy_take(r, end, place, "continue");
	if (!strcasecmp(word, "call_indirect") || !strcasecmp(word, "reload_lookup_table")) {
		reader_breaks(r, host_print(r->h, "'%s' is not followed", word));
		return end;
	}
	if (!*word) {
		reader_breaks(r, host_print(r->h, "'%.40s' is not understood", reader_rest_of_line(r)));
		return end;
	}
	if (reader_blanks_skip(r) && reader_peek(r, 0) == '(') {
		if (depth && strcasecmp(word, "include"))
			reader_breaks(r, host_print(r->h, "%.40s() within a block", word));
		else if (!reader_declaration_take(r, word, place))
			reader_breaks(r, host_print(r->h, "the object '%.40s' is not known", word));
		return end;
	}
	return legacy_take(r, end, place, word);
}

// ":property, [!]compare, " with the cursor before it: rsyslogd drops a rule whose words it does not know.
static void property_check(struct reader *r, const char *text, size_t size)
{
	static const char *const COMPARES[] = { "contains", "contains_i", "isequal", "startswith", "startswith_i", "regex", "ereregex", "isempty" };
	static const char *const PROPERTIES[] = {
		"app-name", "fromhost", "fromhost-ip", "hostname", "inputname", "iut", "jsonmesg", "msg", "msgid", "parsesuccess", "pri", "pri-text",
		"procid", "programname", "protocol-version", "rawmsg", "rawmsg-after-pri", "source", "structured-data", "syslogfacility",
		"syslogfacility-text", "syslogpriority", "syslogpriority-text", "syslogseverity", "syslogseverity-text", "syslogtag", "timegenerated",
		"timereported", "timestamp", "uuid",
	};
	char name[32], compare[32], end;
	size_t known = 0, compared = 0;
	const char *head = host_copy(r->h, text, size);
	if (sscanf(head, ":%31[a-zA-Z-] , %31[!a-zA-Z_] , %c", name, compare, &end) != 3 || end != '"') {
		reader_breaks(r, host_print(r->h, "'%.60s' is no filter of a property", head));
		return;
	}
	while (known < ARRAY_LEN(PROPERTIES) && strcasecmp(PROPERTIES[known], name))
		known++;
	while (compared < ARRAY_LEN(COMPARES) && strcasecmp(COMPARES[compared], compare + (*compare == '!')))
		compared++;
	if (known == ARRAY_LEN(PROPERTIES) || compared == ARRAY_LEN(COMPARES))
		reader_unclear(r, host_print(r->h, "the property '%s' or the comparison '%s' is not known", name, compare));
}

static struct rsyslog_statement **one_take(struct reader *r, struct rsyslog_statement **end, unsigned depth)
{
	const char *place = reader_where(r);
	int c = reader_peek(r, 0);
	size_t selector = reader_word_size(r, "*,.!=;");
	r->acted = false;
	if (c == '$') {
		if (depth)
			reader_breaks(r, "a line with '$' within a block");
		else
			reader_directive_take(r);
		return end;
	}
	if (c == '&') { // statement_take() has taken those that follow an action
		reader_breaks(r, "'&' without an action in front");
		return end;
	}
	if (reader_line_begins(r) && (isalpha(c) || c == '*') && memchr(reader_top(r)->at, '.', selector))
		return filter_take(r, end, depth, place, reader_word_take(r, "*,.!=;"));
	if (reader_line_begins(r) && c == ':') { // :property, !compare, "value"
		const char *from = reader_top(r)->at, *quote = memchr(from, '"', strcspn(from, "\n"));
		const char *comma = memchr(from, ',', strcspn(from, "\n"));
		if (quote && comma && comma < quote) {
			property_check(r, from, (size_t)(quote + 1 - from));
			if (r->broken)
				return end;
			reader_top(r)->at = quote;
			return reader_quoted_take(r) ? filter_take(r, end, depth, place, host_copy(r->h, from, (size_t)(reader_top(r)->at - from))) : end;
		}
	}
	if (reader_line_begins(r) && (c == '!' || c == '+' || (c == '-' && reader_peek(r, 1) != '/'))) {
		reader_breaks(r, "blocks in the manner of BSD: rsyslog does not take them any more");
		return end;
	}
	if (!c) {
		reader_breaks(r, "a NUL byte");
		return end;
	}
	if (c == '*') {
		reader_top(r)->at++;
		return legacy_take(r, end, place, "*");
	}
	if (strchr("~/-|.@^?>:", c))
		return legacy_take(r, end, place, reader_rest_of_line(r));
	return word_statement(r, end, depth, place);
}

// One, and behind an action those that share its filter: "& action".
static struct rsyslog_statement **statement_take(struct reader *r, struct rsyslog_statement **end, unsigned depth)
{
	end = one_take(r, end, depth);
	while (r->acted && reader_blanks_skip(r) && reader_peek(r, 0) == '&') {
		reader_top(r)->at++;
		if (reader_blanks_skip(r))
			end = one_take(r, end, depth);
		if (!r->acted)
			reader_breaks(r, "'&' without an action behind");
	}
	r->acted = false;
	return end;
}

struct rsyslog_statement **reader_statements_take(struct reader *r, struct rsyslog_statement **end, unsigned depth, bool in_braces)
{
	if (depth >= NESTED_MAX)
		reader_breaks(r, "blocks are nested too deep");
	while (reader_blanks_skip(r)) {
		struct rsyslog_ruleset *outside = in_braces ? NULL : r->ruleset;
		if (reader_peek(r, 0) == '}' && in_braces) {
			reader_top(r)->at++;
			return end;
		}
		end = statement_take(r, end, depth);
		if (outside && r->ruleset != outside) { // $RuleSet: what follows belongs elsewhere
			outside->end = end;
			end = r->ruleset->end;
		}
	}
	if (in_braces)
		reader_breaks(r, "a block does not end");
	return end;
}

// --- the whole -----------------------------------------------------------------------------------------------------

static const struct rsyslog *whole_read(struct reader *r)
{
	r->to->default_ruleset = "RSYSLOG_DefaultRuleset";
	r->ruleset = reader_ruleset(r, r->to->default_ruleset);
	r->ruleset->end = reader_statements_take(r, r->ruleset->end, 0, false);
	return r->to;
}

const struct rsyslog *rsyslog_read_text(struct host *h, const char *text)
{
	struct reader *r = host_alloc(h, sizeof *r);
	r->h = h;
	r->to = host_alloc(h, sizeof *r->to);
	reader_push(r, "text", text, strlen(text));
	return whole_read(r);
}

const struct rsyslog *rsyslog_read(struct host *h, const char *path)
{
	struct reader *r = host_alloc(h, sizeof *r);
	const struct host_file *f = host_file(h, path);
	if (f->error == -ENOENT)
		return NULL;
	r->h = h;
	r->to = host_alloc(h, sizeof *r->to);
	reader_push_file(r, path, false);
	return whole_read(r);
}

const struct rsyslog_ruleset *rsyslog_find(const struct rsyslog *r, const char *name)
{
	for (const struct rsyslog_ruleset *s = r->rulesets; s; s = s->next)
		if (!strcasecmp(s->name, name))
			return s;
	return NULL;
}
