// SPDX-License-Identifier: Apache-2.0
// FIPS 180-4 examples, RFC 4231 (HMAC), RFC 5869 (HKDF).
#include "base/testing.h"
#include "crypto/sha256.h"

static void fips_180_examples(void **state)
{
	static const struct { const char *message, *digest; } rows[] = {
		{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
		{ "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrst"
		  "nopqrstu",
		  "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1" },
	};
	uint8_t digest[32];
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		sha256_of(rows[i].message, strlen(rows[i].message), digest);
		assert_hex(digest, 32, rows[i].digest);
	}
	sha256_of(NULL, 0, digest);
	assert_hex(digest, 32, rows[0].digest);
}

static void a_million_letters_in_uneven_pieces(void **state)
{
	uint8_t digest[32];
	char letters[997];
	struct sha256 s;
	memset(letters, 'a', sizeof letters);
	sha256_init(&s);
	for (size_t left = 1000000; left;) {
		size_t n = left < sizeof letters ? left : sizeof letters;
		sha256_update(&s, letters, n);
		left -= n;
	}
	sha256_final(&s, digest);
	assert_hex(digest, 32, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void a_state_can_be_copied_midway(void **state)
{
	uint8_t a[32], b[32];
	struct sha256 s, copy;
	sha256_init(&s);
	sha256_update(&s, "ab", 2);
	copy = s;
	sha256_update(&s, "c", 1);
	sha256_final(&s, a);
	sha256_update(&copy, "c", 1);
	sha256_final(&copy, b);
	assert_memory_equal(a, b, 32);
}

static void rfc_4231(void **state)
{
	static const struct { const char *key, *data, *mac; size_t bytes; } rows[] = {
		{ "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
		  "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7", 32 },
		{ "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
		  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", 32 },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		  "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
		  "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe", 32 },
		{ "0102030405060708090a0b0c0d0e0f10111213141516171819",
		  "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
		  "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b", 32 },
		{ "0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c", "546573742057697468205472756e636174696f6e",
		  "a3b6167473100ee06e0c796c2955552b", 16 },
	};
	uint8_t key_bytes[64], data[64], mac[32];
	struct hmac_key key;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		hmac_key_init(&key, key_bytes, hex_bytes(rows[i].key, key_bytes));
		hmac_sha256(&key, data, hex_bytes(rows[i].data, data), mac);
		assert_hex(mac, rows[i].bytes, rows[i].mac);
	}
}

static void rfc_4231_long_keys(void **state)
{
	static const char first[] = "Test Using Larger Than Block-Size Key - Hash Key First";
	static const char second[] = "This is a test using a larger than block-size key and a larger than block-size data. "
				     "The key needs to be hashed before being used by the HMAC algorithm.";
	uint8_t long_key[131], mac[32];
	struct hmac_key key;
	memset(long_key, 0xaa, sizeof long_key);
	hmac_key_init(&key, long_key, sizeof long_key);
	hmac_sha256(&key, first, strlen(first), mac);
	assert_hex(mac, 32, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
	// the same key again: the midstates are not used up
	hmac_sha256(&key, second, strlen(second), mac);
	assert_hex(mac, 32, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

static void rfc_5869(void **state)
{
	uint8_t secret[80], salt[80], to[82];
	char info[81];
	memset(secret, 0x0b, 22);
	for (unsigned i = 0; i < 13; i++)
		salt[i] = (uint8_t)i;
	hkdf_sha256(secret, 22, salt, 13, "\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9", to, 42);
	assert_hex(to, 42, "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");

	hkdf_sha256(secret, 22, "", 0, "", to, 42);
	assert_hex(to, 42, "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");

	for (unsigned i = 0; i < 80; i++) {
		secret[i] = (uint8_t)i;
		salt[i] = (uint8_t)(0x60 + i);
		info[i] = (char)(0xb0 + i);
	}
	info[80] = 0;
	hkdf_sha256(secret, 80, salt, 80, info, to, 82);
	assert_hex(to, 82, "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
			   "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87");
}

static void comparing(void **state)
{
	assert_true(equal_constant_time("abc", "abc", 3));
	assert_false(equal_constant_time("abc", "abd", 3));
	assert_false(equal_constant_time("abc", "bbc", 3));
	assert_true(equal_constant_time("a", "b", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fips_180_examples),
		cmocka_unit_test(a_million_letters_in_uneven_pieces),
		cmocka_unit_test(a_state_can_be_copied_midway),
		cmocka_unit_test(rfc_4231),
		cmocka_unit_test(rfc_4231_long_keys),
		cmocka_unit_test(rfc_5869),
		cmocka_unit_test(comparing),
	};
	return cmocka_run_group_tests_name("crypto-sha256", tests, NULL, NULL);
}
