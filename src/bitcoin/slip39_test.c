// SPDX-License-Identifier: Apache-2.0
// The 45 vectors of python-shamir-mnemonic (passphrase TREZOR), and what we split ourselves, in every subset.
#include "bitcoin/hdkey.h"
#include "bitcoin/slip39.h"
#include "bitcoin/testing.h"

#define SHARES_MAX 64

static struct slip39_share shares[SHARES_MAX], chosen[SHARES_MAX];

static int setup(void **state)
{
	uint8_t seed[32] = { 7 };
	curve_init(seed);
	return 0;
}

static void vector_check(const json_t *item, size_t *valid, size_t *invalid)
{
	const json_t *texts = json_array_get(item, 1);
	const char *expected = json_string_value(json_array_get(item, 2));
	size_t count = json_array_size(texts), size = 0;
	uint8_t secret[SLIP39_SECRET_MAX];
	char back[SLIP39_TEXT_MAX + 1], xprv[HD_TEXT_MAX + 1];
	struct hd_private master;
	int result = 0;
	for (size_t i = 0; i < count && !result; i++) {
		const char *text = json_string_value(json_array_get(texts, i));
		result = slip39_share_parse(text, strlen(text), &shares[i], NULL);
		if (result)
			break;
		slip39_share_format(&shares[i], back);
		assert_string_equal(back, text);
	}
	if (!result)
		result = slip39_combine(shares, count, "TREZOR", 6, secret, &size);
	if (strlen(expected) == 0) {
		assert_int_not_equal(result, 0);
		++*invalid;
		return;
	}
	assert_int_equal(result, 0);
	assert_hex(secret, size, expected);
	assert_int_equal(hd_master(secret, size, &master), 0);
	hd_private_format(&network_main, &master, xprv);
	assert_string_equal(xprv, json_string_value(json_array_get(item, 3)));
	++*valid;
}

static void test_vectors(void **state)
{
	json_t *set = vectors_load("slip/slip39-vectors.json"), *item;
	size_t i, valid = 0, invalid = 0;
	json_array_foreach(set, i, item) vector_check(item, &valid, &invalid);
	print_message("# SLIP-39 %zu valid, %zu refused\n", valid, invalid);
	assert_int_equal(valid + invalid, 45);
	json_decref(set);
}

static void random_fill(uint8_t *to, size_t size)
{
	static uint64_t seed = 88172645463325252u; // xorshift: repeatable, for tests only
	for (size_t i = 0; i < size; i++) {
		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		to[i] = (uint8_t)seed;
	}
}

// Any 3 of 5 give the secret, no other number does.
static void test_subsets(void **state)
{
	struct slip39_plan plan = { .group_threshold = 1, .group_count = 1, .groups = { { 3, 5 } } };
	uint8_t secret[32], random[512], got[SLIP39_SECRET_MAX];
	size_t random_size, count, size;
	random_fill(secret, sizeof secret);
	random_fill(random, sizeof random);
	assert_int_equal(slip39_plan_check(&plan, 32, &random_size, &count), 0);
	assert_int_equal(count, 5);
	assert_int_equal(random_size, 2 + 32 + 28);
	assert_int_equal(slip39_split(&plan, secret, 32, "pass", 4, random, shares), 0);
	for (unsigned set = 1; set < 32; set++) {
		size_t n = 0;
		for (size_t i = 0; i < 5; i++) {
			char text[SLIP39_TEXT_MAX + 1];
			if (!(set >> i & 1))
				continue;
			slip39_share_format(&shares[i], text);
			assert_int_equal(slip39_share_parse(text, strlen(text), &chosen[n++], NULL), 0);
		}
		int result = slip39_combine(chosen, n, "pass", 4, got, &size);
		assert_int_equal(result, n == 3 ? 0 : 2);
		if (!result)
			assert_memory_equal(got, secret, 32);
	}
	assert_int_equal(slip39_combine(shares, 3, "Pass", 4, got, &size), 0); // cannot be noticed
	assert_memory_not_equal(got, secret, 32);
}

