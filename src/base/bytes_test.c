// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.h"
#include "base/testing.h"

static void integers_are_little_endian_and_come_back(void **state)
{
	uint8_t buffer[15];
	struct writer w = writer_over(buffer, sizeof buffer);
	write_u8(&w, 1);
	write_u16(&w, 0x0302);
	write_u32(&w, 0x07060504);
	write_u64(&w, 0x0f0e0d0c0b0a0908);
	assert_false(w.failed);
	assert_int_equal(writer_size(&w), 15);
	for (unsigned i = 0; i < 15; i++)
		assert_int_equal(buffer[i], i + 1);

	struct reader r = reader_over(buffer, sizeof buffer);
	assert_int_equal(read_u8(&r), 1);
	assert_int_equal(read_u16(&r), 0x0302);
	assert_int_equal(read_u32(&r), 0x07060504);
	assert_false(reader_done(&r));
	assert_int_equal(read_u64(&r), 0x0f0e0d0c0b0a0908);
	assert_true(reader_done(&r));
}

static void an_overrun_sticks_and_gives_zeros(void **state)
{
	const uint8_t buffer[3] = { 1, 2, 3 };
	uint8_t copy[8] = { 9, 9, 9, 9, 9, 9, 9, 9 };
	struct reader r = reader_over(buffer, sizeof buffer);
	assert_int_equal(read_u32(&r), 0);
	assert_true(r.failed);
	assert_int_equal(reader_left(&r), 3);
	assert_int_equal(read_u8(&r), 0); // there is a byte, but the reader has failed
	assert_null(read_bytes(&r, 0));
	read_copy(&r, copy, 8);
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(copy[i], 0);
	assert_false(reader_done(&r));
}

static void huge_sizes_do_not_wrap(void **state)
{
	uint8_t buffer[4] = { 0 };
	struct reader r = reader_over(buffer, sizeof buffer);
	assert_null(read_bytes(&r, SIZE_MAX));
	struct writer w = writer_over(buffer, sizeof buffer);
	assert_null(write_room(&w, SIZE_MAX));
	assert_true(w.failed);
}

static void a_writer_that_is_full_writes_nothing_more(void **state)
{
	uint8_t buffer[4] = { 7, 7, 7, 7 };
	struct writer w = writer_over(buffer, 3);
	write_u16(&w, 0x0101);
	write_u16(&w, 0x0202);
	assert_true(w.failed);
	assert_int_equal(buffer[2], 7);
	write_u8(&w, 3);
	assert_int_equal(buffer[2], 7);
	assert_int_equal(writer_size(&w), 2);
}

static void nothing_is_readable_in_nothing(void **state)
{
	struct reader r = reader_over(NULL, 0);
	assert_true(reader_done(&r));
	assert_int_equal(read_u8(&r), 0);
	assert_false(reader_done(&r));
	struct writer w = writer_over(NULL, 0);
	write_bytes(&w, NULL, 0);
	assert_false(w.failed);
}

static void rounding_up(void **state)
{
	assert_int_equal(u64_round_up(0, 4096), 0);
	assert_int_equal(u64_round_up(1, 4096), 4096);
	assert_int_equal(u64_round_up(4096, 4096), 4096);
	assert_int_equal(u64_min(3, 2), 2);
	assert_int_equal(u64_max(3, 2), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers_are_little_endian_and_come_back),
		cmocka_unit_test(an_overrun_sticks_and_gives_zeros),
		cmocka_unit_test(huge_sizes_do_not_wrap),
		cmocka_unit_test(a_writer_that_is_full_writes_nothing_more),
		cmocka_unit_test(nothing_is_readable_in_nothing),
		cmocka_unit_test(rounding_up),
	};
	return cmocka_run_group_tests_name("base-bytes", tests, NULL, NULL);
}
