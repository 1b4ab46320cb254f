// SPDX-License-Identifier: Apache-2.0
#include "evm/typed.h"

#include "evm/keccak.h"
#include "evm/message.h"
#include "evm/safe_tx.h"
#include "evm/testing.h"
#include "evm/typed_type.h"

// Values and types made from JSON live here; each case starts over.
static struct { struct typed_value values[4096]; struct typed_member members[512]; struct typed_struct structs[64];
		uint8_t bytes[1 << 16]; size_t value_at, member_at, byte_at; } room;

static void types_of(const json_t *json, struct typed_types *ret)
{
	const char *name;
	json_t *list, *member;
	size_t i;
	*ret = (struct typed_types){ room.structs, 0 };
	json_object_foreach((json_t *)json, name, list) {
		struct typed_struct *s = &room.structs[ret->count++];
		*s = (struct typed_struct){ name, room.members + room.member_at, json_array_size(list) };
		json_array_foreach(list, i, member)
			room.members[room.member_at++] =
				(struct typed_member){ json_text(member, "name"), json_text(member, "type") };
	}
}

static uint8_t *take_bytes(size_t size)
{
	assert_true(room.byte_at + size <= sizeof room.bytes);
	room.byte_at += size;
	memset(room.bytes + room.byte_at - size, 0, size);
	return room.bytes + room.byte_at - size;
}

static void negate_word(uint8_t word[32])
{
	int carry = 1;
	for (int i = 31; i >= 0; i--) {
		int v = (uint8_t)~word[i] + carry;
		word[i] = (uint8_t)v;
		carry = v >> 8;
	}
}

static void number_of(const json_t *json, uint8_t word[32])
{
	char text[128];
	struct u256 v;
	if (json_is_integer(json))
		snprintf(text, sizeof text, "%lld", (long long)json_integer_value(json));
	else
		snprintf(text, sizeof text, "%s", json_string_value(json));
	bool negative = text[0] == '-';
	if (text[negative] == '0' && text[negative + 1] == 'x') {
		size_t digits = strlen(text + negative + 2);
		assert_true(digits <= 64);
		char padded[65];
		memset(padded, '0', 64);
		strcpy(padded + 64 - digits, text + negative + 2);
		hex_bytes(padded, word);
	} else {
		assert_int_equal(u256_parse(text + negative, strlen(text + negative), 0, &v), 0);
		u256_to_bytes(&v, word);
	}
	if (negative)
		negate_word(word);
}

static struct typed_value atom_of(const json_t *json, struct typed_kind kind)
{
	uint8_t *word;
	if (kind.atom == TYPED_STRING)
		return (struct typed_value){ .atom = evm_bytes_over(json_string_value(json), json_string_length(json)) };
	if (kind.atom == TYPED_BYTES) {
		size_t size = strlen(json_string_value(json)) / 2 - 1;
		word = take_bytes(size);
		json_hex(json_string_value(json) + 2, word, size);
		return (struct typed_value){ .atom = evm_bytes_over(word, size) };
	}
	word = take_bytes(32);
	if (kind.atom == TYPED_ADDRESS)
		json_hex(json_string_value(json) + 2, word + 12, 20);
	else if (kind.atom == TYPED_BOOL)
		word[31] = json_is_true(json);
	else if (kind.atom == TYPED_FIXED_BYTES)
		json_hex(json_string_value(json) + 2, word, kind.size);
	else
		number_of(json, word);
	return (struct typed_value){ .atom = evm_bytes_over(word, 32) };
}

static struct typed_value value_of(const struct typed_types *types, const json_t *json, const char *type, size_t length)
{
	const struct typed_struct *s = typed_struct_find(types, type, length);
	struct typed_value value = { 0 }, *items = room.values + room.value_at;
	size_t inner = 0;
	int count;
	bool array = typed_array_split(type, length, &inner, &count);
	if (!s && !array)
		return atom_of(json, typed_kind_of(type, length));
	value.count = s ? s->count : json_array_size(json);
	value.items = items;
	room.value_at += value.count;
	assert_true(room.value_at <= ARRAY_LEN(room.values));
	for (size_t i = 0; i < value.count; i++) {
		const char *name = s ? s->members[i].type : type;
		items[i] = value_of(types, s ? json_object_get(json, s->members[i].name) : json_array_get(json, i), name,
				    s ? strlen(name) : inner);
	}
	return value;
}

