// SPDX-License-Identifier: Apache-2.0
// Names of addresses: "label bitcoin ADDRESS NAME", "label CHAIN ADDRESS NAME".
#include "configuration/parse.h"

static int place_take(struct parse *parse, char *chain, char *address, struct policy_label *label)
{
	struct output_script script;
	struct evm_address evm;
	uint64_t id;
	if (!strcmp(chain, "bitcoin")) {
		const struct network *network = parse->c->policy.network;
		if (!network)
			return parse_fail(parse, "the policy names no network of Bitcoin");
		if (address_parse(network, address, strlen(address), &script))
			return parse_fail(parse, "'%.80s' is not an address of Bitcoin's network '%s'", address, network->name);
		label->chain = policy_chain_bitcoin(network);
		memcpy(label->place, script.bytes, script.size);
		label->place_size = (uint8_t)script.size;
		return 0;
	}
	if (chain_take(parse, chain, &id) || address_take(parse, address, &evm))
		return 1;
	label->chain = policy_chain_evm(id);
	memcpy(label->place, evm.bytes, sizeof evm.bytes);
	label->place_size = sizeof evm.bytes;
	return 0;
}

static int take_label(struct parse *parse, char *rest)
{
	struct configuration *c = parse->c;
	char *chain = word_cut(rest, &rest), *address = word_cut(rest, &rest);
	if (c->policy.label_count == LABELS_MAX)
		return parse_fail(parse, "there are more than %d labels", LABELS_MAX);
	struct policy_label label = { 0 };
	if (place_take(parse, chain, address, &label) || name_take(parse, rest, label.name))
		return 1;
	c->labels[c->policy.label_count++] = label;
	return 0;
}

static const struct line_kind kinds[] = { { "label", take_label } };

int labels_text_parse(const char *text, size_t size, struct configuration *c, struct text_fault *ret)
{
	struct parse parse = { .c = c };
	return lines_parse(text, size, "redoubt labels 1", kinds, ARRAY_LEN(kinds), &parse, ret);
}
