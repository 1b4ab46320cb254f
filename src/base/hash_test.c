// SPDX-License-Identifier: Apache-2.0
#include "base/hash.h"
#include "base/testing.h"

static void the_key_is_chacha20s_keystream(void **state)
{
	// RFC 8439 appendix A.1, test vector 1: zero key, zero nonce, block 0.
	struct hash_key key;
	hash_key_init(&key, (const uint8_t[32]){ 0 });
	assert_hex(key.k, 64,
		   "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7"
		   "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586");
}

static void values_are_the_same_on_every_machine(void **state)
{
	// Computed by an independent implementation in another language.
	uint8_t seed[32];
	uint64_t words[16];
	struct hash_key key;
	for (unsigned i = 0; i < 32; i++)
		seed[i] = (uint8_t)i;
	for (unsigned i = 0; i < 16; i++)
		words[i] = i;
	hash_key_init(&key, seed);
	assert_int_equal(key.k[0], 0x6a19c5d97d2bfd39);
	assert_int_equal(key.k[16], 0xd5924aa7dc2df242);
	assert_int_equal(hash_pairs(&key, (const uint64_t[]){ 1, 2 }, 1), 0xa18de7d1537fc6e7);
	assert_int_equal(hash_pairs(&key, words, 8), 0x480d6234709af700);
	assert_int_equal(hash_pairs(&key, words, 0), 0xd5924aa709bfb8e5);
}

static void neighbours_spread(void **state)
{
	struct hash_key key;
	static uint16_t seen[4096];
	memset(seen, 0, sizeof seen);
	hash_key_init(&key, (const uint8_t[32]){ 5 });
	for (uint64_t i = 0; i < 40960; i++) {
		uint64_t words[2] = { i, 7 };
		seen[hash_pairs(&key, words, 1) % 4096]++;
	}
	for (unsigned i = 0; i < 4096; i++)
		assert_in_range(seen[i], 0, 60); // ten are expected
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_key_is_chacha20s_keystream),
		cmocka_unit_test(values_are_the_same_on_every_machine),
		cmocka_unit_test(neighbours_spread),
	};
	return cmocka_run_group_tests_name("base-hash", tests, NULL, NULL);
}
