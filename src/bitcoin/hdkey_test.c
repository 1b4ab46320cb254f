// SPDX-License-Identifier: Apache-2.0
// BIP32's chains and its keys to refuse; BIP44 templates through BIP49, 84 and 86; WIF by Bitcoin Core's
// key_io sets.
#include "bitcoin/address.h"
#include "bitcoin/hashes.h"
#include "bitcoin/hdkey.h"
#include "bitcoin/mnemonic.h"
#include "bitcoin/testing.h"
#include "bitcoin/wif.h"

static int setup(void **state)
{
	uint8_t seed[32] = { 7 };
	curve_init(seed);
	return 0;
}

static void chain_check(const struct hd_private *master, const json_t *chain)
{
	struct path path;
	struct hd_private key, read;
	struct hd_public public;
	char text[HD_TEXT_MAX + 1], path_text[PATH_TEXT_MAX + 1];
	const char *steps = json_text(chain, "path"), *xprv = json_text(chain, "xprv"),
		   *xpub = json_text(chain, "xpub");
	assert_int_equal(path_parse(steps, strlen(steps), &path), 0);
	assert_int_equal(hd_private_derive(master, &path, &key), 0);
	hd_private_format(&network_main, &key, text);
	assert_string_equal(text, xprv);
	hd_public_format(&network_main, &key.public, text);
	assert_string_equal(text, xpub);
	assert_int_equal(hd_private_parse(&network_main, xprv, strlen(xprv), &read), 0);
	assert_memory_equal(read.secret, key.secret, 32);
	assert_int_equal(hd_public_parse(&network_main, xpub, strlen(xpub), &public), 0);
	assert_memory_equal(public.key, key.public.key, 33);
	assert_int_equal(hd_public_parse(&network_test, xpub, strlen(xpub), &public), 2);
	assert_int_equal(hd_public_parse(&network_main, xprv, strlen(xprv), &public), 2);
	path_format(&path, path_text);
	struct path again;
	assert_int_equal(path_parse(path_text, strlen(path_text), &again), 0);
	assert_int_equal(again.count, path.count);
	assert_memory_equal(again.steps, path.steps, path.count * sizeof path.steps[0]);
	// the public half takes the same last step where it may
	if (path.count && !(path.steps[path.count - 1] & PATH_HARDENED)) {
		path.count--;
		assert_int_equal(hd_private_derive(master, &path, &read), 0);
		assert_int_equal(hd_public_child(&read.public, path.steps[path.count], &public), 0);
		hd_public_format(&network_main, &public, text);
		assert_string_equal(text, xpub);
	}
}

static void test_bip32(void **state)
{
	json_t *set = vectors_load("bips/bip-0032.json"), *item, *chain;
	size_t i, c, chains = 0;
	json_array_foreach(json_object_get(set, "valid"), i, item)
	{
		uint8_t seed[HD_SEED_MAX];
		struct hd_private master;
		size_t size = json_hex(json_text(item, "seed"), seed, sizeof seed);
		assert_int_equal(hd_master(seed, size, &master), 0);
		json_array_foreach(json_object_get(item, "chains"), c, chain)
		{
			chain_check(&master, chain);
			chains++;
		}
	}
	print_message("# BIP32 chains %zu\n", chains);
	assert_int_equal(chains, 17);
	json_decref(set);
}

static void test_bip32_refused(void **state)
{
	json_t *set = vectors_load("bips/bip-0032.json"), *item, *bad = json_object_get(set, "invalid");
	size_t i;
	json_array_foreach(bad, i, item)
	{
		const char *text = json_text(item, "key");
		struct hd_public public;
		struct hd_private private;
		assert_true(hd_public_parse(&network_main, text, strlen(text), &public) > 0);
		assert_true(hd_private_parse(&network_main, text, strlen(text), &private) > 0);
	}
	print_message("# BIP32 keys refused %zu\n", json_array_size(bad));
	assert_int_equal(json_array_size(bad), 16);
	json_decref(set);
}

