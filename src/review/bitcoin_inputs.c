// SPDX-License-Identifier: Apache-2.0
#include "review/bitcoin_parts.h"

static void about(struct reviewer *r, enum refusal id, size_t input)
{
	refuse(&r->review->refusals, id, ABOUT_INPUT, input);
}

static const struct policy_wallet *wallet_of(struct reviewer *r, size_t input, size_t *ret_branch,
					     uint32_t *ret_index)
{
	if (!paths_few(&r->psbt->inputs[input].map, PSBT_IN_BIP32, PSBT_IN_TAP_BIP32)) {
		about(r, REFUSE_TOO_MANY, input);
		return NULL;
	}
	for (size_t i = 0; i < r->policy->wallet_count; i++) {
		if (psbt_input_place(r->psbt, input, &r->policy->wallets[i].descriptor, ret_branch, ret_index))
			return &r->policy->wallets[i];
	}
	return NULL;
}

// By which way it will be spent: of the vault the delayed one when nSequence says so.
static enum descriptor_spend spend_of(const struct reviewer *r, size_t input, const struct descriptor *d)
{
	uint32_t sequence = r->psbt->tx.inputs[input].sequence;
	if (d->kind == DESCRIPTOR_WSH_UNVAULT)
		return sequence_satisfies(r->psbt->tx.version, sequence, d->lock) ? SPEND_SECOND : SPEND_FIRST;
	bool leaf = psbt_find(&r->psbt->inputs[input].map, PSBT_IN_TAP_LEAF_SCRIPT);
	return d->kind > DESCRIPTOR_TR && leaf ? SPEND_SECOND : SPEND_FIRST;
}

static bool relative_lock(const struct reviewer *r, size_t input)
{
	uint32_t sequence = r->psbt->tx.inputs[input].sequence;
	return r->psbt->tx.version >= 2 && !(sequence & SEQUENCE_DISABLE) && (sequence & SEQUENCE_MASK);
}

static void lock_review(struct reviewer *r, size_t input, const struct bitcoin_review_input *in)
{
	const struct descriptor *d = in->wallet ? &in->wallet->descriptor : NULL;
	if (!relative_lock(r, input))
		return;
	about(r, NOTICE_UNVAULT_LOCK, input);
	if (d && d->kind == DESCRIPTOR_WSH_UNVAULT && in->spend == SPEND_FIRST)
		about(r, REFUSE_UNVAULT_EARLY, input);
}

// What the signing function would say of our own part: scripts swapped or left away.
static void script_review(struct reviewer *r, size_t input, const struct bitcoin_review_input *in)
{
	struct descriptor_output own;
	uint8_t digest[32];
	enum psbt_refusal why;
	if (!r->hashed || in->wallet->descriptor.kind >= DESCRIPTOR_TR ||
	    descriptor_derive(&in->wallet->descriptor, in->branch, in->index, &own))
		return;
	why = psbt_digest_v0(r->psbt, &r->shared, input, own.keys[0], digest);
	if (why == PSBT_SCRIPT || why == PSBT_TEMPLATE || why == PSBT_KEY)
		about(r, REFUSE_INPUT_SCRIPT, input);
}

// A leaf of taproot must be the one that the descriptor has.
static void leaf_review(struct reviewer *r, size_t input, const struct bitcoin_review_input *in)
{
	const struct psbt_map *map = &r->psbt->inputs[input].map;
	struct descriptor_output own;
	if (in->wallet->descriptor.kind < DESCRIPTOR_TR ||
	    descriptor_derive(&in->wallet->descriptor, in->branch, in->index, &own))
		return;
	for (size_t i = 0; i < map->count; i++) {
		struct span value = map->pairs[i].value;
		if (map->pairs[i].type == PSBT_IN_TAP_LEAF_SCRIPT &&
		    !span_equal(span_over(value.at, value.size - 1), span_over(own.inner, own.inner_size)))
			about(r, REFUSE_INPUT_SCRIPT, input);
	}
}

static void sighash_review(struct reviewer *r, size_t input, bool taproot)
{
	const struct psbt_pair *type = psbt_find(&r->psbt->inputs[input].map, PSBT_IN_SIGHASH);
	uint32_t v = SIGHASH_ALL;
	if (type && type->value.size == sizeof v)
		memcpy(&v, type->value.at, sizeof v);
	if (v != SIGHASH_ALL && !(taproot && v == SIGHASH_DEFAULT))
		about(r, REFUSE_SIGHASH_TYPE, input);
}

static void input_review(struct reviewer *r, size_t input)
{
	const struct psbt_input *given = &r->psbt->inputs[input];
	struct bitcoin_review_input *in = &r->review->inputs[input];
	bool taproot = given->spent_known && output_kind_of(given->spent.script, NULL) == OUTPUT_TAPROOT;
	in->sequence = r->psbt->tx.inputs[input].sequence;
	words_sequence(r->psbt->tx.version, in->sequence, in->lock);
	if (!given->previous_full && !taproot)
		about(r, REFUSE_PREVIOUS_MISSING, input);
	sighash_review(r, input, taproot);
	if (psbt_find(&given->map, PSBT_IN_FINAL_WITNESS) || psbt_find(&given->map, PSBT_IN_FINAL_SCRIPTSIG))
		about(r, REFUSE_INPUT_FINAL, input);
	if (given->spent_known) {
		in->satoshi = given->spent.value;
		in->wallet = wallet_of(r, input, &in->branch, &in->index);
	}
	if (in->wallet) {
		in->spend = spend_of(r, input, &in->wallet->descriptor);
		script_review(r, input, in);
		leaf_review(r, input, in);
	} else {
		about(r, REFUSE_INPUT_FOREIGN, input);
	}
	lock_review(r, input, in);
	signatures_review(r, input);
}

static void wallet_choose(struct reviewer *r)
{
	struct bitcoin_review *review = r->review;
	for (size_t i = 0; i < review->input_count; i++) {
		const struct policy_wallet *w = review->inputs[i].wallet;
		if (w && review->wallet && w != review->wallet) {
			refuse(&review->refusals, REFUSE_INPUT_MIXED, ABOUT_PAYLOAD, 0);
			review->wallet = NULL;
			return;
		}
		if (w)
			review->wallet = w;
	}
	if (!review->wallet)
		refuse(&review->refusals, REFUSE_WALLET_UNKNOWN, ABOUT_PAYLOAD, 0);
}

void inputs_review(struct reviewer *r)
{
	struct bitcoin_review *review = r->review;
	review->input_count = r->psbt->tx.input_count;
	if (review->input_count > BITCOIN_REVIEW_INPUTS_MAX) {
		refuse(&review->refusals, REFUSE_TOO_MANY, ABOUT_PAYLOAD, 0);
		review->input_count = BITCOIN_REVIEW_INPUTS_MAX;
	}
	signatures_prepare(r);
	review->signed_keys = review->input_count ? UINT32_MAX : 0;
	for (size_t i = 0; i < review->input_count; i++) {
		input_review(r, i);
		review->signed_keys &= review->inputs[i].signed_keys;
		if (review->inputs[i].missing > review->missing)
			review->missing = review->inputs[i].missing;
	}
	wallet_choose(r);
}
