// SPDX-License-Identifier: Apache-2.0
// What an owner of a Safe (1.3.0 and later: with the chain id in its domain) signs.
#pragma once

#include "evm/address.h"
#include "evm/u256.h"

enum safe_operation { SAFE_CALL = 0, SAFE_DELEGATECALL = 1 };

struct safe_tx {
	struct evm_address to;
	struct u256 value;
	struct evm_bytes data;
	enum safe_operation operation;
	struct u256 safe_tx_gas;
	struct u256 base_gas;
	struct u256 gas_price; // above 0 the Safe pays the refund receiver: a way to take money out
	struct evm_address gas_token;
	struct evm_address refund_receiver;
	struct u256 nonce;
};

// The domain separator of this Safe on this chain, hashStruct of the SafeTx, and
// the digest that owners sign (getTransactionHash); any of them may be NULL.
void safe_tx_hashes(uint64_t chain_id, const struct evm_address *safe, const struct safe_tx *tx,
		    uint8_t domain_separator[32], uint8_t struct_hash[32], uint8_t digest[32]);
