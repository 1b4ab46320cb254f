// SPDX-License-Identifier: Apache-2.0
#include "evm/transaction.h"

#include "evm/keccak.h"

#define FIELDS_MAX 192 // the short fields before the data: at most nine, 33 bytes or fewer each
#define PIECES 6

// The encoding in pieces, so that long data is copied or hashed where it stands.
struct pieces {
	struct evm_bytes piece[PIECES];
	uint8_t front[16];
	uint8_t fields[FIELDS_MAX];
	uint8_t middle[8];
	uint8_t tail[96];
	size_t size;
};

const char *evm_tx_refusal_text(enum evm_tx_refusal why)
{
	static const char *const texts[EVM_TX_REFUSALS] = {
		[EVM_TX_FINE] = "the transaction is fine",
		[EVM_TX_TOO_LARGE] = "the transaction is longer than 128 KiB, which no node passes on",
		[EVM_TX_TYPE] = "the transaction is of a type that is not supported (known: legacy, 1, 2)",
		[EVM_TX_MALFORMED] = "the transaction is not the canonical encoding of its fields",
		[EVM_TX_SIGNATURE] = "the signature is not valid: a number out of range, a high S, or no account behind it",
		[EVM_TX_UNPROTECTED] = "the transaction names no chain id and could be replayed on another chain",
		[EVM_TX_CHAIN] = "the transaction is for another chain than the one expected",
		[EVM_TX_NONCE] = "the nonce is the last one an account can have (EIP-2681)",
		[EVM_TX_FEES] = "the priority fee is above the fee cap",
		[EVM_TX_COST] = "value and fees together are above 2^256 - 1",
		[EVM_TX_GAS] = "the gas limit does not pay for the transaction's own bytes",
		[EVM_TX_INIT_CODE] = "the init code is longer than 49152 bytes (EIP-3860)",
	};
	return why < EVM_TX_REFUSALS && texts[why] ? texts[why] : "unknown refusal";
}

static void fields_write(const struct evm_transaction *tx, struct rlp_writer *w)
{
	if (tx->type != EVM_TX_LEGACY)
		rlp_write_u64(w, tx->chain_id);
	rlp_write_u64(w, tx->nonce);
	if (tx->type == EVM_TX_DYNAMIC_FEE)
		rlp_write_u256(w, &tx->fee_priority);
	rlp_write_u256(w, &tx->fee_max);
	rlp_write_u64(w, tx->gas_limit);
	rlp_write_string(w, tx->to.bytes, tx->creates ? 0 : sizeof tx->to.bytes);
	rlp_write_u256(w, &tx->value);
	if (tx->data.size != 1 || tx->data.at[0] >= 0x80)
		rlp_write_header(w, false, tx->data.size);
}

static void signature_write(const struct evm_transaction *tx, struct rlp_writer *w)
{
	struct u256 number;
	uint64_t v = tx->signature.y_parity;
	if (tx->type == EVM_TX_LEGACY)
		v += tx->chain_id ? 35 + 2 * tx->chain_id : 27;
	rlp_write_u64(w, v);
	number = u256_from_bytes(tx->signature.r, 32);
	rlp_write_u256(w, &number);
	number = u256_from_bytes(tx->signature.s, 32);
	rlp_write_u256(w, &number);
}

static void tail_write(const struct evm_transaction *tx, bool is_signed, struct rlp_writer *w)
{
	if (is_signed) {
		signature_write(tx, w);
	} else if (tx->type == EVM_TX_LEGACY && tx->chain_id) {
		rlp_write_u64(w, tx->chain_id);
		rlp_write_u64(w, 0);
		rlp_write_u64(w, 0);
	}
}

// False when data or access list are beyond any transaction.
static bool pieces_of(const struct evm_transaction *tx, bool is_signed, struct pieces *p)
{
	struct rlp_writer front = rlp_writer_over(p->front, sizeof p->front),
			  fields = rlp_writer_over(p->fields, sizeof p->fields),
			  middle = rlp_writer_over(p->middle, sizeof p->middle),
			  tail = rlp_writer_over(p->tail, sizeof p->tail);
	uint8_t type = (uint8_t)tx->type;
	ASSERT(tx->type <= EVM_TX_DYNAMIC_FEE && tx->chain_id <= EVM_CHAIN_ID_MAX);
	if (tx->data.size > EVM_TX_SIZE_MAX || tx->access_list.size > EVM_TX_SIZE_MAX)
		return false;
	fields_write(tx, &fields);
	if (tx->type != EVM_TX_LEGACY) {
		rlp_write_header(&middle, true, tx->access_list.size);
		rlp_write_raw(&front, &type, 1);
	}
	tail_write(tx, is_signed, &tail);
	p->piece[1] = evm_bytes_over(p->fields, rlp_writer_size(&fields));
	p->piece[2] = tx->data;
	p->piece[3] = evm_bytes_over(p->middle, rlp_writer_size(&middle));
	p->piece[4] = tx->type != EVM_TX_LEGACY ? tx->access_list : evm_bytes_over(NULL, 0);
	p->piece[5] = evm_bytes_over(p->tail, rlp_writer_size(&tail));
	p->size = 0;
	for (size_t i = 1; i < PIECES; i++)
		p->size += p->piece[i].size;
	rlp_write_header(&front, true, p->size);
	p->piece[0] = evm_bytes_over(p->front, rlp_writer_size(&front));
	p->size += p->piece[0].size;
	ASSERT(!front.failed && !fields.failed && !middle.failed && !tail.failed);
	return p->size <= EVM_TX_SIZE_MAX;
}

int evm_tx_encode(const struct evm_transaction *tx, void *to, size_t room, size_t *ret_size)
{
	struct pieces p;
	uint8_t *at = to;
	if (!pieces_of(tx, tx->is_signed, &p) || p.size > room)
		return 1;
	for (size_t i = 0; i < PIECES; i++) {
		if (p.piece[i].size)
			memcpy(at, p.piece[i].at, p.piece[i].size);
		at += p.piece[i].size;
	}
	*ret_size = p.size;
	return 0;
}

static void pieces_hash(const struct evm_transaction *tx, bool is_signed, uint8_t digest[32])
{
	struct pieces p;
	struct keccak256 k;
	ASSERT(pieces_of(tx, is_signed, &p));
	keccak256_init(&k);
	for (size_t i = 0; i < PIECES; i++)
		keccak256_update(&k, p.piece[i].at, p.piece[i].size);
	keccak256_final(&k, digest);
}

void evm_tx_signing_hash(const struct evm_transaction *tx, uint8_t digest[32])
{
	pieces_hash(tx, false, digest);
}

void evm_tx_hash(const struct evm_transaction *tx, uint8_t digest[32])
{
	ASSERT(tx->is_signed);
	pieces_hash(tx, true, digest);
}
