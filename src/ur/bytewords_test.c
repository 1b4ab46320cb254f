// SPDX-License-Identifier: Apache-2.0
#include "ur/bytewords.h"

#include "base/testing.h"
#include "tests/vectors/ur/bc-ur.h"

static void assert_both_ways(enum bytewords_style style, const void *bytes, size_t size, const char *text)
{
	char written[600];
	uint8_t read[300];
	size_t read_size;
	size_t length = bytewords_encode(style, bytes, size, written);
	assert_int_equal(length, bytewords_length(style, size));
	assert_int_equal(length, strlen(text));
	assert_memory_equal(written, text, length);
	assert_int_equal(bytewords_decode(style, text, length, read, sizeof read, &read_size), BYTEWORDS_OK);
	assert_int_equal(read_size, size);
	assert_memory_equal(read, bytes, size);
	// room for exactly the bytes and the checksum, and for one less
	assert_int_equal(bytewords_decode(style, text, length, read, size + 4, &read_size), BYTEWORDS_OK);
	assert_int_equal(bytewords_decode(style, text, length, read, size + 3, &read_size), BYTEWORDS_NO_ROOM);
}

static void assert_refused(enum bytewords_style style, const char *text, enum bytewords_fault fault)
{
	uint8_t read[300];
	size_t size = 77;
	assert_int_equal(bytewords_decode(style, text, strlen(text), read, sizeof read, &size), fault);
	assert_int_equal(size, 77);
}

static void crc_is_that_of_the_reference(void **state)
{
	assert_int_equal(crc32_of(0, "Hello, world!", 13), 0xebe6c6e6);
	assert_int_equal(crc32_of(0, "Wolf", 4), 0x598c84dc);
	assert_int_equal(crc32_of(crc32_of(0, "Hello,", 6), " world!", 7), 0xebe6c6e6);
}

static void vectors_pass_in_each_style(void **state)
{
	static const uint8_t bytes[] = { 0, 1, 2, 128, 255 };
	assert_both_ways(BYTEWORDS_STANDARD, bytes, 5, "able acid also lava zoom jade need echo taxi");
	assert_both_ways(BYTEWORDS_URI, bytes, 5, "able-acid-also-lava-zoom-jade-need-echo-taxi");
	assert_both_ways(BYTEWORDS_MINIMAL, bytes, 5, "aeadaolazmjendeoti");
	assert_both_ways(BYTEWORDS_STANDARD, words_bytes, sizeof words_bytes, words_standard);
	assert_both_ways(BYTEWORDS_MINIMAL, words_bytes, sizeof words_bytes, words_minimal);
}

static void faults_are_told_apart(void **state)
{
	assert_refused(BYTEWORDS_STANDARD, "able acid also lava zero jade need echo wolf", BYTEWORDS_BAD_CHECKSUM);
	assert_refused(BYTEWORDS_URI, "able-acid-also-lava-zero-jade-need-echo-wolf", BYTEWORDS_BAD_CHECKSUM);
	assert_refused(BYTEWORDS_MINIMAL, "aeadaolazojendeowf", BYTEWORDS_BAD_CHECKSUM);
	assert_refused(BYTEWORDS_STANDARD, "wolf", BYTEWORDS_BAD_WORD);
	assert_refused(BYTEWORDS_STANDARD, "", BYTEWORDS_BAD_WORD);
	assert_refused(BYTEWORDS_MINIMAL, "", BYTEWORDS_BAD_WORD);
	assert_refused(BYTEWORDS_MINIMAL, "jendeoti", BYTEWORDS_BAD_WORD); // four words: a checksum of nothing
	assert_refused(BYTEWORDS_MINIMAL, "aeadaolazmjendeot", BYTEWORDS_BAD_WORD);
	assert_refused(BYTEWORDS_MINIMAL, "aeadaolazmjendeot1", BYTEWORDS_BAD_WORD);
	assert_refused(BYTEWORDS_MINIMAL, "aeadaolazmjendeoxx", BYTEWORDS_BAD_WORD);
	assert_refused(BYTEWORDS_STANDARD, "able-acid-also-lava-zoom-jade-need-echo-taxi", BYTEWORDS_BAD_WORD);
	assert_refused(BYTEWORDS_STANDARD, "able acid also lava zoom jade need echo taxi ", BYTEWORDS_BAD_WORD);
	assert_refused(BYTEWORDS_STANDARD, "abxe acid also lava zoom jade need echo taxi", BYTEWORDS_BAD_WORD);
}

static void capitals_are_read(void **state)
{
	uint8_t read[16];
	size_t size;
	assert_int_equal(bytewords_decode(BYTEWORDS_MINIMAL, "AEADAOLAZMJENDEOTI", 18, read, 16, &size), BYTEWORDS_OK);
	assert_int_equal(size, 5);
}

static void every_byte_returns(void **state)
{
	uint8_t bytes[256], read[260];
	char text[1300];
	size_t size;
	for (int i = 0; i < 256; i++)
		bytes[i] = (uint8_t)i;
	for (enum bytewords_style style = BYTEWORDS_STANDARD; style <= BYTEWORDS_MINIMAL; style++) {
		size_t length = bytewords_encode(style, bytes, sizeof bytes, text);
		assert_int_equal(bytewords_decode(style, text, length, read, sizeof read, &size), BYTEWORDS_OK);
		assert_int_equal(size, 256);
		assert_memory_equal(read, bytes, 256);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crc_is_that_of_the_reference), cmocka_unit_test(vectors_pass_in_each_style),
		cmocka_unit_test(faults_are_told_apart), cmocka_unit_test(capitals_are_read),
		cmocka_unit_test(every_byte_returns),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
