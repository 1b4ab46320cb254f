// SPDX-License-Identifier: Apache-2.0
#include "evm/review.h"

struct child {
	unsigned operation;
	struct evm_address to;
	struct u256 value;
	struct evm_bytes data;
};

const char *evm_risk_text(enum evm_risk risk)
{
	static const char *const texts[EVM_RISKS] = {
		"an unknown call: nobody can say what it does",
		"a known call whose arguments are not well formed",
		"a delegatecall: foreign code would act with all rights of the Safe",
		"an unlimited approval: the spender could take everything, at any time",
		"an approval: the spender may take this amount later",
		"the owners or the threshold of a Safe would change",
		"the modules of a Safe would change: a module acts without signatures",
		"the guard or the fallback handler of a Safe would change",
		"a call through a module, past the owners",
		"approves a hash whose content is not shown",
		"the Safe would pay a refund for gas",
		"the delay or a role of the timelock would change",
		"puts a contract on the chain",
		"calls nested too deep to be shown whole",
		"more calls than can be shown",
		"a payment to the zero address or of a token to its own contract, which is lost",
	};
	unsigned bit = (unsigned)__builtin_ctz((unsigned)risk | 1u << EVM_RISKS);
	ASSERT(bit < EVM_RISKS && (unsigned)risk == 1u << bit);
	return texts[bit];
}

// What each call means whatever its arguments are.
static const uint32_t fixed_risks[EVM_FUNCTIONS] = {
	[EVM_APPROVE] = EVM_RISK_APPROVAL,
	[EVM_INCREASE_ALLOWANCE] = EVM_RISK_APPROVAL,
	[SAFE_ADD_OWNER] = EVM_RISK_OWNERS,
	[SAFE_REMOVE_OWNER] = EVM_RISK_OWNERS,
	[SAFE_SWAP_OWNER] = EVM_RISK_OWNERS,
	[SAFE_CHANGE_THRESHOLD] = EVM_RISK_OWNERS,
	[SAFE_ENABLE_MODULE] = EVM_RISK_MODULES,
	[SAFE_DISABLE_MODULE] = EVM_RISK_MODULES,
	[SAFE_SET_GUARD] = EVM_RISK_GUARD,
	[SAFE_SET_FALLBACK_HANDLER] = EVM_RISK_GUARD,
	[SAFE_APPROVE_HASH] = EVM_RISK_BLIND,
	[SAFE_EXEC_FROM_MODULE] = EVM_RISK_FROM_MODULE,
	[SAFE_EXEC_FROM_MODULE_DATA] = EVM_RISK_FROM_MODULE,
	[SAFE_SETUP] = EVM_RISK_OWNERS | EVM_RISK_GUARD,
	[TIMELOCK_UPDATE_DELAY] = EVM_RISK_TIMELOCK,
	[TIMELOCK_GRANT_ROLE] = EVM_RISK_TIMELOCK,
	[TIMELOCK_REVOKE_ROLE] = EVM_RISK_TIMELOCK,
	[TIMELOCK_RENOUNCE_ROLE] = EVM_RISK_TIMELOCK,
};

static void add_risk(struct evm_review *review, size_t step, uint32_t risks)
{
	review->steps[step].risks |= risks;
	review->risks |= risks;
}

static void review_call(struct evm_review *review, size_t step);

// A step of its own, and all that it makes. Beyond a limit the parent carries the risk.
static void review_child(struct evm_review *review, size_t parent, const struct child *child)
{
	unsigned depth = review->steps[parent].depth + 1;
	size_t at = review->count;
	if (depth > EVM_DEPTH_MAX || at == EVM_STEPS_MAX) {
		add_risk(review, parent, depth > EVM_DEPTH_MAX ? EVM_RISK_DEPTH : EVM_RISK_STEPS);
		return;
	}
	if (child->operation > SAFE_DELEGATECALL) {
		add_risk(review, parent, EVM_RISK_MALFORMED);
		return;
	}
	review->count++;
	review->steps[at] = (struct evm_step){ .depth = depth, .parent = parent, .to = child->to, .value = child->value,
					       .operation = (enum safe_operation)child->operation, .data = child->data };
	review_call(review, at);
}

static unsigned operation_of(const struct abi_value *value)
{
	return value->bytes.at[31];
}

// execTransaction and its module forms begin alike.
static void review_exec(struct evm_review *review, size_t step, const struct abi_value *a)
{
	struct child child = { operation_of(&a[3]), abi_address(&a[0]), abi_number(&a[1]), a[2].bytes };
	review_child(review, step, &child);
}

static void review_exec_transaction(struct evm_review *review, size_t step, const struct abi_value *a)
{
	struct u256 gas_price = abi_number(&a[6]);
	if (!u256_zero(&gas_price))
		add_risk(review, step, EVM_RISK_REFUND);
	review_exec(review, step, a);
}

static void review_timelock(struct evm_review *review, size_t step, const struct abi_value *a)
{
	struct child child = { SAFE_CALL, abi_address(&a[0]), abi_number(&a[1]), a[2].bytes };
	review_child(review, step, &child);
}

