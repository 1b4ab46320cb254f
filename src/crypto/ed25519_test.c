// SPDX-License-Identifier: Apache-2.0
// RFC 8032 section 7.1, tests 1 to 3, and points that must be refused.
#include "base/testing.h"
#include "crypto/ed25519.h"
#include "crypto/secret.h"

static const struct { const char *seed, *public_key, *message, *signature; } rfc_8032[] = {
	{ "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
	  "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
	  "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24"
	  "655141438e7a100b" },
	{ "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
	  "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
	  "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aee"
	  "b00d291612bb0c00" },
	{ "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
	  "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
	  "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28d"
	  "c027beceea1ec40a" },
};

static void rfc_8032_vectors(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(rfc_8032); i++) {
		uint8_t seed[32], public_key[32], message[8], signature[64];
		hex_bytes(rfc_8032[i].seed, seed);
		size_t size = hex_bytes(rfc_8032[i].message, message);
		ed25519_public(seed, public_key);
		assert_hex(public_key, 32, rfc_8032[i].public_key);
		ed25519_sign(seed, message, size, signature);
		assert_hex(signature, 64, rfc_8032[i].signature);
		assert_true(ed25519_verify(public_key, message, size, signature));
	}
}

static void any_flipped_bit_is_refused(void **state)
{
	uint8_t seed[32] = { 1 }, public_key[32], signature[64], message[] = "sell 1 BTC";
	ed25519_public(seed, public_key);
	ed25519_sign(seed, message, sizeof message, signature);
	for (unsigned bit = 0; bit < 512; bit++) {
		signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_false(ed25519_verify(public_key, message, sizeof message, signature));
		signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_true(ed25519_verify(public_key, message, sizeof message, signature));
	message[5] ^= 1;
	assert_false(ed25519_verify(public_key, message, sizeof message, signature));
}

static void a_second_form_of_a_signature_is_refused(void **state)
{
	// S + L names the same point; accepting it would make signatures malleable.
	static const uint8_t order[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
					   0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10 };
	uint8_t seed[32] = { 2 }, public_key[32], signature[64];
	unsigned carry = 0;
	ed25519_public(seed, public_key);
	ed25519_sign(seed, "x", 1, signature);
	for (unsigned i = 0; i < 32; i++) {
		carry += signature[32 + i] + (unsigned)order[i];
		signature[32 + i] = (uint8_t)carry;
		carry >>= 8;
	}
	assert_false(ed25519_verify(public_key, "x", 1, signature));
}

static void small_order_keys_are_refused(void **state)
{
	// With the neutral point as key, R = B*S verifies any message for a careless verifier.
	uint8_t neutral[32] = { 1 }, zero[32] = { 0 }, signature[64] = { 1 };
	assert_false(ed25519_verify(neutral, "x", 1, signature));
	assert_false(ed25519_verify(zero, "x", 1, signature));
}

static int set_up(void **state)
{
	return crypto_init();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc_8032_vectors),
		cmocka_unit_test(any_flipped_bit_is_refused),
		cmocka_unit_test(a_second_form_of_a_signature_is_refused),
		cmocka_unit_test(small_order_keys_are_refused),
	};
	return cmocka_run_group_tests_name("crypto-ed25519", tests, set_up, NULL);
}
