// SPDX-License-Identifier: Apache-2.0
// The expected values were computed apart from this code:
//   { printf 'redoubt entropy 1\n2 dice\n'; printf %s "$dice"; } | sha256sum
//   openssl kdf -keylen 32 -kdfopt digest:SHA256 -kdfopt hexkey:"$digests" -kdfopt salt:"redoubt entropy 1"
//           -kdfopt info:seed HKDF
#include "base/testing.h"

#include "ceremony/entropy.h"

#define DICE                                                                                                 \
	"3246115135 1521144121 5415126651 5541215234 2515356215 5623156151 5246543454 3322621535 "           \
	"4364351154 232441615"
#define COINS "ttttt hhtth htttt thtth hthht hhttt hhttt htttt"
#define TEXT  "the quick brown fox, 17 jumps"

static struct entropy entropy;

static enum entropy_refusal add(enum entropy_kind kind, const char *text)
{
	return entropy_add(&entropy, kind, text, strlen(text));
}

static int start(void **state)
{
	uint8_t kernel[ENTROPY_KERNEL_SIZE];
	memset(&entropy, 0, sizeof entropy);
	for (size_t i = 0; i < sizeof kernel; i++)
		kernel[i] = (uint8_t)i;
	entropy_add_kernel(&entropy, kernel);
	return 0;
}

static void same_as_computed_by_hand(void **state)
{
	uint8_t digest[SHA256_SIZE], seed[ENTROPY_SEED_SIZE];
	static const char *const digests[] = {
		"9ff6dde1c87e317022856b43a0208f12bfd71aff13c25486169bceb2cd7c9cc0",
		"93902fe3d4ad1804c1ab28028e9eb45f4ea29b7aa4efabf391650a47380ee65a",
		"94ec1b5b3b4418c5998371d19cabbb7c5bde424a23f5053d93e6364e1ff846d2",
		"fed5f7fe6d3c76491cd5088b6cf1da60b733806c7b6fcf9570e72980f97f5f84",
	};
	entropy_commitment(&entropy, digest);
	assert_hex(digest, sizeof digest, "9ec2db66c8ebe8aadb8e6c76127a7b623122bf05b663c64f1088bfcba3f0d46a");
	assert_int_equal(add(ENTROPY_DICE, DICE), ENTROPY_FINE);
	assert_int_equal(add(ENTROPY_COINS, COINS), ENTROPY_FINE);
	assert_int_equal(add(ENTROPY_TEXT, TEXT), ENTROPY_FINE);
	for (size_t i = 0; i < ARRAY_LEN(digests); i++) {
		entropy_source_digest(&entropy, i, digest);
		assert_hex(digest, sizeof digest, digests[i]);
	}
	assert_int_equal(entropy_seed(&entropy, seed), ENTROPY_FINE);
	assert_hex(seed, sizeof seed, "7b2c40e91e70ed91c7b7513a7f124fea36344694fb55867d3278b4070924ee1f");
}

static void bits_are_counted_low(void **state)
{
	assert_int_equal(add(ENTROPY_DICE, DICE), ENTROPY_FINE);
	assert_int_equal(entropy.sources[1].bits, 256);
	assert_int_equal(entropy.sources[1].size, 99);
	assert_int_equal(add(ENTROPY_COINS, COINS), ENTROPY_FINE);
	assert_int_equal(entropy.sources[2].bits, 40);
	assert_int_equal(add(ENTROPY_TEXT, TEXT), ENTROPY_FINE);
	assert_int_equal(entropy_people_bits(&entropy), 256 + 40 + 29);
}

// The kernel's 256 bits do not count: it is the one whom people must not need to trust.
static void under_256_bits_of_people_is_refused(void **state)
{
	uint8_t seed[ENTROPY_SEED_SIZE];
	char dice[sizeof DICE];
	assert_int_equal(entropy_seed(&entropy, seed), ENTROPY_WEAK);
	strcpy(dice, DICE);
	dice[strlen(dice) - 1] = '\0'; // 98 throws
	assert_int_equal(add(ENTROPY_DICE, dice), ENTROPY_FINE);
	assert_int_equal(entropy_seed(&entropy, seed), ENTROPY_WEAK);
	assert_int_equal(add(ENTROPY_COINS, COINS), ENTROPY_FINE);
	assert_int_equal(entropy_seed(&entropy, seed), ENTROPY_FINE);
}

