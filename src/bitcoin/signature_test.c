// SPDX-License-Identifier: Apache-2.0
// BIP340's CSV; Wycheproof's set for Bitcoin (strict DER, low S); RFC 6979 through BIP143's signatures in
// sighash_test.c.
#include "bitcoin/hashes.h"
#include "bitcoin/signature.h"
#include "bitcoin/testing.h"

static int setup(void **state)
{
	uint8_t seed[32] = { 7 };
	curve_init(seed);
	return 0;
}

#define MESSAGE_MAX 128

static void schnorr_line(char *line)
{
	char *field[8];
	for (int i = 0; i < 8; i++)
		field[i] = strsep(&line, ",");
	uint8_t secret[32], key[32], random[32] = { 0 }, message[MESSAGE_MAX], signature[64], made[64],
				     public[33];
	hex_bytes(field[2], key);
	hex_bytes(field[3], random);
	size_t size = hex_bytes(field[4], message);
	hex_bytes(field[5], signature);
	bool valid = strcmp(field[6], "TRUE") == 0;
	assert_int_equal(schnorr_verify(key, message, size, signature), valid);
	if (strlen(field[1]) == 0)
		return;
	hex_bytes(field[1], secret);
	assert_int_equal(public_key_of(secret, public), 0);
	assert_memory_equal(public + 1, key, 32);
	assert_int_equal(schnorr_sign(secret, random, message, size, made), 0);
	assert_memory_equal(made, signature, 64);
}

static void test_bip340(void **state)
{
	FILE *f = fopen(VECTORS "/bip-0340.csv", "r");
	char line[4096];
	unsigned count = 0;
	assert_non_null(f);
	assert_non_null(fgets(line, sizeof line, f));
	for (; fgets(line, sizeof line, f); count++)
		schnorr_line(line);
	fclose(f);
	print_message("# BIP340 %u\n", count);
	assert_int_equal(count, 19);
}

static void test_wycheproof(void **state)
{
	json_t *set = vectors_load("wycheproof/ecdsa_secp256k1_sha256_bitcoin_test.json"), *group, *test;
	size_t g, t, tried = 0;
	json_array_foreach(json_object_get(set, "testGroups"), g, group)
	{
		uint8_t key[65];
		json_hex(json_text(json_object_get(group, "publicKey"), "uncompressed"), key, sizeof key);
		json_array_foreach(json_object_get(group, "tests"), t, test)
		{
			static uint8_t message[1 << 14], signature[1 << 14];
			uint8_t digest[32];
			size_t size = json_hex(json_text(test, "msg"), message, sizeof message);
			size_t length = json_hex(json_text(test, "sig"), signature, sizeof signature);
			sha256_of(message, size, digest);
			bool valid = strcmp(json_text(test, "result"), "valid") == 0;
			assert_int_equal(
				ecdsa_verify(span_over(key, 65), digest, span_over(signature, length)),
				valid);
			if (valid)
				assert_true(ecdsa_der_valid(span_over(signature, length)));
			tried++;
		}
	}
	print_message("# Wycheproof %zu\n", tried);
	json_decref(set);
}

// r || s of DER, with s as it is.
static void der_to_raw(const uint8_t *der, uint8_t raw[64])
{
	memset(raw, 0, 64);
	size_t r = der[3], s = der[5 + r];
	const uint8_t *rp = der + 4, *sp = der + 6 + r;
	for (; r > 32; r--)
		rp++;
	for (; s > 32; s--)
		sp++;
	memcpy(raw + 32 - r, rp, r);
	memcpy(raw + 64 - s, sp, s);
}

static void negate(uint8_t s[32])
{
	uint8_t order[32];
	hex_bytes("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", order);
	int borrow = 0;
	for (int i = 31; i >= 0; i--) {
		int d = order[i] - s[i] - borrow;
		borrow = d < 0;
		s[i] = (uint8_t)d;
	}
}

static void test_from_raw(void **state)
{
	uint8_t secret[32] = { 1, 2, 3 }, digest[32] = { 9 }, der[ECDSA_DER_MAX], again[ECDSA_DER_MAX],
		raw[64], key[33];
	size_t size, got;
	assert_int_equal(public_key_of(secret, key), 0);
	for (uint8_t i = 0; i < 32; i++) {
		digest[1] = i;
		assert_int_equal(ecdsa_sign(secret, digest, der, &size), 0);
		assert_true(ecdsa_verify(span_over(key, 33), digest, span_over(der, size)));
		assert_int_equal(ecdsa_sign_for(secret, key, digest, again, &got), 0);
		assert_memory_equal(again, der, size);
		secret[30] ^= 1; // a bit that fell over in memory
		assert_int_equal(ecdsa_sign_for(secret, key, digest, again, &got), -EIO);
		secret[30] ^= 1;
		der_to_raw(der, raw);
		assert_int_equal(ecdsa_from_raw(raw, span_over(key, 33), digest, again, &got), 0);
		assert_memory_equal(again, der, size);
		negate(raw + 32); // high S, as half of an HSM's are
		assert_int_equal(ecdsa_from_raw(raw, span_over(key, 33), digest, again, &got), 0);
		assert_int_equal(got, size);
		assert_memory_equal(again, der, size);
		raw[5] ^= 1;
		assert_int_equal(ecdsa_from_raw(raw, span_over(key, 33), digest, again, &got), 1);
		digest[0] ^= 1;
		assert_false(ecdsa_verify(span_over(key, 33), digest, span_over(der, size)));
		digest[0] ^= 1;
	}
	memset(secret, 0, sizeof secret);
	assert_int_equal(ecdsa_sign(secret, digest, der, &size), 1);
	assert_int_equal(schnorr_sign(secret, digest, digest, 32, raw), 1);
}

static void test_der(void **state)
{
	static const char *const bad[] = {
		"",
		"30",
		"3006020100020101",
		"3006020101020100",
		"300602010102010101",
		"30070201010202000101",
		"3006020181020101",
		"3106020101020101",
		"3006020101030101",
		// s = n - 1: high
		"3026020101022100fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140",
	};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		uint8_t der[128];
		assert_false(ecdsa_der_valid(span_over(der, hex_bytes(bad[i], der))));
	}
	uint8_t good[8];
	assert_true(ecdsa_der_valid(span_over(good, hex_bytes("3006020101020101", good))));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bip340),
		cmocka_unit_test(test_wycheproof),
		cmocka_unit_test(test_from_raw),
		cmocka_unit_test(test_der),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
