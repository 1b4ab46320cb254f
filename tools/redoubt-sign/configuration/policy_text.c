// SPDX-License-Identifier: Apache-2.0
// The policy's text: networks, tokens, limits, who approves.
#include "configuration/parse.h"

#include "base/text.h"

#include <stdio.h>

static const char header[] = "redoubt policy 1";

static int yes_or_no(struct parse *parse, const char *rest, bool *ret)
{
	if (strcmp(rest, "yes") && strcmp(rest, "no"))
		return parse_fail(parse, "'yes' or 'no' is wanted, not '%.40s'", rest);
	*ret = !strcmp(rest, "yes");
	return 0;
}

static int take_network(struct parse *parse, char *rest)
{
	struct review_policy *policy = &parse->c->policy;
	if (policy->network)
		return parse_fail(parse, "the network is named twice");
	policy->network = network_named(rest);
	if (!policy->network)
		return parse_fail(parse, "'%.40s' is no network of Bitcoin: main, test or regtest", rest);
	return 0;
}

static int take_chain(struct parse *parse, char *rest)
{
	struct configuration *c = parse->c;
	if (c->policy.chain_id_count == CHAINS_MAX)
		return parse_fail(parse, "there are more than %d chains", CHAINS_MAX);
	if (!digits_read(rest, EVM_CHAIN_ID_MAX, &c->chain_ids[c->policy.chain_id_count]) || !strcmp(rest, "0"))
		return parse_fail(parse, "'%.40s' is not a chain id", rest);
	c->policy.chain_id_count++;
	return 0;
}

static int take_labels_only(struct parse *parse, char *rest)
{
	return yes_or_no(parse, rest, &parse->c->policy.labels_only);
}

static int take_intent(struct parse *parse, char *rest)
{
	if (strcmp(rest, "required") && strcmp(rest, "optional"))
		return parse_fail(parse, "'required' or 'optional' is wanted, not '%.40s'", rest);
	parse->c->policy.intent_optional = !strcmp(rest, "optional");
	return 0;
}

static int take_locktime(struct parse *parse, char *rest)
{
	if (strcmp(rest, "allowed") && strcmp(rest, "refused"))
		return parse_fail(parse, "'allowed' or 'refused' is wanted, not '%.40s'", rest);
	parse->c->policy.locktime_allowed = !strcmp(rest, "allowed");
	return 0;
}

static int take_gap(struct parse *parse, char *rest)
{
	uint64_t gap;
	if (!digits_read(rest, 1000000, &gap))
		return parse_fail(parse, "the gap is a number up to 1000000");
	parse->c->policy.gap_max = (uint32_t)gap;
	return 0;
}

// token CHAIN CONTRACT DECIMALS SYMBOL
static int take_token(struct parse *parse, char *rest)
{
	struct configuration *c = parse->c;
	struct policy_token token = { 0 };
	uint64_t decimals;
	char *chain = word_cut(rest, &rest), *contract = word_cut(rest, &rest), *places = word_cut(rest, &rest);
	if (c->policy.token_count == TOKENS_MAX)
		return parse_fail(parse, "there are more than %d tokens", TOKENS_MAX);
	if (chain_take(parse, chain, &token.chain_id) || address_take(parse, contract, &token.contract))
		return 1;
	if (!digits_read(places, U256_DECIMALS_MAX, &decimals))
		return parse_fail(parse, "'%.40s' is no number of decimals", places);
	if (!*rest || strlen(rest) >= sizeof token.symbol || strchr(rest, ' '))
		return parse_fail(parse, "a symbol has 1 to 12 characters, not '%.40s'", rest);
	token.decimals = (uint8_t)decimals;
	strcpy(token.symbol, rest);
	c->tokens[c->policy.token_count++] = token;
	return 0;
}

