// SPDX-License-Identifier: Apache-2.0
// Every number of bc-ur's own tests, to the bit.
#include "ur/fountain.h"

#include "base/testing.h"
#include "tests/vectors/ur/bc-ur.h"
#include "ur/bytewords.h"
#include "ur/lab_test.h"

static struct fountain fountain;
static struct sampler sampler;

static void generator_matches(void **state)
{
	struct xoshiro256 rng;
	xoshiro256_init(&rng, "Wolf", 4);
	for (size_t i = 0; i < sizeof rng_1_modulo_100; i++)
		assert_int_equal(xoshiro256_next(&rng) % 100, rng_1_modulo_100[i]);
	xoshiro256_init(&rng, "\x59\x8c\x84\xdc", 4); // the CRC-32 of "Wolf"
	for (size_t i = 0; i < sizeof rng_2_modulo_100; i++)
		assert_int_equal(xoshiro256_next(&rng) % 100, rng_2_modulo_100[i]);
	xoshiro256_init(&rng, "Wolf", 4);
	for (size_t i = 0; i < sizeof rng_3_from_1_to_10; i++)
		assert_int_equal(xoshiro256_between(&rng, 1, 10), rng_3_from_1_to_10[i]);
}

static void drawn_bytes_match(void **state)
{
	uint8_t bytes[20];
	message_make(bytes, sizeof bytes);
	assert_hex(bytes, sizeof bytes, "916ec65cf77cadf55cd7f9cda1a1030026ddd42e");
}

static void sampler_matches(void **state)
{
	static const double weights[] = { 1, 2, 4, 8 };
	struct xoshiro256 rng;
	sampler_init(&sampler, weights, 4);
	xoshiro256_init(&rng, "Wolf", 4);
	for (size_t i = 0; i < sizeof sampler_1_2_4_8; i++)
		assert_int_equal(sampler_next(&sampler, &rng), sampler_1_2_4_8[i]);
}

static void shuffle_matches(void **state)
{
	struct xoshiro256 rng;
	xoshiro256_init(&rng, "Wolf", 4);
	for (size_t row = 0; row < ARRAY_LEN(shuffle_10); row++) {
		fountain_shuffle(&fountain, &rng, 10, 10);
		for (size_t i = 0; i < 10; i++)
			assert_int_equal(fountain.index[i] + 1, shuffle_10[row][i]);
	}
}

static void degrees_match(void **state)
{
	char seed[16];
	fountain_init(&fountain, 11);
	for (unsigned i = 0; i < sizeof degrees_of_11; i++) {
		struct xoshiro256 rng;
		int length = snprintf(seed, sizeof seed, "Wolf-%u", i + 1);
		xoshiro256_init(&rng, seed, (size_t)length);
		assert_int_equal(fountain_degree(&fountain, &rng), degrees_of_11[i]);
	}
}

static void chosen_fragments_match(void **state)
{
	uint8_t message[1024];
	message_make(message, sizeof message);
	uint32_t checksum = crc32_of(0, message, sizeof message);
	fountain_init(&fountain, 11);
	for (uint32_t i = 0; i < ARRAY_LEN(fragments_of_11); i++) {
		unsigned mixed = 0;
		fountain_choose(&fountain, i + 1, checksum);
		for (uint32_t k = 0; k < fountain.count; k++)
			mixed |= 1u << fountain.index[k];
		assert_int_equal(mixed, fragments_of_11[i]);
	}
}

// Any number of fragments gives a distribution: each degree within, none drawn that cannot be.
static void every_count_gives_degrees(void **state)
{
	struct xoshiro256 rng;
	xoshiro256_init(&rng, "degrees", 7);
	for (uint32_t count = 1; count <= UR_FRAGMENTS_MAX; count += count < 200 ? 1 : 433) {
		fountain_init(&fountain, count);
		uint64_t ones = 0;
		for (int i = 0; i < 400; i++) {
			uint32_t degree = fountain_degree(&fountain, &rng);
			assert_in_range(degree, 1, count);
			ones += degree == 1;
		}
		assert_true(ones > 5); // degree 1 has at least one share in ln(4096) + 0.6, that is 11 %
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(generator_matches), cmocka_unit_test(drawn_bytes_match),
		cmocka_unit_test(sampler_matches), cmocka_unit_test(shuffle_matches),
		cmocka_unit_test(degrees_match), cmocka_unit_test(chosen_fragments_match),
		cmocka_unit_test(every_count_gives_degrees),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
