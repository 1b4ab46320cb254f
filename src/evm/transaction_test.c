// SPDX-License-Identifier: Apache-2.0
#include "evm/transaction.h"

#include "evm/keccak.h"
#include "evm/testing.h"

#define ROOM (1 << 16)

static int setup(void **state)
{
	static const uint8_t seed[32] = { 3 };
	evm_keys_init(seed);
	return 0;
}

static uint8_t bytes[ROOM];

static void encoded_check(const struct evm_transaction *tx, const uint8_t *expected, size_t size)
{
	static uint8_t made[ROOM];
	size_t made_size;
	assert_int_equal(evm_tx_encode(tx, made, sizeof made, &made_size), 0);
	assert_true(evm_bytes_equal(evm_bytes_over(made, made_size), evm_bytes_over(expected, size)));
	assert_int_equal(evm_tx_encode(tx, made, size - 1, &made_size), 1);
}

// What the published set calls valid: of chain 1 or unprotected.
static enum evm_tx_refusal judge(const uint8_t *data, size_t size, struct evm_transaction *tx, struct evm_address *sender)
{
	enum evm_tx_refusal why = evm_tx_decode(data, size, tx);
	if (why)
		return why;
	encoded_check(tx, data, size);
	why = evm_tx_sender(tx, sender);
	if (why)
		return why;
	struct evm_transaction as_if = *tx;
	as_if.chain_id = tx->chain_id ? tx->chain_id : 1;
	return evm_tx_check(&as_if, 1);
}

static bool published_check(const char *name, const json_t *item)
{
	const json_t *results = json_object_get(item, "result");
	const json_t *result = json_object_get(results, json_object_get(results, "Shanghai") ? "Shanghai" : "London");
	size_t size = json_hex(hex_after_prefix(json_text(item, "txbytes")), bytes, sizeof bytes);
	struct evm_transaction tx;
	struct evm_address sender;
	uint8_t hash[32];
	enum evm_tx_refusal why = judge(bytes, size, &tx, &sender);
	if (json_object_get(result, "exception")) {
		if (!why)
			fail_msg("accepted %s: %s", name, json_text(result, "exception"));
		return false;
	}
	// Its value alone is 2^256 - 1. A chain leaves that to the balance; we refuse it at once.
	if (strcmp(name, "ttValue/TransactionWithHighValue") == 0 && why == EVM_TX_COST)
		why = EVM_TX_FINE;
	// The set ends before Prague's floor for data (EIP-7623).
	if (why == EVM_TX_GAS && tx.gas_limit >= evm_tx_intrinsic_gas(&tx) && tx.gas_limit < evm_tx_floor_gas(&tx))
		why = EVM_TX_FINE;
	if (why)
		fail_msg("refused %s: %s", name, evm_tx_refusal_text(why));
	evm_tx_hash(&tx, hash);
	assert_hex(hash, 32, hex_after_prefix(json_text(result, "hash")));
	assert_hex(sender.bytes, 20, hex_after_prefix(json_text(result, "sender")));
	assert_int_equal(evm_tx_intrinsic_gas(&tx), strtoull(json_text(result, "intrinsicGas"), NULL, 16));
	return true;
}

static void test_ethereum(void **state)
{
	json_t *set = vectors_load("ethereum-tests/transaction-tests.json"), *item;
	const char *name;
	size_t valid = 0;
	json_object_foreach(set, name, item)
		valid += published_check(name, item);
	print_message("# transactions accepted %zu, refused %zu\n", valid, json_object_size(set) - valid);
	assert_true(valid >= 40 && json_object_size(set) - valid >= 100);
	json_decref(set);
}

// The four forms that ethers writes of one transaction.
static const struct { const char *unsigned_name, *signed_name, *signature_name; } forms[] = {
	{ "unsignedLegacy", "signedLegacy", "signatureLegacy" }, { "unsignedEip155", "signedEip155", "signatureEip155" },
	{ "unsignedBerlin", "signedBerlin", "signatureBerlin" }, { "unsignedLondon", "signedLondon", "signatureLondon" },
};