// "bitcoin", "31337", "31337:USDC": the asset and how many decimals its amounts have.
static int asset_take(struct parse *parse, char *text, struct asset *ret, unsigned *ret_decimals)
{
	struct configuration *c = parse->c;
	struct asset asset = { 0 };
	char *colon = strchr(text, ':');
	if (!strcmp(text, "bitcoin")) {
		if (!c->policy.network)
			return parse_fail(parse, "the network stands before the limits");
		ret->chain = policy_chain_bitcoin(c->policy.network);
		memset(ret->contract, 0, sizeof ret->contract);
		*ret_decimals = 8;
		return 0;
	}
	if (colon)
		*colon++ = '\0';
	asset.chain.kind = CHAIN_EVM;
	if (chain_take(parse, text, &asset.chain.id))
		return 1;
	*ret_decimals = 18;
	if (colon) {
		const struct policy_token *token = NULL;
		for (size_t i = 0; i < c->policy.token_count; i++)
			if (c->tokens[i].chain_id == asset.chain.id && !strcmp(c->tokens[i].symbol, colon))
				token = &c->tokens[i];
		if (!token)
			return parse_fail(parse, "no token '%.20s' stands before this line", colon);
		memcpy(asset.contract, token->contract.bytes, CONTRACT_SIZE);
		*ret_decimals = token->decimals;
	}
	*ret = asset;
	return 0;
}

// Takes "NAME=" off the next word of *rest and gives its value; NULL when it is not there.
static char *value_cut(char **rest, const char *name)
{
	size_t size = strlen(name);
	if (strncmp(*rest, name, size) || (*rest)[size] != '=')
		return NULL;
	return word_cut(*rest, rest) + size + 1;
}

static int fees_take(struct parse *parse, struct limit *limit, unsigned decimals, char *rest)
{
	bool bitcoin = limit->asset.chain.kind == CHAIN_BITCOIN;
	char *fee = value_cut(&rest, "fee-max"), *rate = value_cut(&rest, "fee-rate-max");
	char *share = value_cut(&rest, "fee-share-max");
	struct units hundredths;
	uint64_t value;
	if (!fee || !rate)
		return parse_fail(parse, "a chain's own coin wants fee-max= and fee-rate-max= after payment-max=");
	// satoshi per virtual byte with two places; gwei per gas with nine
	if (amount_take(parse, fee, decimals, &limit->fee_max) ||
	    amount_take(parse, rate, bitcoin ? 2 : 9, &limit->fee_rate_max))
		return 1;
	if (share && (amount_take(parse, share, 2, &hundredths) || !units_to_u64(&hundredths, &value) || value > 10000))
		return parse_fail(parse, "fee-share-max is a percentage up to 100, with at most two places");
	limit->fee_share_max = share ? (uint32_t)value : 0;
	return *rest ? parse_fail(parse, "'%.40s' is not known here", rest) : 0;
}

// limit ASSET payment-max=AMOUNT [fee-max=AMOUNT fee-rate-max=RATE [fee-share-max=PERCENT]]
static int take_limit(struct parse *parse, char *rest)
{
	struct limits *limits = &parse->c->policy.limits;
	struct limit limit = { 0 };
	unsigned decimals;
	char *asset = word_cut(rest, &rest), *payment = value_cut(&rest, "payment-max");
	if (limits->count == LIMITS_MAX)
		return parse_fail(parse, "there are more than %d limits", LIMITS_MAX);
	if (asset_take(parse, asset, &limit.asset, &decimals))
		return 1;
	if (limit_find(limits, &limit.asset))
		return parse_fail(parse, "this asset has a limit already");
	if (!payment)
		return parse_fail(parse, "payment-max= is missing");
	if (amount_take(parse, payment, decimals, &limit.payment_max))
		return 1;
	if (asset_native(&limit.asset) && fees_take(parse, &limit, decimals, rest))
		return 1;
	if (!asset_native(&limit.asset) && *rest)
		return parse_fail(parse, "a token has no fees of its own: '%.40s'", rest);
	limits->list[limits->count++] = limit;
	return 0;
}

