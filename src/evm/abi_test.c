// SPDX-License-Identifier: Apache-2.0
#include "evm/abi.h"

#include "evm/testing.h"

static uint8_t bytes[1 << 16];

// ethereum/tests has three; uint32[] is read as uint256[] and bytes10 as a word.
static void test_published(void **state)
{
	static const struct { const char *name; enum abi_type types[4]; size_t count; } shapes[] = {
		{ "GithubWikiTest", { ABI_UINT256, ABI_UINTS, ABI_BYTES32, ABI_BYTES }, 4 },
		{ "SingleInteger", { ABI_UINT256 }, 1 },
		{ "IntegerAndAddress", { ABI_UINT256, ABI_ADDRESS }, 2 },
	};
	json_t *set = vectors_load("ethereum-tests/basic_abi_tests.json");
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		struct abi_value values[4];
		uint8_t back[1024];
		size_t back_size, size = json_hex(json_text(json_object_get(set, shapes[i].name), "result"), bytes, sizeof bytes);
		assert_int_equal(abi_decode(shapes[i].types, shapes[i].count, evm_bytes_over(bytes, size), values), 0);
		assert_int_equal(abi_encode(values, shapes[i].count, back, sizeof back, &back_size), 0);
		assert_true(evm_bytes_equal(evm_bytes_over(back, back_size), evm_bytes_over(bytes, size)));
		if (i)
			continue;
		struct u256 v = abi_item_number(&values[1], 1);
		assert_true(values[1].count == 2 && v.limb[0] == 1929);
		assert_true(evm_bytes_equal(values[3].bytes, evm_bytes_over("Hello, world!", 13)));
	}
	print_message("# ABI encodings %zu\n", ARRAY_LEN(shapes));
	json_decref(set);
}

#define W0 "0000000000000000000000000000000000000000000000000000000000000000"
#define WORD_(two) "00000000000000000000000000000000000000000000000000000000000000" two

static void test_strict(void **state)
{
	static const struct { const char *what, *hex; enum abi_type types[2]; size_t count; int result; } cases[] = {
		{ "nothing", "", { 0 }, 0, 0 },
		{ "a byte too many", "00", { 0 }, 0, 1 },
		{ "a word too many", W0 W0, { ABI_UINT256 }, 1, 1 },
		{ "a word too few", W0, { ABI_UINT256, ABI_UINT256 }, 2, 1 },
		{ "address", WORD_("01"), { ABI_ADDRESS }, 1, 0 },
		{ "dirty address", "000000000000000000000001" "0000000000000000000000000000000000000001", { ABI_ADDRESS }, 1, 1 },
		{ "uint8", WORD_("ff"), { ABI_UINT8 }, 1, 0 },
		{ "dirty uint8", "0000000000000000000000000000000000000000000000000000000000000100", { ABI_UINT8 }, 1, 1 },
		{ "empty bytes", WORD_("20") W0, { ABI_BYTES }, 1, 0 },
		{ "offset into the head", W0 W0, { ABI_BYTES }, 1, 1 },
		{ "a gap", WORD_("40") W0 W0, { ABI_BYTES }, 1, 1 },
		{ "a huge offset", "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0" W0, { ABI_BYTES }, 1, 1 },
		{ "one tail for two", WORD_("40") WORD_("40") W0, { ABI_BYTES, ABI_BYTES }, 2, 1 },
		{ "two tails", WORD_("40") WORD_("60") W0 W0, { ABI_BYTES, ABI_BYTES }, 2, 0 },
		{ "tails in the other order", WORD_("60") WORD_("40") W0 W0, { ABI_BYTES, ABI_BYTES }, 2, 1 },
		{ "a byte", WORD_("20") WORD_("01") "aa00000000000000000000000000000000000000000000000000000000000000",
		  { ABI_BYTES }, 1, 0 },
		{ "dirty padding", WORD_("20") WORD_("01") "aa00000000000000000000000000000000000000000000000000000000000001",
		  { ABI_BYTES }, 1, 1 },
		{ "no padding", WORD_("20") WORD_("01") "aa", { ABI_BYTES }, 1, 1 },
		{ "longer than the data", WORD_("20") WORD_("21") W0, { ABI_BYTES }, 1, 1 },
		{ "array of 0", WORD_("20") W0, { ABI_ADDRESSES }, 1, 0 },
		{ "array of 1", WORD_("20") WORD_("01") WORD_("07"), { ABI_ADDRESSES }, 1, 0 },
		{ "dirty item", WORD_("20") WORD_("01") "0100000000000000000000000000000000000000000000000000000000000007",
		  { ABI_ADDRESSES }, 1, 1 },
		{ "array longer than the data", WORD_("20") WORD_("02") WORD_("07"), { ABI_UINTS }, 1, 1 },
		{ "array beyond the limit", WORD_("20") WORD_("41"), { ABI_UINTS }, 1, 1 },
		{ "list of one", WORD_("20") WORD_("01") WORD_("20") W0, { ABI_BYTES_LIST }, 1, 0 },
		{ "list with a shared item", WORD_("20") WORD_("02") WORD_("40") WORD_("40") W0, { ABI_BYTES_LIST }, 1, 1 },
		{ "list of two", WORD_("20") WORD_("02") WORD_("40") WORD_("60") W0 W0, { ABI_BYTES_LIST }, 1, 0 },
		{ "list that skips one", WORD_("20") WORD_("02") WORD_("40") WORD_("40") W0 W0, { ABI_BYTES_LIST }, 1, 1 },
		{ "list with a gap", WORD_("20") WORD_("01") WORD_("40") W0 W0, { ABI_BYTES_LIST }, 1, 1 },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct abi_value values[2];
		size_t size = hex_bytes(cases[i].hex, bytes);
		if (abi_decode(cases[i].types, cases[i].count, evm_bytes_over(bytes, size), values) != cases[i].result)
			fail_msg("%s", cases[i].what);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_published), cmocka_unit_test(test_strict) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