static void domain_of(const json_t *json, struct typed_domain *ret)
{
	*ret = (struct typed_domain){ 0 };
	ret->has_name = json_object_get(json, "name");
	ret->has_version = json_object_get(json, "version");
	ret->has_chain_id = json_object_get(json, "chainId");
	ret->has_contract = json_object_get(json, "verifyingContract");
	ret->has_salt = json_object_get(json, "salt");
	ret->name = evm_bytes_over(json_text(json, "name"), strlen(json_text(json, "name")));
	ret->version = evm_bytes_over(json_text(json, "version"), strlen(json_text(json, "version")));
	if (ret->has_chain_id) {
		uint8_t word[32];
		number_of(json_object_get(json, "chainId"), word);
		ret->chain_id = u256_from_bytes(word, 32);
	}
	if (ret->has_contract)
		json_fixed(json, "verifyingContract", ret->contract.bytes, 20);
	if (ret->has_salt)
		json_fixed(json, "salt", ret->salt, 32);
}

static void digest_of(const json_t *domain, const json_t *types_json, const char *primary, const json_t *message,
		      uint8_t separator[32], uint8_t of_struct[32], uint8_t digest[32])
{
	struct typed_types types;
	struct typed_domain parsed;
	memset(&room, 0, sizeof room);
	types_of(types_json, &types);
	struct typed_value value = value_of(&types, message, primary, strlen(primary));
	domain_of(domain, &parsed);
	typed_domain_separator(&parsed, separator);
	assert_int_equal(typed_struct_hash(&types, primary, &value, of_struct), TYPED_FINE);
	evm_typed_digest(separator, of_struct, digest);
}

static void test_ethers(void **state)
{
	json_t *set = vectors_load("ethers/typed-data.json"), *item;
	static uint8_t encoded[1 << 16];
	size_t i;
	json_array_foreach(set, i, item) {
		uint8_t separator[32], of_struct[32], digest[32], expected[32];
		digest_of(json_object_get(item, "domain"), json_object_get(item, "types"), json_text(item, "primaryType"),
			  json_object_get(item, "data"), separator, of_struct, digest);
		keccak256_of(encoded, json_hex(hex_after_prefix(json_text(item, "encoded")), encoded, sizeof encoded), expected);
		assert_memory_equal(of_struct, expected, 32);
		assert_hex(digest, 32, hex_after_prefix(json_text(item, "digest")));
	}
	print_message("# EIP-712 messages %zu\n", json_array_size(set));
	assert_true(json_array_size(set) >= 40);
	json_decref(set);
}

static void test_mail(void **state)
{
	json_t *set = vectors_load("eips/eip-712-mail.json"), *data = json_object_get(set, "typedData");
	uint8_t separator[32], of_struct[32], digest[32], type[32];
	struct typed_types types;
	digest_of(json_object_get(data, "domain"), json_object_get(data, "types"), "Mail", json_object_get(data, "message"),
		  separator, of_struct, digest);
	assert_hex(separator, 32, hex_after_prefix(json_text(set, "domainSeparator")));
	assert_hex(of_struct, 32, hex_after_prefix(json_text(set, "structHash")));
	assert_hex(digest, 32, hex_after_prefix(json_text(set, "signHash")));
	types_of(json_object_get(data, "types"), &types);
	assert_int_equal(typed_type_hash(&types, "Mail", type), TYPED_FINE);
	assert_hex(type, 32, hex_after_prefix(json_text(set, "typeHash")));
	json_decref(set);
}

