// SPDX-License-Identifier: Apache-2.0
#include "evm/transaction.h"

// Counts addresses and storage keys; what it accepts can be copied as it is.
static bool access_list_read(struct rlp_reader *r, struct evm_transaction *tx)
{
	struct rlp_reader list = rlp_read_list(r);
	tx->access_list = evm_bytes_over(list.at, (size_t)(list.end - list.at));
	while (rlp_more(&list)) {
		struct evm_address address;
		uint8_t key[32];
		struct rlp_reader entry = rlp_read_list(&list), keys;
		rlp_read_fixed(&entry, address.bytes, sizeof address.bytes);
		keys = rlp_read_list(&entry);
		tx->access_addresses++;
		for (; rlp_more(&keys); tx->access_keys++)
			rlp_read_fixed(&keys, key, sizeof key);
		if (!rlp_done(&keys) || !rlp_done(&entry))
			return false;
	}
	return rlp_done(&list);
}

static void to_read(struct rlp_reader *r, struct evm_transaction *tx)
{
	struct evm_bytes to = rlp_read_string(r);
	tx->creates = to.size == 0;
	if (to.size == sizeof tx->to.bytes)
		memcpy(tx->to.bytes, to.at, sizeof tx->to.bytes);
	else if (to.size)
		r->failed = true;
}

// What every type has in the middle, in this order.
static void common_read(struct rlp_reader *r, struct evm_transaction *tx)
{
	tx->gas_limit = rlp_read_u64(r);
	to_read(r, tx);
	tx->value = rlp_read_u256(r);
	tx->data = rlp_read_string(r);
}


static void r_s_read(struct rlp_reader *r, struct evm_transaction *tx)
{
	struct u256 number = rlp_read_u256(r);
	u256_to_bytes(&number, tx->signature.r);
	number = rlp_read_u256(r);
	u256_to_bytes(&number, tx->signature.s);
}

// EIP-155: v is 27 or 28 without a chain id, else 35 + 2 * chain id, plus the parity.
static enum evm_tx_refusal legacy_v(uint64_t v, struct evm_transaction *tx)
{
	if (v == 27 || v == 28) {
		tx->signature.y_parity = (uint8_t)(v - 27);
		return EVM_TX_FINE;
	}
	if (v < 37 || (v - 35) / 2 > EVM_CHAIN_ID_MAX)
		return EVM_TX_SIGNATURE;
	tx->chain_id = (v - 35) / 2;
	tx->signature.y_parity = (uint8_t)((v - 35) % 2);
	return EVM_TX_FINE;
}

static enum evm_tx_refusal legacy_end(struct rlp_reader *r, struct evm_transaction *tx)
{
	uint64_t v;
	if (!tx->is_signed) {
		if (!rlp_more(r))
			return EVM_TX_FINE;
		tx->chain_id = rlp_read_u64(r);
		bool zeros = rlp_read_string(r).size == 0;
		zeros = rlp_read_string(r).size == 0 && zeros;
		return !r->failed && zeros && tx->chain_id && tx->chain_id <= EVM_CHAIN_ID_MAX ? EVM_TX_FINE :
												EVM_TX_MALFORMED;
	}
	v = rlp_read_u64(r);
	r_s_read(r, tx);
	return r->failed ? EVM_TX_MALFORMED : legacy_v(v, tx);
}

static enum evm_tx_refusal legacy_read(struct rlp_reader *r, struct evm_transaction *tx)
{
	tx->nonce = rlp_read_u64(r);
	tx->fee_max = rlp_read_u256(r);
	common_read(r, tx);
	return legacy_end(r, tx);
}

static enum evm_tx_refusal typed_read(struct rlp_reader *r, struct evm_transaction *tx)
{
	uint64_t parity;
	tx->chain_id = rlp_read_u64(r);
	tx->nonce = rlp_read_u64(r);
	if (tx->type == EVM_TX_DYNAMIC_FEE)
		tx->fee_priority = rlp_read_u256(r);
	tx->fee_max = rlp_read_u256(r);
	common_read(r, tx);
	if (!access_list_read(r, tx) || tx->chain_id > EVM_CHAIN_ID_MAX)
		return EVM_TX_MALFORMED;
	if (!tx->is_signed)
		return EVM_TX_FINE;
	parity = rlp_read_u64(r);
	r_s_read(r, tx);
	if (parity > 1)
		return EVM_TX_SIGNATURE;
	tx->signature.y_parity = (uint8_t)parity;
	return EVM_TX_FINE;
}

static enum evm_tx_refusal decode(const uint8_t *data, size_t size, bool is_signed, struct evm_transaction *ret)
{
	struct evm_transaction tx = { .is_signed = is_signed };
	struct rlp_reader outer, fields;
	enum evm_tx_refusal why;
	if (size > EVM_TX_SIZE_MAX)
		return EVM_TX_TOO_LARGE;
	if (size == 0)
		return EVM_TX_MALFORMED;
	if (data[0] < 0xc0) { // EIP-2718: below 0x80 a type, and 0x80..0xbf is no list
		if (data[0] != EVM_TX_ACCESS_LIST && data[0] != EVM_TX_DYNAMIC_FEE)
			return EVM_TX_TYPE;
		tx.type = data[0];
		data++;
		size--;
	}
	outer = rlp_reader_over(data, size);
	fields = rlp_read_list(&outer);
	why = tx.type == EVM_TX_LEGACY ? legacy_read(&fields, &tx) : typed_read(&fields, &tx);
	if (!rlp_done(&fields) || !rlp_done(&outer))
		return EVM_TX_MALFORMED;
	if (!why && is_signed && !evm_signature_valid(&tx.signature))
		why = EVM_TX_SIGNATURE;
	if (!why)
		*ret = tx;
	return why;
}

enum evm_tx_refusal evm_tx_decode(const void *data, size_t size, struct evm_transaction *ret)
{
	return decode(data, size, true, ret);
}

enum evm_tx_refusal evm_tx_decode_unsigned(const void *data, size_t size, struct evm_transaction *ret)
{
	return decode(data, size, false, ret);
}