static void slips_of_the_hand_are_refused(void **state)
{
	static const struct slip {
		enum entropy_kind kind;
		const char *text;
		enum entropy_refusal refusal;
	} slips[] = {
		{ ENTROPY_DICE, "", ENTROPY_GROUP },
		{ ENTROPY_DICE, "16253 14325 16253 43261 7", ENTROPY_CHARACTER },
		{ ENTROPY_DICE, "16253 14325 1625 43261 25", ENTROPY_GROUP },
		{ ENTROPY_DICE, "16253 143252 16253 43261", ENTROPY_GROUP },
		{ ENTROPY_DICE, "16253 14325 16253 432612", ENTROPY_GROUP },
		{ ENTROPY_DICE, "16253  14325 16253 43261", ENTROPY_GROUP },
		{ ENTROPY_DICE, "16253 14325 16253 43261 ", ENTROPY_GROUP },
		{ ENTROPY_DICE, "16253143251625343261", ENTROPY_GROUP },
		{ ENTROPY_DICE, "16253 14325 16253 4326", ENTROPY_FEW },
		{ ENTROPY_DICE, "44444 44444 44444 44444 44444", ENTROPY_EQUAL },
		{ ENTROPY_DICE, "16253 16253 16253 16253 16253", ENTROPY_EQUAL },
		{ ENTROPY_COINS, "HTTHT HTTHH TTHTH TTTTH", ENTROPY_CHARACTER },
		{ ENTROPY_COINS, "hthththththt hthththth", ENTROPY_GROUP },
		{ ENTROPY_COINS, "hthth ththt hthth ththt", ENTROPY_EQUAL },
		{ ENTROPY_TEXT, "fifteen letters", ENTROPY_FEW },
		{ ENTROPY_TEXT, "not plain: \xc3\xa4 umlaut here", ENTROPY_CHARACTER },
		{ ENTROPY_TEXT, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", ENTROPY_EQUAL },
		{ ENTROPY_TEXT, "passwordpasswordpassword", ENTROPY_EQUAL },
	};
	for (size_t i = 0; i < ARRAY_LEN(slips); i++) {
		if (add(slips[i].kind, slips[i].text) != slips[i].refusal)
			fail_msg("%s", slips[i].text);
		assert_int_equal(entropy.count, 1);
	}
	assert_int_equal(add(ENTROPY_TEXT, TEXT), ENTROPY_FINE);
	assert_int_equal(add(ENTROPY_TEXT, TEXT), ENTROPY_REPEATED);
	while (entropy.count < ENTROPY_SOURCES_MAX) {
		char text[64];
		snprintf(text, sizeof text, "another text, number %zu", entropy.count);
		assert_int_equal(add(ENTROPY_TEXT, text), ENTROPY_FINE);
	}
	assert_int_equal(add(ENTROPY_TEXT, "one that does not fit"), ENTROPY_FULL);
}

// Each source alone changes the seed, and so does the order: none is left out or can be undone by another.
static void every_source_counts(void **state)
{
	uint8_t seeds[4][ENTROPY_SEED_SIZE];
	assert_int_equal(add(ENTROPY_DICE, DICE), ENTROPY_FINE);
	assert_int_equal(add(ENTROPY_TEXT, TEXT), ENTROPY_FINE);
	assert_int_equal(entropy_seed(&entropy, seeds[3]), ENTROPY_FINE);
	for (size_t i = 0; i < 3; i++) {
		entropy.sources[i].bytes[0] ^= 1;
		assert_int_equal(entropy_seed(&entropy, seeds[i]), ENTROPY_FINE);
		entropy.sources[i].bytes[0] ^= 1;
	}
	for (size_t i = 0; i < 4; i++) {
		for (size_t j = 0; j < i; j++)
			assert_memory_not_equal(seeds[i], seeds[j], ENTROPY_SEED_SIZE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(same_as_computed_by_hand, start),
		cmocka_unit_test_setup(bits_are_counted_low, start),
		cmocka_unit_test_setup(under_256_bits_of_people_is_refused, start),
		cmocka_unit_test_setup(slips_of_the_hand_are_refused, start),
		cmocka_unit_test_setup(every_source_counts, start),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