static void test_refused_values(void **state)
{
	static const struct { const char *type, *word; enum typed_refusal why; } cases[] = {
		{ "bool", "0000000000000000000000000000000000000000000000000000000000000001", TYPED_FINE },
		{ "bool", "0000000000000000000000000000000000000000000000000000000000000002", TYPED_VALUE },
		{ "uint8", "00000000000000000000000000000000000000000000000000000000000000ff", TYPED_FINE },
		{ "uint8", "0000000000000000000000000000000000000000000000000000000000000100", TYPED_VALUE },
		{ "int8", "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff80", TYPED_FINE },
		{ "int8", "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", TYPED_VALUE },
		{ "int8", "0000000000000000000000000000000000000000000000000000000000000080", TYPED_VALUE },
		{ "int256", "8000000000000000000000000000000000000000000000000000000000000000", TYPED_FINE },
		{ "address", "000000000000000000000000cd2a3d9f938e13cd947ec05abc7fe734df8dd826", TYPED_FINE },
		{ "address", "010000000000000000000000cd2a3d9f938e13cd947ec05abc7fe734df8dd826", TYPED_VALUE },
		{ "bytes4", "a9059cbb00000000000000000000000000000000000000000000000000000000", TYPED_FINE },
		{ "bytes4", "a9059cbb01000000000000000000000000000000000000000000000000000000", TYPED_VALUE },
		{ "bytes4", "a9059cbb", TYPED_VALUE }, { "bytes", "a9059cbb", TYPED_FINE },
		{ "uint", "", TYPED_TYPE }, { "uint7", "", TYPED_TYPE }, { "uint264", "", TYPED_TYPE },
		{ "uint08", "", TYPED_TYPE }, { "bytes0", "", TYPED_TYPE }, { "bytes33", "", TYPED_TYPE },
		{ "Nobody", "", TYPED_TYPE }, { "", "", TYPED_TYPE }, { "bool[0]", "", TYPED_TYPE },
		{ "bool[", "", TYPED_TYPE }, { "bool]", "", TYPED_TYPE }, { "bool[]x", "", TYPED_TYPE },
		{ "bool[1025]", "", TYPED_TYPE }, { "bool[2]", "", TYPED_VALUE }, { "bool[]", "", TYPED_FINE },
		{ "bool[][][][][][][][][][][][][][][][][]", "", TYPED_LIMIT }, { "S", "", TYPED_VALUE },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint8_t word[32], digest[32];
		struct typed_member member = { "x", cases[i].type };
		struct typed_struct s = { "S", &member, 1 };
		struct typed_value atom = { .atom = evm_bytes_over(word, hex_bytes(cases[i].word, word)) };
		enum typed_refusal why = typed_struct_hash(&(struct typed_types){ &s, 1 }, "S",
							   &(struct typed_value){ .items = &atom, .count = 1 }, digest);
		if (why != cases[i].why)
			fail_msg("%s %s: %d", cases[i].type, cases[i].word, (int)why);
	}
}

static enum typed_refusal names_check(const char *first, const char *second, const char *member, const char *other)
{
	struct typed_member members[] = { { member, "bool" }, { other, "bool" } };
	struct typed_struct s[] = { { first, members, 2 }, { second, members, 2 } };
	return typed_types_check(&(struct typed_types){ s, 2 });
}

static void test_refused_names(void **state)
{
	static const char long_name[] = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklm";
	static struct typed_struct many[TYPED_STRUCTS_MAX + 1];
	assert_int_equal(names_check("A", "B", "x", "y"), TYPED_FINE);
	assert_int_equal(names_check("A", "A", "x", "y"), TYPED_NAME);
	assert_int_equal(names_check("A", "bool", "x", "y"), TYPED_NAME);
	assert_int_equal(names_check("A", "B", "x", "x"), TYPED_NAME);
	assert_int_equal(names_check("A", "B", "x", ""), TYPED_NAME);
	assert_int_equal(names_check("A", "B", "x", "1x"), TYPED_NAME);
	// A name that would say more than a name in encodeType.
	assert_int_equal(names_check("A", "B", "x", "y,bool z"), TYPED_NAME);
	assert_int_equal(names_check("A", "B(bool x)C", "x", "y"), TYPED_NAME);
	assert_int_equal(names_check("A", "B", "x", long_name), TYPED_LIMIT);
	assert_int_equal(names_check("A", long_name, "x", "y"), TYPED_LIMIT);
	assert_int_equal(typed_types_check(&(struct typed_types){ many, ARRAY_LEN(many) }), TYPED_LIMIT);
}

