// SPDX-License-Identifier: Apache-2.0
// BIP143's examples (digest and RFC 6979 signature), BIP341's wallet vectors, and Bitcoin Core's
// transactions.
#include "bitcoin/hashes.h"
#include "bitcoin/sighash.h"
#include "bitcoin/signature.h"
#include "bitcoin/taproot.h"
#include "bitcoin/testing.h"

static uint8_t memory[1 << 20], bytes[1 << 18];

static int setup(void **state)
{
	uint8_t seed[32] = { 7 };
	curve_init(seed);
	return 0;
}

static void transaction_of(const char *hex, enum transaction_form form, struct arena *arena,
			   struct transaction *ret)
{
	size_t size = json_hex(hex, bytes, sizeof bytes);
	*arena = arena_over(memory, sizeof memory);
	assert_int_equal(transaction_parse(span_over(bytes, size), form, arena, ret), 0);
}

static void bip143_check(const json_t *item)
{
	struct arena arena;
	struct transaction tx;
	struct sighash_shared shared;
	uint8_t outpoint[36], code[512], digest[32], secret[32], der[ECDSA_DER_MAX + 1];
	transaction_of(json_text(item, "tx"), TRANSACTION_WIRE, &arena, &tx);
	json_hex(json_text(item, "outpoint"), outpoint, sizeof outpoint);
	size_t size = json_hex(json_text(item, "script_code"), code, sizeof code), input = 0;
	while (memcmp(tx.inputs[input].previous.txid, outpoint, 32) != 0 ||
	       memcmp(&tx.inputs[input].previous.index, outpoint + 32, 4) != 0)
		assert_true(++input < tx.input_count);
	unsigned type = (unsigned)json_integer_value(json_object_get(item, "type"));
	sighash_prepare(&tx, NULL, &shared);
	assert_int_equal(sighash_v0(&shared, input, span_over(code, size),
				    (uint64_t)json_integer_value(json_object_get(item, "value")), type,
				    digest),
			 0);
	assert_hex(digest, 32, json_text(item, "sighash"));
	if (!json_is_string(json_object_get(item, "private_key")))
		return;
	json_hex(json_text(item, "private_key"), secret, sizeof secret);
	assert_int_equal(ecdsa_sign(secret, digest, der, &size), 0);
	der[size++] = (uint8_t)type;
	assert_hex(der, size, json_text(item, "signature"));
}

static void test_bip143(void **state)
{
	json_t *set = vectors_load("bip-0143.json"), *item;
	size_t i;
	json_array_foreach(set, i, item) bip143_check(item);
	print_message("# BIP143 %zu\n", json_array_size(set));
	assert_int_equal(json_array_size(set), 13);
	json_decref(set);
}

static void test_types(void **state)
{
	struct tx_input input = { .sequence = 1 };
	struct tx_output spent = { .value = 1 };
	struct transaction tx = { .version = 2, .inputs = &input, .input_count = 1 };
	struct sighash_shared shared;
	uint8_t digest[32];
	sighash_prepare(&tx, NULL, &shared);
	assert_int_equal(sighash_v1(&shared, 0, NULL, SIGHASH_DEFAULT, digest), 2);
	sighash_prepare(&tx, &spent, &shared);
	static const unsigned bad[] = { 4, 0x80, 0x41, 0x84, 0x101, 0xff };
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_int_equal(sighash_v0(&shared, 0, span_over("", 0), 1, bad[i], digest), 1);
		assert_int_equal(sighash_v1(&shared, 0, NULL, bad[i], digest), 1);
	}
	assert_int_equal(sighash_v0(&shared, 0, span_over("", 0), 1, SIGHASH_DEFAULT, digest), 1);
	assert_int_equal(sighash_v0(&shared, 1, span_over("", 0), 1, SIGHASH_ALL, digest), 1);
	assert_int_equal(sighash_v0(&shared, 0, span_over("", 0), 1, SIGHASH_SINGLE, digest), 0);
	assert_int_equal(sighash_v1(&shared, 0, NULL, SIGHASH_SINGLE, digest), 1); // no such output
	assert_int_equal(sighash_v1(&shared, 0, NULL, SIGHASH_DEFAULT, digest), 0);
}

// Leaves left to right, with their depths.
static void tree_collect(const json_t *node, unsigned depth, struct taproot_leaf *leaves, size_t *count,
			 uint8_t scripts[][64])
{
	if (json_is_array(node)) {
		tree_collect(json_array_get(node, 0), depth + 1, leaves, count, scripts);
		tree_collect(json_array_get(node, 1), depth + 1, leaves, count, scripts);
		return;
	}
	size_t size = json_hex(json_text(node, "script"), scripts[*count], 64);
	leaves[*count] = (struct taproot_leaf){
		.depth = depth,
		.version = (uint8_t)json_integer_value(json_object_get(node, "leafVersion")),
		.script = span_over(scripts[*count], size),
	};
	++*count;
}

