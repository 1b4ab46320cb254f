// SPDX-License-Identifier: Apache-2.0
#include "bitcoin/transaction.h"

#define INPUT_SIZE_MIN	41 // outpoint, empty script, sequence
#define OUTPUT_SIZE_MIN 9

// A count of things of which each takes at least `least` bytes: a lie about it cannot take memory.
static size_t count_read(struct reader *r, size_t least)
{
	uint64_t count = read_compact(r);
	if (count > reader_left(r) / least)
		r->failed = true;
	return r->failed ? 0 : (size_t)count;
}

static int inputs_read(struct reader *r, struct arena *arena, struct transaction *tx)
{
	tx->input_count = count_read(r, INPUT_SIZE_MIN);
	tx->inputs = arena_take(arena, tx->input_count, sizeof *tx->inputs);
	if (!tx->inputs)
		return -ENOMEM;
	for (size_t i = 0; i < tx->input_count; i++) {
		struct tx_input *input = &tx->inputs[i];
		read_copy(r, input->previous.txid, TXID_SIZE);
		input->previous.index = read_u32(r);
		input->script_sig = read_span(r);
		input->sequence = read_u32(r);
	}
	return 0;
}

static struct tx_output output_read(struct reader *r)
{
	uint64_t value = read_u64(r);
	return (struct tx_output){ .value = value, .script = read_span(r) };
}

static int outputs_read(struct reader *r, struct arena *arena, struct transaction *tx)
{
	tx->output_count = count_read(r, OUTPUT_SIZE_MIN);
	tx->outputs = arena_take(arena, tx->output_count, sizeof *tx->outputs);
	if (!tx->outputs)
		return -ENOMEM;
	for (size_t i = 0; i < tx->output_count; i++)
		tx->outputs[i] = output_read(r);
	return 0;
}

static int witnesses_read(struct reader *r, struct arena *arena, struct transaction *tx)
{
	for (size_t i = 0; i < tx->input_count; i++) {
		struct tx_input *input = &tx->inputs[i];
		input->witness_count = count_read(r, 1);
		input->witness = arena_take(arena, input->witness_count, sizeof *input->witness);
		if (!input->witness)
			return -ENOMEM;
		for (size_t w = 0; w < input->witness_count; w++)
			input->witness[w] = read_span(r);
	}
	if (!transaction_has_witness(tx))
		r->failed = true; // BIP144: then the old form must be used
	return 0;
}

int transaction_parse(struct span bytes, enum transaction_form form, struct arena *arena,
		      struct transaction *ret)
{
	struct reader r = reader_over(bytes.at, bytes.size);
	struct transaction tx = { .version = read_u32(&r) };
	int result;
	if (bytes.size > TRANSACTION_SIZE_MAX)
		return 1;
	bool segwit = form == TRANSACTION_WIRE && reader_left(&r) > 2 && r.at[0] == 0;
	if (segwit) {
		read_u8(&r);
		if (read_u8(&r) != 1)
			return 1;
	}
	if ((result = inputs_read(&r, arena, &tx)) || (result = outputs_read(&r, arena, &tx)))
		return result;
	if (segwit && (result = witnesses_read(&r, arena, &tx)))
		return result;
	tx.locktime = read_u32(&r);
	if (!reader_done(&r) || (form == TRANSACTION_WIRE && tx.input_count == 0))
		return 1;
	*ret = tx;
	return 0;
}

int tx_output_parse(struct span bytes, struct tx_output *ret)
{
	struct reader r = reader_over(bytes.at, bytes.size);
	struct tx_output output = output_read(&r);
	if (!reader_done(&r))
		return 1;
	*ret = output;
	return 0;
}
