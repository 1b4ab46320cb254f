// SPDX-License-Identifier: Apache-2.0
// BIP380 checksums and key expressions; BIP381 to 389 in descriptors.json; BIP67 by Bitcoin Core's rpc_bip67.
#include "bitcoin/descriptor.h"
#include "bitcoin/testing.h"

static struct descriptor d;
static struct descriptor_output output;

static int setup(void **state)
{
	uint8_t seed[32] = { 7 };
	curve_init(seed);
	return 0;
}

static enum descriptor_refusal parse_on(const struct network *network, const char *payload)
{
	char text[DESCRIPTOR_TEXT_MAX * 2], checksum[DESCRIPTOR_CHECKSUM_SIZE + 1];
	if (descriptor_checksum(payload, strlen(payload), checksum))
		return DESCRIPTOR_CHARACTER;
	int length = snprintf(text, sizeof text, "%s#%s", payload, checksum);
	return descriptor_parse(network, text, (size_t)length, &d);
}

static enum descriptor_refusal parse(const char *payload)
{
	return parse_on(&network_main, payload);
}

static void test_checksum(void **state)
{
	static const struct {
		const char *text;
		enum descriptor_refusal refusal;
	} vectors[] = {
		{ "raw(deadbeef)#89f8spxm", DESCRIPTOR_TEMPLATE },
		{ "raw(deadbeef)", DESCRIPTOR_NO_CHECKSUM },
		{ "raw(deadbeef)#", DESCRIPTOR_NO_CHECKSUM },
		{ "raw(deadbeef)#89f8spxmx", DESCRIPTOR_NO_CHECKSUM },
		{ "raw(deadbeef)#89f8spx", DESCRIPTOR_NO_CHECKSUM },
		{ "raw(deedbeef)#89f8spxm", DESCRIPTOR_CHECKSUM },
		{ "raw(deedbeef)##9f8spxm", DESCRIPTOR_CHECKSUM },
		{ "raw(\xc3\x9c)#00000000", DESCRIPTOR_CHARACTER },
		{ "", DESCRIPTOR_NO_CHECKSUM },
	};
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++)
		assert_int_equal(
			descriptor_parse(&network_main, vectors[i].text, strlen(vectors[i].text), &d),
			vectors[i].refusal);
	for (int i = 0; i <= DESCRIPTOR_REPEATED; i++)
		assert_non_null(descriptor_refusal_text((enum descriptor_refusal)i));
}

#define HEX_KEY "0260b2003c386519fc9eadf2b5cf124dd8eea4c4e68d5e154050a9346ea98ce600"
#define XPUB                                                                                                 \
	"xpub6ERApfZwUNrhLCkDtcHTcxd75RbzS1ed54G1LkBUHQVHQKqhMkhgbmJbZRkrgZw4koxb5JaHWkY4ALHY2grBGRjaDMzQLc" \
	"gJvLJuZZvRcEL"
#define XPRV                                                                                                 \
	"xprvA1RpRA33e1JQ7ifknakTFpgNXPmW2YvmhqLQYMmrj4xJXXWYpDPS3xz7iAxn8L39njGVyuoseXzU6rcxFLJ8HFsTjSyQbL" \
	"YnMpCqE2VbFWc"

