// SPDX-License-Identifier: Apache-2.0
// What goes to the chain: transactions, signatures, RLP, addresses, keys out of words.
#include "probe.h"

#include "bitcoin/hdkey.h"
#include "bitcoin/mnemonic.h"
#include "evm/keccak.h"
#include "evm/message.h"

static struct evm_bytes access_list_of(const json_t *list, struct evm_transaction *tx)
{
	uint8_t *room = probe_room(EVM_TX_SIZE_MAX);
	struct rlp_writer w = rlp_writer_over(room, EVM_TX_SIZE_MAX);
	json_t *entry, *key;
	size_t i, k;
	json_array_foreach (list, i, entry) {
		struct evm_bytes address = bytes_of(json_array_get(entry, 0));
		size_t begun = rlp_list_begin(&w);
		rlp_write_string(&w, address.at, address.size);
		size_t keys = rlp_list_begin(&w);
		json_array_foreach (json_array_get(entry, 1), k, key) {
			struct evm_bytes word = bytes_of(key);
			rlp_write_string(&w, word.at, word.size);
			tx->access_keys++;
		}
		rlp_list_end(&w, keys);
		rlp_list_end(&w, begun);
		tx->access_addresses++;
	}
	if (w.failed)
		probe_stop("too long:", "access list");
	return evm_bytes_over(room, rlp_writer_size(&w));
}

static void transaction_of(const json_t *in, struct evm_transaction *tx)
{
	*tx = (struct evm_transaction){
		.type = (enum evm_tx_type)in_u64(in, "type"),
		.chain_id = in_u64(in, "chain"),
		.nonce = in_u64(in, "nonce"),
		.gas_limit = in_u64(in, "gas"),
		.fee_max = in_number(in, "fee"),
		.fee_priority = in_number(in, "tip"),
		.creates = !in_there(in, "to"),
		.value = in_number(in, "value"),
		.data = in_bytes(in, "data"),
	};
	if (!tx->creates)
		tx->to = in_address(in, "to");
	tx->access_list = access_list_of(json_object_get(in, "access"), tx);
}

static void out_signature(json_t *out, const struct evm_signature *signature)
{
	uint8_t text[EVM_SIGNATURE_TEXT];
	evm_signature_write(signature, text);
	out_bytes(out, "signature", text, sizeof text);
}

static void out_encoding(json_t *out, const char *key, const struct evm_transaction *tx)
{
	uint8_t *bytes = probe_room(EVM_TX_SIZE_MAX);
	size_t size;
	ASSERT(!evm_tx_encode(tx, bytes, EVM_TX_SIZE_MAX, &size));
	out_bytes(out, key, bytes, size);
}

// evm_tx_sign refuses a transaction without a chain id, as it should; here its digest is signed past that.
static int sign(struct evm_transaction *tx, const uint8_t secret[EVM_SECRET_SIZE])
{
	uint8_t digest[32];
	if (tx->chain_id)
		return evm_tx_sign(tx, tx->chain_id, secret);
	evm_tx_signing_hash(tx, digest);
	ASSERT(!evm_sign(secret, digest, &tx->signature));
	tx->is_signed = true;
	return 0;
}

static void tx_sign(const json_t *in, json_t *out)
{
	struct evm_transaction tx;
	struct evm_address sender;
	uint8_t secret[EVM_SECRET_SIZE], digest[32];
	int why;
	transaction_of(in, &tx);
	in_fixed(in, "secret", secret, sizeof secret);
	out_encoding(out, "payload", &tx);
	evm_tx_signing_hash(&tx, digest);
	out_bytes(out, "digest", digest, sizeof digest);
	why = sign(&tx, secret);
	if (why) {
		out_refused(out, why > 0 ? evm_tx_refusal_text((enum evm_tx_refusal)why) : "the signature did not verify");
		return;
	}
	ASSERT(!evm_tx_sender(&tx, &sender));
	out_signature(out, &tx.signature);
	out_encoding(out, "raw", &tx);
	evm_tx_hash(&tx, digest);
	out_bytes(out, "hash", digest, sizeof digest);
	json_object_set_new(out, "from", address_out(&sender));
	out_u64(out, "gasLeast", u64_max(evm_tx_intrinsic_gas(&tx), evm_tx_floor_gas(&tx)));
}

