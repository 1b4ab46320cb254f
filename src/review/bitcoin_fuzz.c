// SPDX-License-Identifier: Apache-2.0
// Any PSBT through the review: it ends, keeps its sums, and a payload that nobody agreed on never passes.
#include "review/bitcoin_review.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t memory[8 << 20];
static struct bitcoin_review review;
static struct review_line lines[32];
static struct limits_state record;
static struct nonce_store nonces;
static struct policy_wallet wallets[2];

// The wallets of the corpus: those of bitcoin_attacks_test.c, whose seeds are no secret.
static void wallets_read(void)
{
	static const char *const texts[2] = {
#include "review/fuzz_wallets.h"
	};
	for (size_t i = 0; i < 2; i++) {
		ASSERT(descriptor_parse(&network_regtest, texts[i], strlen(texts[i]), &wallets[i].descriptor) == DESCRIPTOR_FINE);
		ASSERT(policy_wallet_id(&wallets[i].descriptor, wallets[i].id) == 0);
		wallets[i].name[0] = (char)('a' + i);
		wallets[i].index_next = 20;
	}
}

static void reviewed(const struct psbt *psbt, struct arena arena)
{
	static struct review_policy policy = { .network = &network_regtest, .wallets = wallets, .wallet_count = 2,
					       .gap_max = POLICY_GAP_MAX };
	const struct review_context context = { .now = 1795312800, .limits = &record, .nonces = &nonces };
	bitcoin_review(psbt, arena, &policy, &context, &review);
	ASSERT(review.refusals.stops); // no limits are given: nothing may leave
	ASSERT(!review.amounts_known || review.input_count < psbt->tx.input_count ||
	       review.output_count < psbt->tx.output_count ||
	       review.spent == review.paid + review.kept + review.fee);
	(void)!bitcoin_review_lines(&review, lines, ARRAY_LEN(lines));
	bitcoin_review_learn(psbt, arena, &nonces);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t seed[32] = { 1 };
	static bool ready;
	struct arena arena = arena_over(memory, sizeof memory);
	struct refusal_list list;
	struct psbt psbt;
	if (!ready) {
		curve_init(seed);
		wallets_read();
	}
	ready = true;
	enum psbt_refusal why = psbt_parse(span_over(data, size), &arena, &psbt);
	if (why) {
		bitcoin_review_unreadable(span_over(data, size), why, &list);
		ASSERT(list.stops && list.count == 1);
	} else {
		reviewed(&psbt, arena);
	}
	(void)!nonce_store_read(data, size, &nonces);
	return 0;
}
