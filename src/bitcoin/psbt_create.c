// SPDX-License-Identifier: Apache-2.0
#include "bitcoin/psbt_fields.h"

enum psbt_refusal psbt_create(const struct transaction *tx, struct arena *arena, struct psbt *ret)
{
	struct psbt psbt = { .version = 0, .tx = *tx };
	size_t size = transaction_size(tx, false);
	uint8_t *bytes = arena_take(arena, 1, size);
	if (tx->input_count > PSBT_INPUTS_MAX || tx->output_count > PSBT_OUTPUTS_MAX)
		return PSBT_STRUCTURE;
	for (size_t i = 0; i < tx->input_count; i++) {
		if (tx->inputs[i].script_sig.size || tx->inputs[i].witness_count)
			return PSBT_TRANSACTION;
	}
	psbt.inputs = arena_take(arena, tx->input_count, sizeof *psbt.inputs);
	psbt.outputs = arena_take(arena, tx->output_count, sizeof *psbt.outputs);
	if (!bytes || !psbt.inputs || !psbt.outputs)
		return PSBT_MEMORY;
	struct writer w = writer_over(bytes, size);
	transaction_write(tx, false, &w);
	enum psbt_refusal refusal = psbt_put(&psbt.global, arena, PSBT_GLOBAL_UNSIGNED_TX, span_over(NULL, 0),
					     span_over(bytes, size));
	if (!refusal)
		*ret = psbt;
	return refusal;
}

int psbt_witness_parse(struct span value, struct arena *arena, struct span **ret_items, size_t *ret_count)
{
	struct reader r = reader_over(value.at, value.size);
	uint64_t count = read_compact(&r);
	if (r.failed || count > reader_left(&r)) // an item takes a byte at least
		return 1;
	struct span *items = arena_take(arena, (size_t)count, sizeof *items);
	if (!items)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		items[i] = read_span(&r);
	if (!reader_done(&r))
		return 1;
	*ret_items = items;
	*ret_count = (size_t)count;
	return 0;
}

const char *psbt_refusal_text(enum psbt_refusal refusal)
{
	static const char *const texts[] = {
		[PSBT_FINE] = "fine",
		[PSBT_MEMORY] = "it needs more memory than it is given",
		[PSBT_SIZE] = "it is longer than 16 MiB",
		[PSBT_MAGIC] = "it does not begin as a PSBT",
		[PSBT_STRUCTURE] = "it is cut off, has bytes left over, or is beyond the limits",
		[PSBT_DUPLICATE] = "a field occurs twice",
		[PSBT_VERSION] = "its version is neither 0 nor 2",
		[PSBT_FIELD] = "a field is malformed",
		[PSBT_FIELD_VERSION] = "a field does not belong into this version",
		[PSBT_FIELD_MISSING] = "a field that this version needs is missing",
		[PSBT_TRANSACTION] = "the unsigned transaction is malformed or already carries signatures",
		[PSBT_PREVIOUS] = "a previous transaction is not the one that the input names",
		[PSBT_SIGHASH] = "a signature is of another type than the input asks for",
		[PSBT_LOCKTIME] = "the inputs demand a height and a time at once",
		[PSBT_OTHER] = "it is about another transaction or script",
		[PSBT_CONFLICT] = "a field has two values: one of the two was altered on the way",
		[PSBT_PREVIOUS_MISSING] =
			"a whole previous transaction is missing: without it the fee shown may be a lie",
		[PSBT_VALUE] = "amounts are out of range, or more is paid than is spent",
		[PSBT_TEMPLATE] = "an input is of a kind that is not signed here",
		[PSBT_SCRIPT] = "a script is missing or is not the one that the coin names",
		[PSBT_KEY] = "the key has no part in this input",
		[PSBT_SIGHASH_TYPE] = "it asks for a signature that does not cover all inputs and outputs",
		[PSBT_SIGNATURE] = "a signature is false",
		[PSBT_INCOMPLETE] = "signatures are missing",
		[PSBT_LOCKED] = "the time-locked way is not open with this nSequence",
		[PSBT_FINAL] = "the input is complete already",
		[PSBT_NOT_FINAL] = "an input is not complete yet",
		[PSBT_SIGNER] = "who holds the key did not sign",
	};
	return refusal < ARRAY_LEN(texts) ? texts[refusal] : "refused";
}
