// SPDX-License-Identifier: Apache-2.0
// One wallet a file: a Bitcoin descriptor, a Safe, or a plain EVM account.
#include "configuration/parse.h"

#include <stdio.h>

static const char header[] = "redoubt wallet 1";

enum wallet_kind { KIND_NONE, KIND_BITCOIN, KIND_SAFE, KIND_ACCOUNT };

// What the lines have said so far; which kind a line belongs to is looked at at the end, but for `kind` itself,
// which stands first.
struct draft {
	enum wallet_kind kind;
	char name[POLICY_NAME_MAX + 1];
	struct policy_wallet *wallet; // in the configuration's next place
	struct policy_safe safe;
	struct policy_account account;
	struct own_key key;
	bool has_descriptor, has_address, has_threshold;
};

static int take_kind(struct parse *parse, char *rest)
{
	static const struct { const char *word; enum wallet_kind kind; } words[] = {
		{ "bitcoin", KIND_BITCOIN }, { "safe", KIND_SAFE }, { "account", KIND_ACCOUNT },
	};
	struct draft *draft = parse->item;
	if (draft->kind)
		return parse_fail(parse, "the kind is named twice");
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (!strcmp(rest, words[i].word))
			draft->kind = words[i].kind;
	return draft->kind ? 0 : parse_fail(parse, "'%.40s' is no kind: bitcoin, safe or account", rest);
}

static int take_name(struct parse *parse, char *rest)
{
	struct draft *draft = parse->item;
	return name_take(parse, rest, draft->name);
}

// Whether the line belongs to the file's kind.
static bool is_of(struct parse *parse, enum wallet_kind kind)
{
	struct draft *draft = parse->item;
	if (draft->kind == kind || (kind == KIND_SAFE && draft->kind == KIND_ACCOUNT))
		return true;
	(void)parse_fail(parse, "this line does not belong to the file's kind, which stands first");
	return false;
}

static int take_descriptor(struct parse *parse, char *rest)
{
	struct draft *draft = parse->item;
	const struct network *network = parse->c->policy.network;
	if (!is_of(parse, KIND_BITCOIN))
		return 1;
	if (draft->has_descriptor || !network)
		return parse_fail(parse, network ? "there are two descriptors" : "the policy names no network of Bitcoin");
	enum descriptor_refusal r = descriptor_parse(network, rest, strlen(rest), &draft->wallet->descriptor);
	if (r)
		return parse_fail(parse, "the descriptor is refused: %s", descriptor_refusal_text(r));
	draft->has_descriptor = true;
	return 0;
}

// holder NUMBER NAME: whose the descriptor's key of that number is, from 1
static int take_holder(struct parse *parse, char *rest)
{
	struct draft *draft = parse->item;
	uint64_t number;
	char *digits = word_cut(rest, &rest);
	if (!is_of(parse, KIND_BITCOIN))
		return 1;
	if (!draft->has_descriptor || !digits_read(digits, draft->wallet->descriptor.key_count, &number) || !number)
		return parse_fail(parse, "'holder' follows the descriptor and names one of its keys, from 1");
	if (*draft->wallet->key_names[number - 1])
		return parse_fail(parse, "that key has a holder already");
	return name_take(parse, rest, draft->wallet->key_names[number - 1]);
}

static int take_handed_out(struct parse *parse, char *rest)
{
	struct draft *draft = parse->item;
	uint64_t next;
	if (!is_of(parse, KIND_BITCOIN))
		return 1;
	if (!digits_read(rest, INT32_MAX, &next))
		return parse_fail(parse, "'handed-out' is the number of addresses that were given to people");
	draft->wallet->index_next = (uint32_t)next;
	return 0;
}

static int take_chain(struct parse *parse, char *rest)
{
	struct draft *draft = parse->item;
	return !is_of(parse, KIND_SAFE) || chain_take(parse, rest, &draft->safe.chain_id);
}

static int take_address(struct parse *parse, char *rest)
{
	struct draft *draft = parse->item;
	draft->has_address = true;
	return !is_of(parse, KIND_SAFE) || address_take(parse, rest, &draft->safe.address);
}

static int take_owner(struct parse *parse, char *rest)
{
	struct draft *draft = parse->item;
	if (draft->kind != KIND_SAFE || draft->safe.owner_count == ARRAY_LEN(draft->safe.owners))
		return parse_fail(parse, "owners belong to a Safe, at most %zu of them", ARRAY_LEN(draft->safe.owners));
	return address_take(parse, rest, &draft->safe.owners[draft->safe.owner_count++]);
}

static int take_threshold(struct parse *parse, char *rest)
{
	struct draft *draft = parse->item;
	uint64_t threshold;
	if (draft->kind != KIND_SAFE || !digits_read(rest, 16, &threshold))
		return parse_fail(parse, "a Safe's threshold is a number up to 16");
	draft->safe.threshold = (unsigned)threshold;
	return 0;
}

// timelock ADDRESS DELAY-SECONDS [CANCELLER]
static int take_timelock(struct parse *parse, char *rest)
{
	struct draft *draft = parse->item;
	char *address = word_cut(rest, &rest), *delay = word_cut(rest, &rest);
	if (draft->kind != KIND_SAFE || draft->safe.has_timelock)
		return parse_fail(parse, "one timelock belongs to a Safe");
	draft->safe.has_timelock = true;
	if (address_take(parse, address, &draft->safe.timelock))
		return 1;
	if (!digits_read(delay, UINT32_MAX, &draft->safe.delay_min))
		return parse_fail(parse, "the timelock's delay in seconds follows its address");
	return *rest ? address_take(parse, rest, &draft->safe.canceller) : 0;
}

