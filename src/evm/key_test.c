// SPDX-License-Identifier: Apache-2.0
#include "evm/key.h"

#include "evm/keccak.h"
#include "evm/testing.h"

static int setup(void **state)
{
	static const uint8_t seed[32] = { 3 };
	evm_keys_init(seed);
	return 0;
}

static void test_accounts(void **state)
{
	json_t *set = vectors_load("ethers/accounts.json"), *item;
	size_t i;
	json_array_foreach(set, i, item) {
		uint8_t secret[32];
		struct evm_address address;
		char text[EVM_ADDRESS_TEXT];
		json_fixed(item, "privateKey", secret, sizeof secret);
		assert_int_equal(evm_key_address(secret, &address), 0);
		evm_address_format(&address, text);
		assert_string_equal(text, json_text(item, "address"));
	}
	print_message("# accounts %zu\n", json_array_size(set));
	assert_true(json_array_size(set) >= 40);
	json_decref(set);
}

// The examples of EIP-155 and EIP-712.
static void test_signatures(void **state)
{
	static const struct { const char *secret, *digest, *r, *s; int parity; } known[] = {
		{ "4646464646464646464646464646464646464646464646464646464646464646",
		  "daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53",
		  "28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276",
		  "67cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83", 0 },
		// EIP-712's "Ether Mail" signed by keccak256("cow")
		{ "c85ef7d79691fe79573b1a7064c19c1a9819ebdbd1faaab1a8ec92344438aaf4",
		  "be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2",
		  "4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d",
		  "07299936d304c153f6443dfa05f40ff007d72911b6f72307f996231605b91562", 1 },
	};
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		uint8_t secret[32], digest[32], text[EVM_SIGNATURE_TEXT];
		struct evm_signature signature, back;
		struct evm_address account, found;
		hex_bytes(known[i].secret, secret);
		hex_bytes(known[i].digest, digest);
		assert_int_equal(evm_key_address(secret, &account), 0);
		assert_int_equal(evm_sign(secret, digest, &signature), 0);
		assert_hex(signature.r, 32, known[i].r);
		assert_hex(signature.s, 32, known[i].s);
		assert_int_equal(signature.y_parity, known[i].parity);
		assert_int_equal(evm_recover(digest, &signature, &found), 0);
		assert_memory_equal(&found, &account, sizeof found);
		evm_signature_write(&signature, text);
		assert_int_equal(evm_signature_read(text, &back), 0);
		assert_memory_equal(&back, &signature, sizeof back);
		text[64] -= 27;
		assert_int_equal(evm_signature_read(text, &back), 1);
	}
}

static const char order[] = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
static const char half_order[] = "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0";

// n - s, by schoolbook subtraction.
static void negate(const uint8_t s[32], uint8_t to[32])
{
	int borrow = 0;
	hex_bytes(order, to);
	for (int i = 31; i >= 0; i--) {
		int v = to[i] - s[i] - borrow;
		borrow = v < 0;
		to[i] = (uint8_t)v;
	}
}

static void test_high_s(void **state)
{
	uint8_t secret[32] = { 0x46 }, digest[32] = { 7 }, raw[64];
	struct evm_signature signature, high, from_raw;
	struct evm_address account, found, other = { { 1 } };
	for (unsigned n = 0; n < 8; n++) {
		digest[1] = (uint8_t)n;
		assert_int_equal(evm_key_address(secret, &account), 0);
		assert_int_equal(evm_sign(secret, digest, &signature), 0);
		high = signature;
		negate(signature.s, high.s);
		high.y_parity ^= 1; // the same signature in its other form
		assert_false(evm_signature_valid(&high));
		assert_int_equal(evm_recover(digest, &high, &found), 1);
		memcpy(raw, high.r, 32);
		memcpy(raw + 32, high.s, 32);
		assert_int_equal(evm_signature_from_raw(raw, &account, digest, &from_raw), 0);
		assert_memory_equal(&from_raw, &signature, sizeof signature);
		assert_int_equal(evm_signature_from_raw(raw, &other, digest, &from_raw), 1);
		raw[40] ^= 1;
		assert_int_equal(evm_signature_from_raw(raw, &account, digest, &from_raw), 1);
	}
}

static void test_ranges(void **state)
{
	struct evm_signature signature = { .y_parity = 0 };
	uint8_t secret[32] = { 0 }, digest[32] = { 1 };
	struct evm_address account;
	assert_int_equal(evm_key_address(secret, &account), 1);
	assert_int_equal(evm_sign(secret, digest, &signature), 1);
	hex_bytes(order, secret);
	assert_int_equal(evm_key_address(secret, &account), 1);
	assert_int_equal(evm_sign(secret, digest, &signature), 1);
	signature.r[31] = 1;
	assert_false(evm_signature_valid(&signature)); // s = 0
	hex_bytes(half_order, signature.s);
	assert_true(evm_signature_valid(&signature));
	signature.s[31]++;
	assert_false(evm_signature_valid(&signature));
	signature.s[31]--;
	signature.y_parity = 2;
	assert_false(evm_signature_valid(&signature));
	signature.y_parity = 0;
	hex_bytes(order, signature.r);
	assert_false(evm_signature_valid(&signature));
	signature.r[31]--;
	assert_true(evm_signature_valid(&signature));
	memset(signature.r, 0, 32);
	assert_false(evm_signature_valid(&signature));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accounts), cmocka_unit_test(test_signatures), cmocka_unit_test(test_high_s),
		cmocka_unit_test(test_ranges),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
