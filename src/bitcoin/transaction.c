// SPDX-License-Identifier: Apache-2.0
#include "bitcoin/transaction.h"

#include "bitcoin/hashes.h"

bool transaction_output_sum(const struct transaction *tx, uint64_t *ret)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < tx->output_count; i++) {
		if (tx->outputs[i].value > MONEY_MAX || sum + tx->outputs[i].value > MONEY_MAX)
			return false;
		sum += tx->outputs[i].value;
	}
	*ret = sum;
	return true;
}

static bool outpoint_is_null(const struct outpoint *o)
{
	static const uint8_t zero[TXID_SIZE];
	return memcmp(o->txid, zero, TXID_SIZE) == 0;
}

enum transaction_fault transaction_check(const struct transaction *tx)
{
	uint64_t sum;
	if (tx->input_count == 0)
		return TRANSACTION_NO_INPUT;
	if (tx->output_count == 0)
		return TRANSACTION_NO_OUTPUT;
	if (!transaction_output_sum(tx, &sum))
		return TRANSACTION_VALUE;
	for (size_t i = 0; i < tx->input_count; i++) {
		if (outpoint_is_null(&tx->inputs[i].previous))
			return TRANSACTION_NULL_INPUT;
		for (size_t j = 0; j < i; j++) {
			if (outpoint_equal(&tx->inputs[i].previous, &tx->inputs[j].previous))
				return TRANSACTION_DUPLICATE_INPUT;
		}
	}
	return TRANSACTION_FINE;
}

bool transaction_has_witness(const struct transaction *tx)
{
	for (size_t i = 0; i < tx->input_count; i++) {
		if (tx->inputs[i].witness_count)
			return true;
	}
	return false;
}

void tx_output_sink(const struct tx_output *output, struct sink *sink)
{
	sink_u64(sink, output->value);
	sink_span(sink, output->script);
}

static void witness_sink(const struct tx_input *input, struct sink *sink)
{
	sink_compact(sink, input->witness_count);
	for (size_t i = 0; i < input->witness_count; i++)
		sink_span(sink, input->witness[i]);
}

void transaction_sink(const struct transaction *tx, bool with_witness, struct sink *sink)
{
	static const uint8_t marker_and_flag[2] = { 0, 1 };
	with_witness = with_witness && transaction_has_witness(tx);
	sink_u32(sink, tx->version);
	if (with_witness)
		sink_bytes(sink, marker_and_flag, sizeof marker_and_flag);
	sink_compact(sink, tx->input_count);
	for (size_t i = 0; i < tx->input_count; i++) {
		const struct tx_input *input = &tx->inputs[i];
		sink_bytes(sink, input->previous.txid, TXID_SIZE);
		sink_u32(sink, input->previous.index);
		sink_span(sink, input->script_sig);
		sink_u32(sink, input->sequence);
	}
	sink_compact(sink, tx->output_count);
	for (size_t i = 0; i < tx->output_count; i++)
		tx_output_sink(&tx->outputs[i], sink);
	for (size_t i = 0; with_witness && i < tx->input_count; i++)
		witness_sink(&tx->inputs[i], sink);
	sink_u32(sink, tx->locktime);
}

void transaction_write(const struct transaction *tx, bool with_witness, struct writer *writer)
{
	struct sink sink = { .writer = writer };
	transaction_sink(tx, with_witness, &sink);
}

size_t transaction_size(const struct transaction *tx, bool with_witness)
{
	struct sink sink = { 0 };
	transaction_sink(tx, with_witness, &sink);
	return sink.size;
}

size_t transaction_weight(const struct transaction *tx)
{
	return transaction_size(tx, false) * (WITNESS_SCALE - 1) + transaction_size(tx, true);
}

size_t transaction_vsize(const struct transaction *tx)
{
	return (transaction_weight(tx) + WITNESS_SCALE - 1) / WITNESS_SCALE;
}

size_t transaction_weight_signed(const struct transaction *tx, const size_t *witness_weights)
{
	size_t weight = transaction_size(tx, false) * WITNESS_SCALE + 2; // marker and flag
	for (size_t i = 0; i < tx->input_count; i++)
		weight += witness_weights[i];
	return weight;
}

static void id_of(const struct transaction *tx, bool with_witness, uint8_t ret[TXID_SIZE])
{
	struct sha256 hash;
	struct sink sink = { .hash = &hash };
	sha256_init(&hash);
	transaction_sink(tx, with_witness, &sink);
	hash256_final(&hash, ret);
}

void transaction_id(const struct transaction *tx, uint8_t ret[TXID_SIZE])
{
	id_of(tx, false, ret);
}

void transaction_witness_id(const struct transaction *tx, uint8_t ret[TXID_SIZE])
{
	id_of(tx, true, ret);
}