// window ASSET seconds=N amount-max=AMOUNT [count-max=N]
static int take_window(struct parse *parse, char *rest)
{
	struct limits *limits = &parse->c->policy.limits;
	struct limit_window window = { 0 };
	struct asset asset;
	unsigned decimals;
	uint64_t count_max = 0;
	if (asset_take(parse, word_cut(rest, &rest), &asset, &decimals))
		return 1;
	struct limit *limit = (struct limit *)limit_find(limits, &asset);
	char *seconds = value_cut(&rest, "seconds"), *amount = value_cut(&rest, "amount-max");
	char *count = value_cut(&rest, "count-max");
	if (!limit || limit->window_count == LIMIT_WINDOWS_MAX)
		return parse_fail(parse, "a window follows its asset's limit, at most %d of them", LIMIT_WINDOWS_MAX);
	if (!seconds || !digits_read(seconds, LIMIT_WINDOW_MAX, &window.seconds) || !window.seconds)
		return parse_fail(parse, "seconds= is missing or not 1 to %u", LIMIT_WINDOW_MAX);
	if (!amount)
		return parse_fail(parse, "amount-max= is missing");
	if (amount_take(parse, amount, decimals, &window.amount_max))
		return 1;
	if (*rest || (count && !digits_read(count, UINT32_MAX, &count_max)))
		return parse_fail(parse, "count-max= is a number, and the last");
	window.count_max = (uint32_t)count_max;
	limit->windows[limit->window_count++] = window;
	return 0;
}

static int take_approvals(struct parse *parse, char *rest)
{
	uint64_t threshold;
	if (!digits_read(rest, APPROVERS_MAX, &threshold))
		return parse_fail(parse, "approvals is a number up to %d", APPROVERS_MAX);
	parse->c->policy.approvers.threshold = (unsigned)threshold;
	return 0;
}

// approver KEY NAME
static int take_approver(struct parse *parse, char *rest)
{
	struct approvers *approvers = &parse->c->policy.approvers;
	char *key = word_cut(rest, &rest);
	if (approvers->count == APPROVERS_MAX)
		return parse_fail(parse, "there are more than %d approvers", APPROVERS_MAX);
	struct approver *approver = &approvers->list[approvers->count];
	if (hex_decode(key, strlen(key), approver->key, sizeof approver->key))
		return parse_fail(parse, "a key is 64 hex digits, not '%.70s'", key);
	if (name_take(parse, rest, approver->person))
		return 1;
	approvers->count++;
	return 0;
}

static const struct line_kind kinds[] = {
	{ "network", take_network },	 { "chain", take_chain },   { "labels-only", take_labels_only },
	{ "intent", take_intent },	 { "gap", take_gap },	    { "token", take_token },
	{ "limit", take_limit },	 { "window", take_window }, { "approvals", take_approvals },
	{ "approver", take_approver },	 { "locktime", take_locktime },
};

int policy_text_parse(const char *text, size_t size, struct configuration *c, struct text_fault *ret)
{
	struct parse parse = { .c = c };
	return lines_parse(text, size, header, kinds, ARRAY_LEN(kinds), &parse, ret);
}

int policy_text_initial(const char *network, char *to, size_t room)
{
	int size = snprintf(to, room,
			    "%s\n"
			    "# What this signer lets pass. 'redoubt-sign policy FILE' replaces it; docs/PROTOCOL.vault.md has all lines.\n"
			    "network %s\n"
			    "# Nothing may be paid before an asset has a limit, and approvers are named:\n"
			    "# limit bitcoin payment-max=1.0 fee-max=0.001 fee-rate-max=200 fee-share-max=5\n"
			    "# window bitcoin seconds=86400 amount-max=2.0 count-max=10\n"
			    "# approvals 2\n"
			    "# approver 64-HEX-DIGITS Name\n"
			    "intent optional\n", header, network);
	return size < 0 || (size_t)size >= room;
}
