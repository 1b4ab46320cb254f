// SPDX-License-Identifier: Apache-2.0
// The statements of rsyslog.conf, by descent.
#include "settings/rsyslog_reader.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define NESTED_MAX 100    // blocks within blocks
#define STATEMENTS_MAX 20000
#define EXPRESSION_MAX 512

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

// An expression up to a word that ends it; strings and comments are no words.
static const char *expression_take(struct reader *r, const char *until)
{
	char text[EXPRESSION_MAX] = "";
	size_t used = 0;
	const struct source *in = r->depth ? reader_top(r) : NULL;
	while (reader_blanks_skip(r) && reader_top(r) == in) {
		int c = reader_peek(r, 0);
		if (c == *until && *until == ';') {
			reader_top(r)->at++;
			return host_copy(r->h, text, used);
		}
		const char *from = reader_top(r)->at;
		if (c == '"' || c == '\'' || c == '`') {
			if (!reader_quoted_take(r))
				return NULL;
		} else if (isalnum(c) || c == '_' || c == '$') {
			reader_top(r)->at++;
			reader_word_take(r, "_!.-/");
			if (!strncasecmp(from, until, strlen(until)) && (size_t)(reader_top(r)->at - from) == strlen(until))
				return host_copy(r->h, text, used);
		} else {
			reader_top(r)->at++;
		}
		size_t size = (size_t)(reader_top(r)->at - from);
		if (size + 2 > sizeof text - used) { // too long for people; and no known expression is
			used = (size_t)snprintf(text, sizeof text, "a long expression ");
			continue;
		}
		memcpy(text + used, from, size);
		used += size;
		if (reader_left(r) && isspace(reader_peek(r, 0)))
			text[used++] = ' ';
	}
	reader_breaks(r, "an expression does not end");
	return NULL;
}

// 'prifilt("*.*")' alone is known before a message comes.
static bool expression_read(struct host *h, const char *text, struct rsyslog_mask *ret)
{
	while (*text == '(' || *text == ' ')
		text++;
	if (strncasecmp(text, "prifilt", 7))
		return false;
	text += 7 + strspn(text + 7, " (");
	char quote = *text;
	if (quote != '"' && quote != '\'')
		return false;
	const char *end = strchr(text + 1, quote);
	return end && !end[1 + strspn(end + 1, " )")] && rsyslog_selector_read(host_copy(h, text + 1, (size_t)(end - text - 1)), ret);
}

static struct rsyslog_statement **statement_take(struct reader *r, struct rsyslog_statement **end, unsigned depth);

// What a filter or `then` governs: a block, or one statement.
static void block_take(struct reader *r, struct rsyslog_statement **end, unsigned depth)
{
	struct rsyslog_statement **from = end;
	if (depth >= NESTED_MAX) {
		reader_breaks(r, "blocks are nested too deep");
		return;
	}
	while (end == from && reader_blanks_skip(r)) { // a directive in between is no statement
		if (reader_peek(r, 0) == '{') {
			reader_top(r)->at++;
			reader_statements_take(r, end, depth + 1, true);
			return;
		}
		if (reader_peek(r, 0) == '}')
			break;
		end = statement_take(r, end, depth);
	}
	if (end == from)
		reader_breaks(r, "a filter without an action");
}

