// SPDX-License-Identifier: Apache-2.0
// BIP173 and BIP350 in bech32.json; Bitcoin Core's base58_encode_decode, key_io_valid and key_io_invalid.
#include "bitcoin/address.h"
#include "bitcoin/base58.h"
#include "bitcoin/bech32.h"
#include "bitcoin/testing.h"

static const struct network *const networks[] = { &network_main, &network_test, &network_regtest };

static const struct network *network_of_chain(const char *chain)
{
	return strcmp(chain, "main") == 0      ? &network_main
	       : strcmp(chain, "regtest") == 0 ? &network_regtest
					       : &network_test;
}

static void test_base58(void **state)
{
	json_t *set = vectors_load("bitcoin-core/base58_encode_decode.json"), *pair;
	size_t i;
	json_array_foreach(set, i, pair)
	{
		uint8_t bytes[BASE58_DATA_MAX], back[BASE58_DATA_MAX];
		char text[BASE58_TEXT_MAX + 1];
		size_t size = json_hex(json_string_value(json_array_get(pair, 0)), bytes, sizeof bytes),
		       length, got;
		const char *expected = json_string_value(json_array_get(pair, 1));
		assert_int_equal(base58_encode(bytes, size, text, sizeof text, &length), 0);
		assert_string_equal(text, expected);
		assert_int_equal(length, strlen(expected));
		assert_int_equal(base58_decode(text, length, back, sizeof back, &got), 0);
		assert_int_equal(got, size);
		assert_memory_equal(back, bytes, size);
		if (size > 0) {
			assert_int_equal(base58_decode(text, length, back, size - 1, &got), 1);
			assert_int_equal(base58_encode(bytes, size, text, length, &got), 1);
		}
	}
	print_message("# base58 %zu\n", json_array_size(set));
	json_decref(set);
}

static void test_base58_refused(void **state)
{
	uint8_t to[64];
	size_t size;
	static const char *const bad[] = { "0", "O", "I", "l", " 1", "1 ", "3mJr0", "3SNo!" };
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(base58_decode(bad[i], strlen(bad[i]), to, sizeof to, &size), 1);
	assert_int_equal(base58_decode("1\0001", 3, to, sizeof to, &size), 1);
	assert_int_equal(base58check_decode("3QJmnh", 6, to, sizeof to, &size),
			 0); // nothing but its check bytes
	assert_int_equal(size, 0);
	assert_int_equal(base58check_decode("3QJmnj", 6, to, sizeof to, &size), 2);
	assert_int_equal(base58check_decode("", 0, to, sizeof to, &size), 2);
	char text[BASE58_TEXT_MAX + 2];
	memset(text, '1', sizeof text);
	assert_int_equal(base58_decode(text, BASE58_TEXT_MAX + 1, to, sizeof to, &size), 1);
	memset(text, 'z', sizeof text);
	assert_int_equal(base58_decode(text, BASE58_TEXT_MAX, to, sizeof to, &size), 1);
}

static void bech32_set(json_t *sets, const char *name, enum bech32_kind kind, bool valid)
{
	json_t *set = json_object_get(sets, name), *item;
	size_t i;
	assert_true(json_array_size(set) > 0);
	json_array_foreach(set, i, item)
	{
		char text[128], back[BECH32_TEXT_MAX + 1];
		struct bech32 b;
		size_t length = json_hex(json_string_value(item), (uint8_t *)text, sizeof text);
		int r = bech32_decode(text, length, &b);
		assert_true(valid ? r == 0 && b.kind == kind : r == 1 || b.kind != kind);
		if (!valid)
			continue;
		assert_int_equal(bech32_encode(&b, back), 0);
		for (size_t c = 0; c < length; c++)
			assert_int_equal(back[c], text[c] >= 'A' && text[c] <= 'Z' ? text[c] + 32 : text[c]);
		assert_int_equal(strlen(back), length);
	}
	print_message("# %s %zu\n", name, json_array_size(set));
}

static void test_bech32(void **state)
{
	json_t *sets = vectors_load("bech32.json");
	bech32_set(sets, "bech32_valid", BECH32, true);
	bech32_set(sets, "bech32_invalid", BECH32, false);
	bech32_set(sets, "bech32m_valid", BECH32M, true);
	bech32_set(sets, "bech32m_invalid", BECH32M, false);
	json_decref(sets);
}