static void out_fields(json_t *out, const struct evm_transaction *tx)
{
	out_u64(out, "type", tx->type);
	out_u64(out, "chain", tx->chain_id);
	out_u64(out, "nonce", tx->nonce);
	out_u64(out, "gas", tx->gas_limit);
	json_object_set_new(out, "fee", number_out(&tx->fee_max));
	json_object_set_new(out, "tip", number_out(&tx->fee_priority));
	if (!tx->creates)
		json_object_set_new(out, "to", address_out(&tx->to));
	json_object_set_new(out, "value", number_out(&tx->value));
	out_bytes(out, "data", tx->data.at, tx->data.size);
	out_u64(out, "accessAddresses", tx->access_addresses);
	out_u64(out, "accessKeys", tx->access_keys);
}

static void tx_read(const json_t *in, json_t *out)
{
	struct evm_bytes raw = in_bytes(in, "raw");
	struct evm_transaction tx;
	struct evm_address sender;
	uint8_t digest[32];
	enum evm_tx_refusal why = evm_tx_decode(raw.at, raw.size, &tx);
	if (!why)
		why = evm_tx_sender(&tx, &sender);
	if (why) {
		out_refused(out, evm_tx_refusal_text(why));
		return;
	}
	out_fields(out, &tx);
	json_object_set_new(out, "from", address_out(&sender));
	why = evm_tx_check(&tx, tx.chain_id);
	json_object_set_new(out, "check", json_string(evm_tx_refusal_text(why)));
	out_signature(out, &tx.signature);
	out_encoding(out, "again", &tx);
	evm_tx_hash(&tx, digest);
	out_bytes(out, "hash", digest, sizeof digest);
}

static void tx_read_unsigned(const json_t *in, json_t *out)
{
	struct evm_bytes raw = in_bytes(in, "raw");
	struct evm_transaction tx;
	enum evm_tx_refusal why = evm_tx_decode_unsigned(raw.at, raw.size, &tx);
	if (why) {
		out_refused(out, evm_tx_refusal_text(why));
		return;
	}
	out_fields(out, &tx);
	out_encoding(out, "again", &tx);
}

static void sign_digest(const json_t *in, json_t *out)
{
	uint8_t secret[EVM_SECRET_SIZE], digest[32];
	struct evm_signature signature;
	struct evm_address account;
	in_fixed(in, "secret", secret, sizeof secret);
	in_fixed(in, "digest", digest, sizeof digest);
	if (evm_sign(secret, digest, &signature) || evm_key_address(secret, &account)) {
		out_refused(out, "the secret is not valid");
		return;
	}
	out_signature(out, &signature);
	json_object_set_new(out, "from", address_out(&account));
}

static void recover(const json_t *in, json_t *out)
{
	uint8_t text[EVM_SIGNATURE_TEXT], digest[32];
	struct evm_signature signature;
	struct evm_address account;
	in_fixed(in, "signature", text, sizeof text);
	in_fixed(in, "digest", digest, sizeof digest);
	if (evm_signature_read(text, &signature) || evm_recover(digest, &signature, &account))
		out_refused(out, "the signature is not valid");
	else
		json_object_set_new(out, "from", address_out(&account));
}

static void message(const json_t *in, json_t *out)
{
	struct evm_bytes data = in_bytes(in, "data");
	uint8_t digest[32];
	evm_message_hash(data.at, data.size, digest);
	out_bytes(out, "digest", digest, sizeof digest);
	if (!in_there(in, "validator"))
		return;
	struct evm_address validator = in_address(in, "validator");
	evm_validator_hash(&validator, data.at, data.size, digest);
	out_bytes(out, "validatorDigest", digest, sizeof digest);
}

static void address(const json_t *in, json_t *out)
{
	struct evm_address strict, loose;
	const char *text = in_text(in, "text");
	enum evm_address_refusal why = evm_address_parse(text, strlen(text), &strict);
	json_object_set_new(out, "strict", why ? json_integer((int)why) : address_out(&strict));
	why = evm_address_parse_unchecked(text, strlen(text), &loose);
	json_object_set_new(out, "loose", why ? json_integer((int)why) : address_out(&loose));
}

