// SPDX-License-Identifier: Apache-2.0
// AES-256-GCM: test cases 13 to 16 of McGrew and Viega's submission to NIST.
#include "base/testing.h"
#include "crypto/aead.h"

#define KEY_2 "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"
#define PLAIN_2                                                                                              \
	"d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"     \
	"b16aedf5aa0de657ba637b39"
#define CIPHER_2                                                                                             \
	"522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838"     \
	"c5f61e6393ba7a0abcc9f662"

static const struct { const char *key, *nonce, *associated, *plain, *cipher, *tag; } nist[] = {
	{ "0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000", "", "", "",
	  "530f8afbc74536b9a963b4f1c4cb738b" },
	{ "0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000", "",
	  "00000000000000000000000000000000", "cea7403d4d606b6e074ec5d3baf39d18", "d0d1c8a799996bf0265b98b5d48ab919" },
	{ KEY_2, "cafebabefacedbaddecaf888", "", PLAIN_2 "1aafd255", CIPHER_2 "898015ad", "b094dac5d93471bdec1a502270e3cc6c" },
	{ KEY_2, "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2", PLAIN_2, CIPHER_2,
	  "76fc6ece0f4e1768cddf8853bb2d551b" },
};

static void nist_vectors_both_ways(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(nist); i++) {
		uint8_t key[32], nonce[12], associated[32], text[64], to[64], tag[16];
		hex_bytes(nist[i].key, key);
		hex_bytes(nist[i].nonce, nonce);
		size_t associated_size = hex_bytes(nist[i].associated, associated), size = hex_bytes(nist[i].plain, text);
		struct aead *aead = aead_new(key);
		assert_non_null(aead);
		assert_int_equal(aead_seal(aead, nonce, associated, associated_size, text, size, to, tag), 0);
		assert_hex(to, size, nist[i].cipher);
		assert_hex(tag, 16, nist[i].tag);
		assert_int_equal(aead_open(aead, nonce, associated, associated_size, to, size, to, tag), 0); // in place
		assert_memory_equal(to, text, size);
		aead_free(aead);
	}
}

static void whatever_is_altered_is_refused(void **state)
{
	uint8_t key[32] = { 1 }, nonce[12] = { 2 }, text[100] = "plain", sealed[100], tag[16], to[100];
	struct aead *aead = aead_new(key);
	assert_int_equal(aead_seal(aead, nonce, "head", 4, text, sizeof text, sealed, tag), 0);
	sealed[99] ^= 1;
	memset(to, 7, sizeof to);
	assert_int_equal(aead_open(aead, nonce, "head", 4, sealed, sizeof sealed, to, tag), 1);
	for (size_t i = 0; i < sizeof to; i++)
		assert_int_equal(to[i], 0); // wiped
	sealed[99] ^= 1;
	tag[0] ^= 0x80;
	assert_int_equal(aead_open(aead, nonce, "head", 4, sealed, sizeof sealed, to, tag), 1);
	tag[0] ^= 0x80;
	assert_int_equal(aead_open(aead, nonce, "heaD", 4, sealed, sizeof sealed, to, tag), 1);
	assert_int_equal(aead_open(aead, nonce, "head", 3, sealed, sizeof sealed, to, tag), 1);
	assert_int_equal(aead_open(aead, nonce, "head", 4, sealed, sizeof sealed - 1, to, tag), 1);
	nonce[11] ^= 1;
	assert_int_equal(aead_open(aead, nonce, "head", 4, sealed, sizeof sealed, to, tag), 1);
	nonce[11] ^= 1;
	assert_int_equal(aead_open(aead, nonce, "head", 4, sealed, sizeof sealed, to, tag), 0);
	assert_memory_equal(to, text, sizeof text);
	aead_free(aead);
}

static void a_context_is_used_many_times_both_ways(void **state)
{
	uint8_t key[32] = { 3 }, other[32] = { 4 }, nonce[12] = { 0 }, text[4000], sealed[4000], tag[16], to[4000];
	struct aead *aead = aead_new(key);
	for (unsigned i = 0; i < 500; i++) {
		size_t size = i * 7 % sizeof text;
		memset(text, (int)i, sizeof text);
		nonce[0] = (uint8_t)i;
		nonce[1] = (uint8_t)(i >> 8);
		assert_int_equal(aead_seal(aead, nonce, &i, sizeof i, text, size, sealed, tag), 0);
		if (i % 3 == 0) { // another key in between
			assert_int_equal(aead_rekey(aead, other), 0);
			assert_int_equal(aead_open(aead, nonce, &i, sizeof i, sealed, size, to, tag), 1);
			assert_int_equal(aead_rekey(aead, key), 0);
		}
		assert_int_equal(aead_open(aead, nonce, &i, sizeof i, sealed, size, to, tag), 0);
		assert_memory_equal(to, text, size);
	}
	aead_free(aead);
	aead_free(NULL);
}

static void sizes_that_openssl_cannot_count_are_refused(void **state)
{
	uint8_t key[32] = { 0 }, nonce[12] = { 0 }, tag[16], byte = 0;
	struct aead *aead = aead_new(key);
	assert_int_equal(aead_seal(aead, nonce, NULL, 0, &byte, (size_t)1 << 31, &byte, tag), -EMSGSIZE);
	assert_int_equal(aead_open(aead, nonce, &byte, (size_t)1 << 31, &byte, 1, &byte, tag), -EMSGSIZE);
	aead_free(aead);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nist_vectors_both_ways),
		cmocka_unit_test(whatever_is_altered_is_refused),
		cmocka_unit_test(a_context_is_used_many_times_both_ways),
		cmocka_unit_test(sizes_that_openssl_cannot_count_are_refused),
	};
	return cmocka_run_group_tests_name("crypto-aead", tests, NULL, NULL);
}