static struct rsyslog_statement **if_take(struct reader *r, struct rsyslog_statement **end, unsigned depth, const char *place, const char *until)
{
	const char *text = expression_take(r, until);
	if (!text)
		return end;
	struct rsyslog_statement *s = statement_new(r, RSYSLOG_CHOICE, place, text);
	s->exact = !strcmp(until, "then") && expression_read(r->h, text, &s->mask);
	block_take(r, &s->then, depth + 1);
	if (!r->broken && reader_blanks_skip(r) && (reader_keyword(r, "else") || reader_keyword(r, "elseif"))) {
		bool joined = reader_keyword(r, "elseif");
		const char *again = reader_where(r);
		reader_word_take(r, "");
		if (joined)
			if_take(r, &s->otherwise, depth + 1, again, "then");
		else
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
	type = type && !strncasecmp(type, "builtin:", 8) ? type + 8 : type ? type : "?";
	bool discards = !strcasecmp(type, "omdiscard");
	struct rsyslog_statement *s = statement_new(r, discards ? RSYSLOG_STOP : RSYSLOG_ACTION, place, host_print(r->h, "action(type=\"%s\")", type));
	s->parameters = rsyslog_parameter_add(r->h, p, "type", type);
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
	static const char *const VARIABLES[] = { "set", "unset", "reset" };
	const char *word = reader_word_take(r, "_-+,;");
	if (!strcasecmp(word, "if"))
		return if_take(r, end, depth, place, "then");
	if (!strcasecmp(word, "foreach"))
		return if_take(r, end, depth, place, "do");
	if (!strcasecmp(word, "action"))
		return action_take(r, end, place);
	if (!strcasecmp(word, "stop") || !strcasecmp(word, "call")) {
		bool call = !strcasecmp(word, "call");
		struct rsyslog_statement *s = statement_new(r, call ? RSYSLOG_CALL : RSYSLOG_STOP, place, word);
		if (call && reader_blanks_skip(r))
			s->ruleset = reader_word_take(r, "_-.");
		*end = s;
		return &s->next;
	}
	for (size_t i = 0; i < ARRAY_LEN(VARIABLES); i++) {
		if (!strcasecmp(word, VARIABLES[i])) {
			expression_take(r, ";");
			return end;
		}
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
		if (!reader_declaration_take(r, word, place))
			reader_breaks(r, host_print(r->h, "the object '%.40s' is not known", word));
		return end;
	}
	return legacy_take(r, end, place, word);
}

static struct rsyslog_statement **statement_take(struct reader *r, struct rsyslog_statement **end, unsigned depth)
{
	const char *place = reader_where(r);
	int c = reader_peek(r, 0);
	size_t selector = reader_word_size(r, "*,.!=;");
	if (c == '$') {
		reader_directive_take(r);
		return end;
	}
	if (c == '&') { // the filter of the line before: its list goes on, which the caller sees to
		reader_breaks(r, "'&' without an action in front");
		return end;
	}
	if (reader_line_begins(r) && (isalpha(c) || c == '*') && memchr(reader_top(r)->at, '.', selector))
		return filter_take(r, end, depth, place, reader_word_take(r, "*,.!=;"));
	if (reader_line_begins(r) && c == ':') { // :property, !compare, "value"
		const char *from = reader_top(r)->at, *quote = memchr(from, '"', strcspn(from, "\n"));
		const char *comma = memchr(from, ',', strcspn(from, "\n"));
		if (quote && comma && comma < quote) {
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

// "& action" has the filter of the action before it.
static struct rsyslog_statement **chained_take(struct reader *r, struct rsyslog_statement *last, struct rsyslog_statement **end, unsigned depth)
{
	struct rsyslog_statement **inner = last && last->kind == RSYSLOG_CHOICE ? &last->then : end;
	while (*inner && inner != end)
		inner = &(*inner)->next;
	reader_top(r)->at++;
	if (!last || !reader_blanks_skip(r)) {
		reader_breaks(r, "'&' without an action in front");
		return end;
	}
	struct rsyslog_statement **after = statement_take(r, inner, depth);
	return inner == end ? after : end;
}

struct rsyslog_statement **reader_statements_take(struct reader *r, struct rsyslog_statement **end, unsigned depth, bool in_braces)
{
	struct rsyslog_statement *last = NULL;
	if (depth >= NESTED_MAX)
		reader_breaks(r, "blocks are nested too deep");
	while (reader_blanks_skip(r)) {
		struct rsyslog_statement **before = end;
		struct rsyslog_ruleset *outside = in_braces ? NULL : r->ruleset;
		if (reader_peek(r, 0) == '}' && in_braces) {
			reader_top(r)->at++;
			return end;
		}
		end = reader_peek(r, 0) == '&' ? chained_take(r, last, end, depth) : statement_take(r, end, depth);
		if (outside && r->ruleset != outside) { // $RuleSet: what follows belongs elsewhere
			outside->end = end;
			end = r->ruleset->end;
			last = NULL;
		} else if (end != before) {
			last = *before;
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
