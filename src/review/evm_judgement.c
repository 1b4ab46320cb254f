// SPDX-License-Identifier: Apache-2.0
#include "review/evm_judgement.h"

#include "review/agreement.h"
#include "review/evm_lines.h"

struct judge {
	const struct evm_payload *payload;
	const struct review_policy *policy;
	const struct review_context *context;
	struct evm_judgement *out;
	const struct policy_safe *safe; // that pays, or whose transaction this sends; or NULL
	struct review_payment payments[PAYMENTS_MAX];
};

static void about(struct judge *j, enum refusal id)
{
	refuse(&j->out->refusals, id, ABOUT_PAYLOAD, 0);
}

static void about_step(struct judge *j, enum refusal id, size_t step)
{
	refuse(&j->out->refusals, id, ABOUT_STEP, step);
}

void evm_payload_read(const void *data, size_t size, const struct evm_address *from, struct evm_payload *ret)
{
	memset(ret, 0, sizeof *ret);
	ret->from = *from;
	ret->why = evm_tx_decode_unsigned(data, size, &ret->tx);
	ret->kind = ret->why ? EVM_PAYLOAD_UNREADABLE : EVM_PAYLOAD_TRANSACTION;
}

enum refusal evm_risk_refusal(enum evm_risk risk)
{
	static const enum refusal refusals[EVM_RISKS] = {
		REFUSE_CALL_UNKNOWN, REFUSE_CALL_MALFORMED, REFUSE_DELEGATECALL, REFUSE_APPROVAL_UNLIMITED,
		REFUSE_APPROVAL, REFUSE_OWNERS, REFUSE_MODULES, REFUSE_GUARD, REFUSE_FROM_MODULE, REFUSE_HASH_BLIND,
		REFUSE_GAS_REFUND, REFUSE_TIMELOCK_ROLE, REFUSE_CREATES, REFUSE_DEPTH, REFUSE_STEPS, REFUSE_LOST,
	};
	unsigned bit = (unsigned)__builtin_ctz((unsigned)risk | 1u << EVM_RISKS);
	ASSERT(bit < EVM_RISKS && (unsigned)risk == 1u << bit);
	return refusals[bit];
}

#define CEREMONY_RISKS (EVM_RISK_OWNERS | EVM_RISK_MODULES | EVM_RISK_GUARD | EVM_RISK_TIMELOCK)

static void risks_judge(struct judge *j, size_t step)
{
	uint32_t risks = j->out->review.steps[step].risks;
	if (j->policy->mode == POLICY_CEREMONY && risks & CEREMONY_RISKS) {
		about_step(j, NOTICE_CEREMONY, step);
		risks &= ~(uint32_t)CEREMONY_RISKS;
	}
	for (unsigned bit = 0; bit < EVM_RISKS; bit++) {
		if (risks & 1u << bit)
			about_step(j, evm_risk_refusal((enum evm_risk)(1u << bit)), step);
	}
}

// ---- whose is an address --------------------------------------------------

static const struct policy_safe *timelock_of(const struct judge *j, const struct evm_address *address)
{
	for (size_t i = 0; i < j->policy->safe_count; i++) {
		const struct policy_safe *s = &j->policy->safes[i];
		if (s->chain_id == j->out->chain_id && s->has_timelock && evm_address_equal(&s->timelock, address))
			return s;
	}
	return NULL;
}

static const struct policy_account *account_of(const struct judge *j, const struct evm_address *address)
{
	for (size_t i = 0; i < j->policy->account_count; i++) {
		const struct policy_account *a = &j->policy->accounts[i];
		if (a->chain_id == j->out->chain_id && evm_address_equal(&a->address, address))
			return a;
	}
	return NULL;
}

static const char *own_name(const struct judge *j, const struct evm_address *address)
{
	const struct policy_safe *safe = policy_safe(j->policy, j->out->chain_id, address);
	const struct policy_account *account = account_of(j, address);
	if (!safe)
		safe = timelock_of(j, address);
	return safe ? safe->name : account ? account->name : NULL;
}

// Known under this address, but on another chain only: a Safe's address can be taken there by somebody else.
static bool known_elsewhere(const struct judge *j, const struct evm_address *address)
{
	for (size_t i = 0; i < j->policy->safe_count; i++) {
		if (evm_address_equal(&j->policy->safes[i].address, address))
			return true;
	}
	for (size_t i = 0; i < j->policy->label_count; i++) {
		const struct policy_label *l = &j->policy->labels[i];
		if (l->chain.kind == CHAIN_EVM && l->place_size == EVM_ADDRESS_SIZE &&
		    memcmp(l->place, address->bytes, EVM_ADDRESS_SIZE) == 0)
			return true;
	}
	return false;
}