static void review_batch(struct evm_review *review, size_t step, const struct abi_value *a)
{
	if (a[0].count != a[1].count || a[0].count != a[2].count || a[0].count == 0) {
		add_risk(review, step, EVM_RISK_MALFORMED);
		return;
	}
	for (size_t i = 0; i < a[0].count; i++) {
		struct child child = { SAFE_CALL, abi_item_address(&a[0], i), abi_item_number(&a[1], i),
				       abi_item_bytes(&a[2], i) };
		review_child(review, step, &child);
	}
}

static void review_multi_send(struct evm_review *review, size_t step, const struct abi_value *a)
{
	struct evm_bytes list = a[0].bytes;
	struct evm_packed packed;
	if (list.size == 0)
		add_risk(review, step, EVM_RISK_MALFORMED);
	while (list.size) {
		if (evm_packed_next(&list, &packed)) {
			add_risk(review, step, EVM_RISK_MALFORMED);
			return;
		}
		struct child child = { packed.operation, packed.to, packed.value, packed.data };
		review_child(review, step, &child);
		if (review->steps[step].risks & (EVM_RISK_STEPS | EVM_RISK_DEPTH))
			return;
	}
}

// setup delegatecalls `to` when there is one, and may pay.
static void review_setup(struct evm_review *review, size_t step, const struct abi_value *a)
{
	struct child child = { SAFE_DELEGATECALL, abi_address(&a[2]), u256_of(0), a[3].bytes };
	struct u256 payment = abi_number(&a[6]);
	if (!u256_zero(&payment))
		add_risk(review, step, EVM_RISK_REFUND);
	if (!evm_address_zero(&child.to))
		review_child(review, step, &child);
}

static void review_approval(struct evm_review *review, size_t step, const struct abi_value *a)
{
	struct u256 amount = abi_number(&a[1]), one = u256_of(1), above;
	if (!u256_add(&amount, &one, &above) || u256_bits(&above) > EVM_UNLIMITED_BITS)
		add_risk(review, step, EVM_RISK_UNLIMITED);
}

static void review_recipient(struct evm_review *review, size_t step, struct evm_address to)
{
	if (evm_address_zero(&to) || evm_address_equal(&to, &review->steps[step].to))
		add_risk(review, step, EVM_RISK_LOST);
}

static void review_transfer(struct evm_review *review, size_t step, const struct abi_value *a)
{
	review_recipient(review, step, abi_address(&a[0]));
}

static void review_transfer_from(struct evm_review *review, size_t step, const struct abi_value *a)
{
	review_recipient(review, step, abi_address(&a[1]));
}

typedef void (*reviewer)(struct evm_review *review, size_t step, const struct abi_value *arguments);

static const reviewer reviewers[EVM_FUNCTIONS] = {
	[EVM_TRANSFER] = review_transfer,
	[EVM_TRANSFER_FROM] = review_transfer_from,
	[EVM_APPROVE] = review_approval,
	[EVM_INCREASE_ALLOWANCE] = review_approval,
	[SAFE_EXEC_TRANSACTION] = review_exec_transaction,
	[SAFE_EXEC_FROM_MODULE] = review_exec,
	[SAFE_EXEC_FROM_MODULE_DATA] = review_exec,
	[SAFE_SETUP] = review_setup,
	[SAFE_MULTI_SEND] = review_multi_send,
	[TIMELOCK_SCHEDULE] = review_timelock,
	[TIMELOCK_EXECUTE] = review_timelock,
	[TIMELOCK_SCHEDULE_BATCH] = review_batch,
	[TIMELOCK_EXECUTE_BATCH] = review_batch,
};

static void review_call(struct evm_review *review, size_t step)
{
	struct evm_step *s = &review->steps[step];
	enum evm_call_refusal why;
	if (s->operation == SAFE_DELEGATECALL)
		add_risk(review, step, EVM_RISK_DELEGATECALL);
	if (evm_address_zero(&s->to))
		add_risk(review, step, EVM_RISK_LOST);
	if (s->data.size == 0)
		return; // a plain payment
	why = evm_call_decode(s->data, &s->call);
	if (why) {
		add_risk(review, step, why == EVM_CALL_UNKNOWN ? EVM_RISK_UNKNOWN : EVM_RISK_MALFORMED);
		return;
	}
	s->known = true;
	add_risk(review, step, fixed_risks[s->call.id]);
	if (reviewers[s->call.id])
		reviewers[s->call.id](review, step, s->call.arguments);
}

void evm_review_transaction(const struct evm_transaction *tx, struct evm_review *ret)
{
	ret->count = 1;
	ret->risks = 0;
	ret->steps[0] = (struct evm_step){ .to = tx->to, .value = tx->value, .data = tx->data };
	if (tx->creates)
		add_risk(ret, 0, EVM_RISK_CREATES);
	else
		review_call(ret, 0);
}

void evm_review_safe_tx(const struct safe_tx *tx, struct evm_review *ret)
{
	ASSERT(tx->operation <= SAFE_DELEGATECALL);
	ret->count = 1;
	ret->risks = 0;
	ret->steps[0] = (struct evm_step){ .to = tx->to, .value = tx->value, .data = tx->data,
					   .operation = tx->operation };
	if (!u256_zero(&tx->gas_price))
		add_risk(ret, 0, EVM_RISK_REFUND);
	review_call(ret, 0);
}
