// SPDX-License-Identifier: Apache-2.0
// What the configuration's readers share.
#include "configuration/parse.h"

#include <stdarg.h>
#include <stdio.h>

int parse_fail(struct parse *parse, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(parse->why, sizeof parse->why, format, args);
	va_end(args);
	return 1;
}

static int line_dispatch(const struct line_kind *kinds, size_t count, char *line, struct parse *parse)
{
	char *rest, *word = word_cut(line, &rest);
	for (size_t i = 0; i < count; i++)
		if (!strcmp(word, kinds[i].word))
			return kinds[i].take(parse, rest);
	return parse_fail(parse, "'%.40s' is not known here", word);
}

int lines_parse(const char *text, size_t size, const char *header, const struct line_kind *kinds, size_t count,
		struct parse *parse, struct text_fault *ret)
{
	static const char broken[] = "not a line of printable ASCII without blanks at its ends, or its line end is missing";
	char line[LINE_TEXT_MAX + 1];
	parse->lines = (struct lines){ .at = text, .end = text + size };
	parse->why[0] = '\0';
	int r = size > CONFIGURATION_TEXT_MAX ? -1 : line_next(&parse->lines, line);
	int failed = r <= 0 || strcmp(line, header);
	if (failed)
		(void)parse_fail(parse, r < 0 ? broken : "it must begin with '%s'", header);
	while (!failed && (r = line_next(&parse->lines, line)) > 0)
		failed = line_dispatch(kinds, count, line, parse);
	if (!failed && r < 0)
		failed = parse_fail(parse, broken);
	if (failed) {
		ret->line = parse->lines.number;
		memcpy(ret->why, parse->why, sizeof ret->why);
	}
	return failed;
}

int name_take(struct parse *parse, const char *text, char to[POLICY_NAME_MAX + 1])
{
	if (!intent_name_valid(text))
		return parse_fail(parse, "a name has 1 to %d printable characters, not '%.40s'", POLICY_NAME_MAX, text);
	strcpy(to, text); // intent_name_valid has looked at its length
	return 0;
}

int chain_take(struct parse *parse, const char *text, uint64_t *ret)
{
	uint64_t id;
	if (!digits_read(text, UINT64_MAX, &id))
		return parse_fail(parse, "'%.40s' is not a chain id", text);
	for (size_t i = 0; i < parse->c->policy.chain_id_count; i++)
		if (parse->c->chain_ids[i] == id) {
			*ret = id;
			return 0;
		}
	return parse_fail(parse, "the policy does not list the chain %.40s", text);
}

int address_take(struct parse *parse, const char *text, struct evm_address *ret)
{
	enum evm_address_refusal r = evm_address_parse(text, strlen(text), ret);
	if (r == EVM_ADDRESS_MALFORMED)
		return parse_fail(parse, "'%.60s' is not an address: 0x and 40 digits", text);
	if (r)
		return parse_fail(parse, "'%.60s' does not have EIP-55's capitals: a typing error, or not checked", text);
	return 0;
}

int amount_take(struct parse *parse, const char *text, unsigned decimals, struct units *ret)
{
	struct u256 value;
	if (u256_parse(text, strlen(text), decimals, &value))
		return parse_fail(parse, "'%.40s' is not an amount with at most %u places", text, decimals);
	u256_to_bytes(&value, ret->bytes);
	return 0;
}
