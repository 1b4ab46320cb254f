// SPDX-License-Identifier: Apache-2.0
// Calldata: what decodes is encoded again as the same bytes; a review ends, within its limits, with sound parents.
#include "evm/review.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void encoded_again(const struct evm_call *call, struct evm_bytes data)
{
	uint8_t *back = malloc(data.size);
	size_t back_size;
	ASSERT(back && !evm_call_encode(call, back, data.size, &back_size));
	ASSERT(back_size == data.size && memcmp(back, data.at, data.size) == 0);
	free(back);
}

static void review_check(const struct evm_review *review)
{
	uint32_t risks = 0;
	ASSERT(review->count >= 1 && review->count <= EVM_STEPS_MAX);
	for (size_t i = 0; i < review->count; i++) {
		const struct evm_step *s = &review->steps[i];
		risks |= s->risks;
		ASSERT(s->depth <= EVM_DEPTH_MAX && s->parent <= i);
		ASSERT(i == 0 || s->depth == review->steps[s->parent].depth + 1);
		ASSERT(s->operation == SAFE_CALL || s->risks & EVM_RISK_DELEGATECALL);
		ASSERT(s->known || s->data.size == 0 || s->risks & (EVM_RISK_UNKNOWN | EVM_RISK_MALFORMED));
		if (s->known)
			encoded_again(&s->call, s->data);
	}
	ASSERT(risks == review->risks && risks >> EVM_RISKS == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct evm_review review;
	struct evm_transaction tx = { .data = evm_bytes_over(data, size) };
	struct safe_tx safe = { .data = tx.data, .operation = SAFE_DELEGATECALL };
	evm_review_transaction(&tx, &review);
	review_check(&review);
	evm_review_safe_tx(&safe, &review);
	review_check(&review);
	return 0;
}
