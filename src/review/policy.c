// SPDX-License-Identifier: Apache-2.0
#include "review/policy.h"

#include "crypto/sha256.h"

int policy_wallet_id(const struct descriptor *descriptor, uint8_t ret[INTENT_WALLET_SIZE])
{
	char text[DESCRIPTOR_TEXT_MAX + 1];
	if (descriptor_format(descriptor, text, sizeof text))
		return 1;
	sha256_of(text, strlen(text), ret);
	return 0;
}

void policy_evm_id(const struct evm_address *address, uint8_t ret[INTENT_WALLET_SIZE])
{
	memset(ret, 0, INTENT_WALLET_SIZE);
	memcpy(ret + INTENT_WALLET_SIZE - EVM_ADDRESS_SIZE, address->bytes, EVM_ADDRESS_SIZE);
}

struct chain policy_chain_bitcoin(const struct network *network)
{
	uint64_t id = network == &network_main ? CHAIN_BITCOIN_MAIN
		      : network == &network_test ? CHAIN_BITCOIN_TEST : CHAIN_BITCOIN_REGTEST;
	return (struct chain){ CHAIN_BITCOIN, id };
}

struct chain policy_chain_evm(uint64_t chain_id)
{
	return (struct chain){ CHAIN_EVM, chain_id };
}

const struct policy_label *policy_label(const struct review_policy *policy, const struct chain *chain,
					const uint8_t *place, size_t size)
{
	for (size_t i = 0; i < policy->label_count; i++) {
		const struct policy_label *l = &policy->labels[i];
		if (chain_equal(&l->chain, chain) && l->place_size == size && memcmp(l->place, place, size) == 0)
			return l;
	}
	return NULL;
}

const struct policy_token *policy_token(const struct review_policy *policy, uint64_t chain_id,
					const struct evm_address *contract)
{
	for (size_t i = 0; i < policy->token_count; i++) {
		const struct policy_token *t = &policy->tokens[i];
		if (t->chain_id == chain_id && evm_address_equal(&t->contract, contract))
			return t;
	}
	return NULL;
}

const struct policy_safe *policy_safe(const struct review_policy *policy, uint64_t chain_id,
				      const struct evm_address *address)
{
	for (size_t i = 0; i < policy->safe_count; i++) {
		const struct policy_safe *s = &policy->safes[i];
		if (s->chain_id == chain_id && evm_address_equal(&s->address, address))
			return s;
	}
	return NULL;
}

// ---- checking -------------------------------------------------------------

const char *policy_fault_text(enum policy_fault fault)
{
	static const char *const texts[] = {
		[POLICY_FINE] = "The policy is in order.",
		[POLICY_NAME] = "A name is empty, too long, not printable, or stands twice. Give each its own.",
		[POLICY_NETWORK] = "A wallet or label is of another Bitcoin network than the policy's.",
		[POLICY_WALLET] = "A wallet's id is not its descriptor's, or one descriptor stands twice.",
		[POLICY_LABEL] = "A label names no address, or one address has two labels.",
		[POLICY_CHAIN] = "A chain id is zero, too large or stands twice, or something is on a chain that is not listed.",
		[POLICY_SAFE] = "A Safe stands twice, an owner of it too, its threshold is not between one and its owners, "
				"or its timelock is missing or is the Safe itself.",
		[POLICY_TOKEN] = "A token has no symbol, too many decimals, no contract, or stands twice.",
		[POLICY_APPROVERS] = "The approvers' names, keys and threshold do not make a quorum: distinct keys, and one "
				     "person more than the threshold, since nobody approves his own.",
		[POLICY_LIMITS] = "The limits are not in order: one row an asset, windows of 1 second to 366 days.",
		[POLICY_CALLS] = "The policy allows a call that no policy may allow.",
	};
	return texts[fault];
}

static bool chain_listed(const struct review_policy *policy, uint64_t chain_id)
{
	for (size_t i = 0; i < policy->chain_id_count; i++) {
		if (policy->chain_ids[i] == chain_id)
			return true;
	}
	return false;
}

static enum policy_fault chain_check(const struct review_policy *policy, size_t i)
{
	for (size_t j = 0; j < i; j++) {
		if (policy->chain_ids[j] == policy->chain_ids[i])
			return POLICY_CHAIN;
	}
	return policy->chain_ids[i] && policy->chain_ids[i] <= EVM_CHAIN_ID_MAX ? POLICY_FINE : POLICY_CHAIN;
}

static enum policy_fault wallet_check(const struct review_policy *policy, size_t i)
{
	const struct policy_wallet *w = &policy->wallets[i];
	uint8_t id[INTENT_WALLET_SIZE];
	if (!intent_name_valid(w->name))
		return POLICY_NAME;
	if (!policy->network || w->descriptor.network != policy->network)
		return POLICY_NETWORK;
	if (policy_wallet_id(&w->descriptor, id) || memcmp(id, w->id, sizeof id) != 0)
		return POLICY_WALLET;
	for (size_t j = 0; j < i; j++) {
		if (strcmp(policy->wallets[j].name, w->name) == 0)
			return POLICY_NAME;
		if (memcmp(policy->wallets[j].id, w->id, sizeof id) == 0)
			return POLICY_WALLET;
	}
	return POLICY_FINE;
}

