// SPDX-License-Identifier: Apache-2.0
#include "ur/ur.h"

#include "base/testing.h"
#include "tests/vectors/ur/bc-ur.h"
#include "ur/bytewords.h"
#include "ur/lab_test.h"
#include "ur/part.h"

static struct ur_encoder encoder, other;
static struct ur_decoder decoder;
static uint8_t message[UR_MESSAGE_MAX];
static _Alignas(8) uint8_t memory[UR_DECODER_MEMORY];
static char text[2 * UR_TEXT_MAX];

static enum ur_verdict take(const char *part)
{
	return ur_decoder_take(&decoder, part, strlen(part));
}

static enum ur_verdict next_take(struct ur_encoder *from)
{
	size_t length = ur_encoder_next(from, text, ur_encoder_room(from));
	return ur_decoder_take(&decoder, text, length);
}

static void restart(enum ur_type type, size_t size, size_t fragment)
{
	message_make(message, size < 4000 ? size : 4000);
	assert_int_equal(ur_encoder_init(&encoder, type, message, size, fragment), UR_TAKEN);
	ur_decoder_init(&decoder, memory, sizeof memory);
}

static void assert_arrived(enum ur_type type, size_t size)
{
	struct ur_payload payload = ur_decoder_payload(&decoder);
	assert_int_equal(payload.type, type);
	assert_int_equal(payload.size, size);
	assert_memory_equal(payload.data, message, size);
}

static void published_parts_are_read(void **state)
{
	message_make(message, 256);
	ur_decoder_init(&decoder, memory, sizeof memory);
	assert_int_equal(take(single_part_50), UR_FINISHED);
	assert_arrived(UR_BYTES, 50);
	// the fountain's parts alone, without one plain fragment
	ur_decoder_init(&decoder, memory, sizeof memory);
	for (size_t i = 9; i < 20; i++)
		assert_false(ur_refused(take(parts_text_256_by_30[i])));
	assert_int_equal(decoder.solved, 8); // what eleven mixed parts are worth
	for (size_t i = 0; i < 9 && !decoder.finished; i++)
		assert_false(ur_refused(take(parts_text_256_by_30[i])));
	assert_arrived(UR_BYTES, 256);
}

static void any_parts_do(void **state)
{
	static const size_t sizes[] = { 1, 11, 100, 1000, 32767, 100000 };
	struct xoshiro256 rng;
	xoshiro256_init(&rng, "lost", 4);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		for (unsigned lost = 0; lost < 10; lost += 3) {
			restart(UR_PSBT, sizes[i], 400);
			enum ur_verdict verdict;
			uint32_t shown = 0, limit = 60 + 40 * encoder.fragments;
			do {
				size_t length = ur_encoder_next(&encoder, text, ur_encoder_room(&encoder));
				verdict = xoshiro256_between(&rng, 0, 9) < lost ? UR_TAKEN :
					  ur_decoder_take(&decoder, text, length);
				assert_false(ur_refused(verdict));
			} while (verdict != UR_FINISHED && ++shown < limit);
			assert_int_equal(verdict, UR_FINISHED);
			assert_arrived(UR_PSBT, sizes[i]);
			assert_int_equal(next_take(&encoder), UR_KNOWN);
		}
	}
}

static void largest_message_arrives(void **state)
{
	restart(UR_BYTES, UR_PAYLOAD_MAX, 256);
	encoder.sequence = 200; // the first 200 fragments have to be made up for
	enum ur_verdict verdict = UR_TAKEN;
	for (int i = 0; i < 20000 && verdict != UR_FINISHED; i++)
		verdict = next_take(&encoder);
	assert_int_equal(verdict, UR_FINISHED);
	assert_arrived(UR_BYTES, UR_PAYLOAD_MAX);
	restart(UR_BYTES, UR_PAYLOAD_MAX, UR_MESSAGE_MAX);
	assert_int_equal(next_take(&encoder), UR_FINISHED);
	assert_arrived(UR_BYTES, UR_PAYLOAD_MAX);
}

static void less_memory_takes_smaller_messages(void **state)
{
	restart(UR_BYTES, 4000, 100);
	ur_decoder_init(&decoder, memory, 8192);
	for (int i = 0; i < 39; i++)
		assert_int_equal(next_take(&encoder), UR_TAKEN);
	assert_int_equal(next_take(&encoder), encoder.fragments == 40 ? UR_FINISHED : UR_TAKEN);
	restart(UR_BYTES, 9000, 100);
	ur_decoder_init(&decoder, memory, 8192);
	assert_int_equal(next_take(&encoder), UR_TOO_LARGE);
	restart(UR_BYTES, 9000, 10000);
	ur_decoder_init(&decoder, memory, 8192);
	assert_int_equal(next_take(&encoder), UR_TOO_LARGE);
}