static void test_keys(void **state)
{
	static const struct {
		const char *text;
		enum descriptor_refusal refusal;
	} vectors[] = {
		{ HEX_KEY, DESCRIPTOR_FINE },
		{ "[deadbeef/0h/0h/0h]" HEX_KEY, DESCRIPTOR_FINE },
		{ "[deadbeef/0'/0h/0']" HEX_KEY, DESCRIPTOR_FINE },
		{ XPUB, DESCRIPTOR_FINE },
		{ "[deadbeef/0h/1h/2h]" XPUB "/3/4/5/*", DESCRIPTOR_FINE },
		{ "[deadbeef]" XPUB "/<0;1>/*", DESCRIPTOR_FINE },
		{ XPUB "/<0;1;2;3>/*", DESCRIPTOR_FINE },
		// valid in BIP380, not for public keys alone
		{ XPUB "/3h/4h/5h/*", DESCRIPTOR_HARDENED },
		{ XPUB "/3/*h", DESCRIPTOR_HARDENED },
		{ XPUB "/3/*'", DESCRIPTOR_HARDENED },
		{ "04a34b99f22c790c4e36b2b3c2c35a36db06226e41c692fc82b8b56ac1c540c5bd5b8dec5235a0fa8722476c77"
		  "09c02559e3aa73aa"
		  "03918ba2d492eea75abea235",
		  DESCRIPTOR_KEY },
		{ "5KYZdUEo39z3FPrtuX2QbbwGnNP5zTd7yyr2SC1j299sBCnWjss", DESCRIPTOR_PRIVATE_KEY },
		{ "L4rK1yDtCWekvXuE6oXD9jCYfFNV2cWRpVuPLBcCU2z8TrisoyY1", DESCRIPTOR_PRIVATE_KEY },
		{ "[deadbeef/0h]" XPRV "/3/4", DESCRIPTOR_PRIVATE_KEY },
		// invalid in BIP380
		{ "[deadbeef/0h/0h/0h/*]" HEX_KEY, DESCRIPTOR_KEY },
		{ "[deadbeef/0h/0h/0h/]" HEX_KEY, DESCRIPTOR_KEY },
		{ "[deadbef/0h/0h/0h]" HEX_KEY, DESCRIPTOR_KEY },
		{ "[deadbeeef/0h/0h/0h]" HEX_KEY, DESCRIPTOR_KEY },
		{ "[deadbeef/0f/0f/0f]" HEX_KEY, DESCRIPTOR_KEY },
		{ "[deadbeef/-0/-0/-0]" HEX_KEY, DESCRIPTOR_KEY },
		{ "[deadbeef/0H/0H/0H]" HEX_KEY, DESCRIPTOR_KEY },
		{ XPUB "/2147483648", DESCRIPTOR_KEY },
		{ XPUB "/1aa", DESCRIPTOR_KEY },
		{ "[aaaaaaaa][aaaaaaaa]" XPUB "/0", DESCRIPTOR_KEY },
		{ "aaaaaaaa]" XPUB "/0", DESCRIPTOR_KEY },
		{ "[gaaaaaaa]" XPUB "/0", DESCRIPTOR_KEY },
		{ "[deadbeef]", DESCRIPTOR_KEY },
		{ HEX_KEY "/0", DESCRIPTOR_KEY },
		{ HEX_KEY "/*", DESCRIPTOR_KEY },
		{ XPUB "/", DESCRIPTOR_KEY },
		{ XPUB "/*/0", DESCRIPTOR_KEY },
		{ "", DESCRIPTOR_KEY },
		// BIP389
		{ XPUB "/<0;1>/<2;3>", DESCRIPTOR_BRANCHES },
		{ "[deadbeef/<0;1>]" XPUB "/0", DESCRIPTOR_KEY },
		{ XPUB "/<>/*", DESCRIPTOR_KEY },
		{ XPUB "/<0>/*", DESCRIPTOR_BRANCHES },
		{ XPUB "/<0;0>/*", DESCRIPTOR_BRANCHES },
		{ XPUB "/<0;1;2;3;4>/*", DESCRIPTOR_BRANCHES },
		{ XPUB "/0>/*", DESCRIPTOR_KEY },
		{ XPUB "/<0/*", DESCRIPTOR_KEY },
		{ XPUB "/<0;>/*", DESCRIPTOR_KEY },
		{ XPUB "/<0;1h>/*", DESCRIPTOR_HARDENED },
	};
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		struct descriptor_key key;
		enum descriptor_refusal refusal = descriptor_key_parse(&network_main, vectors[i].text,
								       strlen(vectors[i].text), false, &key);
		if (refusal != vectors[i].refusal)
			fail_msg("%s: %d, not %d", vectors[i].text, refusal, vectors[i].refusal);
		if (!refusal && strstr(vectors[i].text, "xpub"))
			assert_int_equal(descriptor_key_parse(&network_test, vectors[i].text,
							      strlen(vectors[i].text), false, &key),
					 DESCRIPTOR_KEY);
	}
}

