// SPDX-License-Identifier: Apache-2.0
// The digest and the polynomial's bytes were computed apart from this code (Python's hmac; HKDF by openssl
// kdf).
#include "base/testing.h"
#include "crypto/secret.h"

#include "ceremony/shares.h"

static uint8_t seed[32], salt[SHARES_SALT_SIZE];
static struct slip39_share shares[SHARES_MAX], chosen[SHARES_MAX];

static int start(void **state)
{
	for (size_t i = 0; i < 32; i++) {
		seed[i] = (uint8_t)(i * 7 + 1);
		salt[i] = (uint8_t)(0x80 + i);
	}
	return crypto_init();
}

static void any_quorum_of_a_split_gives_the_seed(void **state)
{
	static const struct shares_plan plans[] = { { 2, 3 }, { 3, 5 }, { 4, 7 } };
	for (size_t p = 0; p < ARRAY_LEN(plans); p++) {
		assert_int_equal(shares_split(&plans[p], seed, sizeof seed, salt, shares), 0);
		uint8_t back[SLIP39_SECRET_MAX];
		size_t size;
		for (size_t first = 0; first + plans[p].threshold <= plans[p].count; first++) {
			assert_int_equal(
				slip39_combine(shares + first, plans[p].threshold, "", 0, back, &size), 0);
			assert_int_equal(size, sizeof seed);
			assert_memory_equal(back, seed, size);
		}
		assert_int_equal(slip39_combine(shares, plans[p].threshold - 1u, "", 0, back, &size), 2);
	}
}

static void the_same_salt_goes_on_and_another_begins_anew(void **state)
{
	const struct shares_plan plan = { 3, 5 };
	assert_int_equal(shares_split(&plan, seed, sizeof seed, salt, shares), 0);
	assert_int_equal(shares_split(&plan, seed, sizeof seed, salt, chosen), 0);
	for (size_t i = 0; i < plan.count; i++)
		assert_memory_equal(shares[i].value, chosen[i].value, 32);
	salt[0] ^= 1;
	assert_int_equal(shares_split(&plan, seed, sizeof seed, salt, chosen), 0);
	for (size_t i = 0; i < plan.count; i++)
		assert_memory_not_equal(shares[i].value, chosen[i].value, 32);
	assert_int_not_equal(shares[0].identifier, chosen[0].identifier);
}

static void single_shares_and_sixteen_and_more_are_no_plan(void **state)
{
	static const struct shares_plan plans[] = { { 1, 1 }, { 1, 2 }, { 3, 2 }, { 2, 17 }, { 0, 0 } };
	for (size_t p = 0; p < ARRAY_LEN(plans); p++) {
		assert_false(shares_plan_possible(&plans[p]));
		assert_int_equal(shares_split(&plans[p], seed, sizeof seed, salt, shares), 1);
	}
	const struct shares_plan widest = { 16, 16 };
	assert_int_equal(shares_split(&widest, seed, sizeof seed, salt, shares), 0);
}

// identifier = (first two bytes of the HKDF) & 0x7fff; the first share's value is its bytes 2..33.
static void bytes_are_those_computed_by_hand(void **state)
{
	const struct shares_plan plan = { 3, 5 };
	uint8_t digest[SHA256_SIZE];
	char text[SLIP39_TEXT_MAX + 1];
	assert_int_equal(shares_split(&plan, seed, sizeof seed, salt, shares), 0);
	assert_int_equal(shares[0].identifier, 0x751b);
	assert_hex(shares[0].value, 32, "6ebaf2738d8d8341b746fbdc06775ccedc86bb14493562509e24b9524ae11728");
	slip39_share_format(&shares[0], text);
	assert_string_equal(text,
			    "tricycle survive academic acne alien prize various slim stick gather educate "
			    "swing humidity voice album switch skunk rebound location typical emerald "
			    "exchange gesture elder terminal daisy family crowd beaver short agree reaction "
			    "domain");
	shares_digest(salt, &shares[0], digest);
	assert_hex(digest, sizeof digest, "a3f0c0e3b6ee6aa79ea82f121a829d2ec6e48c113236e79937e3198f378bc9ae");
}

static void read_back_is_compared_word_by_word(void **state)
{
	char typed[128];
	static const char shown[] = "academic acid acne acquire";
	static const char as_typed[] = "  Academic  ACID\tacne acquire ";
	assert_int_equal(shares_tidy(as_typed, strlen(as_typed), typed), strlen(shown));
	assert_string_equal(typed, shown);
	assert_true(shares_word_same(shown, 1, "acid"));
	assert_true(shares_word_same(shown, 3, "acquire"));
	static const char *const wrong[] = { "", "acqui", "acquires", "acquire acid", "acid", "ACQUIRE" };
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_false(shares_word_same(shown, 3, wrong[i]));
	assert_false(shares_word_same(shown, 4, ""));
	assert_int_equal(shares_word_count(shown), 4);
	assert_int_equal(shares_word_count(""), 0);
}

static void places_are_different_and_rise(void **state)
{
	bool seen[33] = { false };
	for (unsigned round = 0; round < 200; round++) {
		uint8_t random[8], places[8];
		random_bytes(random, sizeof random);
		shares_choose(random, 8, 33, places);
		for (size_t i = 0; i < 8; i++) {
			assert_true(places[i] < 33);
			assert_true(i == 0 || places[i] > places[i - 1]);
			seen[places[i]] = true;
		}
	}
	for (size_t i = 0; i < 33; i++)
		assert_true(seen[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(any_quorum_of_a_split_gives_the_seed, start),
		cmocka_unit_test_setup(the_same_salt_goes_on_and_another_begins_anew, start),
		cmocka_unit_test_setup(single_shares_and_sixteen_and_more_are_no_plan, start),
		cmocka_unit_test_setup(bytes_are_those_computed_by_hand, start),
		cmocka_unit_test_setup(read_back_is_compared_word_by_word, start),
		cmocka_unit_test_setup(places_are_different_and_rise, start),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