static void duplicates_are_known(void **state)
{
	restart(UR_BYTES, 1000, 100);
	assert_int_equal(next_take(&encoder), UR_TAKEN);
	assert_int_equal(take(text), UR_KNOWN);
	assert_int_equal(decoder.known, 1);
	assert_int_equal(decoder.solved, 1);
}

static void capitals_and_the_newer_name_are_read(void **state)
{
	restart(UR_PSBT, 20, 100);
	size_t length = ur_encoder_next(&encoder, text, ur_encoder_room(&encoder));
	assert_memory_equal(text, "ur:crypto-psbt/", 15);
	memmove(text + 3, text + 10, length - 9);
	assert_memory_equal(text, "ur:psbt/", 8);
	for (char *at = text; *at; at++)
		*at = (char)(*at >= 'a' && *at <= 'z' ? *at - 32 : *at);
	assert_int_equal(take(text), UR_FINISHED);
	assert_arrived(UR_PSBT, 20);
}

static void mixed_messages_are_refused(void **state)
{
	static uint8_t second[1000];
	restart(UR_BYTES, 1000, 100);
	assert_int_equal(next_take(&encoder), UR_TAKEN);
	assert_int_equal(ur_encoder_init(&other, UR_PSBT, second, 1000, 100), UR_TAKEN);
	assert_int_equal(next_take(&other), UR_OTHER_TYPE);
	assert_int_equal(ur_encoder_init(&other, UR_BYTES, second, 1000, 100), UR_TAKEN);
	assert_int_equal(next_take(&other), UR_OTHER_MESSAGE);
	assert_int_equal(ur_encoder_init(&other, UR_BYTES, message, 1000, 90), UR_TAKEN); // same, cut otherwise
	assert_int_equal(next_take(&other), UR_OTHER_MESSAGE);
	assert_int_equal(ur_encoder_init(&other, UR_BYTES, message, 1000, 300), UR_TAKEN); // longer parts
	assert_int_equal(next_take(&other), UR_OTHER_MESSAGE);
	assert_int_equal(ur_encoder_init(&other, UR_BYTES, second, 20, 100), UR_TAKEN);
	assert_int_equal(next_take(&other), UR_OTHER_MESSAGE);
	assert_int_equal(decoder.refused, 5);
	while (!decoder.finished)
		assert_false(ur_refused(next_take(&encoder)));
	assert_arrived(UR_BYTES, 1000);
}

// A part with the right header and its own checksum right, but another fragment within.
static void part_forge(uint32_t sequence, const char *hex)
{
	uint8_t cbor[64];
	size_t size = hex_bytes(hex, cbor);
	int head = snprintf(text, 100, "ur:bytes/%u-2/", sequence);
	size_t length = (size_t)head + bytewords_encode(BYTEWORDS_MINIMAL, cbor, size, text + head);
	text[length] = 0;
}

static void altered_parts_are_found(void **state)
{
	uint8_t cbor[20] = { 0x53 }; // a byte string of 19
	uint32_t checksum = crc32_of(0, cbor, 20);
	char hex[64];
	ur_decoder_init(&decoder, memory, sizeof memory);
	snprintf(hex, sizeof hex, "850102141a%08x4a53000000000000000000", checksum);
	part_forge(1, hex);
	assert_int_equal(take(text), UR_TAKEN);
	snprintf(hex, sizeof hex, "850102141a%08x4a53000000000000000001", checksum);
	part_forge(1, hex);
	assert_int_equal(take(text), UR_CONTRADICTION);
	snprintf(hex, sizeof hex, "850202141a%08x4a00000000000000000001", checksum);
	part_forge(2, hex);
	assert_int_equal(take(text), UR_BAD_CHECKSUM);
	assert_int_equal(take(text), UR_BAD_CHECKSUM); // for ever
	assert_false(decoder.finished);
}

