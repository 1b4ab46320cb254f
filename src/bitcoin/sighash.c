// SPDX-License-Identifier: Apache-2.0
#include "bitcoin/sighash.h"

#include "bitcoin/hashes.h"

struct hashing {
	struct sha256 hash;
	struct sink sink;
};

static void hashing_begin(struct hashing *h)
{
	sha256_init(&h->hash);
	h->sink = (struct sink){ .hash = &h->hash };
}

static void previous_sink(const struct tx_input *input, struct sink *sink)
{
	sink_bytes(sink, input->previous.txid, TXID_SIZE);
	sink_u32(sink, input->previous.index);
}

static void inputs_prepare(const struct transaction *tx, struct sighash_shared *ret)
{
	struct hashing prevouts, sequences;
	hashing_begin(&prevouts);
	hashing_begin(&sequences);
	for (size_t i = 0; i < tx->input_count; i++) {
		previous_sink(&tx->inputs[i], &prevouts.sink);
		sink_u32(&sequences.sink, tx->inputs[i].sequence);
	}
	sha256_final(&prevouts.hash, ret->prevouts);
	sha256_final(&sequences.hash, ret->sequences);
}

static void spent_prepare(const struct transaction *tx, const struct tx_output *spent,
			  struct sighash_shared *ret)
{
	struct hashing amounts, scripts;
	hashing_begin(&amounts);
	hashing_begin(&scripts);
	for (size_t i = 0; i < tx->input_count; i++) {
		sink_u64(&amounts.sink, spent[i].value);
		sink_span(&scripts.sink, spent[i].script);
	}
	sha256_final(&amounts.hash, ret->amounts);
	sha256_final(&scripts.hash, ret->scripts);
}

void sighash_prepare(const struct transaction *tx, const struct tx_output *spent, struct sighash_shared *ret)
{
	struct hashing outputs;
	*ret = (struct sighash_shared){ .tx = tx, .spent = spent };
	inputs_prepare(tx, ret);
	hashing_begin(&outputs);
	for (size_t i = 0; i < tx->output_count; i++)
		tx_output_sink(&tx->outputs[i], &outputs.sink);
	sha256_final(&outputs.hash, ret->outputs);
	if (spent)
		spent_prepare(tx, spent, ret);
}

static bool type_known(unsigned type)
{
	unsigned base = type & ~(unsigned)SIGHASH_ANYONE_CAN_PAY;
	return base >= SIGHASH_ALL && base <= SIGHASH_SINGLE;
}

// The hash of the one output that SIGHASH_SINGLE signs: SHA-256 once.
static void single_output(const struct transaction *tx, size_t index, uint8_t ret[32])
{
	struct hashing h;
	hashing_begin(&h);
	tx_output_sink(&tx->outputs[index], &h.sink);
	sha256_final(&h.hash, ret);
}

// BIP143's parts are BIP341's, hashed once more.
static void sink_again(struct sink *sink, const uint8_t once[32], bool present)
{
	uint8_t twice[32] = { 0 };
	if (present)
		sha256_of(once, 32, twice);
	sink_bytes(sink, twice, sizeof twice);
}

int sighash_v0(const struct sighash_shared *shared, size_t input, struct span script_code, uint64_t value,
	       unsigned type, uint8_t digest[32])
{
	const struct transaction *tx = shared->tx;
	unsigned base = type & ~(unsigned)SIGHASH_ANYONE_CAN_PAY;
	bool alone = type & SIGHASH_ANYONE_CAN_PAY;
	if (input >= tx->input_count || !type_known(type))
		return 1;
	struct hashing h;
	hashing_begin(&h);
	sink_u32(&h.sink, tx->version);
	sink_again(&h.sink, shared->prevouts, !alone);
	sink_again(&h.sink, shared->sequences, !alone && base == SIGHASH_ALL);
	previous_sink(&tx->inputs[input], &h.sink);
	sink_span(&h.sink, script_code);
	sink_u64(&h.sink, value);
	sink_u32(&h.sink, tx->inputs[input].sequence);
	uint8_t one[32];
	if (base == SIGHASH_SINGLE && input < tx->output_count)
		single_output(tx, input, one);
	sink_again(&h.sink, base == SIGHASH_ALL ? shared->outputs : one,
		   base == SIGHASH_ALL || (base == SIGHASH_SINGLE && input < tx->output_count));
	sink_u32(&h.sink, tx->locktime);
	sink_u32(&h.sink, type);
	hash256_final(&h.hash, digest);
	return 0;
}

// BIP341 "Common signature message", the part that depends on the input.
static void v1_input(const struct sighash_shared *shared, size_t input, bool script_path, bool alone,
		     struct sink *sink)
{
	const struct tx_input *in = &shared->tx->inputs[input];
	sink_u8(sink, script_path ? 2 : 0); // spend type: extension flag, no annex
	if (!alone) {
		sink_u32(sink, (uint32_t)input);
		return;
	}
	previous_sink(in, sink);
	tx_output_sink(&shared->spent[input], sink);
	sink_u32(sink, in->sequence);
}

int sighash_v1(const struct sighash_shared *shared, size_t input, const uint8_t *leaf_hash, unsigned type,
	       uint8_t digest[32])
{
	const struct transaction *tx = shared->tx;
	unsigned base = type & ~(unsigned)SIGHASH_ANYONE_CAN_PAY;
	bool alone = type & SIGHASH_ANYONE_CAN_PAY;
	if (input >= tx->input_count || !(type == SIGHASH_DEFAULT || type_known(type)) ||
	    (base == SIGHASH_SINGLE && input >= tx->output_count))
		return 1;
	if (!shared->spent)
		return 2;
	struct hashing h;
	h.sink = (struct sink){ .hash = &h.hash };
	tagged_init(&h.hash, "TapSighash");
	sink_u8(&h.sink, 0); // epoch
	sink_u8(&h.sink, (uint8_t)type);
	sink_u32(&h.sink, tx->version);
	sink_u32(&h.sink, tx->locktime);
	if (!alone) {
		sink_bytes(&h.sink, shared->prevouts, 32);
		sink_bytes(&h.sink, shared->amounts, 32);
		sink_bytes(&h.sink, shared->scripts, 32);
		sink_bytes(&h.sink, shared->sequences, 32);
	}
	if (base != SIGHASH_NONE && base != SIGHASH_SINGLE)
		sink_bytes(&h.sink, shared->outputs, 32);
	v1_input(shared, input, leaf_hash, alone, &h.sink);
	if (base == SIGHASH_SINGLE) {
		uint8_t one[32];
		single_output(tx, input, one);
		sink_bytes(&h.sink, one, 32);
	}
	if (leaf_hash) {
		sink_bytes(&h.sink, leaf_hash, 32);
		sink_u8(&h.sink, 0);	       // key version
		sink_u32(&h.sink, UINT32_MAX); // no OP_CODESEPARATOR
	}
	sha256_final(&h.hash, digest);
	return 0;
}
