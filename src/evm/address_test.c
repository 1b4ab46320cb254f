// SPDX-License-Identifier: Apache-2.0
#include "evm/address.h"

#include "evm/keccak.h"
#include "evm/testing.h"

static void address_check(const char *text)
{
	struct evm_address address, other;
	char back[EVM_ADDRESS_TEXT], wrong[EVM_ADDRESS_TEXT];
	assert_int_equal(evm_address_parse(text, strlen(text), &address), EVM_ADDRESS_FINE);
	evm_address_format(&address, back);
	assert_string_equal(back, text);
	for (size_t i = 2; text[i]; i++) {
		memcpy(wrong, text, sizeof wrong);
		if (text[i] <= '9')
			continue;
		wrong[i] ^= 0x20; // the other case
		assert_int_not_equal(evm_address_parse(wrong, strlen(wrong), &other), EVM_ADDRESS_FINE);
	}
}

static void test_eip55(void **state)
{
	json_t *set = vectors_load("eips/erc-55.json"), *item, *list = json_object_get(set, "checksummed");
	size_t i;
	json_array_foreach(list, i, item)
		address_check(json_string_value(item));
	print_message("# EIP-55 addresses %zu\n", json_array_size(list));
	assert_int_equal(json_array_size(list), 8);
	json_decref(set);
}

static void test_refused(void **state)
{
	static const struct { const char *text; enum evm_address_refusal strict, loose; } texts[] = {
		{ "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", EVM_ADDRESS_FINE, EVM_ADDRESS_FINE },
		{ "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", EVM_ADDRESS_UNCHECKED, EVM_ADDRESS_FINE },
		{ "0x5AAEB6053F3E94C9B9A09F33669435E7EF1BEAED", EVM_ADDRESS_UNCHECKED, EVM_ADDRESS_FINE },
		{ "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD", EVM_ADDRESS_CHECKSUM, EVM_ADDRESS_CHECKSUM },
		{ "0X5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", EVM_ADDRESS_MALFORMED, EVM_ADDRESS_MALFORMED },
		{ "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", EVM_ADDRESS_MALFORMED, EVM_ADDRESS_MALFORMED },
		{ "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe", EVM_ADDRESS_MALFORMED, EVM_ADDRESS_MALFORMED },
		{ "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAedd", EVM_ADDRESS_MALFORMED, EVM_ADDRESS_MALFORMED },
		{ "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeg", EVM_ADDRESS_MALFORMED, EVM_ADDRESS_MALFORMED },
		{ "0x0000000000000000000000000000000000000000", EVM_ADDRESS_FINE, EVM_ADDRESS_FINE },
		{ "", EVM_ADDRESS_MALFORMED, EVM_ADDRESS_MALFORMED },
	};
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct evm_address address;
		size_t length = strlen(texts[i].text);
		assert_int_equal(evm_address_parse(texts[i].text, length, &address), texts[i].strict);
		assert_int_equal(evm_address_parse_unchecked(texts[i].text, length, &address), texts[i].loose);
	}
}

static void json_address(const json_t *object, const char *key, struct evm_address *ret)
{
	const char *text = json_text(object, key);
	assert_int_equal(evm_address_parse(text, strlen(text), ret), EVM_ADDRESS_FINE);
}

static void test_create(void **state)
{
	json_t *set = vectors_load("ethers/create.json"), *group, *item;
	size_t g, i, count = 0;
	json_array_foreach(set, g, group) {
		struct evm_address sender, expected, made;
		json_address(group, "sender", &sender);
		json_array_foreach(json_object_get(group, "creates"), i, item) {
			json_address(item, "address", &expected);
			evm_create_address(&sender, (uint64_t)json_integer_value(json_object_get(item, "nonce")), &made);
			assert_memory_equal(&made, &expected, sizeof made);
			count++;
		}
	}
	print_message("# CREATE addresses %zu\n", count);
	assert_true(count >= 100);
	json_decref(set);
}

static void test_create2(void **state)
{
	json_t *set = vectors_load("ethers/create2.json"), *group, *item;
	static uint8_t code[1 << 16];
	size_t g, i, count = 0;
	json_array_foreach(set, g, group) {
		struct evm_address sender, expected, made;
		json_address(group, "sender", &sender);
		json_array_foreach(json_object_get(group, "creates"), i, item) {
			uint8_t salt[32], hash[32];
			json_address(item, "address", &expected);
			json_fixed(item, "salt", salt, 32);
			keccak256_of(code, json_hex(hex_after_prefix(json_text(item, "initCode")), code, sizeof code), hash);
			evm_create2_address(&sender, salt, hash, &made);
			assert_memory_equal(&made, &expected, sizeof made);
			count++;
		}
	}
	print_message("# CREATE2 addresses %zu\n", count);
	assert_true(count >= 10);
	json_decref(set);
}

// The examples in EIP-1014's own text.
static void test_eip1014(void **state)
{
	static const struct { const char *sender, *salt, *code, *address; } examples[] = {
		{ "0000000000000000000000000000000000000000",
		  "0000000000000000000000000000000000000000000000000000000000000000", "00",
		  "0x4D1A2e2bB4F88F0250f26Ffff098B0b30B26BF38" },
		{ "deadbeef00000000000000000000000000000000",
		  "0000000000000000000000000000000000000000000000000000000000000000", "00",
		  "0xB928f69Bb1D91Cd65274e3c79d8986362984fDA3" },
		{ "deadbeef00000000000000000000000000000000",
		  "000000000000000000000000feed000000000000000000000000000000000000", "00",
		  "0xD04116cDd17beBE565EB2422F2497E06cC1C9833" },
		{ "0000000000000000000000000000000000000000",
		  "0000000000000000000000000000000000000000000000000000000000000000", "deadbeef",
		  "0x70f2b2914A2a4b783FaEFb75f459A580616Fcb5e" },
		{ "00000000000000000000000000000000deadbeef",
		  "00000000000000000000000000000000000000000000000000000000cafebabe", "deadbeef",
		  "0x60f3f640a8508fC6a86d45DF051962668E1e8AC7" },
		{ "0000000000000000000000000000000000000000",
		  "0000000000000000000000000000000000000000000000000000000000000000", "",
		  "0xE33C0C7F7df4809055C3ebA6c09CFe4BaF1BD9e0" },
	};
	for (size_t i = 0; i < ARRAY_LEN(examples); i++) {
		struct evm_address sender, made;
		uint8_t salt[32], code[32], hash[32];
		char text[EVM_ADDRESS_TEXT];
		hex_bytes(examples[i].sender, sender.bytes);
		hex_bytes(examples[i].salt, salt);
		keccak256_of(code, hex_bytes(examples[i].code, code), hash);
		evm_create2_address(&sender, salt, hash, &made);
		evm_address_format(&made, text);
		assert_string_equal(text, examples[i].address);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_eip55), cmocka_unit_test(test_refused), cmocka_unit_test(test_create),
		cmocka_unit_test(test_create2), cmocka_unit_test(test_eip1014),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