static bool label_place_valid(const struct review_policy *policy, const struct policy_label *l)
{
	char address[ADDRESS_TEXT_MAX + 1];
	if (l->place_size == 0 || l->place_size > INTENT_PLACE_MAX)
		return false;
	if (l->chain.kind == CHAIN_EVM)
		return l->place_size == EVM_ADDRESS_SIZE;
	return address_format(policy->network, span_over(l->place, l->place_size), address) == 0;
}

static enum policy_fault label_check(const struct review_policy *policy, size_t i)
{
	const struct policy_label *l = &policy->labels[i];
	if (!intent_name_valid(l->name))
		return POLICY_NAME;
	if (l->chain.kind == CHAIN_BITCOIN) {
		struct chain own = policy->network ? policy_chain_bitcoin(policy->network) : (struct chain){ CHAIN_EVM, 0 };
		if (!chain_equal(&own, &l->chain))
			return POLICY_NETWORK;
	} else if (!chain_listed(policy, l->chain.id)) {
		return POLICY_CHAIN;
	}
	// one name may stand on several chains
	for (size_t j = 0; j < i; j++) {
		if (chain_equal(&policy->labels[j].chain, &l->chain) && strcmp(policy->labels[j].name, l->name) == 0)
			return POLICY_NAME;
	}
	return label_place_valid(policy, l) && policy_label(policy, &l->chain, l->place, l->place_size) == l ? POLICY_FINE
													      : POLICY_LABEL;
}

static bool owners_valid(const struct policy_safe *s)
{
	if (s->owner_count == 0 || s->owner_count > ARRAY_LEN(s->owners) || s->threshold == 0 ||
	    s->threshold > s->owner_count)
		return false;
	for (size_t i = 0; i < s->owner_count; i++) {
		if (evm_address_zero(&s->owners[i]))
			return false;
		for (size_t j = 0; j < i; j++) {
			if (evm_address_equal(&s->owners[i], &s->owners[j]))
				return false;
		}
	}
	return true;
}

static enum policy_fault safe_check(const struct review_policy *policy, size_t i)
{
	const struct policy_safe *s = &policy->safes[i];
	if (!intent_name_valid(s->name))
		return POLICY_NAME;
	if (!chain_listed(policy, s->chain_id))
		return POLICY_CHAIN;
	bool timelock = !s->has_timelock ||
			(!evm_address_zero(&s->timelock) && !evm_address_equal(&s->timelock, &s->address));
	if (!owners_valid(s) || evm_address_zero(&s->address) || !timelock ||
	    policy_safe(policy, s->chain_id, &s->address) != s)
		return POLICY_SAFE;
	return POLICY_FINE;
}

static enum policy_fault account_check(const struct review_policy *policy, size_t i)
{
	const struct policy_account *a = &policy->accounts[i];
	if (!intent_name_valid(a->name))
		return POLICY_NAME;
	return chain_listed(policy, a->chain_id) && !evm_address_zero(&a->address) ? POLICY_FINE : POLICY_CHAIN;
}

static enum policy_fault token_check(const struct review_policy *policy, size_t i)
{
	const struct policy_token *t = &policy->tokens[i];
	if (!chain_listed(policy, t->chain_id))
		return POLICY_CHAIN;
	bool good = intent_name_valid(t->symbol) && t->decimals <= U256_DECIMALS_MAX &&
		    !evm_address_zero(&t->contract) && policy_token(policy, t->chain_id, &t->contract) == t;
	return good ? POLICY_FINE : POLICY_TOKEN;
}

#define CALLS_FOREVER                                                                                               \
	(POLICY_CALLS_DEFAULT | 1ull << TIMELOCK_SCHEDULE_BATCH | 1ull << TIMELOCK_EXECUTE_BATCH | \
	 1ull << EVM_DECREASE_ALLOWANCE)

enum policy_fault policy_check(const struct review_policy *policy, size_t *ret_index)
{
	const struct {
		size_t count;
		enum policy_fault (*check)(const struct review_policy *policy, size_t i);
	} tables[] = {
		{ policy->chain_id_count, chain_check }, { policy->wallet_count, wallet_check },
		{ policy->label_count, label_check },	 { policy->safe_count, safe_check },
		{ policy->account_count, account_check }, { policy->token_count, token_check },
	};
	enum policy_fault fault = POLICY_FINE;
	size_t i = 0;
	for (size_t t = 0; t < ARRAY_LEN(tables) && !fault; t++) {
		for (i = 0; i < tables[t].count && !fault; i++)
			fault = tables[t].check(policy, i);
	}
	if (fault) {
		if (ret_index)
			*ret_index = i - 1;
		return fault;
	}
	if (ret_index)
		*ret_index = 0;
	if (!approvers_valid(&policy->approvers) && !policy->intent_optional)
		return POLICY_APPROVERS;
	if (!limits_valid(&policy->limits))
		return POLICY_LIMITS;
	return policy->calls & ~CALLS_FOREVER ? POLICY_CALLS : POLICY_FINE;
}