// ---- operations of timelocks ----------------------------------------------

bool evm_operation(const struct evm_judgement *judgement, size_t at, bool execute, uint8_t ret[OPERATION_KEY_SIZE])
{
	const struct evm_step *step = &judgement->review.steps[at];
	enum evm_function_id one = execute ? TIMELOCK_EXECUTE : TIMELOCK_SCHEDULE,
			     batch = execute ? TIMELOCK_EXECUTE_BATCH : TIMELOCK_SCHEDULE_BATCH;
	uint8_t id[32];
	if (!step->known || (step->call.id != one && step->call.id != batch))
		return false;
	evm_timelock_id(&step->call, id);
	operation_key(judgement->chain_id, &step->to, id, ret);
	return true;
}

// Whether a step lies within the execution of what this vault has scheduled.
static bool scheduled(const struct judge *j, size_t at)
{
	const struct evm_review *review = &j->out->review;
	uint8_t key[OPERATION_KEY_SIZE];
	while (j->context->operations && review->steps[at].depth) {
		at = review->steps[at].parent;
		if (evm_operation(j->out, at, true, key) && operation_known(j->context->operations, key))
			return true;
	}
	return false;
}

// ---- payments -------------------------------------------------------------

static void destination_judge(struct judge *j, size_t step, struct evm_paid *paid)
{
	struct chain chain = policy_chain_evm(j->out->chain_id);
	const uint8_t *place = paid->to.bytes;
	const struct policy_label *label = policy_label(j->policy, &chain, place, EVM_ADDRESS_SIZE);
	const char *own = own_name(j, &paid->to);
	bool before = scheduled(j, step), agreed = before || agreement_names(j->context, &chain, place, EVM_ADDRESS_SIZE);
	paid->own = own;
	paid->name = own ? own : label ? label->name : NULL;
	if (own)
		about_step(j, agreed ? NOTICE_OWN_WALLET : REFUSE_OWN_OTHER_WALLET, step);
	else if (!label)
		about_step(j, j->policy->labels_only ? REFUSE_DESTINATION_UNKNOWN : NOTICE_DESTINATION_UNKNOWN, step);
	if (!paid->name && known_elsewhere(j, &paid->to))
		about_step(j, REFUSE_CONTRACT_ON_OTHER_CHAIN, step);
	if (!own && !before && looks_alike(j->policy, j->context, &chain, place, EVM_ADDRESS_SIZE))
		about_step(j, REFUSE_LOOK_ALIKE, step);
}

// token NULL: the chain's coin; `contract` is what stands in the limits and the intent.
static void payment_add(struct judge *j, size_t step, const struct policy_token *token, const struct evm_address *contract,
			struct evm_address to, struct u256 amount)
{
	struct evm_judgement *out = j->out;
	if (out->payment_count == EVM_PAYMENTS_MAX) {
		about(j, REFUSE_TOO_MANY);
		return;
	}
	struct review_payment *p = &j->payments[out->payment_count];
	struct evm_paid *paid = &out->payments[out->payment_count++];
	*paid = (struct evm_paid){ .step = step, .token = token, .native = !contract, .to = to,
				   .amount = amount };
	*p = (struct review_payment){ .asset.chain = policy_chain_evm(out->chain_id), .index = step,
				      .place_size = EVM_ADDRESS_SIZE };
	if (contract)
		memcpy(p->asset.contract, contract->bytes, CONTRACT_SIZE);
	memcpy(p->place, to.bytes, EVM_ADDRESS_SIZE);
	u256_to_bytes(&amount, p->amount.bytes);
	destination_judge(j, step, paid);
}

// ---- calls ----------------------------------------------------------------

static bool call_allowed(const struct judge *j, const struct evm_step *step)
{
	if (j->policy->calls >> step->call.id & 1)
		return true;
	return j->policy->mode == POLICY_CEREMONY && step->risks & CEREMONY_RISKS;
}

static void transfer_judge(struct judge *j, size_t at, const struct evm_step *step)
{
	const struct policy_token *token = policy_token(j->policy, j->out->chain_id, &step->to);
	if (!token)
		about_step(j, REFUSE_TOKEN_UNKNOWN, at);
	payment_add(j, at, token, &step->to, abi_address(&step->call.arguments[0]), abi_number(&step->call.arguments[1]));
}

