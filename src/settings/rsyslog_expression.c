// SPDX-License-Identifier: Apache-2.0
// RainerScript's expressions, by descent and by its own precedence: "and" and "or" bind alike, "not" binds most. What
// facility and severity alone decide is known before a message comes; the rest only has to be grammar, because rsyslogd
// throws a whole file away for one slip.
#include "settings/rsyslog_reader.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define NESTED_MAX 100

typedef struct rsyslog_condition condition_t;

static const condition_t ANYTHING = { 0 };

static condition_t mask_of(bool every)
{
	condition_t c = { .exact = true };
	memset(c.mask.severities, every ? 0xff : 0, sizeof c.mask.severities);
	return c;
}

static condition_t opposite(condition_t c)
{
	for (int f = 0; f < RSYSLOG_FACILITIES; f++)
		c.mask.severities[f] = (uint8_t)~c.mask.severities[f];
	return c;
}

static condition_t both(condition_t a, const condition_t *b, bool either)
{
	a.exact &= b->exact;
	for (int f = 0; f < RSYSLOG_FACILITIES; f++)
		a.mask.severities[f] = either ? a.mask.severities[f] | b->mask.severities[f] : a.mask.severities[f] & b->mask.severities[f];
	return a;
}

static condition_t refuse(struct reader *r)
{
	reader_breaks(r, "an expression that is none");
	return ANYTHING;
}

static bool sign_take(struct reader *r, char sign)
{
	if (!reader_blanks_skip(r) || reader_peek(r, 0) != sign)
		return false;
	reader_top(r)->at++;
	return true;
}

// "$msg", "$!tree!leaf", "$.local", "$/global"
static bool variable_take(struct reader *r)
{
	if (!sign_take(r, '$'))
		return false;
	if (reader_peek(r, 0) > 0 && strchr("$!./", reader_peek(r, 0)))
		reader_top(r)->at++;
	return *reader_word_take(r, "_!.-[]@") != 0;
}

static condition_t level_take(struct reader *r, unsigned level, unsigned depth);

static void arguments_take(struct reader *r, char close, unsigned depth)
{
	if (sign_take(r, close))
		return;
	do
		level_take(r, 0, depth + 1);
	while (!r->broken && sign_take(r, ','));
	if (!r->broken && !sign_take(r, close))
		refuse(r);
}

static condition_t prifilt_take(struct reader *r)
{
	condition_t c = { .exact = true };
	int quote = reader_blanks_skip(r) ? reader_peek(r, 0) : 0;
	const char *text = quote == '"' || quote == '\'' ? reader_quoted_take(r) : NULL;
	if (!text || !sign_take(r, ')'))
		return refuse(r);
	if (!rsyslog_selector_read(text, &c.mask))
		reader_unclear(r, host_print(r->h, "'%.60s' is no selector", text));
	return c;
}

static condition_t call_take(struct reader *r, unsigned depth)
{
	static const char *const FUNCTIONS[] = {
		"cnum", "cstr", "dyn_inc", "exec_template", "exists", "field", "format_time", "getenv", "get_property", "hash32", "hash32mod",
		"hash64", "hash64mod", "http_request", "int2hex", "ipv42num", "is_time", "lookup", "ltrim", "num2ipv4", "parse_json", "parse_time",
		"percentile_observe", "previous_action_suspended", "random", "re_extract", "re_extract_i", "re_match", "re_match_i", "replace",
		"rtrim", "script_error", "strlen", "substring", "tolower", "toupper", "wrap",
	};
	const char *name = reader_word_take(r, "_");
	if (!sign_take(r, '('))
		return refuse(r);
	if (!strcmp(name, "prifilt"))
		return prifilt_take(r);
	size_t i = 0;
	while (i < ARRAY_LEN(FUNCTIONS) && strcmp(FUNCTIONS[i], name))
		i++;
	if (i == ARRAY_LEN(FUNCTIONS))
		reader_unclear(r, host_print(r->h, "the function '%.60s' is not known", name));
	arguments_take(r, ')', depth);
	return ANYTHING;
}

static bool inverted(struct reader *r)
{
	if (!reader_keyword(r, "not"))
		return false;
	reader_top(r)->at += 3;
	return true;
}

static condition_t number_take(struct reader *r)
{
	const char *digits = reader_word_take(r, "");
	bool hex = !strncasecmp(digits, "0x", 2);
	const char *rest = digits + (hex ? 2 : 0), *valid = hex ? "0123456789abcdefABCDEF" : *digits == '0' ? "01234567" : "0123456789";
	if (!*rest || rest[strspn(rest, valid)])
		return refuse(r);
	return mask_of(rest[strspn(rest, "0")] != 0);
}