static void form_check(const json_t *item, size_t form, const uint8_t secret[32])
{
	static uint8_t signed_bytes[ROOM];
	struct evm_transaction tx, whole;
	struct evm_address account, sender;
	uint8_t digest[32], hash[32], expected[32];
	size_t size = json_hex(hex_after_prefix(json_text(item, forms[form].unsigned_name)), bytes, sizeof bytes);
	size_t signed_size =
		json_hex(hex_after_prefix(json_text(item, forms[form].signed_name)), signed_bytes, sizeof signed_bytes);
	assert_int_equal(evm_tx_decode_unsigned(bytes, size, &tx), EVM_TX_FINE);
	encoded_check(&tx, bytes, size);
	evm_tx_signing_hash(&tx, digest);
	keccak256_of(bytes, size, hash);
	assert_memory_equal(hash, digest, 32);
	assert_int_equal(evm_sign(secret, digest, &tx.signature), 0);
	json_fixed(json_object_get(item, forms[form].signature_name), "r", expected, 32);
	assert_memory_equal(tx.signature.r, expected, 32);
	json_fixed(json_object_get(item, forms[form].signature_name), "s", expected, 32);
	assert_memory_equal(tx.signature.s, expected, 32);
	tx.is_signed = true;
	encoded_check(&tx, signed_bytes, signed_size);
	assert_int_equal(evm_tx_decode(signed_bytes, signed_size, &whole), EVM_TX_FINE);
	assert_int_equal(evm_tx_sender(&whole, &sender), EVM_TX_FINE);
	assert_int_equal(evm_key_address(secret, &account), 0);
	assert_memory_equal(&sender, &account, sizeof account);
	evm_tx_hash(&whole, digest);
	keccak256_of(signed_bytes, signed_size, hash);
	assert_memory_equal(hash, digest, 32);
}

static void test_ethers(void **state)
{
	json_t *set = vectors_load("ethers/transactions.json"), *item;
	size_t i, checked = 0;
	json_array_foreach(set, i, item) {
		uint8_t secret[32];
		json_fixed(item, "privateKey", secret, 32);
		for (size_t form = 0; form < ARRAY_LEN(forms); form++)
			if (json_text(item, forms[form].unsigned_name)[0]) { // no EIP-155 form without a chain id
				form_check(item, form, secret);
				checked++;
			}
	}
	print_message("# transactions of ethers %zu, in %zu forms\n", json_array_size(set), checked);
	assert_true(json_array_size(set) >= 30);
	json_decref(set);
}

static struct evm_transaction example(void)
{
	struct evm_transaction tx = { .chain_id = 1, .nonce = 9, .gas_limit = 21000, .fee_max = u256_of(20000000000),
				      .value = u256_of(1000000000000000000) };
	memset(tx.to.bytes, 0x35, sizeof tx.to.bytes);
	return tx;
}

static void test_eip155(void **state)
{
	struct evm_transaction tx = example();
	uint8_t secret[32], digest[32];
	memset(secret, 0x46, sizeof secret);
	size_t size = hex_bytes("ec098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a764000080018080",
				bytes);
	encoded_check(&tx, bytes, size);
	evm_tx_signing_hash(&tx, digest);
	assert_hex(digest, 32, "daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53");
	assert_int_equal(evm_tx_sign(&tx, 1, secret), 0);
	size = hex_bytes("f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef6134"
			 "0bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3"
			 "dc64214b297fb1966a3b6d83", bytes);
	encoded_check(&tx, bytes, size);
}

static void test_sign_refused(void **state)
{
	uint8_t secret[32] = { 1 }, zero[32] = { 0 };
	struct evm_transaction tx = example(), before;
	for (int i = 0; i < 9; i++) {
		static const enum evm_tx_refusal expected[] = { EVM_TX_CHAIN, EVM_TX_UNPROTECTED, EVM_TX_NONCE, EVM_TX_FEES,
								EVM_TX_COST, EVM_TX_GAS, EVM_TX_INIT_CODE,
								EVM_TX_SIGNATURE, EVM_TX_TOO_LARGE };
		tx = example();
		tx.type = EVM_TX_DYNAMIC_FEE;
		tx.chain_id = i == 0 ? 2 : i == 1 ? 0 : 1;
		tx.nonce = i == 2 ? UINT64_MAX : 0;
		tx.fee_priority = u256_of(i == 3 ? 20000000001 : 20000000000);
		tx.fee_max = i == 4 ? u256_max : tx.fee_max;
		tx.gas_limit = i == 5 ? 20999 : i < 6 ? 21000 : 30000000;
		tx.creates = i == 6;
		tx.data = i == 6 ? evm_bytes_over(bytes, EVM_INIT_CODE_MAX + 1) : tx.data;
		tx.data = i == 8 ? evm_bytes_over(bytes, EVM_TX_SIZE_MAX) : tx.data;
		before = tx;
		assert_int_equal(evm_tx_sign(&tx, 1, i == 7 ? zero : secret), expected[i]);
		assert_memory_equal(&tx, &before, sizeof tx);
	}
}

