// SPDX-License-Identifier: Apache-2.0
// Transactions: legacy (with EIP-155's chain id or, only to be read, without),
// with an access list (EIP-2930), with a dynamic fee (EIP-1559), in the
// envelope of EIP-2718. Decoding is strict and canonical: what is accepted is
// written again as the same bytes. Blob and set-code transactions (3, 4) are refused.
#pragma once

#include "evm/key.h"
#include "evm/rlp.h"

#define EVM_TX_SIZE_MAX (128u * 1024)         // what nodes pass on; longer ones are refused
#define EVM_CHAIN_ID_MAX (UINT64_MAX / 2 - 36) // EIP-2294
#define EVM_INIT_CODE_MAX 49152               // EIP-3860

enum evm_tx_type { EVM_TX_LEGACY = 0, EVM_TX_ACCESS_LIST = 1, EVM_TX_DYNAMIC_FEE = 2 };

struct evm_transaction {
	enum evm_tx_type type;
	uint64_t chain_id; // 0: legacy without EIP-155, valid on every chain
	uint64_t nonce;
	uint64_t gas_limit;
	struct u256 fee_max;      // wei a gas; the gas price of the older types
	struct u256 fee_priority; // of that, to the block's proposer; EVM_TX_DYNAMIC_FEE only
	bool creates;             // no `to`: the data is a contract's init code
	struct evm_address to;
	struct u256 value; // wei
	struct evm_bytes data;
	struct evm_bytes access_list; // encoded entries without the list's header; checked
	size_t access_addresses;
	size_t access_keys;
	bool is_signed;
	struct evm_signature signature;
};

enum evm_tx_refusal {
	EVM_TX_FINE = 0,
	EVM_TX_TOO_LARGE,
	EVM_TX_TYPE,        // of a type that is not known here
	EVM_TX_MALFORMED,   // not canonical RLP of the type's fields
	EVM_TX_SIGNATURE,   // r or s out of range, high S, v or parity wrong, or recovers no account
	EVM_TX_UNPROTECTED, // without a chain id it can be replayed on another chain
	EVM_TX_CHAIN,       // for another chain
	EVM_TX_NONCE,       // 2^64 - 1 (EIP-2681)
	EVM_TX_FEES,        // the priority fee is above the fee cap
	EVM_TX_COST,        // value + gas limit * fee cap is above 2^256 - 1
	EVM_TX_GAS,         // the gas limit does not pay for the transaction itself
	EVM_TX_INIT_CODE,   // longer than EVM_INIT_CODE_MAX
	EVM_TX_REFUSALS
};
// One sentence for a person.
const char *evm_tx_refusal_text(enum evm_tx_refusal why);

// Pointers in *ret go into `data`. Unsigned: the payload whose hash is signed.
MUST_USE enum evm_tx_refusal evm_tx_decode(const void *data, size_t size, struct evm_transaction *ret);
MUST_USE enum evm_tx_refusal evm_tx_decode_unsigned(const void *data, size_t size, struct evm_transaction *ret);

// What decoding does not look at: chain id (not 0), nonce, fees, cost, gas, init code. Prague's rules.
MUST_USE enum evm_tx_refusal evm_tx_check(const struct evm_transaction *tx, uint64_t chain_id);
// Gas of the transaction itself: base, data, access list, init code (EIP-2028, 2930, 3860). UINT64_MAX at most.
uint64_t evm_tx_intrinsic_gas(const struct evm_transaction *tx);
// The least that the transaction costs whatever it does, for its data (EIP-7623, since Prague).
uint64_t evm_tx_floor_gas(const struct evm_transaction *tx);
// The most that it can take from the sender: value + gas limit * fee cap. False above 2^256 - 1.
MUST_USE bool evm_tx_cost_max(const struct evm_transaction *tx, struct u256 *ret);

// The bytes: with the signature when is_signed. 0, or 1 when they do not fit or are above EVM_TX_SIZE_MAX.
MUST_USE int evm_tx_encode(const struct evm_transaction *tx, void *to, size_t room, size_t *ret_size);
// The digest that is signed (as if is_signed were false), and the transaction's hash (signed ones, asserted).
void evm_tx_signing_hash(const struct evm_transaction *tx, uint8_t digest[32]);
void evm_tx_hash(const struct evm_transaction *tx, uint8_t digest[32]);

// Signs for this chain after evm_tx_check. 0 and tx->signature, a positive
// evm_tx_refusal (EVM_TX_SIGNATURE: the secret is not valid), or -EIO when the
// result did not verify; nothing is changed then.
MUST_USE int evm_tx_sign(struct evm_transaction *tx, uint64_t chain_id, const uint8_t secret[EVM_SECRET_SIZE]);
// Who sent it: EVM_TX_FINE or EVM_TX_SIGNATURE.
MUST_USE enum evm_tx_refusal evm_tx_sender(const struct evm_transaction *tx, struct evm_address *ret);