static void scripts_check(const json_t *item)
{
	const json_t *scripts = json_object_get(item, "scripts");
	const char *published = json_text(item, "published");
	if (strcmp(published, json_text(item, "descriptor")) != 0)
		assert_int_equal(parse(published), DESCRIPTOR_PRIVATE_KEY);
	assert_int_equal(parse(json_text(item, "descriptor")), DESCRIPTOR_FINE);
	for (size_t i = 0; i < json_array_size(scripts); i++) {
		size_t branch;
		uint32_t index;
		assert_int_equal(descriptor_derive(&d, 0, (uint32_t)i, &output), 0);
		assert_hex(output.script.bytes, output.script.size,
			   json_string_value(json_array_get(scripts, i)));
		assert_true(descriptor_find(&d, output_span(&output.script), 0, 3, &branch, &index));
		assert_int_equal(index, i);
	}
}

static void test_bips(void **state)
{
	json_t *sets = vectors_load("descriptors.json"), *item;
	json_t *valid = json_object_get(sets, "valid"), *invalid = json_object_get(sets, "invalid");
	json_t *outside = json_object_get(sets, "outside");
	size_t i;
	json_array_foreach(valid, i, item) scripts_check(item);
	json_array_foreach(outside, i, item)
	{
		assert_int_not_equal(parse(json_text(item, "published")), DESCRIPTOR_FINE);
		assert_int_not_equal(parse(json_text(item, "descriptor")), DESCRIPTOR_FINE);
	}
	json_array_foreach(invalid, i, item)
		assert_int_not_equal(parse(json_text(item, "descriptor")), DESCRIPTOR_FINE);
	print_message("# descriptors %zu valid, %zu outside our set, %zu invalid\n", json_array_size(valid),
		      json_array_size(outside), json_array_size(invalid));
	assert_int_equal(json_array_size(valid), 11);
	json_decref(sets);
}

static void test_branches(void **state)
{
	json_t *sets = vectors_load("descriptors.json"), *item;
	size_t i;
	json_array_foreach(json_object_get(sets, "expands"), i, item)
	{
		struct descriptor whole;
		const json_t *parts = json_object_get(item, "scripts");
		assert_int_equal(parse(json_text(item, "descriptor")), DESCRIPTOR_FINE);
		whole = d;
		assert_int_equal(whole.branch_count, json_array_size(parts));
		for (size_t b = 0; b < whole.branch_count; b++) {
			struct descriptor_output one;
			assert_int_equal(parse(json_string_value(json_array_get(parts, b))), DESCRIPTOR_FINE);
			assert_int_equal(descriptor_derive(&whole, b, 5, &output), 0);
			assert_int_equal(descriptor_derive(&d, 0, 5, &one), 0);
			assert_true(span_equal(output_span(&one.script), output_span(&output.script)));
			assert_memory_equal(one.keys, output.keys, sizeof one.keys);
		}
		assert_int_equal(descriptor_derive(&whole, whole.branch_count, 0, &output), 1);
		assert_int_equal(descriptor_derive(&whole, 0, PATH_HARDENED, &output), 1);
	}
	json_decref(sets);
}

static void test_bip67(void **state)
{
	json_t *set = vectors_load("bitcoin-core/rpc_bip67.json"), *item, *key;
	size_t i, k, repeated = 0;
	json_array_foreach(set, i, item)
	{
		char text[2048] = "wsh(sortedmulti(2";
		json_array_foreach(json_object_get(item, "keys"), k, key)
		{
			strcat(text, ",");
			strcat(text, json_string_value(key));
		}
		strcat(text, "))");
		enum descriptor_refusal refusal = parse(text);
		if (refusal == DESCRIPTOR_REPEATED) { // BIP67 has a key with its negative, which we refuse
			repeated++;
			continue;
		}
		assert_int_equal(refusal, DESCRIPTOR_FINE);
		assert_int_equal(descriptor_derive(&d, 0, 0, &output), 0);
		assert_hex(output.inner, output.inner_size, json_text(item, "script"));
	}
	print_message("# BIP67 %zu, of them %zu refused\n", json_array_size(set), repeated);
	assert_true(repeated <= 1);
	json_decref(set);
}

