// SPDX-License-Identifier: Apache-2.0
#include "verdict.h"

#include "base/testing.h"
#include "crypto/ed25519.h"

static const uint8_t seed[32] = { 4 };

static struct verdict sample(void)
{
	return (struct verdict){ .exchange = { 1 }, .outcome = VERDICT_INCONCLUSIVE, .time_us = 17, .manifest_number = 3,
				 .manifest_digest = { 2 }, .blocks = 9, .sequence = 44, .state_hash = { 5 },
				 .reason = "no signed checkpoint was shipped" };
}

static void test_round_trip(void **state)
{
	struct verdict v = sample(), back;
	uint8_t public_key[32];
	char text[VERDICT_TEXT_MAX];
	ed25519_public(seed, public_key);
	size_t size = verdict_write(&v, seed, text);
	assert_int_equal(verdict_read(text, size, public_key, &back), 0);
	assert_memory_equal(&back, &v, sizeof v);
	public_key[0] ^= 1;
	assert_int_equal(verdict_read(text, size, public_key, &back), 2);
}

static void test_every_byte(void **state)
{
	struct verdict v = sample(), back;
	uint8_t public_key[32];
	char text[VERDICT_TEXT_MAX];
	ed25519_public(seed, public_key);
	size_t size = verdict_write(&v, seed, text);
	for (size_t i = 0; i < size; i++)
		for (unsigned bit = 0; bit < 8; bit++) {
			text[i] ^= (char)(1u << bit);
			int r = verdict_read(text, size, public_key, &back);
			text[i] ^= (char)(1u << bit);
			// The signature's own hex may be written in either case: the same bytes.
			if (r == 0 && (bit != 5 || i < size - 129))
				fail_msg("byte %zu, bit %u was not noticed", i, bit);
		}
	for (size_t cut = 0; cut < size; cut++)
		assert_int_not_equal(verdict_read(text, cut, public_key, &back), 0);
	assert_int_equal(verdict_read(text, size, public_key, &back), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_round_trip), cmocka_unit_test(test_every_byte) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