static void test_limits(void **state)
{
	uint8_t seed[65] = { 1 };
	struct hd_private key;
	struct hd_public public;
	assert_int_equal(hd_master(seed, 15, &key), 1);
	assert_int_equal(hd_master(seed, 65, &key), 1);
	assert_int_equal(hd_master(seed, 16, &key), 0);
	assert_int_equal(hd_public_child(&key.public, PATH_HARDENED, &public), 3);
	for (int i = 0; i < 255; i++)
		assert_int_equal(hd_private_child(&key, 0, &key), 0);
	assert_int_equal(hd_private_child(&key, 0, &key), 2);
	assert_int_equal(hd_public_child(&key.public, 0, &public), 2);
	uint8_t zero[32] = { 0 }, tweaked[33];
	assert_int_equal(public_key_of(zero, tweaked), 1);
	memset(zero, 0xff, sizeof zero);
	assert_false(secret_key_valid(zero));
	assert_int_equal(public_key_tweak(key.public.key, zero, tweaked), 1);
}

static void test_path(void **state)
{
	static const struct {
		const char *text;
		int result;
		size_t count;
	} vectors[] = {
		{ "m", 0, 0 },
		{ "m/0", 0, 1 },
		{ "0", 0, 1 },
		{ "m/84h/0'/2147483647h/1/5", 0, 5 },
		{ "0h/1", 0, 2 },
		{ "", 1, 0 },
		{ "m/", 1, 0 },
		{ "/0", 1, 0 },
		{ "m//0", 1, 0 },
		{ "m/0/", 1, 0 },
		{ "m/2147483648", 1, 0 },
		{ "m/00", 1, 0 },
		{ "m/01", 1, 0 },
		{ "m/-1", 1, 0 },
		{ "m/1H", 1, 0 },
		{ "m/h", 1, 0 },
		{ "m0", 1, 0 },
		{ "m/1hh", 1, 0 },
		{ "m/99999999999", 1, 0 },
		{ " m/0", 1, 0 },
		{ "M/0", 1, 0 },
		{ "0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0", 0, 32 },
		{ "0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0", 2, 0 },
	};
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		struct path path = { .count = 0 };
		assert_int_equal(path_parse(vectors[i].text, strlen(vectors[i].text), &path),
				 vectors[i].result);
		assert_int_equal(path.count, vectors[i].count);
	}
	static const struct {
		enum path_purpose purpose;
		const char *text;
	} accounts[] = {
		{ PATH_BIP44, "m/44h/1h/7h" },		 { PATH_BIP49, "m/49h/1h/7h" },
		{ PATH_BIP84, "m/84h/1h/7h" },		 { PATH_BIP86, "m/86h/1h/7h" },
		{ PATH_BIP87, "m/87h/1h/7h" },		 { PATH_BIP48_NESTED, "m/48h/1h/7h/1h" },
		{ PATH_BIP48_SEGWIT, "m/48h/1h/7h/2h" },
	};
	for (size_t i = 0; i < ARRAY_LEN(accounts); i++) {
		struct path path;
		char text[PATH_TEXT_MAX + 1];
		path_account(accounts[i].purpose, &network_regtest, 7, &path);
		path_format(&path, text);
		assert_string_equal(text, accounts[i].text);
		assert_int_equal(path_address(&path, true, PATH_HARDENED, &path), 1);
	}
}

static void template_address(const struct hd_private *master, enum path_purpose purpose,
			     const struct network *network, bool change, uint32_t index,
			     struct hd_private *ret)
{
	struct path path;
	path_account(purpose, network, 0, &path);
	assert_int_equal(path_address(&path, change, index, &path), 0);
	assert_int_equal(hd_private_derive(master, &path, ret), 0);
}

