// SPDX-License-Identifier: Apache-2.0
// Transactions (BIP141, BIP144): read into an arena, pointing into the bytes
// that were read, which must outlive them.
#pragma once

#include "bitcoin/compact.h"

#define TRANSACTION_SIZE_MAX		4000000		    // bytes; a block has no room for more
#define TRANSACTION_WEIGHT_STANDARD_MAX 400000		    // what nodes relay
#define MONEY_MAX			2100000000000000ull // satoshi; above it nothing is an amount
#define TXID_SIZE			32
#define WITNESS_SCALE			4

struct outpoint {
	uint8_t txid[TXID_SIZE]; // as on the wire; shown reversed
	uint32_t index;
};

struct tx_input {
	struct outpoint previous;
	struct span script_sig;
	uint32_t sequence;
	struct span *witness;
	size_t witness_count;
};

struct tx_output {
	uint64_t value; // satoshi
	struct span script;
};

struct transaction {
	uint32_t version;
	uint32_t locktime;
	struct tx_input *inputs;
	size_t input_count;
	struct tx_output *outputs;
	size_t output_count;
};

enum transaction_form {
	TRANSACTION_WIRE,     // with witnesses where there are any
	TRANSACTION_UNSIGNED, // PSBT's: never with witnesses, may have no input
};

// The whole of `bytes` must be one transaction. 0, or
//   1 malformed (length, counts, non-minimal integers, an empty witness section)
//   -ENOMEM the arena is full
MUST_USE int transaction_parse(struct span bytes, enum transaction_form form, struct arena *arena,
			       struct transaction *ret);

enum transaction_fault {
	TRANSACTION_FINE,
	TRANSACTION_NO_INPUT,
	TRANSACTION_NO_OUTPUT,
	TRANSACTION_VALUE,	     // an output or the sum above MONEY_MAX
	TRANSACTION_DUPLICATE_INPUT, // spends one output twice
	TRANSACTION_NULL_INPUT,	     // a coinbase, or an outpoint of zeros
};
// What consensus demands of any transaction without looking at the chain. Compares
// each input with each: callers bound their number (PSBT_INPUTS_MAX).
enum transaction_fault transaction_check(const struct transaction *tx);

// Sum of all outputs; false above MONEY_MAX.
MUST_USE bool transaction_output_sum(const struct transaction *tx, uint64_t *ret);

bool transaction_has_witness(const struct transaction *tx);
void transaction_sink(const struct transaction *tx, bool with_witness, struct sink *sink);
void transaction_write(const struct transaction *tx, bool with_witness, struct writer *writer);
size_t transaction_size(const struct transaction *tx, bool with_witness);
size_t transaction_weight(const struct transaction *tx);
// Weight / 4 rounded up: what fee rates count.
size_t transaction_vsize(const struct transaction *tx);
// The weight that an unsigned transaction of segwit inputs will have: for each
// input the bytes of its witness, with their count (descriptor_witness_weight).
size_t transaction_weight_signed(const struct transaction *tx, const size_t *witness_weights);

void transaction_id(const struct transaction *tx, uint8_t ret[TXID_SIZE]);
void transaction_witness_id(const struct transaction *tx, uint8_t ret[TXID_SIZE]);

static inline bool outpoint_equal(const struct outpoint *a, const struct outpoint *b)
{
	return a->index == b->index && memcmp(a->txid, b->txid, TXID_SIZE) == 0;
}

// One output as it stands in a transaction (PSBT's witness UTXO). 0, or 1 when malformed.
MUST_USE int tx_output_parse(struct span bytes, struct tx_output *ret);
void tx_output_sink(const struct tx_output *output, struct sink *sink);
