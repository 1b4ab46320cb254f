// SPDX-License-Identifier: Apache-2.0
#include "review/bitcoin_parts.h"

_Static_assert(BITCOIN_REVIEW_OUTPUTS_MAX <= PAYMENTS_MAX, "every output may be a payment");

static void about(struct reviewer *r, enum refusal id)
{
	refuse(&r->review->refusals, id, ABOUT_PAYLOAD, 0);
}

static void faults_review(struct reviewer *r)
{
	static const enum refusal refusals[] = {
		[TRANSACTION_NO_INPUT] = REFUSE_INPUT_NONE,	   [TRANSACTION_NO_OUTPUT] = REFUSE_OUTPUT_NONE,
		[TRANSACTION_VALUE] = REFUSE_AMOUNTS,		   [TRANSACTION_DUPLICATE_INPUT] = REFUSE_INPUT_DUPLICATE,
		[TRANSACTION_NULL_INPUT] = REFUSE_INPUT_NULL,
	};
	enum transaction_fault fault = transaction_check(&r->psbt->tx);
	if (fault)
		about(r, refusals[fault]);
}

static uint32_t big_endian(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

// Fields of the whole: another network's xpubs, permission to go on building it, what we do not know.
static void global_review(struct reviewer *r)
{
	const struct psbt_map *map = &r->psbt->global;
	for (size_t i = 0; i < map->count; i++) {
		const struct psbt_pair *pair = &map->pairs[i];
		if (pair->type == PSBT_GLOBAL_XPUB && pair->key_data.size >= 4 &&
		    big_endian(pair->key_data.at) != r->policy->network->extended_public)
			about(r, REFUSE_NETWORK);
		if (pair->type == PSBT_GLOBAL_TX_MODIFIABLE && pair->value.size && pair->value.at[0])
			about(r, REFUSE_MODIFIABLE);
	}
}

static bool map_has_unknown(const struct psbt_map *map, uint64_t highest)
{
	for (size_t i = 0; i < map->count; i++) {
		uint64_t type = map->pairs[i].type;
		if (type > highest && type != PSBT_GLOBAL_VERSION)
			return true;
	}
	return false;
}

static void unknown_review(struct reviewer *r)
{
	bool found = map_has_unknown(&r->psbt->global, PSBT_GLOBAL_TX_MODIFIABLE);
	for (size_t i = 0; i < r->psbt->tx.input_count; i++)
		found |= map_has_unknown(&r->psbt->inputs[i].map, PSBT_IN_MUSIG2_SIG);
	for (size_t i = 0; i < r->psbt->tx.output_count; i++)
		found |= map_has_unknown(&r->psbt->outputs[i], PSBT_OUT_MUSIG2_PARTICIPANTS);
	if (found)
		about(r, NOTICE_UNKNOWN_FIELD);
}

#define LOCK_AHEAD_MAX 86400 // seconds

static bool limits_have_window(const struct limits *limits)
{
	for (size_t i = 0; i < limits->count; i++) {
		if (limits->list[i].asset.chain.kind == CHAIN_BITCOIN && limits->list[i].window_count)
			return true;
	}
	return false;
}

// What is signed today and valid next month leaves together with what is signed then: each month's window has counted
// one of the two. Here nobody knows the height of the chain, so that any lock by height may be far away.
static bool locktime_late(const struct reviewer *r)
{
	uint32_t lock = r->psbt->tx.locktime;
	if (r->policy->locktime_allowed || !r->policy->limits.count)
		return false;
	if (lock < LOCKTIME_THRESHOLD)
		return limits_have_window(&r->policy->limits);
	return lock > r->context->now && lock - r->context->now > LOCK_AHEAD_MAX;
}

static void locktime_review(struct reviewer *r)
{
	const struct transaction *tx = &r->psbt->tx;
	bool final = true, replaceable = false;
	for (size_t i = 0; i < tx->input_count; i++) {
		final &= tx->inputs[i].sequence == SEQUENCE_FINAL;
		replaceable |= tx->inputs[i].sequence < SEQUENCE_NO_LOCK;
	}
	words_locktime(tx->locktime, final, r->review->locktime);
	if (tx->locktime && !final)
		about(r, locktime_late(r) ? REFUSE_LOCKTIME : NOTICE_LOCKTIME);
	if (!replaceable)
		about(r, NOTICE_REPLACEABLE);
}

#define FOREIGN_WITNESS 108 // of P2WPKH: small, so that the fee rate errs upwards

static void size_review(struct reviewer *r)
{
	struct bitcoin_review *review = r->review;
	const struct transaction *tx = &r->psbt->tx;
	struct arena arena = r->arena;
	size_t *weights = arena_take(&arena, tx->input_count, sizeof *weights);
	if (!weights) {
		about(r, REFUSE_TOO_MANY);
		return;
	}
	for (size_t i = 0; i < tx->input_count; i++) {
		const struct bitcoin_review_input *in = i < review->input_count ? &review->inputs[i] : NULL;
		weights[i] = in && in->wallet ? descriptor_witness_weight(&in->wallet->descriptor, in->spend)
					      : FOREIGN_WITNESS;
	}
	size_t weight = transaction_weight_signed(tx, weights);
	review->virtual_size = (weight + WITNESS_SCALE - 1) / WITNESS_SCALE;
}

// fee is at most 2.1e15: a hundredfold of it has room.
static void fee_review(struct reviewer *r)
{
	struct bitcoin_review *review = r->review;
	enum psbt_refusal why = psbt_fee(r->psbt, &review->fee);
	if (why == PSBT_VALUE)
		about(r, REFUSE_AMOUNTS);
	if (why || !review->virtual_size)
		return;
	review->amounts_known = true;
	for (size_t i = 0; i < review->input_count; i++)
		review->spent += review->inputs[i].satoshi;
	for (size_t i = 0; i < review->output_count; i++) {
		const struct bitcoin_review_output *out = &review->outputs[i];
		bool own = out->role == OUTPUT_CHANGE || out->role == OUTPUT_OWN;
		*(own ? &review->kept : &review->paid) += out->satoshi;
	}
	review->fee_rate = (review->fee * 100 + review->virtual_size - 1) / review->virtual_size;
	if (review->fee_rate < 100)
		about(r, NOTICE_FEE_LOW);
}

static void agreement_ask(struct reviewer *r)
{
	struct bitcoin_review *review = r->review;
	const struct agreement agreement = {
		.policy = r->policy,
		.context = r->context,
		.chain = policy_chain_bitcoin(r->policy->network),
		.wallet = review->wallet ? review->wallet->id : NULL,
		.wallet_name = review->wallet ? review->wallet->name : NULL,
		.subject = ABOUT_OUTPUT,
		.payments = r->payments,
		.payment_count = r->payment_count,
		.fee = units_of(review->fee),
		.fee_rate = units_of(review->fee_rate),
		.request = &review->request,
		.refusals = &review->refusals,
	};
	agreement_check(&agreement);
}

void bitcoin_review(const struct psbt *psbt, struct arena arena, const struct review_policy *policy,
		    const struct review_context *context, struct bitcoin_review *ret)
{
	struct reviewer *r = arena_take(&arena, 1, sizeof *r);
	memset(ret, 0, sizeof *ret);
	if (!r || !policy->network) {
		refuse(&ret->refusals, r ? REFUSE_NETWORK : REFUSE_PSBT_TOO_LARGE, ABOUT_PAYLOAD, 0);
		return;
	}
	r->psbt = psbt;
	r->arena = arena;
	r->policy = policy;
	r->context = context;
	r->review = ret;
	faults_review(r);
	global_review(r);
	unknown_review(r);
	inputs_review(r);
	outputs_review(r);
	locktime_review(r);
	size_review(r);
	fee_review(r);
	agreement_ask(r);
}
