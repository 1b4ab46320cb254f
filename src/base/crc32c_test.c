// SPDX-License-Identifier: Apache-2.0
#include "base/crc32c.h"
#include "base/testing.h"

typedef uint32_t (*crc_function)(uint32_t, const void *, size_t);

static void check_rfc_3720(crc_function crc)
{
	// RFC 3720 B.4; the RFC prints the bytes as they go on the wire.
	static const uint8_t read_pdu[48] = {
		0x01, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0, 0,    0,    0, 0, 0, 0,    0x14, 0, 0, 0, 0, 0, 0x04, 0,
		0,    0,    0, 0x14, 0, 0, 0, 0x18, 0x28, 0, 0, 0, 0, 0, 0, 0, 0x02, 0, 0, 0, 0, 0, 0, 0,
	};
	uint8_t bytes[32];
	memset(bytes, 0, 32);
	assert_int_equal(crc(0, bytes, 32), 0x8a9136aa);
	memset(bytes, 0xff, 32);
	assert_int_equal(crc(0, bytes, 32), 0x62a8ab43);
	for (unsigned i = 0; i < 32; i++)
		bytes[i] = (uint8_t)i;
	assert_int_equal(crc(0, bytes, 32), 0x46dd794e);
	for (unsigned i = 0; i < 32; i++)
		bytes[i] = (uint8_t)(31 - i);
	assert_int_equal(crc(0, bytes, 32), 0x113fdb5c);
	assert_int_equal(crc(0, read_pdu, 48), 0xd9963a56);
	assert_int_equal(crc(0, "123456789", 9), 0xe3069283);
	assert_int_equal(crc(0, "", 0), 0);
}

static void rfc_3720_by_whatever_the_cpu_has(void **state)
{
	check_rfc_3720(crc32c);
}

static void rfc_3720_by_table(void **state)
{
	check_rfc_3720(crc32c_portable);
}

static void both_agree_at_every_size_and_alignment(void **state)
{
	static const size_t sizes[] = { 0, 1, 7, 8, 9, 255, 256, 767, 768, 769, 1535, 1536, 4096, 12287,
					12288, 12289, 13056, 24576, 24577, 65279, 65536 };
	static uint8_t data[65536 + 16];
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)(i * 2654435761u >> 13);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		for (size_t shift = 0; shift < 9; shift += 3)
			assert_int_equal(crc32c(0, data + shift, sizes[i]), crc32c_portable(0, data + shift, sizes[i]));
	}
}

static void pieces_give_the_whole(void **state)
{
	static uint8_t data[30000];
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)(i ^ i >> 8);
	uint32_t whole = crc32c(0, data, sizeof data);
	for (size_t cut = 0; cut <= sizeof data; cut += 997)
		assert_int_equal(crc32c(crc32c(0, data, cut), data + cut, sizeof data - cut), whole);
}

static void every_flipped_bit_shows(void **state)
{
	uint8_t data[64] = "a frame of the journal";
	uint32_t whole = crc32c(0, data, sizeof data);
	for (unsigned bit = 0; bit < 8 * sizeof data; bit++) {
		data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_not_equal(crc32c(0, data, sizeof data), whole);
		data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc_3720_by_whatever_the_cpu_has),
		cmocka_unit_test(rfc_3720_by_table),
		cmocka_unit_test(both_agree_at_every_size_and_alignment),
		cmocka_unit_test(pieces_give_the_whole),
		cmocka_unit_test(every_flipped_bit_shows),
	};
	return cmocka_run_group_tests_name("base-crc32c", tests, NULL, NULL);
}