// Exactly one network may read a segwit address; what it wrote back is the same, in lower case.
static void address_round_trip(const char *text, const char *script_hex, const struct network *only)
{
	uint8_t script[64];
	size_t size = json_hex(script_hex, script, sizeof script), read = 0;
	for (size_t n = 0; n < ARRAY_LEN(networks); n++) {
		struct output_script s;
		char back[ADDRESS_TEXT_MAX + 1];
		if ((only && networks[n] != only) || address_parse(networks[n], text, strlen(text), &s))
			continue;
		read++;
		assert_int_equal(s.size, size);
		assert_memory_equal(s.bytes, script, size);
		assert_int_equal(address_format(networks[n], output_span(&s), back), 0);
		assert_int_equal(strcasecmp(back, text), 0);
	}
	assert_int_equal(read, 1);
}

static void address_refuse(const char *text)
{
	struct output_script s;
	for (size_t n = 0; n < ARRAY_LEN(networks); n++)
		assert_int_equal(address_parse(networks[n], text, strlen(text), &s), 1);
}

static void test_segwit(void **state)
{
	json_t *sets = vectors_load("bech32.json"), *item;
	json_t *valid = json_object_get(sets, "segwit_valid"),
	       *invalid = json_object_get(sets, "segwit_invalid");
	size_t i;
	json_array_foreach(valid, i, item) address_round_trip(
		json_string_value(json_array_get(item, 0)), json_string_value(json_array_get(item, 1)), NULL);
	json_array_foreach(invalid, i, item)
	{
		char text[128] = { 0 };
		json_hex(json_string_value(item), (uint8_t *)text, sizeof text);
		address_refuse(text);
	}
	print_message("# segwit addresses %zu valid, %zu invalid\n", json_array_size(valid),
		      json_array_size(invalid));
	assert_int_equal(json_array_size(valid), 8);
	json_decref(sets);
}

static void test_core_valid(void **state)
{
	json_t *set = vectors_load("bitcoin-core/key_io_valid.json"), *item;
	size_t i, tried = 0;
	json_array_foreach(set, i, item)
	{
		json_t *about = json_array_get(item, 2);
		if (json_is_true(json_object_get(about, "isPrivkey")))
			continue; // private_key_test.c
		address_round_trip(json_string_value(json_array_get(item, 0)),
				   json_string_value(json_array_get(item, 1)),
				   network_of_chain(json_text(about, "chain")));
		tried++;
	}
	print_message("# key_io_valid addresses %zu\n", tried);
	assert_true(tried > 0);
	json_decref(set);
}

static void test_core_invalid(void **state)
{
	json_t *set = vectors_load("bitcoin-core/key_io_invalid.json"), *item;
	size_t i;
	json_array_foreach(set, i, item) address_refuse(json_string_value(json_array_get(item, 0)));
	print_message("# key_io_invalid %zu\n", json_array_size(set));
	json_decref(set);
}

static void test_kinds(void **state)
{
	static const struct {
		const char *script;
		enum output_kind kind;
	} vectors[] = {
		{ "", OUTPUT_OTHER },
		{ "6a", OUTPUT_OTHER },
		{ "76a914751e76e8199196d454941c45d1b3a323f1433bd688ac", OUTPUT_KEY_HASH },
		{ "76a914751e76e8199196d454941c45d1b3a323f1433bd688ad", OUTPUT_OTHER },
		{ "a914751e76e8199196d454941c45d1b3a323f1433bd687", OUTPUT_SCRIPT_HASH },
		{ "0014751e76e8199196d454941c45d1b3a323f1433bd6", OUTPUT_WITNESS_KEY },
		{ "0015751e76e8199196d454941c45d1b3a323f1433bd6ff", OUTPUT_OTHER },
		{ "51024e73", OUTPUT_WITNESS_FUTURE },
		{ "4f024e73", OUTPUT_OTHER },
		{ "61024e73", OUTPUT_OTHER },
	};
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		uint8_t script[64];
		char text[ADDRESS_TEXT_MAX + 1];
		size_t size = hex_bytes(vectors[i].script, script);
		assert_int_equal(output_kind_of(span_over(script, size), NULL), vectors[i].kind);
		assert_int_equal(address_format(&network_main, span_over(script, size), text),
				 vectors[i].kind == OUTPUT_OTHER);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_base58),	   cmocka_unit_test(test_base58_refused),
		cmocka_unit_test(test_bech32),	   cmocka_unit_test(test_segwit),
		cmocka_unit_test(test_core_valid), cmocka_unit_test(test_core_invalid),
		cmocka_unit_test(test_kinds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
