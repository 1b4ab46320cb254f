// SPDX-License-Identifier: Apache-2.0
// Where the money goes. What claims to be change is derived again from our own
// descriptor; a claim that does not hold is worse than none.
#include "review/bitcoin_parts.h"

const char *output_role_text(enum output_role role)
{
	static const char *const texts[] = {
		[OUTPUT_TO_LABEL] = "known payee",	 [OUTPUT_TO_UNKNOWN] = "UNKNOWN payee",
		[OUTPUT_CHANGE] = "change, ours",	 [OUTPUT_OWN] = "own address",
		[OUTPUT_OTHER_WALLET] = "another wallet of ours", [OUTPUT_FOREIGN_CHANGE] = "FALSE CHANGE, not ours",
	};
	return texts[role];
}

static void about(struct reviewer *r, enum refusal id, size_t output)
{
	refuse(&r->review->refusals, id, ABOUT_OUTPUT, output);
}

static bool fingerprint_ours(const struct review_policy *policy, const uint8_t fingerprint[HD_FINGERPRINT_SIZE])
{
	for (size_t i = 0; i < policy->wallet_count; i++) {
		const struct descriptor *d = &policy->wallets[i].descriptor;
		for (size_t k = 0; k < d->key_count; k++) {
			if (memcmp(d->keys[k].fingerprint, fingerprint, HD_FINGERPRINT_SIZE) == 0)
				return true;
		}
	}
	return false;
}

// Somebody's key paths on an output that is not ours: 0 none, 1 with a fingerprint of ours, 2 with others only.
static int claims(const struct reviewer *r, size_t output)
{
	const struct psbt_map *map = &r->psbt->outputs[output];
	int found = 0;
	for (size_t i = 0; i < map->count; i++) {
		struct reader reader = reader_over(map->pairs[i].value.at, map->pairs[i].value.size);
		uint8_t fingerprint[HD_FINGERPRINT_SIZE];
		if (map->pairs[i].type != PSBT_OUT_BIP32 && map->pairs[i].type != PSBT_OUT_TAP_BIP32)
			continue;
		if (map->pairs[i].type == PSBT_OUT_TAP_BIP32)
			read_bytes(&reader, (size_t)read_compact(&reader) * TAPROOT_HASH_SIZE);
		read_copy(&reader, fingerprint, sizeof fingerprint);
		if (fingerprint_ours(r->policy, fingerprint))
			return 1;
		found = 2;
	}
	return found;
}

static const struct policy_wallet *wallet_of(struct reviewer *r, size_t output, size_t *ret_branch,
					     uint32_t *ret_index)
{
	if (!paths_few(&r->psbt->outputs[output], PSBT_OUT_BIP32, PSBT_OUT_TAP_BIP32)) {
		about(r, REFUSE_TOO_MANY, output);
		return NULL;
	}
	for (size_t i = 0; i < r->policy->wallet_count; i++) {
		if (psbt_output_place(r->psbt, output, &r->policy->wallets[i].descriptor, ret_branch, ret_index))
			return &r->policy->wallets[i];
	}
	return NULL;
}

// ---- addresses of ours whose key paths the PSBT leaves out ----------------------

// Deriving costs half a millisecond each: for all branches of all wallets together, the latest that were handed out
// and the next.
#define PATHLESS_MAX   4096
#define PATHLESS_AHEAD 32

struct owners { // of each output, NULL: nobody of us
	const struct policy_wallet *wallets[BITCOIN_REVIEW_OUTPUTS_MAX];
	bool asked[BITCOIN_REVIEW_OUTPUTS_MAX]; // no paths, so that the script alone must tell
	size_t left;
};