static void taproot_script_check(const json_t *item)
{
	const json_t *given = json_object_get(item, "given"),
		     *tree_json = json_object_get(given, "scriptTree");
	const json_t *middle = json_object_get(item, "intermediary"),
		     *expected = json_object_get(item, "expected");
	const json_t *blocks = json_object_get(expected, "scriptPathControlBlocks");
	uint8_t internal[32], key[32], scripts[TAPROOT_LEAVES_MAX][64], control[TAPROOT_CONTROL_MAX];
	struct taproot_leaf leaves[TAPROOT_LEAVES_MAX];
	struct taproot_tree tree = { .count = 0 };
	struct output_script script;
	char address[ADDRESS_TEXT_MAX + 1];
	size_t count = 0;
	bool odd;
	json_hex(json_text(given, "internalPubkey"), internal, 32);
	if (!json_is_null(tree_json)) {
		tree_collect(tree_json, 0, leaves, &count, scripts);
		assert_int_equal(taproot_tree_build(leaves, count, &tree), 0);
		assert_hex(tree.root, 32, json_text(middle, "merkleRoot"));
	}
	assert_int_equal(taproot_output_key(internal, count ? tree.root : NULL, key, &odd), 0);
	assert_hex(key, 32, json_text(middle, "tweakedPubkey"));
	output_witness(1, key, 32, &script);
	assert_hex(script.bytes, script.size, json_text(expected, "scriptPubKey"));
	assert_int_equal(address_format(&network_main, output_span(&script), address), 0);
	assert_string_equal(address, json_text(expected, "bip350Address"));
	for (size_t i = 0; i < count; i++) {
		size_t size = taproot_control_block(&tree, i, leaves[i].version, internal, odd, control);
		assert_hex(tree.leaf[i], 32,
			   json_string_value(json_array_get(json_object_get(middle, "leafHashes"), i)));
		assert_hex(control, size, json_string_value(json_array_get(blocks, i)));
		assert_true(taproot_control_proves(span_over(control, size), leaves[i].script, key));
		control[0] ^= 1; // the other Y
		assert_false(taproot_control_proves(span_over(control, size), leaves[i].script, key));
		control[0] ^= 1;
		control[size - 1] ^= 1;
		assert_false(taproot_control_proves(span_over(control, size), leaves[i].script, key));
	}
}

static void taproot_spend_check(const json_t *item, struct sighash_shared *shared)
{
	const json_t *given = json_object_get(item, "given"), *middle = json_object_get(item, "intermediary");
	const json_t *root_json = json_object_get(given, "merkleRoot");
	uint8_t secret[32], tweaked[32], root[32], digest[32], signature[65], zero[32] = { 0 };
	bool rooted = json_is_string(root_json);
	if (rooted)
		json_hex(json_string_value(root_json), root, 32);
	json_hex(json_text(given, "internalPrivkey"), secret, 32);
	assert_int_equal(taproot_output_secret(secret, rooted ? root : NULL, tweaked), 0);
	assert_hex(tweaked, 32, json_text(middle, "tweakedPrivkey"));
	unsigned type = (unsigned)json_integer_value(json_object_get(given, "hashType"));
	size_t input = (size_t)json_integer_value(json_object_get(given, "txinIndex"));
	assert_int_equal(sighash_v1(shared, input, NULL, type, digest), 0);
	assert_hex(digest, 32, json_text(middle, "sigHash"));
	assert_int_equal(schnorr_sign(tweaked, zero, digest, 32, signature), 0);
	signature[64] = (uint8_t)type;
	assert_hex(signature, type ? 65 : 64,
		   json_string_value(
			   json_array_get(json_object_get(json_object_get(item, "expected"), "witness"), 0)));
}

static void test_bip341(void **state)
{
	json_t *set = vectors_load("bips/bip-0341/wallet-test-vectors.json"), *item, *output;
	json_t *outputs = json_object_get(set, "scriptPubKey"),
	       *spending = json_object_get(set, "keyPathSpending");
	size_t i, o, spends = 0;
	json_array_foreach(outputs, i, item) taproot_script_check(item);
	json_array_foreach(spending, i, item)
	{
		const json_t *given = json_object_get(item, "given");
		struct tx_output spent[16];
		uint8_t scripts[16][64];
		struct arena arena;
		struct transaction tx;
		struct sighash_shared shared;
		json_array_foreach(json_object_get(given, "utxosSpent"), o, output)
		{
			size_t size = json_hex(json_text(output, "scriptPubKey"), scripts[o], 64);
			spent[o] = (struct tx_output){ (uint64_t)json_integer_value(
							       json_object_get(output, "amountSats")),
						       span_over(scripts[o], size) };
		}
		transaction_of(json_text(given, "rawUnsignedTx"), TRANSACTION_WIRE, &arena, &tx);
		sighash_prepare(&tx, spent, &shared);
		json_array_foreach(json_object_get(item, "inputSpending"), o, output)
		{
			taproot_spend_check(output, &shared);
			spends++;
		}
	}
	print_message("# BIP341 outputs %zu, key path spends %zu\n", json_array_size(outputs), spends);
	assert_int_equal(spends, 7);
	json_decref(set);
}

static void test_tree_refused(void **state)
{
	static const struct {
		unsigned depths[TAPROOT_LEAVES_MAX + 1];
		size_t count;
		int result;
	} vectors[] = {
		{ { 0 }, 1, 0 },
		{ { 0 }, 0, 1 },
		{ { 1 }, 1, 1 },
		{ { 1, 1 }, 2, 0 },
		{ { 0, 0 }, 2, 1 },
		{ { 1, 2, 2 }, 3, 0 },
		{ { 2, 2, 1 }, 3, 0 },
		{ { 2, 1, 2 }, 3, 1 },
		{ { 1, 1, 1 }, 3, 1 },
		{ { 3, 3, 3, 3, 3, 3, 3, 3 }, 8, 0 },
		{ { 3, 3, 3, 3, 3, 3, 3, 4, 4 }, 9, 1 },
		{ { 9, 9 }, 2, 1 },
	};
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		struct taproot_leaf leaves[TAPROOT_LEAVES_MAX + 1];
		struct taproot_tree tree;
		for (size_t l = 0; l < vectors[i].count; l++)
			leaves[l] =
				(struct taproot_leaf){ vectors[i].depths[l], 0xc0, span_over(&leaves, 1) };
		assert_int_equal(taproot_tree_build(leaves, vectors[i].count, &tree), vectors[i].result);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bip143),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_bip341),
		cmocka_unit_test(test_tree_refused),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
