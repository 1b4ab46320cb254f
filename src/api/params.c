// SPDX-License-Identifier: Apache-2.0
#include "api/params.h"
#include "api/params_types.h"
#include "api/routes.h"

#include <stdio.h>

struct parse {
	const struct route *route;
	struct params *to;
	struct api_problem *problem;
	unsigned sent, read;
};

static bool refuse(struct parse *parse, enum api_error error, const char *detail)
{
	api_problem_set(parse->problem, error, detail);
	return false;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Decodes into the scratch only what needs it. A NUL or a broken escape is refused; so is any byte that is not
// ASCII, for no parameter has one.
static bool text_decode(struct parse *parse, struct slice raw, struct slice *ret)
{
	struct params *p = parse->to;
	if (!raw.size || (!memchr(raw.at, '%', raw.size) && !memchr(raw.at, '+', raw.size))) {
		*ret = raw;
		return true;
	}
	if (raw.size > sizeof p->scratch - p->scratch_used)
		return refuse(parse, API_TOO_MANY_PARAMETERS, NULL);
	char *to = p->scratch + p->scratch_used, *at = to;
	for (size_t i = 0; i < raw.size; i++) {
		char c = raw.at[i];
		if (c == '%') {
			int high = i + 2 < raw.size ? hex_digit(raw.at[i + 1]) : -1;
			int low = i + 2 < raw.size ? hex_digit(raw.at[i + 2]) : -1;
			if (high < 0 || low < 0 || (high | low) == 0 || high > 7)
				return refuse(parse, API_BAD_ENCODING, NULL);
			c = (char)(high << 4 | low);
			i += 2;
		} else if (c == '+') {
			c = ' ';
		}
		*at++ = c;
	}
	p->scratch_used += (size_t)(at - to);
	*ret = slice_of(to, (size_t)(at - to));
	return true;
}

static bool value_read(struct parse *parse, enum param param, struct slice raw)
{
	const struct param_type *type = &param_types[param];
	struct param_value *value = &parse->to->value[param];
	struct slice text;
	if (param_has(parse->to, param))
		return refuse(parse, API_DUPLICATE_PARAMETER, NULL);
	if (!text_decode(parse, raw, &text))
		return false;
	if (text.size == 0)
		return refuse(parse, API_EMPTY_PARAMETER, type->name);
	value->text = text.at;
	value->text_size = (uint32_t)text.size;
	if (!type->read(type, text, value, parse->problem))
		return false;
	parse->to->present |= UINT64_C(1) << param;
	parse->read++;
	return true;
}

// Names are compared raw: none of ours needs an escape, and an escaped one is another name.
static bool pair_read(struct parse *parse, struct slice name, struct slice raw)
{
	const struct route *route = parse->route;
	if (++parse->sent > PARAMETERS_MAX)
		return refuse(parse, API_TOO_MANY_PARAMETERS, NULL);
	if (param_has(parse->to, PARAM_SIGNATURE))
		return refuse(parse, slice_is(name, "signature") ? API_DUPLICATE_PARAMETER : API_SIGNATURE_PLACE, NULL);
	for (size_t i = 0; i < route->rule_count; i++) {
		const struct param_type *type = &param_types[route->rules[i].param];
		if (type->name_size == name.size && memcmp(type->name, name.at, name.size) == 0)
			return value_read(parse, (enum param)route->rules[i].param, raw);
	}
	return true; // counted as sent but not read: refused at the end
}

// name=value, joined by '&'. An empty piece ("a=1&&b=2") is refused. *ret_signed ends before the signature.
static bool pairs_read(struct parse *parse, struct slice text, struct slice *ret_signed)
{
	const char *at = text.at, *end = text.at + text.size;
	*ret_signed = text;
	if (text.size == 0)
		return true;
	for (;;) {
		const char *stop = memchr(at, '&', (size_t)(end - at));
		if (!stop)
			stop = end;
		const char *equals = memchr(at, '=', (size_t)(stop - at));
		if (!equals || equals == at)
			return refuse(parse, API_BAD_ENCODING, NULL);
		bool had_signature = param_has(parse->to, PARAM_SIGNATURE);
		if (!pair_read(parse, slice_of(at, (size_t)(equals - at)), slice_of(equals + 1, (size_t)(stop - equals - 1))))
			return false;
		if (!had_signature && param_has(parse->to, PARAM_SIGNATURE))
			ret_signed->size = at == text.at ? 0 : (size_t)(at - text.at) - 1;
		if (stop == end)
			return true;
		at = stop + 1;
	}
}

static bool all_read(struct parse *parse)
{
	char detail[64];
	if (parse->sent == parse->read)
		return true;
	snprintf(detail, sizeof detail, "%u' parameter(s) but was sent '%u", parse->read, parse->sent);
	return refuse(parse, API_UNREAD_PARAMETERS, detail);
}

static bool mandatory_there(struct parse *parse)
{
	for (size_t i = 0; i < parse->route->rule_count; i++) {
		const struct param_rule *rule = &parse->route->rules[i];
		if (rule->mandatory && !param_has(parse->to, (enum param)rule->param))
			return refuse(parse, API_MANDATORY, param_types[rule->param].name);
	}
	return true;
}

int params_parse(const struct route *route, struct slice query, struct slice body, struct params *ret,
		 struct api_problem *ret_problem)
{
	struct parse parse = { .route = route, .to = ret, .problem = ret_problem };
	ret->present = 0;
	ret->scratch_used = 0;
	if (!pairs_read(&parse, query, &ret->signed_query) || !pairs_read(&parse, body, &ret->signed_body))
		return 1;
	return all_read(&parse) && mandatory_there(&parse) ? 0 : 1;
}

bool symbols_next(const struct params *params, size_t *at, struct slice *ret)
{
	struct slice list = param_text(params, PARAM_SYMBOLS);
	const char *from = *at < list.size ? memchr(list.at + *at, '"', list.size - *at) : NULL;
	if (!from++)
		return false;
	const char *to = memchr(from, '"', (size_t)(list.at + list.size - from));
	ASSERT(to); // its form was checked
	*ret = slice_of(from, (size_t)(to - from));
	*at = (size_t)(to + 1 - list.at);
	return true;
}
