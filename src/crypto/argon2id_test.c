// SPDX-License-Identifier: Apache-2.0
// Vectors: phc-winner-argon2's src/test.c (CC0), its encoded hashes with one lane. libsodium takes salts of
// 16 bytes only, so those vectors go through its reader of encoded hashes, and our own keys through the same
// reader.
#include "base/testing.h"
#include "crypto/argon2id.h"
#include "crypto/secret.h"

#include <sodium.h>

static const struct {
	const char *password;
	unsigned memory_kib, passes;
	const char *salt;
	const char *key;
} vectors[] = {
	{ "password", 65536, 2, "somesalt",
	  "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7" },
	{ "password", 256, 2, "somesalt",
	  "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe" },
	{ "password", 65536, 1, "somesalt",
	  "f6a5adc1ba723dddef9b5ac1d464e180fcd9dffc9d1cbf76cca2fed795d9ca98" },
	{ "password", 65536, 4, "somesalt",
	  "9025d48e68ef7395cca9079da4c4ec3affb3c8911fe4f86d1a2520856f63172c" },
	{ "differentpassword", 65536, 2, "somesalt",
	  "0b84d652cf6b0c4beaef0dfe278ba6a80df6696281d7e0d2891b817d8c458fde" },
	{ "password", 65536, 2, "diffsalt",
	  "bdf32b05ccc42eb15d58fd19b1f856b113da1e9a5874fdcc544308565aa8141c" },
};

static void encode(char text[crypto_pwhash_argon2id_STRBYTES], unsigned memory_kib, unsigned passes,
		   const void *salt, size_t salt_size, const uint8_t key[ARGON2ID_KEY_SIZE])
{
	char salt_text[23], key_text[44]; // of 16 and 32 bytes
	sodium_bin2base64(salt_text, sizeof salt_text, salt, salt_size,
			  sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
	sodium_bin2base64(key_text, sizeof key_text, key, ARGON2ID_KEY_SIZE,
			  sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
	memset(text, 0, crypto_pwhash_argon2id_STRBYTES);
	snprintf(text, crypto_pwhash_argon2id_STRBYTES, "$argon2id$v=19$m=%u,t=%u,p=1$%s$%s", memory_kib,
		 passes, salt_text, key_text);
}

static void test_vectors(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		char text[crypto_pwhash_argon2id_STRBYTES];
		uint8_t key[ARGON2ID_KEY_SIZE];
		hex_bytes(vectors[i].key, key);
		encode(text, vectors[i].memory_kib, vectors[i].passes, vectors[i].salt,
		       strlen(vectors[i].salt), key);
		assert_int_equal(crypto_pwhash_argon2id_str_verify(text, vectors[i].password,
								   strlen(vectors[i].password)),
				 0);
		assert_int_not_equal(crypto_pwhash_argon2id_str_verify(text, "passwore", 8), 0);
	}
}

static void test_ours(void **state)
{
	static const unsigned costs[][2] = { { 8, 1 }, { 256, 2 }, { 1024, 5 }, { 65536, 3 } };
	static const uint8_t salt[ARGON2ID_SALT_SIZE] = "a salt of sixtee";
	for (size_t i = 0; i < ARRAY_LEN(costs); i++) {
		char text[crypto_pwhash_argon2id_STRBYTES];
		uint8_t key[ARGON2ID_KEY_SIZE];
		assert_int_equal(argon2id("password", 8, salt, costs[i][0], costs[i][1], key), 0);
		encode(text, costs[i][0], costs[i][1], salt, sizeof salt, key);
		assert_int_equal(crypto_pwhash_argon2id_str_verify(text, "password", 8), 0);
		encode(text, costs[i][0], costs[i][1] + 1, salt, sizeof salt, key);
		assert_int_not_equal(crypto_pwhash_argon2id_str_verify(text, "password", 8), 0);
	}
}

static int setup(void **state)
{
	return crypto_init();
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_vectors), cmocka_unit_test(test_ours) };
	return cmocka_run_group_tests(tests, setup, NULL);
}