static void transfer_from_judge(struct judge *j, size_t at, const struct evm_step *step)
{
	const struct policy_token *token = policy_token(j->policy, j->out->chain_id, &step->to);
	if (!token)
		about_step(j, REFUSE_TOKEN_UNKNOWN, at);
	payment_add(j, at, token, &step->to, abi_address(&step->call.arguments[1]), abi_number(&step->call.arguments[2]));
}

// Tokens that are not on the list are not touched at all.
static void token_judge(struct judge *j, size_t at, const struct evm_step *step)
{
	if (!policy_token(j->policy, j->out->chain_id, &step->to))
		about_step(j, REFUSE_TOKEN_UNKNOWN, at);
}

static void exec_judge(struct judge *j, size_t at, const struct evm_step *step)
{
	if (!policy_safe(j->policy, j->out->chain_id, &step->to))
		about_step(j, REFUSE_SAFE_UNKNOWN, at);
}

static const struct policy_safe *timelock_judge(struct judge *j, size_t at, const struct evm_step *step)
{
	const struct policy_safe *safe = timelock_of(j, &step->to);
	if (!safe)
		about_step(j, REFUSE_TIMELOCK_UNKNOWN, at);
	return safe;
}

static void schedule_judge(struct judge *j, size_t at, const struct evm_step *step)
{
	const struct policy_safe *safe = timelock_judge(j, at, step);
	struct u256 delay = abi_number(&step->call.arguments[5]), least = u256_of(safe ? safe->delay_min : 0);
	about_step(j, NOTICE_TIMELOCK_DELAY, at);
	if (u256_compare(&delay, &least) < 0)
		about_step(j, REFUSE_TIMELOCK_DELAY, at);
}

static void execute_judge(struct judge *j, size_t at, const struct evm_step *step)
{
	(void)timelock_judge(j, at, step);
}

// Who calls a step: the contract that its parent calls, or the payer.
static const struct evm_address *caller_of(const struct judge *j, size_t at)
{
	const struct evm_step *step = &j->out->review.steps[at];
	return step->depth ? &j->out->review.steps[step->parent].to : &j->out->payer;
}

static void cancel_judge(struct judge *j, size_t at, const struct evm_step *step)
{
	const struct policy_safe *safe = timelock_judge(j, at, step);
	about_step(j, NOTICE_CANCEL, at);
	if (!safe)
		return;
	const struct evm_address *canceller = evm_address_zero(&safe->canceller) ? &safe->address : &safe->canceller;
	if (!evm_address_equal(canceller, caller_of(j, at)))
		about_step(j, REFUSE_TIMELOCK_CANCELLER, at);
}

// Rights are changed on our own contracts only.
static void rights_judge(struct judge *j, size_t at, const struct evm_step *step)
{
	bool timelock = step->risks & EVM_RISK_TIMELOCK;
	if (timelock)
		(void)timelock_judge(j, at, step);
	else if (!policy_safe(j->policy, j->out->chain_id, &step->to))
		about_step(j, REFUSE_SAFE_UNKNOWN, at);
}

typedef void (*call_judge)(struct judge *j, size_t at, const struct evm_step *step);

static const call_judge judges[EVM_FUNCTIONS] = {
	[EVM_TRANSFER] = transfer_judge,	  [EVM_TRANSFER_FROM] = transfer_from_judge,
	[EVM_DECREASE_ALLOWANCE] = token_judge,	  [SAFE_SETUP] = rights_judge,
	[SAFE_EXEC_TRANSACTION] = exec_judge,	  [TIMELOCK_SCHEDULE] = schedule_judge,
	[TIMELOCK_SCHEDULE_BATCH] = schedule_judge, [TIMELOCK_EXECUTE] = execute_judge,
	[TIMELOCK_EXECUTE_BATCH] = execute_judge, [TIMELOCK_CANCEL] = cancel_judge,
	[SAFE_ADD_OWNER] = rights_judge,	  [SAFE_REMOVE_OWNER] = rights_judge,
	[SAFE_SWAP_OWNER] = rights_judge,	  [SAFE_CHANGE_THRESHOLD] = rights_judge,
	[SAFE_ENABLE_MODULE] = rights_judge,	  [SAFE_DISABLE_MODULE] = rights_judge,
	[SAFE_SET_GUARD] = rights_judge,	  [SAFE_SET_FALLBACK_HANDLER] = rights_judge,
	[TIMELOCK_UPDATE_DELAY] = rights_judge,	  [TIMELOCK_GRANT_ROLE] = rights_judge,
	[TIMELOCK_REVOKE_ROLE] = rights_judge,	  [TIMELOCK_RENOUNCE_ROLE] = rights_judge,
};