static void script_match(struct reviewer *r, struct owners *owners, const struct policy_wallet *wallet, size_t branch,
			 uint32_t index, struct span script)
{
	for (size_t i = 0; i < r->review->output_count; i++) {
		struct span given = r->psbt->tx.outputs[i].script;
		if (!owners->asked[i] || given.size != script.size || memcmp(given.at, script.at, script.size) != 0)
			continue;
		owners->wallets[i] = wallet;
		owners->asked[i] = false;
		owners->left--;
		r->review->outputs[i].branch = branch;
		r->review->outputs[i].index = index;
	}
}

static void branch_search(struct reviewer *r, struct owners *owners, const struct policy_wallet *wallet, size_t branch,
			  uint64_t most)
{
	uint64_t end = wallet->descriptor.ranged ? (uint64_t)wallet->index_next + PATHLESS_AHEAD + 1 : 1;
	struct descriptor_output own;
	for (uint64_t i = end > most ? end - most : 0; i < end && owners->left; i++) {
		if (descriptor_derive(&wallet->descriptor, branch, (uint32_t)i, &own))
			return; // past the last index
		script_match(r, owners, wallet, branch, (uint32_t)i, output_span(&own.script));
	}
}

static void pathless_search(struct reviewer *r, struct owners *owners)
{
	uint64_t branches = 0;
	for (size_t i = 0; i < r->policy->wallet_count; i++)
		branches += r->policy->wallets[i].descriptor.branch_count;
	for (size_t i = 0; i < r->policy->wallet_count; i++) {
		const struct policy_wallet *wallet = &r->policy->wallets[i];
		for (size_t b = 0; b < wallet->descriptor.branch_count; b++)
			branch_search(r, owners, wallet, b, PATHLESS_MAX / branches);
	}
}

// A PSBT that leaves out the paths would otherwise show our own address as a stranger's.
static void owners_find(struct reviewer *r, struct owners *owners)
{
	for (size_t i = 0; i < r->review->output_count; i++) {
		struct bitcoin_review_output *out = &r->review->outputs[i];
		owners->wallets[i] = wallet_of(r, i, &out->branch, &out->index);
		owners->asked[i] = !owners->wallets[i] && !claims(r, i);
		owners->left += owners->asked[i];
	}
	if (owners->left)
		pathless_search(r, owners);
}

static void own_review(struct reviewer *r, size_t output, const struct policy_wallet *wallet)
{
	struct bitcoin_review_output *out = &r->review->outputs[output];
	uint64_t highest = (uint64_t)wallet->index_next + r->policy->gap_max;
	out->name = wallet->name;
	if (wallet != r->review->wallet)
		out->role = OUTPUT_OTHER_WALLET;
	else
		out->role = out->branch ? OUTPUT_CHANGE : OUTPUT_OWN;
	if (wallet->descriptor.ranged && out->index > highest)
		about(r, REFUSE_CHANGE_GAP, output);
}

static void other_review(struct reviewer *r, size_t output, struct span script)
{
	struct bitcoin_review_output *out = &r->review->outputs[output];
	struct chain chain = policy_chain_bitcoin(r->policy->network);
	const struct policy_label *label = policy_label(r->policy, &chain, script.at, script.size);
	int claimed = claims(r, output);
	out->role = claimed == 1 ? OUTPUT_FOREIGN_CHANGE : label ? OUTPUT_TO_LABEL : OUTPUT_TO_UNKNOWN;
	out->name = label ? label->name : NULL;
	if (claimed)
		about(r, claimed == 1 ? REFUSE_CHANGE_FOREIGN : REFUSE_OUTPUT_CLAIMS, output);
	if (!label)
		about(r, r->policy->labels_only ? REFUSE_DESTINATION_UNKNOWN : NOTICE_DESTINATION_UNKNOWN, output);
	if (looks_alike(r->policy, r->context, &chain, script.at, script.size) || (!label && looks_like_ours(r, script)))
		about(r, REFUSE_LOOK_ALIKE, output);
}

