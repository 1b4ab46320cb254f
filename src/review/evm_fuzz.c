// SPDX-License-Identifier: Apache-2.0
// The first byte says what the rest is: an unsigned transaction, or the data of a Safe's transaction.
#include "review/evm_judgement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct evm_judgement judgement;
static struct limits_state record;
static const struct evm_address safe = { { 0x5a, 1 } }, owner = { { 0x0a, 1 } };
static const uint64_t chains[] = { 31337, 1 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct policy_safe safes[] = { { .name = "safe", .chain_id = 31337, .address = { { 0x5a, 1 } },
						.owners = { { { 0x0a, 1 } } }, .owner_count = 1, .threshold = 1,
						.has_timelock = true, .timelock = { { 0x71, 1 } }, .delay_min = 86400 } };
	static struct policy_token tokens[] = { { "USDC", 31337, { { 0xe2, 0xc2, 0x20 } }, 6 } };
	static const struct review_policy policy = { .chain_ids = chains, .chain_id_count = 2, .safes = safes, .safe_count = 1,
						     .tokens = tokens, .token_count = 1, .calls = POLICY_CALLS_DEFAULT };
	const struct review_context context = { .now = 1795312800, .limits = &record };
	static struct evm_payload payload;
	if (size == 0)
		return 0;
	if (data[0] & 1) {
		evm_payload_read(data + 1, size - 1, &owner, &payload);
	} else {
		payload = (struct evm_payload){ .kind = EVM_PAYLOAD_SAFE_TX, .from = owner, .chain_id = 31337, .safe = safe };
		payload.safe_tx.to = data[0] & 2 ? safes[0].timelock : tokens[0].contract;
		payload.safe_tx.data = evm_bytes_over(data + 1, size - 1);
		payload.safe_tx.operation = data[0] & 4 ? SAFE_DELEGATECALL : SAFE_CALL;
	}
	evm_judge(&payload, &policy, &context, &judgement);
	ASSERT(judgement.line_count <= EVM_LINES_MAX && judgement.payment_count <= EVM_PAYMENTS_MAX);
	// Without an intent and without limits nothing that pays may pass, nor any step that carries a risk.
	ASSERT((!judgement.payment_count && !judgement.review.risks) || judgement.refusals.stops);
	return 0;
}