// EIP-7623: ten for each token of data, four tokens to a byte that is not zero; access lists stay beside it.
static void test_gas_floor(void **state)
{
	struct evm_transaction tx = example();
	tx.data = evm_bytes_over("\xa9\x05\x9c\xbb", 5);
	assert_int_equal(evm_tx_intrinsic_gas(&tx), 21000 + 4 * 16 + 4);
	assert_int_equal(evm_tx_floor_gas(&tx), 21000 + 10 * (4 * 4 + 1));
	tx.gas_limit = 21169;
	assert_int_equal(evm_tx_check(&tx, 1), EVM_TX_GAS);
	tx.gas_limit = 21170;
	assert_int_equal(evm_tx_check(&tx, 1), EVM_TX_FINE);
	tx.access_addresses = 1;
	assert_int_equal(evm_tx_check(&tx, 1), EVM_TX_GAS);
	tx.gas_limit = 21068 + 2400;
	assert_int_equal(evm_tx_check(&tx, 1), EVM_TX_FINE);
}

// Any one bit changed gives another sender, or none, or no transaction.
static void test_altered(void **state)
{
	struct evm_transaction tx = example(), back;
	struct evm_address account, sender;
	uint8_t secret[32] = { 9 };
	size_t size;
	tx.type = EVM_TX_DYNAMIC_FEE;
	assert_int_equal(evm_tx_sign(&tx, 1, secret), 0);
	assert_int_equal(evm_key_address(secret, &account), 0);
	assert_int_equal(evm_tx_encode(&tx, bytes, sizeof bytes, &size), 0);
	for (size_t bit = 0; bit < 8 * size; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (evm_tx_decode(bytes, size, &back) == EVM_TX_FINE && evm_tx_sender(&back, &sender) == EVM_TX_FINE)
			assert_memory_not_equal(&sender, &account, sizeof sender);
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (int why = 0; why < EVM_TX_REFUSALS; why++)
		assert_string_not_equal(evm_tx_refusal_text((enum evm_tx_refusal)why), "unknown refusal");
}

// y_parity 0 and 1 only: not 2, nor 256, which is 0 in a byte; v of a legacy one likewise.
static void test_parity(void **state)
{
	static const struct { uint64_t parity; enum evm_tx_refusal why; } cases[] = {
		{ 0, EVM_TX_FINE }, { 1, EVM_TX_FINE }, { 2, EVM_TX_SIGNATURE }, { 27, EVM_TX_SIGNATURE },
		{ 256, EVM_TX_SIGNATURE }, { UINT64_MAX, EVM_TX_SIGNATURE },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct rlp_writer w = rlp_writer_over(bytes, sizeof bytes);
		struct evm_transaction tx;
		rlp_write_raw(&w, "\x01", 1);
		size_t list = rlp_list_begin(&w);
		for (int field = 0; field < 7; field++)
			rlp_write_u64(&w, 0);
		rlp_list_end(&w, rlp_list_begin(&w));
		rlp_write_u64(&w, cases[i].parity);
		rlp_write_u64(&w, 1);
		rlp_write_u64(&w, 1);
		rlp_list_end(&w, list);
		assert_int_equal(evm_tx_decode(bytes, rlp_writer_size(&w), &tx), cases[i].why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ethereum), cmocka_unit_test(test_ethers), cmocka_unit_test(test_eip155),
		cmocka_unit_test(test_sign_refused), cmocka_unit_test(test_gas_floor),
		cmocka_unit_test(test_altered), cmocka_unit_test(test_parity),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