#define A "03a34b99f22c790c4e36b2b3c2c35a36db06226e41c692fc82b8b56ac1c540c5bd"
#define B "03669b8afcec803a0d323e9a17f3ea8e68e8abe5a278020a929adbec52421adbd0"
#define C "0260b2003c386519fc9eadf2b5cf124dd8eea4c4e68d5e154050a9346ea98ce600"
#define D "0362a74e399c39ed5593852a30147f2959b56bb827dfa3e60e464b02ccf87dc5e8"
#define E "0261345b53de74a4d721ef877c255429961b7e43714171ac06168d7e08c542a8b8"
#define F "02da72e8b46901a65d4374fe6315538d8f368557dda3a1dcf9ea903f3afe7314c8"

static void test_unvault(void **state)
{
	// As miniscript's compiler writes it: 2 A B C 3 CHECKMULTISIG IFDUP NOTIF 2 D E F 3
	// CHECKMULTISIGVERIFY <9000> CSV ENDIF
	static const char expected[] = "52"
				       "21" A "21" B "21" C "53ae"
				       "7364"
				       "52"
				       "21" D "21" E "21" F "53af"
				       "029000b268";
	assert_int_equal(
		parse("wsh(or_d(multi(2," A "," B "," C "),and_v(v:multi(2," D "," E "," F "),older(144))))"),
		DESCRIPTOR_FINE);
	assert_int_equal(d.kind, DESCRIPTOR_WSH_UNVAULT);
	assert_int_equal(d.lock, 144);
	assert_int_equal(descriptor_derive(&d, 0, 0, &output), 0);
	assert_hex(output.inner, output.inner_size, expected);
	assert_int_equal(descriptor_witness_weight(&d, SPEND_FIRST), 1 + 1 + 2 * 73 + 1 + output.inner_size);
	assert_int_equal(descriptor_witness_weight(&d, SPEND_SECOND),
			 1 + 1 + 2 * 73 + 3 + 1 + output.inner_size);
}

static void test_rules(void **state)
{
	static const struct {
		const char *text;
		enum descriptor_refusal refusal;
	} vectors[] = {
		{ "wsh(sortedmulti(2," A "," B "))", DESCRIPTOR_FINE },
		{ "wsh(sortedmulti(0," A "," B "))", DESCRIPTOR_THRESHOLD },
		{ "wsh(sortedmulti(3," A "," B "))", DESCRIPTOR_THRESHOLD },
		{ "wsh(sortedmulti(02," A "," B "))", DESCRIPTOR_THRESHOLD },
		{ "wsh(sortedmulti(2h," A "," B "))", DESCRIPTOR_THRESHOLD },
		{ "wsh(sortedmulti(2))", DESCRIPTOR_THRESHOLD },
		{ "wsh(sortedmulti(2," A "," A "))", DESCRIPTOR_REPEATED },
		{ "wsh(sortedmulti(2," XPUB "/0/*," XPUB "/1/*))", DESCRIPTOR_REPEATED },
		{ "wsh(multi(1," A ",02a34b99f22c790c4e36b2b3c2c35a36db06226e41c692fc82b8b56ac1c540c5bd))",
		  DESCRIPTOR_REPEATED },
		{ "wsh(or_d(multi(1," A "),and_v(v:multi(1," A "),older(144))))", DESCRIPTOR_REPEATED },
		{ "wsh(or_d(multi(1," A "),and_v(v:multi(1," B "),older(0))))", DESCRIPTOR_LOCK },
		{ "wsh(or_d(multi(1," A "),and_v(v:multi(1," B "),older(65536))))", DESCRIPTOR_LOCK },
		{ "wsh(or_d(multi(1," A "),and_v(v:multi(1," B "),older(4194473))))", DESCRIPTOR_FINE },
		{ "wsh(or_d(multi(1," A "),and_v(v:multi(1," B "),older(144)))))", DESCRIPTOR_TEMPLATE },
		{ "wsh(or_d(multi(1," A "),and_v(v:multi(1," B "),older(144)))", DESCRIPTOR_TEMPLATE },
		{ "wpkh(" XPRV ")", DESCRIPTOR_PRIVATE_KEY },
		{ " wpkh(" A ")", DESCRIPTOR_TEMPLATE },
		{ "wpkh( " A ")", DESCRIPTOR_KEY },
		{ "wpkh(" A ") ", DESCRIPTOR_TEMPLATE },
		{ "wsh(multi(1," XPUB "/<0;1>/*," A "))", DESCRIPTOR_FINE },
		{ "sh(wpkh(" A "))", DESCRIPTOR_TEMPLATE },
		{ "tr(" A ")", DESCRIPTOR_FINE },
	};
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		enum descriptor_refusal refusal = parse(vectors[i].text);
		if (refusal != vectors[i].refusal)
			fail_msg("%s: %d, not %d", vectors[i].text, refusal, vectors[i].refusal);
	}
}

