// SPDX-License-Identifier: Apache-2.0
#include "evm/safe_tx.h"

#include "evm/message.h"
#include "evm/typed.h"

static const struct typed_member safe_tx_members[] = {
	{ "to", "address" },         { "value", "uint256" },   { "data", "bytes" },      { "operation", "uint8" },
	{ "safeTxGas", "uint256" },  { "baseGas", "uint256" }, { "gasPrice", "uint256" }, { "gasToken", "address" },
	{ "refundReceiver", "address" }, { "nonce", "uint256" },
};
static const struct typed_struct safe_tx_struct = { "SafeTx", safe_tx_members, ARRAY_LEN(safe_tx_members) };
static const struct typed_types safe_tx_types = { &safe_tx_struct, 1 };

static struct typed_value number_value(const struct u256 *number, uint8_t word[32])
{
	u256_to_bytes(number, word);
	return (struct typed_value){ .atom = evm_bytes_over(word, 32) };
}

static struct typed_value address_value(const struct evm_address *address, uint8_t word[32])
{
	memset(word, 0, 12);
	memcpy(word + 12, address->bytes, sizeof address->bytes);
	return (struct typed_value){ .atom = evm_bytes_over(word, 32) };
}

static void struct_hash_of(const struct safe_tx *tx, uint8_t digest[32])
{
	uint8_t word[ARRAY_LEN(safe_tx_members)][32];
	struct u256 operation = u256_of(tx->operation);
	const struct typed_value values[] = {
		address_value(&tx->to, word[0]),
		number_value(&tx->value, word[1]),
		{ .atom = tx->data },
		number_value(&operation, word[3]),
		number_value(&tx->safe_tx_gas, word[4]),
		number_value(&tx->base_gas, word[5]),
		number_value(&tx->gas_price, word[6]),
		address_value(&tx->gas_token, word[7]),
		address_value(&tx->refund_receiver, word[8]),
		number_value(&tx->nonce, word[9]),
	};
	ASSERT(tx->operation <= SAFE_DELEGATECALL);
	ASSERT(!typed_struct_hash(&safe_tx_types, "SafeTx",
				  &(struct typed_value){ .items = values, .count = ARRAY_LEN(values) }, digest));
}

void safe_tx_hashes(uint64_t chain_id, const struct evm_address *safe, const struct safe_tx *tx,
		    uint8_t domain_separator[32], uint8_t struct_hash[32], uint8_t digest[32])
{
	struct typed_domain domain = { .has_chain_id = true, .has_contract = true, .chain_id = u256_of(chain_id),
				       .contract = *safe };
	uint8_t separator[32], of_struct[32];
	typed_domain_separator(&domain, separator);
	struct_hash_of(tx, of_struct);
	if (domain_separator)
		memcpy(domain_separator, separator, 32);
	if (struct_hash)
		memcpy(struct_hash, of_struct, 32);
	if (digest)
		evm_typed_digest(separator, of_struct, digest);
}
