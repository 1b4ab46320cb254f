// SPDX-License-Identifier: Apache-2.0
// What a signature signs: BIP143 (segwit version 0) and BIP341/342 (version 1).
// The old algorithm is left out: it does not commit to amounts, and no template here needs it.
#pragma once

#include "bitcoin/transaction.h"

enum sighash {
	SIGHASH_DEFAULT = 0, // version 1 only: all, and no byte in the witness
	SIGHASH_ALL = 1,
	SIGHASH_NONE = 2,
	SIGHASH_SINGLE = 3,
	SIGHASH_ANYONE_CAN_PAY = 0x80, // added to one of the three above
};

// What all inputs of a transaction share, hashed once. `tx` and `spent` must outlive it.
struct sighash_shared {
	const struct transaction *tx;
	const struct tx_output *spent; // one for each input, or NULL: then version 1 cannot be signed
	uint8_t prevouts[32];
	uint8_t sequences[32];
	uint8_t outputs[32];
	uint8_t amounts[32];
	uint8_t scripts[32];
};
void sighash_prepare(const struct transaction *tx, const struct tx_output *spent, struct sighash_shared *ret);

// script_code without its length: OP_DUP OP_HASH160 <hash> OP_EQUALVERIFY
// OP_CHECKSIG for P2WPKH, the witness script for P2WSH. Returns 0, or
//   1 no such input, or not one of the six types
MUST_USE int sighash_v0(const struct sighash_shared *shared, size_t input, struct span script_code,
			uint64_t value, unsigned type, uint8_t digest[32]);

// leaf_hash is NULL for the key path (BIP341), else the tapleaf's (BIP342, no
// OP_CODESEPARATOR, no annex). Returns 0, or
//   1 no such input, not one of the seven types, or SIGHASH_SINGLE without an output of that index
//   2 the spent outputs are not known
MUST_USE int sighash_v1(const struct sighash_shared *shared, size_t input, const uint8_t *leaf_hash,
			unsigned type, uint8_t digest[32]);
