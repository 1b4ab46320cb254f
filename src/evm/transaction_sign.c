// SPDX-License-Identifier: Apache-2.0
#include "evm/transaction.h"

// EIP-2, 2028, 2930, 3860, 7623.
#define GAS_BASE 21000u
#define GAS_CREATE 32000u
#define GAS_ZERO_BYTE 4u
#define GAS_BYTE 16u
#define GAS_INIT_CODE_WORD 2u
#define GAS_ACCESS_ADDRESS 2400u
#define GAS_ACCESS_KEY 1900u

#define GAS_FLOOR_ZERO_BYTE 10u
#define GAS_FLOOR_BYTE 40u

#define OTHER_FIELDS_MAX 512 // all but data and access list, generously

// Nothing overflows: data and lists lie within EVM_TX_SIZE_MAX.
uint64_t evm_tx_intrinsic_gas(const struct evm_transaction *tx)
{
	uint64_t gas = GAS_BASE;
	for (size_t i = 0; i < tx->data.size; i++)
		gas += tx->data.at[i] ? GAS_BYTE : GAS_ZERO_BYTE;
	if (tx->creates)
		gas += GAS_CREATE + GAS_INIT_CODE_WORD * ((tx->data.size + 31) / 32);
	return gas + GAS_ACCESS_ADDRESS * tx->access_addresses + GAS_ACCESS_KEY * tx->access_keys;
}

uint64_t evm_tx_floor_gas(const struct evm_transaction *tx)
{
	uint64_t gas = GAS_BASE;
	for (size_t i = 0; i < tx->data.size; i++)
		gas += tx->data.at[i] ? GAS_FLOOR_BYTE : GAS_FLOOR_ZERO_BYTE;
	return gas;
}

bool evm_tx_cost_max(const struct evm_transaction *tx, struct u256 *ret)
{
	struct u256 gas = u256_of(tx->gas_limit), cost;
	return u256_multiply(&gas, &tx->fee_max, &cost) && u256_add(&cost, &tx->value, ret);
}

enum evm_tx_refusal evm_tx_check(const struct evm_transaction *tx, uint64_t chain_id)
{
	struct u256 cost;
	if (tx->data.size > EVM_TX_SIZE_MAX || tx->access_list.size > EVM_TX_SIZE_MAX ||
	    tx->data.size + tx->access_list.size > EVM_TX_SIZE_MAX - OTHER_FIELDS_MAX)
		return EVM_TX_TOO_LARGE;
	if (tx->chain_id == 0)
		return EVM_TX_UNPROTECTED;
	if (tx->chain_id != chain_id || chain_id > EVM_CHAIN_ID_MAX)
		return EVM_TX_CHAIN;
	if (tx->nonce == UINT64_MAX)
		return EVM_TX_NONCE;
	if (u256_compare(&tx->fee_priority, &tx->fee_max) > 0)
		return EVM_TX_FEES;
	if (!evm_tx_cost_max(tx, &cost))
		return EVM_TX_COST;
	if (tx->gas_limit < u64_max(evm_tx_intrinsic_gas(tx), evm_tx_floor_gas(tx)))
		return EVM_TX_GAS;
	return tx->creates && tx->data.size > EVM_INIT_CODE_MAX ? EVM_TX_INIT_CODE : EVM_TX_FINE;
}

int evm_tx_sign(struct evm_transaction *tx, uint64_t chain_id, const uint8_t secret[EVM_SECRET_SIZE])
{
	struct evm_transaction made = *tx;
	uint8_t digest[32];
	int result = (int)evm_tx_check(tx, chain_id);
	if (result)
		return result;
	evm_tx_signing_hash(tx, digest);
	result = evm_sign(secret, digest, &made.signature);
	if (result)
		return result < 0 ? result : EVM_TX_SIGNATURE;
	made.is_signed = true;
	*tx = made;
	return 0;
}

enum evm_tx_refusal evm_tx_sender(const struct evm_transaction *tx, struct evm_address *ret)
{
	uint8_t digest[32];
	if (!tx->is_signed)
		return EVM_TX_SIGNATURE;
	evm_tx_signing_hash(tx, digest);
	return evm_recover(digest, &tx->signature, ret) ? EVM_TX_SIGNATURE : EVM_TX_FINE;
}
