// SPDX-License-Identifier: Apache-2.0
// What the inputs spend. The fee attack on segwit version 0: a signer that takes
// an amount on trust can be made to sign twice with two false amounts, and the
// signatures together pay a fee that neither screen showed. Hence the whole
// previous transaction, whose id the input names, except for taproot.
#include "bitcoin/psbt_fields.h"

static enum psbt_refusal previous_read(const struct psbt *psbt, size_t input, struct span bytes,
				       struct arena arena, struct tx_output *ret)
{
	const struct outpoint *spent = &psbt->tx.inputs[input].previous;
	struct transaction previous;
	uint8_t id[TXID_SIZE];
	int result = transaction_parse(bytes, TRANSACTION_WIRE, &arena, &previous);
	if (result)
		return result < 0 ? PSBT_MEMORY : PSBT_FIELD;
	transaction_id(&previous, id);
	if (memcmp(id, spent->txid, TXID_SIZE) != 0 || spent->index >= previous.output_count)
		return PSBT_PREVIOUS;
	if (previous.outputs[spent->index].value > MONEY_MAX)
		return PSBT_VALUE;
	*ret = previous.outputs[spent->index];
	return PSBT_FINE;
}

enum psbt_refusal psbt_spent_read(struct psbt *psbt, size_t input, struct arena arena)
{
	struct psbt_input *in = &psbt->inputs[input];
	const struct psbt_pair *full = psbt_find(&in->map, PSBT_IN_NON_WITNESS_UTXO);
	const struct psbt_pair *brief = psbt_find(&in->map, PSBT_IN_WITNESS_UTXO);
	struct tx_output claimed;
	enum psbt_refusal refusal;
	in->spent_known = in->previous_full = false;
	if (full && (refusal = previous_read(psbt, input, full->value, arena, &in->spent)))
		return refusal;
	in->previous_full = full;
	in->spent_known = full || brief;
	if (brief) {
		if (tx_output_parse(brief->value, &claimed))
			return PSBT_FIELD;
		if (full &&
		    (claimed.value != in->spent.value || !span_equal(claimed.script, in->spent.script)))
			return PSBT_PREVIOUS;
		in->spent = claimed;
	}
	return PSBT_FINE;
}

enum psbt_refusal psbt_put_previous(struct psbt *psbt, struct arena *arena, size_t input, struct span bytes)
{
	struct tx_output output;
	if (input >= psbt->tx.input_count)
		return PSBT_STRUCTURE;
	enum psbt_refusal refusal = previous_read(psbt, input, bytes, *arena, &output);
	if (!refusal)
		refusal = psbt_put(&psbt->inputs[input].map, arena, PSBT_IN_NON_WITNESS_UTXO,
				   span_over(NULL, 0), bytes);
	return refusal ? refusal : psbt_spent_read(psbt, input, *arena);
}

enum psbt_refusal psbt_spent_check(const struct psbt *psbt)
{
	for (size_t i = 0; i < psbt->tx.input_count; i++) {
		const struct psbt_input *in = &psbt->inputs[i];
		bool taproot = in->spent_known && output_kind_of(in->spent.script, NULL) == OUTPUT_TAPROOT;
		if (!in->previous_full && !taproot)
			return PSBT_PREVIOUS_MISSING;
	}
	return PSBT_FINE;
}

enum psbt_refusal psbt_fee(const struct psbt *psbt, uint64_t *ret_satoshi)
{
	uint64_t in = 0, out;
	enum psbt_refusal refusal = psbt_spent_check(psbt);
	if (refusal)
		return refusal;
	for (size_t i = 0; i < psbt->tx.input_count; i++) {
		in += psbt->inputs[i].spent.value;
		if (in > MONEY_MAX)
			return PSBT_VALUE;
	}
	if (!transaction_output_sum(&psbt->tx, &out) || out > in)
		return PSBT_VALUE;
	*ret_satoshi = in - out;
	return PSBT_FINE;
}
