// SPDX-License-Identifier: Apache-2.0
#include "evm/call.h"

#include "evm/safe_tx.h"
#include "evm/testing.h"

static uint8_t bytes[1 << 16], other[1 << 16];

static void test_selectors(void **state)
{
	for (int id = 0; id < EVM_FUNCTIONS; id++) {
		char signature[EVM_SIGNATURE_MAX];
		uint8_t digest[32], selector[4];
		const struct evm_function *f = evm_function((enum evm_function_id)id);
		size_t length = evm_function_signature(f, signature);
		keccak256_of(signature, length, digest);
		for (unsigned i = 0; i < 4; i++)
			selector[i] = (uint8_t)(f->selector >> (24 - 8 * i));
		if (memcmp(digest, selector, 4) != 0)
			fail_msg("the selector of %s is wrong", signature);
	}
	print_message("# selectors %d\n", EVM_FUNCTIONS);
}

static void number_check(struct u256 v, const char *expected)
{
	char text[U256_TEXT_MAX];
	u256_format(&v, 0, text);
	assert_string_equal(text, expected);
}

static void address_check(struct evm_address address, const char *expected)
{
	char text[EVM_ADDRESS_TEXT];
	evm_address_format(&address, text);
	assert_string_equal(text, expected);
}

static void bytes_check(struct evm_bytes content, const char *expected)
{
	size_t size = json_hex(hex_after_prefix(expected), other, sizeof other);
	assert_true(evm_bytes_equal(content, evm_bytes_over(other, size)));
}

static void value_check(const struct abi_value *value, const json_t *json)
{
	const char *text = json_string_value(json);
	if (json_is_array(json))
		assert_int_equal(value->count, json_array_size(json));
	if (value->type == ABI_ADDRESS)
		address_check(abi_address(value), text);
	else if (value->type == ABI_UINT256 || value->type == ABI_UINT8)
		number_check(abi_number(value), text);
	else if (value->type == ABI_BYTES || value->type == ABI_BYTES32)
		bytes_check(value->bytes, text);
	for (size_t i = 0; i < value->count; i++) {
		const char *item = json_string_value(json_array_get(json, i));
		if (value->type == ABI_ADDRESSES)
			address_check(abi_item_address(value, i), item);
		else if (value->type == ABI_UINTS)
			number_check(abi_item_number(value, i), item);
		else
			bytes_check(abi_item_bytes(value, i), item);
	}
}

