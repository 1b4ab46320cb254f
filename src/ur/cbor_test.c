// SPDX-License-Identifier: Apache-2.0
#include "ur/cbor.h"

#include "base/testing.h"

static bool valid(const char *hex)
{
	uint8_t bytes[64];
	return cbor_valid(bytes, hex_bytes(hex, bytes));
}

// RFC 8949 appendix A, what of it the subset holds.
static void canonical_items_are_taken(void **state)
{
	static const char *const items[] = {
		"00", "01", "0a", "17", "1818", "1819", "1864", "1903e8", "1a000f4240", "1b000000e8d4a51000",
		"1bffffffffffffffff", "20", "29", "3863", "3903e7", "f4", "f5", "f6", "c11a514b67b0", "40", "4401020304",
		"60", "6161", "6449455446", "62225c", "62c3bc", "63e6b0b4", "64f0908591", "80", "83010203",
		"8301820203820405", "a0", "a201020304", "a26161016162820203", "826161a161626163",
	};
	for (size_t i = 0; i < ARRAY_LEN(items); i++)
		if (!valid(items[i]))
			fail_msg("%s was refused", items[i]);
}

static void what_is_not_canonical_is_refused(void **state)
{
	static const char *const items[] = {
		"", "18", "1817", "190018", "1a0000ffff", "1b00000000ffffffff", "1c", "1f", "5800", "580101",
		"5f42010243030405ff", "9fff", "bf61610161629f0203ffff", "ff", "f0", "f7", "f818", "f93c00", "fb3ff199999999999a",
		"0000", "41", "61ff", "62c0af", "63eda080", "64f4908080", "63e08080", "64f0808080", "61c3", "81", "a1", "a101", "a102",
		"a203040102", "a201020103", "a2616201616102", "c1", "9bffffffffffffffff", "bbffffffffffffffff",
		"5bffffffffffffffff", "818181818181818181" "00", "c1c1c1c1c1c1c1c1c1" "00",
	};
	for (size_t i = 0; i < ARRAY_LEN(items); i++)
		if (valid(items[i]))
			fail_msg("%s was taken", items[i]);
	assert_true(valid("8181818181818181" "00"));
}

static void heads_are_the_shortest(void **state)
{
	static const uint64_t edges[] = { 0, 23, 24, 255, 256, 65535, 65536, 0xffffffff, 0x100000000, UINT64_MAX };
	static const size_t sizes[] = { 1, 1, 2, 2, 3, 3, 5, 5, 9, 9 };
	for (size_t i = 0; i < ARRAY_LEN(edges); i++) {
		uint8_t bytes[CBOR_HEAD_MAX];
		struct writer w = writer_over(bytes, sizeof bytes);
		cbor_write_head(&w, CBOR_UNSIGNED, edges[i]);
		assert_int_equal(writer_size(&w), sizes[i]);
		struct reader r = reader_over(bytes, sizes[i]);
		assert_true(cbor_read_unsigned(&r) == edges[i]);
		assert_true(reader_done(&r));
	}
}

static void another_kind_fails_the_reader(void **state)
{
	struct reader r = reader_over("\x01\x41", 2);
	size_t size;
	assert_null(cbor_read_string(&r, CBOR_BYTES, &size));
	assert_true(r.failed);
	assert_int_equal(cbor_read_unsigned(&r), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(canonical_items_are_taken), cmocka_unit_test(what_is_not_canonical_is_refused),
		cmocka_unit_test(heads_are_the_shortest), cmocka_unit_test(another_kind_fails_the_reader),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