static void create(const json_t *in, json_t *out)
{
	struct evm_address from = in_address(in, "from"), made;
	uint8_t salt[32], hash[32];
	evm_create_address(&from, in_u64(in, "nonce"), &made);
	json_object_set_new(out, "create", address_out(&made));
	in_fixed(in, "salt", salt, sizeof salt);
	in_fixed(in, "codeHash", hash, sizeof hash);
	evm_create2_address(&from, salt, hash, &made);
	json_object_set_new(out, "create2", address_out(&made));
}

static json_t *items_read(struct rlp_reader *r)
{
	json_t *items = json_array();
	while (rlp_more(r)) {
		if (rlp_next_is_list(r)) {
			struct rlp_reader inner = rlp_read_list(r);
			json_array_append_new(items, items_read(&inner));
			r->failed |= !rlp_done(&inner);
		} else {
			struct evm_bytes bytes = rlp_read_string(r);
			json_array_append_new(items, bytes_out(bytes.at, bytes.size));
		}
	}
	return items;
}

static void item_write(struct rlp_writer *w, const json_t *item)
{
	json_t *inner;
	size_t i;
	if (json_is_array(item)) {
		size_t begun = rlp_list_begin(w);
		json_array_foreach (item, i, inner)
			item_write(w, inner);
		rlp_list_end(w, begun);
	} else {
		struct evm_bytes bytes = bytes_of(item);
		rlp_write_string(w, bytes.at, bytes.size);
	}
}

static void rlp_decode(const json_t *in, json_t *out)
{
	struct evm_bytes raw = in_bytes(in, "raw");
	struct rlp_reader r = rlp_reader_over(raw.at, raw.size);
	if (!rlp_valid(raw.at, raw.size)) {
		out_refused(out, "not one canonical item");
		return;
	}
	json_t *items = items_read(&r);
	ASSERT(rlp_done(&r) && json_array_size(items) == 1);
	json_object_set(out, "item", json_array_get(items, 0));
	json_decref(items);
}

static void rlp_encode(const json_t *in, json_t *out)
{
	uint8_t *bytes = probe_room(RLP_SIZE_MAX);
	struct rlp_writer w = rlp_writer_over(bytes, RLP_SIZE_MAX);
	item_write(&w, json_object_get(in, "item"));
	ASSERT(!w.failed);
	out_bytes(out, "raw", bytes, rlp_writer_size(&w));
}

static void words(const json_t *in, json_t *out)
{
	const char *text = in_text(in, "words"), *passphrase = in_text(in, "passphrase"), *way = in_text(in, "path");
	uint8_t seed[MNEMONIC_SEED_SIZE];
	struct hd_private root, leaf;
	struct evm_address account;
	struct path path;
	if (path_parse(way, strlen(way), &path))
		probe_stop("not a path:", way);
	if (mnemonic_seed(text, strlen(text), passphrase, strlen(passphrase), seed)) {
		out_refused(out, "not words of BIP39");
		return;
	}
	ASSERT(!hd_master(seed, sizeof seed, &root) && !hd_private_derive(&root, &path, &leaf));
	ASSERT(!evm_key_address(leaf.secret, &account));
	json_object_set_new(out, "from", address_out(&account));
	out_bytes(out, "secret", leaf.secret, sizeof leaf.secret);
}

static void keccak(const json_t *in, json_t *out)
{
	struct evm_bytes data = in_bytes(in, "data");
	uint8_t digest[32];
	keccak256_of(data.at, data.size, digest);
	out_bytes(out, "digest", digest, sizeof digest);
}

const struct probe_command probe_chain_commands[] = {
	{ "tx_sign", tx_sign },       { "tx_read", tx_read },       { "tx_read_unsigned", tx_read_unsigned },
	{ "sign", sign_digest },      { "recover", recover },       { "message", message },
	{ "address", address },       { "create", create },         { "rlp_decode", rlp_decode },
	{ "rlp_encode", rlp_encode }, { "words", words },           { "keccak", keccak },
	{ NULL, NULL },
};