// key PATH ADDRESS: this signer's own key and the address that it has
static int take_key(struct parse *parse, char *rest)
{
	struct draft *draft = parse->item;
	char *path = word_cut(rest, &rest);
	if (!is_of(parse, KIND_SAFE))
		return 1;
	if (draft->key.has || path_parse(path, strlen(path), &draft->key.path))
		return parse_fail(parse, "'key' stands once, with a path such as m/44h/60h/0h/0/0");
	draft->key.has = true;
	return address_take(parse, rest, &draft->key.signer);
}

static const struct line_kind kinds[] = {
	{ "kind", take_kind },	     { "name", take_name },   { "descriptor", take_descriptor }, { "holder", take_holder },
	{ "handed-out", take_handed_out }, { "chain", take_chain }, { "address", take_address },	 { "owner", take_owner },
	{ "threshold", take_threshold },   { "timelock", take_timelock }, { "key", take_key },
};

static int bitcoin_add(struct parse *parse, struct draft *draft)
{
	struct policy_wallet *wallet = draft->wallet;
	if (!draft->has_descriptor)
		return parse_fail(parse, "there is no descriptor");
	if (policy_wallet_id(&wallet->descriptor, wallet->id))
		return parse_fail(parse, "the descriptor is too long");
	strcpy(wallet->name, draft->name);
	parse->c->policy.wallet_count++;
	return 0;
}

static bool is_owner(const struct policy_safe *safe, const struct evm_address *signer)
{
	for (size_t i = 0; i < safe->owner_count; i++)
		if (evm_address_equal(&safe->owners[i], signer))
			return true;
	return false;
}

static int safe_add(struct parse *parse, struct draft *draft)
{
	struct configuration *c = parse->c;
	if (c->policy.safe_count == SAFES_MAX)
		return parse_fail(parse, "there are more than %d Safes", SAFES_MAX);
	if (draft->key.has && !is_owner(&draft->safe, &draft->key.signer))
		return parse_fail(parse, "the key's address is none of the Safe's owners");
	strcpy(draft->safe.name, draft->name);
	c->safe_keys[c->policy.safe_count] = draft->key;
	c->safes[c->policy.safe_count++] = draft->safe;
	return 0;
}

static int account_add(struct parse *parse, struct draft *draft)
{
	struct configuration *c = parse->c;
	if (c->policy.account_count == ACCOUNTS_MAX)
		return parse_fail(parse, "there are more than %d accounts", ACCOUNTS_MAX);
	if (draft->key.has && !evm_address_equal(&draft->safe.address, &draft->key.signer))
		return parse_fail(parse, "the key's address is not the account's");
	struct policy_account account = { .chain_id = draft->safe.chain_id, .address = draft->safe.address };
	strcpy(account.name, draft->name);
	c->account_keys[c->policy.account_count] = draft->key;
	c->accounts[c->policy.account_count++] = account;
	return 0;
}

static int draft_add(struct parse *parse, struct draft *draft)
{
	parse->lines.number = 0;
	if (!*draft->name)
		return parse_fail(parse, "the wallet has no name");
	if (draft->kind == KIND_BITCOIN)
		return bitcoin_add(parse, draft);
	if (!draft->has_address || !draft->safe.chain_id)
		return parse_fail(parse, "kind, chain or address is missing");
	return draft->kind == KIND_SAFE ? safe_add(parse, draft) : account_add(parse, draft);
}

int wallet_text_parse(const char *text, size_t size, struct configuration *c, struct text_fault *ret)
{
	struct draft draft = { 0 };
	struct parse parse = { .c = c, .item = &draft };
	if (c->policy.wallet_count == WALLETS_MAX) {
		*ret = (struct text_fault){ .why = "there are too many wallets" };
		return 1;
	}
	draft.wallet = &c->wallets[c->policy.wallet_count];
	*draft.wallet = (struct policy_wallet){ 0 };
	if (lines_parse(text, size, header, kinds, ARRAY_LEN(kinds), &parse, ret))
		return 1;
	if (!draft_add(&parse, &draft))
		return 0;
	ret->line = 0;
	memcpy(ret->why, parse.why, sizeof ret->why);
	return 1;
}

int wallet_text_format(const char *name, const struct descriptor *descriptor, const char *const *key_names, char *to,
		       size_t room)
{
	char text[DESCRIPTOR_TEXT_MAX + 1];
	if (descriptor_format(descriptor, text, sizeof text))
		return 1;
	int size = snprintf(to, room, "%s\nkind bitcoin\nname %s\ndescriptor %s\n", header, name, text);
	for (size_t i = 0; key_names && i < descriptor->key_count; i++) {
		if (size < 0 || (size_t)size >= room)
			return 1;
		if (key_names[i] && *key_names[i])
			size += snprintf(to + size, room - (size_t)size, "holder %zu %s\n", i + 1, key_names[i]);
	}
	return size < 0 || (size_t)size >= room;
}