static void bad_parts_are_named(void **state)
{
	static const struct {
		uint32_t sequence;
		const char *cbor;
		enum ur_verdict verdict;
	} parts[] = {
		{ 1, "850102141a123456784a00000000000000000000", UR_TAKEN },
		{ 1, "840102141a12345678", UR_BAD_PART },
		{ 1, "850102141a123456784a0000000000000000000000", UR_BAD_PART }, // left over
		{ 1, "850102141a1234567849000000000000000000", UR_BAD_PART },     // 9 * 2 < 20
		{ 1, "850102141a12345678540000000000000000000000000000000000000000", UR_BAD_PART }, // 20 fit into one
		{ 2, "850102141a123456784a00000000000000000000", UR_BAD_PART },   // another number than its text
		{ 1, "850103141a123456784a00000000000000000000", UR_BAD_PART },
		{ 1, "8501021814" "1a123456784a00000000000000000000", UR_BAD_PART }, // not the shortest form
		{ 1, "850102141b00000001000000004a00000000000000000000", UR_BAD_PART },
		{ 1, "850102001a123456784a00000000000000000000", UR_BAD_PART },
		{ 1, "850102141a1234567840", UR_BAD_PART },
		{ 1, "8501021a001000011a123456784a00000000000000000000", UR_TOO_LARGE },
		{ 1, "850102" "1bffffffffffffffff" "1a123456784a00000000000000000000", UR_TOO_LARGE },
	};
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		ur_decoder_init(&decoder, memory, sizeof memory);
		part_forge(parts[i].sequence, parts[i].cbor);
		assert_int_equal(take(text), parts[i].verdict);
	}
}

static void bad_texts_are_named(void **state)
{
	static const struct {
		const char *text;
		enum ur_verdict verdict;
	} texts[] = {
		{ "", UR_NOT_UR }, { "ur", UR_NOT_UR }, { "https://example.org", UR_NOT_UR }, { "ur:", UR_BAD_FORM },
		{ "ur:bytes", UR_BAD_FORM }, { "ur:bytes/", UR_BAD_FORM }, { "ur:/aeae", UR_BAD_FORM },
		{ "ur:by tes/aeae", UR_BAD_FORM }, { "ur:crypto-seed/aeae", UR_UNKNOWN_TYPE },
		{ "ur:bytes/1-2", UR_BAD_WORDS }, { "ur:bytes/1-2/", UR_BAD_FORM }, { "ur:bytes/1-2/ae/ae", UR_BAD_FORM },
		{ "ur:bytes/0-2/aeae", UR_BAD_FORM }, { "ur:bytes/1-0/aeae", UR_BAD_FORM },
		{ "ur:bytes/01-2/aeae", UR_BAD_FORM }, { "ur:bytes/1of2/aeae", UR_BAD_FORM },
		{ "ur:bytes/-1-2/aeae", UR_BAD_FORM }, { "ur:bytes/1-2-3/aeae", UR_BAD_FORM },
		{ "ur:bytes/1-4097/aeae", UR_TOO_MANY_PARTS }, { "ur:bytes/1000001-2/aeae", UR_TOO_MANY_PARTS },
		{ "ur:bytes/99999999999999999999-2/aeae", UR_BAD_FORM },
		{ "ur:bytes/aeadaolazmjendeoxx", UR_BAD_WORDS }, { "ur:bytes/aeadaolazojendeowf", UR_BAD_PART_CHECKSUM },
		{ "ur:bytes/aeadaolazmjendeoti", UR_BAD_PAYLOAD }, // 0001028... is no byte string
	};
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		ur_decoder_init(&decoder, memory, sizeof memory);
		assert_int_equal(take(texts[i].text), texts[i].verdict);
		assert_int_equal(decoder.refused, 1);
		assert_int_equal(take(single_part_50), UR_FINISHED); // it changed nothing
	}
}

static void verdicts_have_sentences(void **state)
{
	for (enum ur_verdict verdict = UR_TAKEN; verdict < UR_VERDICTS; verdict++)
		assert_non_null(ur_verdict_text(verdict));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_parts_are_read), cmocka_unit_test(any_parts_do),
		cmocka_unit_test(largest_message_arrives), cmocka_unit_test(less_memory_takes_smaller_messages),
		cmocka_unit_test(duplicates_are_known), cmocka_unit_test(capitals_and_the_newer_name_are_read),
		cmocka_unit_test(mixed_messages_are_refused), cmocka_unit_test(altered_parts_are_found),
		cmocka_unit_test(bad_parts_are_named), cmocka_unit_test(bad_texts_are_named),
		cmocka_unit_test(verdicts_have_sentences),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
