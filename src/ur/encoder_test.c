// SPDX-License-Identifier: Apache-2.0
#include "ur/ur.h"

#include "base/testing.h"
#include "tests/vectors/ur/bc-ur.h"
#include "ur/lab_test.h"

static struct ur_encoder encoder;
static uint8_t message[UR_MESSAGE_MAX];
static char text[2 * UR_TEXT_MAX];

static void single_part_matches(void **state)
{
	message_make(message, 50);
	assert_int_equal(ur_encoder_init(&encoder, UR_BYTES, message, 50, 1000), UR_TAKEN);
	for (int i = 0; i < 3; i++) {
		size_t length = ur_encoder_next(&encoder, text, ur_encoder_room(&encoder));
		assert_string_equal(text, single_part_50);
		assert_int_equal(length, strlen(single_part_50));
	}
}

static void parts_match(void **state)
{
	message_make(message, 256);
	assert_int_equal(ur_encoder_init(&encoder, UR_BYTES, message, 256, 30), UR_TAKEN);
	assert_int_equal(encoder.fragments, 9);
	for (size_t i = 0; i < ARRAY_LEN(parts_text_256_by_30); i++) {
		ur_encoder_next(&encoder, text, ur_encoder_room(&encoder));
		assert_string_equal(text, parts_text_256_by_30[i]);
	}
}

// find_nominal_fragment_length's two vectors have another least fragment; these are worked out by hand.
static void fragments_are_cut_as_the_reference_does(void **state)
{
	static const struct {
		size_t size, most, fragment, count;
	} cuts[] = {
		{ 1, 10, 2, 1 }, // with the CBOR head
		{ 9, 10, 10, 1 },
		{ 15, 10, 16, 1 }, // halves would be shorter than the least
		{ 19, 10, 10, 2 },
		{ 1021, 100, 94, 11 },
		{ 12342, 1955, 1764, 7 },
		{ 12342, 30000, 12345, 1 },
	};
	for (size_t i = 0; i < ARRAY_LEN(cuts); i++) {
		assert_int_equal(ur_encoder_init(&encoder, UR_PSBT, message, cuts[i].size, cuts[i].most), UR_TAKEN);
		assert_int_equal(encoder.fragment, cuts[i].fragment);
		assert_int_equal(encoder.fragments, cuts[i].count);
	}
}

static void limits_are_named(void **state)
{
	assert_int_equal(ur_encoder_init(&encoder, UR_BYTES, message, 0, 100), UR_BAD_PAYLOAD);
	assert_int_equal(ur_encoder_init(&encoder, UR_BYTES, message, UR_PAYLOAD_MAX + 1, 1000), UR_TOO_LARGE);
	assert_int_equal(ur_encoder_init(&encoder, UR_BYTES, message, UR_PAYLOAD_MAX, 100), UR_TOO_MANY_PARTS);
	assert_int_equal(ur_encoder_init(&encoder, UR_BYTES, message, UR_PAYLOAD_MAX, 256), UR_TAKEN);
	assert_int_equal(encoder.fragments, UR_FRAGMENTS_MAX);
	assert_int_equal(ur_encoder_init(&encoder, UR_ETH_SIGNATURE, "\xff", 1, 100), UR_BAD_PAYLOAD);
	assert_int_equal(ur_encoder_init(&encoder, UR_ETH_SIGNATURE, "\xa0", 1, 100), UR_TAKEN);
}

static void the_largest_part_fits_its_room(void **state)
{
	memset(message, 0xff, sizeof message);
	assert_int_equal(ur_encoder_init(&encoder, UR_ETH_SIGN_REQUEST, "\xa0", 1, 100), UR_TAKEN);
	ur_encoder_next(&encoder, text, ur_encoder_room(&encoder));
	assert_int_equal(ur_encoder_init(&encoder, UR_BYTES, message, UR_PAYLOAD_MAX, 256), UR_TAKEN);
	encoder.sequence = UR_SEQUENCE_MAX - 1;
	size_t length = ur_encoder_next(&encoder, text, ur_encoder_room(&encoder));
	assert_true(length < ur_encoder_room(&encoder));
	assert_memory_equal(text, "ur:bytes/1000000-4096/", 22);
	ur_encoder_next(&encoder, text, ur_encoder_room(&encoder));
	assert_memory_equal(text, "ur:bytes/1-4096/", 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(single_part_matches), cmocka_unit_test(parts_match),
		cmocka_unit_test(fragments_are_cut_as_the_reference_does), cmocka_unit_test(limits_are_named),
		cmocka_unit_test(the_largest_part_fits_its_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