// The referred structs by name, whatever the order they are given in, each once; those not referred to not at all.
static void test_type_order(void **state)
{
	static const char expected[] = "M(C c,B[2] b)A(B[] more)B(bool x)C(A a,B b)";
	static const struct typed_member m[] = { { "c", "C" }, { "b", "B[2]" } }, a[] = { { "more", "B[]" } },
					 b[] = { { "x", "bool" } }, c[] = { { "a", "A" }, { "b", "B" } };
	static const struct typed_struct structs[] = { { "C", c, 2 }, { "Unused", b, 1 }, { "B", b, 1 }, { "M", m, 2 },
						       { "A", a, 1 } };
	uint8_t digest[32], known[32];
	assert_int_equal(typed_type_hash(&(struct typed_types){ structs, ARRAY_LEN(structs) }, "M", digest), TYPED_FINE);
	keccak256_of(expected, strlen(expected), known);
	assert_memory_equal(digest, known, 32);
	assert_int_equal(typed_type_hash(&(struct typed_types){ structs, ARRAY_LEN(structs) }, "Nobody", digest), TYPED_TYPE);
}

// EIP-191's personal message and the digests of the Safe's constants, which Safe 1.4.1's source states.
static void test_constants(void **state)
{
	uint8_t digest[32];
	evm_message_hash("Some data", 9, digest);
	assert_hex(digest, 32, "1da44b586eb0729ff70a73c326926f6ed5a25f5b056e7f47fbc6e58d86871655");
	evm_message_hash("", 0, digest);
	assert_hex(digest, 32, "5f35dce98ba4fba25530a026ed80b2cecdaa31091ba4958b99b52ea1d068adad");
	static const struct { const char *text, *hash; } types[] = {
		{ "SafeTx(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,uint256 "
		  "gasPrice,address gasToken,address refundReceiver,uint256 nonce)",
		  "bb8310d486368db6bd6f849402fdd73ad53d316b5a4b2644ad6efe0f941286d8" },
		{ "EIP712Domain(uint256 chainId,address verifyingContract)",
		  "47e79534a245952e8b16893a336b85a3d9ea9fa8c573f3d803afb92a79469218" },
	};
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		keccak256_of(types[i].text, strlen(types[i].text), digest);
		assert_hex(digest, 32, types[i].hash);
	}
}

// hashStruct rebuilt by hand from the constants above: the layout of Safe.encodeTransactionData.
static void test_safe_tx(void **state)
{
	struct evm_address safe = { { 0x5a } };
	struct safe_tx tx = { .value = u256_of(1), .data = evm_bytes_over("data", 4), .operation = SAFE_DELEGATECALL,
			      .safe_tx_gas = u256_of(2), .base_gas = u256_of(3), .gas_price = u256_of(4),
			      .nonce = u256_of(7) };
	uint8_t words[11][32] = { 0 }, domain[3][32] = { 0 }, separator[32], of_struct[32], digest[32], expected[32];
	memset(tx.to.bytes, 0x11, 20);
	memset(tx.gas_token.bytes, 0x22, 20);
	memset(tx.refund_receiver.bytes, 0x33, 20);
	hex_bytes("bb8310d486368db6bd6f849402fdd73ad53d316b5a4b2644ad6efe0f941286d8", words[0]);
	memset(words[1] + 12, 0x11, 20);
	words[2][31] = 1;
	keccak256_of("data", 4, words[3]);
	words[4][31] = 1;
	for (int i = 0; i < 3; i++)
		words[5 + i][31] = (uint8_t)(2 + i);
	memset(words[8] + 12, 0x22, 20);
	memset(words[9] + 12, 0x33, 20);
	words[10][31] = 7;
	hex_bytes("47e79534a245952e8b16893a336b85a3d9ea9fa8c573f3d803afb92a79469218", domain[0]);
	domain[1][31] = 5;
	domain[2][12] = 0x5a;
	safe_tx_hashes(5, &safe, &tx, separator, of_struct, digest);
	keccak256_of(words, sizeof words, expected);
	assert_memory_equal(of_struct, expected, 32);
	keccak256_of(domain, sizeof domain, expected);
	assert_memory_equal(separator, expected, 32);
	evm_typed_digest(separator, of_struct, expected);
	assert_memory_equal(digest, expected, 32);
	tx.operation = SAFE_CALL;
	safe_tx_hashes(5, &safe, &tx, NULL, NULL, digest);
	assert_memory_not_equal(digest, expected, 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ethers), cmocka_unit_test(test_mail), cmocka_unit_test(test_refused_values),
		cmocka_unit_test(test_refused_names), cmocka_unit_test(test_constants), cmocka_unit_test(test_safe_tx), cmocka_unit_test(test_type_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