// Truncated, lengthened, or with any one bit of its words changed: refused, or another canonical call.
static void damage_check(size_t size)
{
	struct evm_call call;
	size_t back_size;
	for (size_t n = 4; n < size; n++)
		assert_int_equal(evm_call_decode(evm_bytes_over(bytes, n), &call), EVM_CALL_MALFORMED);
	for (size_t bit = 32; bit < 8 * size; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (evm_call_decode(evm_bytes_over(bytes, size), &call) == EVM_CALL_FINE) {
			assert_int_equal(evm_call_encode(&call, other, sizeof other, &back_size), 0);
			assert_true(evm_bytes_equal(evm_bytes_over(other, back_size), evm_bytes_over(bytes, size)));
		}
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	bytes[size] = 0;
	assert_int_equal(evm_call_decode(evm_bytes_over(bytes, size + 1), &call), EVM_CALL_MALFORMED);
}

static void call_check(const json_t *item)
{
	const json_t *arguments = json_object_get(item, "arguments"), *id = json_object_get(item, "timelockId");
	char signature[EVM_SIGNATURE_MAX];
	struct evm_call call;
	size_t back_size, size = json_hex(hex_after_prefix(json_text(item, "calldata")), bytes, sizeof bytes);
	assert_int_equal(evm_call_decode(evm_bytes_over(bytes, size), &call), EVM_CALL_FINE);
	evm_function_signature(call.function, signature);
	assert_string_equal(signature, json_text(item, "signature"));
	assert_int_equal(call.function->count, json_array_size(arguments));
	for (size_t i = 0; i < call.function->count; i++)
		value_check(&call.arguments[i], json_array_get(arguments, i));
	assert_int_equal(evm_call_encode(&call, other, sizeof other, &back_size), 0);
	assert_true(evm_bytes_equal(evm_bytes_over(other, back_size), evm_bytes_over(bytes, size)));
	assert_int_equal(evm_call_encode(&call, other, size - 1, &back_size), 1);
	if (id) {
		uint8_t hash[32];
		evm_timelock_id(&call, hash);
		assert_hex(hash, 32, hex_after_prefix(json_string_value(id)));
	}
	damage_check(size);
}

static void test_ethers(void **state)
{
	json_t *set = vectors_load("calls.json"), *item, *calls = json_object_get(set, "calls");
	size_t i;
	json_array_foreach(calls, i, item)
		call_check(item);
	print_message("# calls encoded by ethers %zu\n", json_array_size(calls));
	assert_int_equal(json_array_size(calls), 4 * EVM_FUNCTIONS);
	json_decref(set);
}

static void packed_check(const json_t *item)
{
	size_t size = json_hex(hex_after_prefix(json_text(item, "transactions")), bytes, sizeof bytes), i;
	struct evm_bytes list = evm_bytes_over(bytes, size);
	struct evm_packed packed;
	json_t *entry;
	json_array_foreach(json_object_get(item, "entries"), i, entry) {
		assert_int_equal(evm_packed_next(&list, &packed), 0);
		assert_int_equal(packed.operation, json_integer_value(json_array_get(entry, 0)));
		address_check(packed.to, json_string_value(json_array_get(entry, 1)));
		number_check(packed.value, json_string_value(json_array_get(entry, 2)));
		bytes_check(packed.data, json_string_value(json_array_get(entry, 3)));
	}
	assert_int_equal(list.size, 0);
	assert_int_equal(evm_packed_next(&list, &packed), 1);
	list = evm_bytes_over(bytes, size - 1);
	while (list.size && !evm_packed_next(&list, &packed))
		;
	assert_int_not_equal(list.size, 0);
	bytes[0] = 2; // an operation that no Safe knows
	list = evm_bytes_over(bytes, size);
	assert_int_equal(evm_packed_next(&list, &packed), 1);
}

static void test_packed(void **state)
{
	json_t *set = vectors_load("calls.json"), *item;
	size_t i;
	json_array_foreach(json_object_get(set, "packed"), i, item)
		packed_check(item);
	assert_int_equal(i, 4);
	json_decref(set);
}

static struct u256 json_number(const json_t *object, const char *key)
{
	struct u256 v;
	assert_int_equal(u256_parse(json_text(object, key), strlen(json_text(object, key)), 0, &v), 0);
	return v;
}

static void safe_tx_check(const json_t *item)
{
	const json_t *json = json_object_get(item, "tx");
	struct evm_address safe;
	struct safe_tx tx = { .value = json_number(json, "value"), .safe_tx_gas = json_number(json, "safeTxGas"),
			      .base_gas = json_number(json, "baseGas"), .gas_price = json_number(json, "gasPrice"),
			      .nonce = json_number(json, "nonce") };
	uint8_t digest[32];
	json_fixed(item, "safe", safe.bytes, 20);
	json_fixed(json, "to", tx.to.bytes, 20);
	json_fixed(json, "gasToken", tx.gas_token.bytes, 20);
	json_fixed(json, "refundReceiver", tx.refund_receiver.bytes, 20);
	tx.data = evm_bytes_over(bytes, json_hex(hex_after_prefix(json_text(json, "data")), bytes, sizeof bytes));
	tx.operation = json_number(json, "operation").limb[0] ? SAFE_DELEGATECALL : SAFE_CALL;
	safe_tx_hashes((uint64_t)json_integer_value(json_object_get(item, "chainId")), &safe, &tx, NULL, NULL, digest);
	assert_hex(digest, 32, hex_after_prefix(json_text(item, "digest")));
}

static void test_safe_tx(void **state)
{
	json_t *set = vectors_load("calls.json"), *item;
	size_t i;
	json_array_foreach(json_object_get(set, "safeTransactions"), i, item)
		safe_tx_check(item);
	print_message("# SafeTx digests of ethers %zu\n", i);
	assert_int_equal(i, 8);
	json_decref(set);
}

static void test_unknown(void **state)
{
	struct evm_call call;
	assert_int_equal(evm_call_decode(evm_bytes_over("", 0), &call), EVM_CALL_UNKNOWN);
	assert_int_equal(evm_call_decode(evm_bytes_over("\xa9\x05\x9c", 3), &call), EVM_CALL_UNKNOWN);
	assert_int_equal(evm_call_decode(evm_bytes_over("\xa9\x05\x9c\xbb", 4), &call), EVM_CALL_MALFORMED);
	assert_int_equal(evm_call_decode(evm_bytes_over("\xa9\x05\x9c\xbc", 4), &call), EVM_CALL_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_selectors), cmocka_unit_test(test_ethers), cmocka_unit_test(test_packed),
		cmocka_unit_test(test_safe_tx), cmocka_unit_test(test_unknown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