static void step_judge(struct judge *j, size_t at)
{
	const struct evm_step *step = &j->out->review.steps[at];
	risks_judge(j, at);
	if (step->data.size == 0 && !(step->risks & EVM_RISK_CREATES)) {
		if (!u256_zero(&step->value))
			payment_add(j, at, NULL, NULL, step->to, step->value);
		return;
	}
	if (!u256_zero(&step->value)) { // it leaves all the same, and counts
		about_step(j, REFUSE_VALUE_WITH_CALL, at);
		payment_add(j, at, NULL, NULL, step->to, step->value);
	}
	if (!step->known)
		return;
	if (!call_allowed(j, step))
		about_step(j, REFUSE_CALL_NOT_ALLOWED, at);
	if (judges[step->call.id])
		judges[step->call.id](j, at, step);
}

// A Safe with a timelock pays through it: a payment whose way has no schedule or execute on it goes past.
static bool delayed(const struct evm_review *review, size_t at)
{
	while (review->steps[at].depth) {
		at = review->steps[at].parent;
		enum evm_function_id id = review->steps[at].known ? review->steps[at].call.id : EVM_FUNCTIONS;
		if (id == TIMELOCK_SCHEDULE || id == TIMELOCK_EXECUTE || id == TIMELOCK_SCHEDULE_BATCH ||
		    id == TIMELOCK_EXECUTE_BATCH)
			return true;
	}
	return false;
}

static const struct policy_safe *paying_safe(const struct judge *j, size_t at)
{
	return policy_safe(j->policy, j->out->chain_id, caller_of(j, at));
}

static void past_judge(struct judge *j)
{
	for (size_t i = 0; i < j->out->payment_count; i++) {
		const struct evm_paid *paid = &j->out->payments[i];
		const struct policy_safe *safe = paying_safe(j, paid->step);
		bool to_timelock = safe && evm_address_equal(&safe->timelock, &paid->to);
		if (safe && safe->has_timelock && !to_timelock && !delayed(&j->out->review, paid->step))
			about_step(j, REFUSE_TIMELOCK_PAST, paid->step);
	}
}

// ---- envelopes ------------------------------------------------------------

static bool chain_listed(const struct review_policy *policy, uint64_t chain_id)
{
	for (size_t i = 0; i < policy->chain_id_count; i++) {
		if (policy->chain_ids[i] == chain_id)
			return true;
	}
	return false;
}

static void chain_judge(struct judge *j)
{
	if (j->out->chain_id == 0)
		about(j, REFUSE_UNPROTECTED);
	else if (!chain_listed(j->policy, j->out->chain_id))
		about(j, REFUSE_CHAIN_ID);
}

static void transaction_open(struct judge *j)
{
	const struct evm_transaction *tx = &j->payload->tx;
	struct evm_judgement *out = j->out;
	struct u256 gas = u256_of(tx->gas_limit);
	out->chain_id = tx->chain_id;
	out->payer = j->payload->from;
	chain_judge(j);
	if (tx->is_signed)
		about(j, REFUSE_EVM_SIGNED);
	else
		evm_tx_signing_hash(tx, out->digest);
	if (tx->chain_id && evm_tx_check(tx, tx->chain_id))
		about(j, REFUSE_EVM_INVALID);
	if (!u256_multiply(&gas, &tx->fee_max, &out->fee_max))
		out->fee_max = u256_max;
	const struct policy_account *account = account_of(j, &out->payer);
	out->payer_name = account ? account->name : NULL;
	if (!account)
		about(j, REFUSE_WALLET_UNKNOWN);
	evm_review_transaction(tx, &out->review);
	if (out->review.steps[0].known && out->review.steps[0].call.id == SAFE_EXEC_TRANSACTION)
		j->safe = policy_safe(j->policy, out->chain_id, &tx->to);
}

static bool owns(const struct policy_safe *safe, const struct evm_address *owner)
{
	for (size_t i = 0; i < safe->owner_count; i++) {
		if (evm_address_equal(&safe->owners[i], owner))
			return true;
	}
	return false;
}