static condition_t operand_take(struct reader *r, unsigned depth)
{
	if (depth > NESTED_MAX || !reader_blanks_skip(r))
		return refuse(r);
	int c = reader_peek(r, 0);
	if (sign_take(r, '(')) {
		condition_t inner = level_take(r, 0, depth + 1);
		return r->broken || sign_take(r, ')') ? inner : refuse(r);
	}
	if (inverted(r))
		return opposite(operand_take(r, depth + 1));
	if (sign_take(r, '-')) {
		operand_take(r, depth + 1);
		return ANYTHING;
	}
	if (sign_take(r, '[')) {
		arguments_take(r, ']', depth);
		return ANYTHING;
	}
	if (c == '"' || c == '\'')
		return reader_quoted_take(r) ? ANYTHING : refuse(r);
	if (c == '$')
		return variable_take(r) ? ANYTHING : refuse(r);
	if (isdigit(c))
		return number_take(r);
	return isalpha(c) ? call_take(r, depth) : refuse(r);
}

// The operators from the weakest to the strongest. Longer ones stand before what they begin with.
static const struct { const char *text; unsigned level; } OPERATORS[] = {
	{ "and", 0 }, { "or", 0 }, { "contains", 1 }, { "contains_i", 1 }, { "startswith", 1 }, { "startswith_i", 1 }, { "endswith", 1 },
	{ "endswith_i", 1 }, { "==", 1 }, { "!=", 1 }, { "<>", 1 }, { "<=", 1 }, { ">=", 1 }, { "<", 1 }, { ">", 1 }, { "+", 2 }, { "-", 2 },
	{ "&", 2 }, { "*", 3 }, { "/", 3 }, { "%", 3 },
};
#define LEVELS 4

static const char *operator_take(struct reader *r, unsigned level)
{
	if (r->broken || !reader_blanks_skip(r))
		return NULL;
	size_t word = reader_word_size(r, "_");
	for (size_t i = 0; i < ARRAY_LEN(OPERATORS); i++) {
		const char *text = OPERATORS[i].text;
		size_t size = strlen(text);
		if (reader_left(r) < size || strncasecmp(reader_top(r)->at, text, size) || (isalpha((unsigned char)*text) && word != size))
			continue;
		if (OPERATORS[i].level != level)
			return NULL;
		reader_top(r)->at += size;
		return text;
	}
	return NULL;
}

static condition_t level_take(struct reader *r, unsigned level, unsigned depth)
{
	condition_t c = level == LEVELS ? operand_take(r, depth) : level_take(r, level + 1, depth);
	for (const char *operator; level < LEVELS && (operator = operator_take(r, level));) {
		condition_t right = level_take(r, level + 1, depth);
		c = level ? ANYTHING : both(c, &right, *operator == 'o');
	}
	return c;
}

bool reader_expression_take(struct reader *r, const char **ret_text, struct rsyslog_condition *ret)
{
	size_t depth = reader_blanks_skip(r) ? r->depth : 0;
	const char *from = depth ? reader_top(r)->at : "";
	*ret = level_take(r, 0, 0);
	if (!r->broken && r->depth != depth)
		reader_breaks(r, "an expression goes on behind its file");
	if (r->broken)
		return false;
	*ret_text = host_copy(r->h, from, (size_t)(reader_top(r)->at - from));
	return true;
}

// `set $!x = 1;`, `unset $!x;`
void reader_assignment_take(struct reader *r, bool value)
{
	const char *text;
	condition_t unused;
	if (!variable_take(r) || (value && (!sign_take(r, '=') || !reader_expression_take(r, &text, &unused))) || !sign_take(r, ';'))
		reader_breaks(r, "an assignment that is none");
}

// "(" $.i in EXPRESSION ")"
bool reader_iterator_take(struct reader *r, const char **ret_text)
{
	condition_t unused;
	if (!sign_take(r, '(') || !variable_take(r) || !reader_blanks_skip(r) || !reader_keyword(r, "in")) {
		reader_breaks(r, "a loop over nothing");
		return false;
	}
	reader_word_take(r, "");
	if (!reader_expression_take(r, ret_text, &unused) || sign_take(r, ')'))
		return !r->broken;
	reader_breaks(r, "a loop over nothing");
	return false;
}
