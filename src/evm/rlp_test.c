// SPDX-License-Identifier: Apache-2.0
#include "evm/rlp.h"

#include "evm/address.h"
#include "evm/keccak.h"
#include "evm/testing.h"

#define ROOM (1 << 16)

static bool is_hex(const char *text)
{
	return text[0] == '0' && text[1] == 'x';
}

// False when it is a number beyond 256 bits, which only rlp_valid can judge.
static bool json_write(struct rlp_writer *w, const json_t *value)
{
	static uint8_t bytes[ROOM];
	const char *text = json_string_value(value);
	struct u256 number;
	if (json_is_array(value)) {
		size_t begun = rlp_list_begin(w), i;
		json_t *item;
		json_array_foreach(value, i, item)
			if (!json_write(w, item))
				return false;
		rlp_list_end(w, begun);
	} else if (json_is_integer(value)) {
		rlp_write_u64(w, (uint64_t)json_integer_value(value));
	} else if (text[0] == '#') {
		if (u256_parse(text + 1, strlen(text + 1), 0, &number))
			return false;
		rlp_write_u256(w, &number);
	} else if (is_hex(text)) {
		rlp_write_string(w, bytes, json_hex(text + 2, bytes, sizeof bytes));
	} else {
		rlp_write_string(w, text, json_string_length(value));
	}
	return true;
}

// The same value read back, by the reader's own functions.
static void json_read(struct rlp_reader *r, const json_t *value)
{
	static uint8_t bytes[ROOM];
	const char *text = json_string_value(value);
	struct u256 number, read;
	assert_int_equal(rlp_next_is_list(r), json_is_array(value));
	if (json_is_array(value)) {
		struct rlp_reader inner = rlp_read_list(r);
		size_t i;
		json_t *item;
		json_array_foreach(value, i, item)
			json_read(&inner, item);
		assert_true(rlp_done(&inner));
	} else if (json_is_integer(value)) {
		assert_true(rlp_read_u64(r) == (uint64_t)json_integer_value(value));
	} else if (text[0] == '#') {
		read = rlp_read_u256(r);
		assert_int_equal(u256_parse(text + 1, strlen(text + 1), 0, &number), 0);
		assert_true(u256_equal(&number, &read));
	} else {
		size_t size = is_hex(text) ? json_hex(text + 2, bytes, sizeof bytes) : json_string_length(value);
		assert_true(evm_bytes_equal(rlp_read_string(r), evm_bytes_over(is_hex(text) ? (const char *)bytes : text, size)));
	}
	assert_false(r->failed);
}

static void value_check(const json_t *value, const char *encoded)
{
	static uint8_t expected[ROOM], made[ROOM];
	size_t size = json_hex(hex_after_prefix(encoded), expected, sizeof expected);
	struct rlp_writer w = rlp_writer_over(made, sizeof made);
	assert_true(rlp_valid(expected, size));
	if (!json_write(&w, value)) {
		struct rlp_reader wide = rlp_reader_over(expected, size);
		rlp_read_u256(&wide);
		assert_true(wide.failed);
		return;
	}
	assert_false(w.failed);
	assert_true(evm_bytes_equal(evm_bytes_over(made, rlp_writer_size(&w)), evm_bytes_over(expected, size)));
	struct rlp_reader r = rlp_reader_over(expected, size);
	json_read(&r, value);
	assert_true(rlp_done(&r));
	for (size_t room = 0; room < size; room += 1 + room / 64) {
		w = rlp_writer_over(made, room);
		json_write(&w, value);
		assert_true(w.failed);
		assert_false(rlp_valid(expected, room));
	}
}

static void test_ethereum(void **state)
{
	json_t *set = vectors_load("ethereum-tests/rlptest.json"), *item;
	const char *name;
	json_object_foreach(set, name, item)
		value_check(json_object_get(item, "in"), json_text(item, "out"));
	print_message("# RLP values %zu\n", json_object_size(set));
	assert_int_equal(json_object_size(set), 28);
	json_decref(set);
}

static void test_ethers(void **state)
{
	json_t *set = vectors_load("ethers/rlp.json"), *item;
	size_t i;
	json_array_foreach(set, i, item)
		value_check(json_object_get(item, "decoded"), json_text(item, "encoded"));
	print_message("# RLP values of ethers %zu\n", json_array_size(set));
	assert_true(json_array_size(set) >= 50);
	json_decref(set);
}

static void test_refused(void **state)
{
	json_t *set = vectors_load("ethereum-tests/invalidRLPTest.json"), *item;
	const char *name;
	static uint8_t bytes[ROOM];
	json_object_foreach(set, name, item) {
		size_t size = json_hex(hex_after_prefix(json_text(item, "out")), bytes, sizeof bytes);
		if (rlp_valid(bytes, size))
			fail_msg("accepted %s", name);
	}
	print_message("# RLP refused %zu\n", json_object_size(set));
	assert_true(json_object_size(set) >= 20);
	json_decref(set);
}

static void test_limits(void **state)
{
	static uint8_t room[RLP_SIZE_MAX + 16];
	struct rlp_writer w = rlp_writer_over(room, sizeof room);
	static const uint8_t zero_u64[] = { 0x82, 0x00, 0x01 }, wide[] = { 0x89, 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	uint8_t nested[RLP_DEPTH_MAX + 1];
	for (size_t i = 0; i < sizeof nested; i++)
		nested[i] = (uint8_t)(0xc0 + sizeof nested - 1 - i);
	assert_false(rlp_valid(nested, sizeof nested));
	assert_true(rlp_valid(nested + 1, sizeof nested - 1));
	struct rlp_reader r = rlp_reader_over(zero_u64, sizeof zero_u64);
	rlp_read_u64(&r);
	assert_true(r.failed);
	r = rlp_reader_over(wide, sizeof wide);
	rlp_read_u64(&r);
	assert_true(r.failed);
	rlp_write_string(&w, room, RLP_SIZE_MAX + 1);
	assert_true(w.failed);
}

// CREATE's address is written without this writer; here the two meet, at the edges of a nonce.
static void test_create_agrees(void **state)
{
	struct evm_address sender = { { 0x6a, 0xc7 } }, made;
	for (unsigned bit = 0; bit <= 64; bit++)
		for (int off = -1; off <= 1; off++) {
			uint64_t nonce = (bit < 64 ? (uint64_t)1 << bit : 0) + (uint64_t)off;
			uint8_t text[64], digest[KECCAK256_SIZE];
			struct rlp_writer w = rlp_writer_over(text, sizeof text);
			size_t list = rlp_list_begin(&w);
			rlp_write_string(&w, sender.bytes, sizeof sender.bytes);
			rlp_write_u64(&w, nonce);
			rlp_list_end(&w, list);
			assert_false(w.failed);
			keccak256_of(text, rlp_writer_size(&w), digest);
			evm_create_address(&sender, nonce, &made);
			assert_memory_equal(made.bytes, digest + 12, 20);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ethereum), cmocka_unit_test(test_ethers), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_limits), cmocka_unit_test(test_create_agrees),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