static void test_groups(void **state)
{
	struct slip39_plan plan = { .group_threshold = 2,
				    .group_count = 3,
				    .groups = { { 1, 1 }, { 2, 3 }, { 16, 16 } } };
	uint8_t secret[16], random[1024], got[SLIP39_SECRET_MAX];
	size_t random_size, count, size;
	random_fill(secret, sizeof secret);
	random_fill(random, sizeof random);
	assert_int_equal(slip39_plan_check(&plan, 16, &random_size, &count), 0);
	assert_int_equal(count, 20);
	assert_int_equal(slip39_split(&plan, secret, 16, "", 0, random, shares), 0);
	assert_int_equal(slip39_combine(shares, 1, "", 0, got, &size), 2);
	chosen[0] = shares[3];
	chosen[1] = shares[0];
	chosen[2] = shares[1];
	assert_int_equal(slip39_combine(chosen, 3, "", 0, got, &size), 0);
	assert_memory_equal(got, secret, 16);
	assert_int_equal(slip39_combine(chosen, 2, "", 0, got, &size), 2);
	assert_int_equal(slip39_combine(shares + 3, 17, "", 0, got, &size),
			 2); // one member of the second is missing
	chosen[2].value[3] ^= 1;
	assert_int_equal(slip39_combine(chosen, 3, "", 0, got, &size), 4);
	chosen[2] = chosen[0];
	assert_int_equal(slip39_combine(chosen, 3, "", 0, got, &size), 3);
	chosen[2].identifier ^= 1;
	assert_int_equal(slip39_combine(chosen, 3, "", 0, got, &size), 1);
	assert_int_equal(slip39_combine(chosen, 0, "", 0, got, &size), 2);
	chosen[2] = chosen[1];
	chosen[2].member_index = 16; // no text gives that
	assert_int_equal(slip39_combine(chosen, 3, "", 0, got, &size), 1);
	assert_int_equal(slip39_split(&plan, secret, 16, "\xc3\xa9", 2, random, shares), 2);
}

static void test_plans_refused(void **state)
{
	static const struct {
		struct slip39_plan plan;
		size_t size;
	} vectors[] = {
		{ { 1, 1, { { 1, 2 } }, 0 }, 16 },	     { { 1, 1, { { 3, 2 } }, 0 }, 16 },
		{ { 2, 1, { { 1, 1 } }, 0 }, 16 },	     { { 1, 1, { { 2, 17 } }, 0 }, 16 },
		{ { 0, 1, { { 1, 1 } }, 0 }, 16 },	     { { 1, 0, { { 0, 0 } }, 0 }, 16 },
		{ { 1, 1, { { 1, 1 } }, 0 }, 15 },	     { { 1, 1, { { 1, 1 } }, 0 }, 14 },
		{ { 1, 1, { { 1, 1 } }, 0 }, 34 },	     { { 1, 1, { { 1, 1 } }, 6 }, 16 },
		{ { 1, 2, { { 1, 1 }, { 0, 0 } }, 0 }, 16 }, { { 1, 17, { { 1, 1 } }, 0 }, 16 },
	};
	size_t random, count;
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++)
		assert_int_equal(slip39_plan_check(&vectors[i].plan, vectors[i].size, &random, &count), 1);
}

static void test_words(void **state)
{
	static const char *const bad[] = { "", "academic", " academic acid", "academic  acid",
					   "duckling enlarge" };
	struct slip39_share share;
#define ACT                                                                                                  \
	"activity activity activity activity activity activity activity activity activity activity "         \
	"activity activity"
	static const char right[] =
		"acid academic academic academic academic " ACT " result average platform";
	static const char wide[] =
		"acid academic academic academic academic academic " ACT " repair valuable trash";
	assert_int_equal(slip39_share_parse(right, strlen(right), &share, NULL), 0);
	assert_int_equal(slip39_share_parse(wide, strlen(wide), &share, NULL), 4); // twelve bits of padding
	assert_int_equal(slip39_share_parse("acid\0\0 acid", 11, &share, NULL), 2);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_true(slip39_share_parse(bad[i], strlen(bad[i]), &share, NULL) > 0);
	for (size_t i = 1; i < 1024; i++)
		assert_true(strncmp(slip39_words[i - 1], slip39_words[i], 4) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors), cmocka_unit_test(test_subsets),
		cmocka_unit_test(test_groups),	cmocka_unit_test(test_plans_refused),
		cmocka_unit_test(test_words),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