static void test_format(void **state)
{
	static const char *const texts[] = {
		"wpkh([deadbeef/84h/0h/0h]" XPUB "/<0;1>/*)",
		"wsh(or_d(multi(1," A "),and_v(v:multi(1,[deadbeef/48h]" B "),older(144))))",
		"tr(a34b99f22c790c4e36b2b3c2c35a36db06226e41c692fc82b8b56ac1c540c5bd,sortedmulti_a(1," XPUB
		"/3/*))",
		"wsh(sortedmulti(2," A ",[00000001]" B "," XPUB "/*))",
	};
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		char back[DESCRIPTOR_TEXT_MAX], checksum[9];
		assert_int_equal(parse(texts[i]), DESCRIPTOR_FINE);
		assert_int_equal(descriptor_format(&d, back, sizeof back), 0);
		size_t length = strlen(texts[i]);
		assert_memory_equal(back, texts[i], length);
		assert_int_equal(descriptor_checksum(texts[i], length, checksum), 0);
		assert_int_equal(back[length], '#');
		assert_string_equal(back + length + 1, checksum);
		assert_int_equal(descriptor_format(&d, back, length + 9), 1);
	}
}

static void test_place(void **state)
{
	struct path path;
	size_t key, branch;
	uint32_t index;
	uint8_t fingerprint[4] = { 0xde, 0xad, 0xbe, 0xef };
	assert_int_equal(parse("wsh(sortedmulti(1,[deadbeef/48h/0h/0h/2h]" XPUB "/<0;1>/*," A "))"),
			 DESCRIPTOR_FINE);
	assert_int_equal(descriptor_key_path(&d.keys[0], 1, 77, &path), 0);
	assert_true(descriptor_place(&d, fingerprint, &path, &key, &branch, &index));
	assert_int_equal(key, 0);
	assert_int_equal(branch, 1);
	assert_int_equal(index, 77);
	static const char *const foreign[] = { "m/48h/0h/0h/2h/2/77",	"m/48h/0h/0h/1h/1/77",
					       "m/48h/0h/0h/2h/1/77h",	"m/48h/0h/0h/2h/1",
					       "m/48h/0h/0h/2h/1/77/0", "m" };
	for (size_t i = 0; i < ARRAY_LEN(foreign); i++) {
		assert_int_equal(path_parse(foreign[i], strlen(foreign[i]), &path), 0);
		assert_false(descriptor_place(&d, fingerprint, &path, &key, &branch, &index));
	}
	assert_int_equal(path_parse("m/48h/0h/0h/2h/0/1", 18, &path), 0);
	fingerprint[0] = 0;
	assert_false(descriptor_place(&d, fingerprint, &path, &key, &branch, &index));
	assert_int_equal(descriptor_derive(&d, 1, 9, &output), 0);
	assert_false(descriptor_find(&d, output_span(&output.script), 0, 9, &branch, &index));
	assert_true(descriptor_find(&d, output_span(&output.script), 0, 10, &branch, &index));
	assert_int_equal(branch, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_checksum), cmocka_unit_test(test_keys),
		cmocka_unit_test(test_bips),	 cmocka_unit_test(test_branches),
		cmocka_unit_test(test_bip67),	 cmocka_unit_test(test_unvault),
		cmocka_unit_test(test_rules),	 cmocka_unit_test(test_format),
		cmocka_unit_test(test_place),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