// Bitcoin Core's dust limits at its default of 3 sat/vB (policy/policy.cpp GetDustThreshold).
static uint64_t dust_limit(enum output_kind kind)
{
	static const uint64_t limits[] = {
		[OUTPUT_OTHER] = 546, [OUTPUT_KEY_HASH] = 546, [OUTPUT_SCRIPT_HASH] = 540, [OUTPUT_WITNESS_KEY] = 294,
		[OUTPUT_WITNESS_SCRIPT] = 330, [OUTPUT_TAPROOT] = 330, [OUTPUT_WITNESS_FUTURE] = 240,
	};
	return limits[kind];
}

static void amount_review(struct reviewer *r, size_t output, const struct tx_output *given)
{
	enum output_kind kind = output_kind_of(given->script, NULL);
	if (given->value == 0)
		about(r, REFUSE_OUTPUT_ZERO, output);
	else if (given->value < dust_limit(kind))
		about(r, REFUSE_OUTPUT_DUST, output);
	if (kind == OUTPUT_OTHER)
		about(r, REFUSE_OUTPUT_NO_ADDRESS, output);
	if (kind == OUTPUT_WITNESS_FUTURE)
		about(r, REFUSE_OUTPUT_ANYONE, output);
}

static void payment_add(struct reviewer *r, size_t output, const struct tx_output *given)
{
	struct chain chain = policy_chain_bitcoin(r->policy->network);
	struct review_payment *p = &r->payments[r->payment_count++];
	*p = (struct review_payment){ .asset.chain = chain, .amount = units_of(given->value), .index = output };
	// A script that is longer than a place has no address, and is refused for that.
	p->place_size = (uint8_t)(given->script.size < INTENT_PLACE_MAX ? given->script.size : INTENT_PLACE_MAX);
	if (p->place_size)
		memcpy(p->place, given->script.at, p->place_size);
	if (r->review->outputs[output].role != OUTPUT_OTHER_WALLET)
		return;
	// The sweep of a rotation needs no second agreement where no intent is asked for: it was begun by two people.
	bool succeeds = r->policy->intent_optional && !r->context->intent && r->policy->successor[0] &&
			strcmp(r->review->outputs[output].name, r->policy->successor) == 0;
	bool agreed = succeeds || agreement_names(r->context, &chain, p->place, p->place_size);
	about(r, agreed ? NOTICE_OWN_WALLET : REFUSE_OWN_OTHER_WALLET, output);
}

static void output_review(struct reviewer *r, size_t output, const struct policy_wallet *wallet)
{
	const struct tx_output *given = &r->psbt->tx.outputs[output];
	struct bitcoin_review_output *out = &r->review->outputs[output];
	out->satoshi = given->value;
	if (address_format(r->policy->network, given->script, out->address))
		out->address[0] = '\0';
	if (wallet)
		own_review(r, output, wallet);
	else
		other_review(r, output, given->script);
	amount_review(r, output, given);
	if (out->role != OUTPUT_CHANGE && out->role != OUTPUT_OWN)
		payment_add(r, output, given);
}

void outputs_review(struct reviewer *r)
{
	struct bitcoin_review *review = r->review;
	struct owners owners = { .left = 0 };
	bool kept = false;
	review->output_count = r->psbt->tx.output_count;
	if (review->output_count > BITCOIN_REVIEW_OUTPUTS_MAX) {
		refuse(&review->refusals, REFUSE_TOO_MANY, ABOUT_PAYLOAD, 0);
		review->output_count = BITCOIN_REVIEW_OUTPUTS_MAX;
	}
	owners_find(r, &owners);
	for (size_t i = 0; i < review->output_count; i++) {
		output_review(r, i, owners.wallets[i]);
		kept |= review->outputs[i].role == OUTPUT_CHANGE || review->outputs[i].role == OUTPUT_OWN;
	}
	if (!kept)
		refuse(&review->refusals, NOTICE_NO_CHANGE, ABOUT_PAYLOAD, 0);
}