static void safe_tx_open(struct judge *j)
{
	const struct evm_payload *p = j->payload;
	struct evm_judgement *out = j->out;
	out->chain_id = p->chain_id;
	out->payer = p->safe;
	chain_judge(j);
	j->safe = policy_safe(j->policy, p->chain_id, &p->safe);
	out->payer_name = j->safe ? j->safe->name : NULL;
	if (!j->safe) {
		about(j, REFUSE_SAFE_UNKNOWN);
		if (known_elsewhere(j, &p->safe))
			about(j, REFUSE_CONTRACT_ON_OTHER_CHAIN);
	} else if (!owns(j->safe, &p->from)) {
		about(j, REFUSE_WALLET_UNKNOWN);
	}
	about(j, NOTICE_SAFE_NONCE);
	if (p->safe_tx.operation > SAFE_DELEGATECALL) {
		about(j, REFUSE_CALL_MALFORMED);
		return;
	}
	safe_tx_hashes(p->chain_id, &p->safe, &p->safe_tx, NULL, NULL, out->digest);
	evm_review_safe_tx(&p->safe_tx, &out->review);
}

// Changing rights was agreed by the quorum that opened the ceremony, over these very bytes; and stopping a scheduled
// payment must not wait for a quorum (the limits still count its fee).
static bool needs_no_intent(const struct judge *j)
{
	const struct evm_review *review = &j->out->review;
	bool cancels = false;
	if (j->policy->mode == POLICY_CEREMONY)
		return refused(&j->out->refusals, NOTICE_CEREMONY);
	for (size_t i = 0; i < review->count; i++) {
		const struct evm_step *step = &review->steps[i];
		if (!step->known || (step->call.id != SAFE_EXEC_TRANSACTION && step->call.id != TIMELOCK_CANCEL))
			return false;
		cancels |= step->call.id == TIMELOCK_CANCEL;
	}
	return cancels;
}

// What was agreed on and counted when it was scheduled is not asked for again. The payments that are left.
static size_t scheduled_leave(struct judge *j)
{
	size_t left = 0, count = j->out->payment_count;
	for (size_t i = 0; i < count; i++) {
		if (!scheduled(j, j->payments[i].index))
			j->payments[left++] = j->payments[i];
	}
	j->out->scheduled = count && !left;
	if (j->out->scheduled)
		about(j, NOTICE_SCHEDULED);
	return left;
}

// The wallet that an intent names: the Safe whose transaction it is, else who sends it.
static void agreement_ask(struct judge *j)
{
	struct evm_judgement *out = j->out;
	uint8_t wallet[INTENT_WALLET_SIZE];
	struct units fee, rate;
	size_t left = scheduled_leave(j);
	struct review_context context = *j->context;
	if (out->scheduled)
		context.intent = NULL;
	policy_evm_id(j->safe ? &j->safe->address : &out->payer, wallet);
	u256_to_bytes(&out->fee_max, fee.bytes);
	u256_to_bytes(&j->payload->tx.fee_max, rate.bytes);
	const struct agreement agreement = {
		.policy = j->policy,
		.context = &context,
		.chain = policy_chain_evm(out->chain_id),
		.wallet = wallet,
		.wallet_name = j->safe ? j->safe->name : out->payer_name,
		.needs_none = out->scheduled || needs_no_intent(j),
		.subject = ABOUT_STEP,
		.payments = j->payments,
		.payment_count = left,
		.fee = fee,
		.fee_rate = rate,
		.request = &out->request,
		.refusals = &out->refusals,
	};
	agreement_check(&agreement);
}

void evm_judge(const struct evm_payload *payload, const struct review_policy *policy,
	       const struct review_context *context, struct evm_judgement *ret)
{
	struct judge j = { .payload = payload, .policy = policy, .context = context, .out = ret };
	memset(ret, 0, sizeof *ret);
	switch (payload->kind) {
	case EVM_PAYLOAD_TRANSACTION:
		transaction_open(&j);
		break;
	case EVM_PAYLOAD_SAFE_TX:
		safe_tx_open(&j);
		break;
	case EVM_PAYLOAD_TYPED:
		about(&j, REFUSE_TYPED_DATA);
		return;
	case EVM_PAYLOAD_MESSAGE:
		about(&j, REFUSE_MESSAGE);
		return;
	default:
		about(&j, payload->why == EVM_TX_UNPROTECTED ? REFUSE_UNPROTECTED : REFUSE_EVM_UNREADABLE);
		return;
	}
	for (size_t i = 0; i < ret->review.count; i++)
		step_judge(&j, i);
	past_judge(&j);
	agreement_ask(&j);
	evm_lines_write(payload, policy, ret);
}
