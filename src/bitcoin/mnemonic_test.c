// SPDX-License-Identifier: Apache-2.0
// BIP39: the English vectors of Trezor's python-mnemonic (passphrase TREZOR).
#include "bitcoin/hdkey.h"
#include "bitcoin/mnemonic.h"
#include "bitcoin/testing.h"

static int setup(void **state)
{
	uint8_t seed[32] = { 7 };
	curve_init(seed);
	return 0;
}

static void test_vectors(void **state)
{
	json_t *sets = vectors_load("slip/bip39-trezor-vectors.json"), *item,
	       *set = json_object_get(sets, "english");
	size_t i;
	json_array_foreach(set, i, item)
	{
		uint8_t entropy[MNEMONIC_ENTROPY_MAX], back[MNEMONIC_ENTROPY_MAX], seed[MNEMONIC_SEED_SIZE];
		char text[MNEMONIC_TEXT_MAX + 1], xprv[HD_TEXT_MAX + 1];
		struct hd_private master;
		const char *words = json_string_value(json_array_get(item, 1));
		size_t size = json_hex(json_string_value(json_array_get(item, 0)), entropy, sizeof entropy),
		       got;
		assert_int_equal(mnemonic_format(entropy, size, text), 0);
		assert_string_equal(text, words);
		assert_int_equal(mnemonic_parse(words, strlen(words), back, &got, NULL), 0);
		assert_int_equal(got, size);
		assert_memory_equal(back, entropy, size);
		assert_int_equal(mnemonic_seed(words, strlen(words), "TREZOR", 6, seed), 0);
		assert_hex(seed, sizeof seed, json_string_value(json_array_get(item, 2)));
		assert_int_equal(hd_master(seed, sizeof seed, &master), 0);
		hd_private_format(&network_main, &master, xprv);
		assert_string_equal(xprv, json_string_value(json_array_get(item, 3)));
	}
	print_message("# BIP39 English %zu\n", json_array_size(set));
	assert_int_equal(json_array_size(set), 24);
	json_decref(sets);
}

static void test_refused(void **state)
{
#define ELEVEN "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon"
	static const struct {
		const char *text;
		int result;
	} vectors[] = {
		{ ELEVEN " about", 0 },
		{ ELEVEN, 1 },
		{ ELEVEN " abandon", 3 },
		{ ELEVEN " About", 2 },
		{ ELEVEN "  about", 1 },
		{ ELEVEN " about ", 1 },
		{ " " ELEVEN " about", 1 },
		{ ELEVEN " abou", 2 },
		{ ELEVEN " aboutt", 2 },
		{ "", 1 },
		{ ELEVEN " " ELEVEN " abandon abandon abandon", 1 },
		{ ELEVEN "\tabout", 2 },
	};
	uint8_t entropy[MNEMONIC_ENTROPY_MAX], seed[MNEMONIC_SEED_SIZE];
	size_t size, word = 99;
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++)
		assert_int_equal(
			mnemonic_parse(vectors[i].text, strlen(vectors[i].text), entropy, &size, &word),
			vectors[i].result);
	assert_int_equal(word, 10);
	char text[MNEMONIC_TEXT_MAX + 1];
	assert_int_equal(mnemonic_format(entropy, 17, text), 1);
	assert_int_equal(mnemonic_format(entropy, 12, text), 1);
	assert_int_equal(mnemonic_seed(ELEVEN " about", strlen(ELEVEN " about"), "\xc3\xa9", 2, seed), 4);
	assert_int_equal(mnemonic_seed(ELEVEN " about", strlen(ELEVEN " about"), "a\tb", 3, seed), 4);
	for (int i = 0; i < 2048; i++)
		assert_int_equal(mnemonic_word_index(mnemonic_words[i], strlen(mnemonic_words[i])), i);
	assert_int_equal(mnemonic_word_index("", 0), -1);
	assert_int_equal(mnemonic_word_index("zoo\0\0\0\0\0\0", 9),
			 -1); // found by the fuzzer: a NUL ended the comparison
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_vectors), cmocka_unit_test(test_refused) };
	return cmocka_run_group_tests(tests, setup, NULL);
}