static void test_templates(void **state)
{
	static const char words[] =
		"abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon "
		"abandon about";
	static const struct {
		bool change;
		uint32_t index;
		const char *wif, *address;
	} bip84[] = {
		{ false, 0, "KyZpNDKnfs94vbrwhJneDi77V6jF64PWPF8x5cdJb8ifgg2DUc9d",
		  "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu" },
		{ false, 1, "Kxpf5b8p3qX56DKEe5NqWbNUP9MnqoRFzZwHRtsFqhzuvUJsYZCy",
		  "bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g" },
		{ true, 0, "KxuoxufJL5csa1Wieb2kp29VNdn92Us8CoaUG3aGtPtcF3AzeXvF",
		  "bc1q8c6fshw2dlwun7ekn9qwf37cu2rn755upcp6el" },
	};
	uint8_t seed[MNEMONIC_SEED_SIZE], hash[20];
	struct hd_private master, key;
	char text[ADDRESS_TEXT_MAX + 1];
	assert_int_equal(mnemonic_seed(words, strlen(words), "", 0, seed), 0);
	assert_int_equal(hd_master(seed, sizeof seed, &master), 0);
	for (size_t i = 0; i < ARRAY_LEN(bip84); i++) {
		struct output_script script;
		template_address(&master, PATH_BIP84, &network_main, bip84[i].change, bip84[i].index, &key);
		assert_int_equal(wif_format(&network_main, key.secret, true, text), 0);
		assert_string_equal(text, bip84[i].wif);
		hash160_of(key.public.key, 33, hash);
		output_witness(0, hash, 20, &script);
		assert_int_equal(address_format(&network_main, output_span(&script), text), 0);
		assert_string_equal(text, bip84[i].address);
	}
	template_address(&master, PATH_BIP49, &network_test, false, 0, &key);
	assert_hex(key.secret, 32, "c9bdb49cfbaedca21c4b1f3a7803c34636b1d7dc55a717132443fc3f4c5867e8");
	template_address(&master, PATH_BIP86, &network_main, true, 0, &key);
	assert_hex(key.public.key + 1, 32,
		   "399f1b2f4393f29a18c937859c5dd8a77350103157eb880f02e8c08214277cef");
}

static void test_wif(void **state)
{
	json_t *valid = vectors_load("bitcoin-core/key_io_valid.json"), *item;
	size_t i, tried = 0;
	json_array_foreach(valid, i, item)
	{
		json_t *about = json_array_get(item, 2);
		const char *text = json_string_value(json_array_get(item, 0));
		bool main = strcmp(json_text(about, "chain"), "main") == 0, compressed = false;
		uint8_t secret[32];
		char back[WIF_TEXT_MAX + 1];
		int result = wif_parse(main ? &network_main : &network_test, text, strlen(text), secret,
				       &compressed);
		assert_int_equal(result == 0, json_is_true(json_object_get(about, "isPrivkey")));
		if (result)
			continue;
		assert_hex(secret, 32, json_string_value(json_array_get(item, 1)));
		assert_int_equal(compressed, json_is_true(json_object_get(about, "isCompressed")));
		assert_int_equal(wif_format(main ? &network_main : &network_test, secret, compressed, back),
				 0);
		assert_string_equal(back, text);
		tried++;
	}
	print_message("# key_io_valid private keys %zu\n", tried);
	assert_true(tried > 0);
	json_decref(valid);
	json_t *invalid = vectors_load("bitcoin-core/key_io_invalid.json");
	json_array_foreach(invalid, i, item)
	{
		const char *text = json_string_value(json_array_get(item, 0));
		uint8_t secret[32];
		bool compressed;
		assert_int_equal(wif_parse(&network_main, text, strlen(text), secret, &compressed), 1);
		assert_int_equal(wif_parse(&network_test, text, strlen(text), secret, &compressed), 1);
	}
	json_decref(invalid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bip32),	  cmocka_unit_test(test_bip32_refused),
		cmocka_unit_test(test_limits),	  cmocka_unit_test(test_path),
		cmocka_unit_test(test_templates), cmocka_unit_test(test_wif),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
