// SPDX-License-Identifier: Apache-2.0
// BIP129's records: 9 of keys, 4 of descriptors (one of them nested in P2SH, which is none of our templates).
#include "bitcoin/bsms.h"
#include "bitcoin/testing.h"
#include "bitcoin/wif.h"

static struct descriptor d;
static char text[BSMS_TEXT_MAX];

static int setup(void **state)
{
	uint8_t seed[32] = { 7 };
	curve_init(seed);
	return 0;
}

static enum bsms_refusal key_read(const char *record, const char *token)
{
	struct bsms_key key;
	return bsms_key_parse(&network_main, record, strlen(record), token, &key);
}

static void key_check(const char *record, const char *wif)
{
	char copy[BSMS_TEXT_MAX], *rest = copy, *lines[5];
	struct bsms_key key;
	uint8_t secret[32], public[33];
	bool compressed;
	assert_int_equal(bsms_key_parse(&network_main, record, strlen(record), NULL, &key), BSMS_FINE);
	strcpy(copy, record);
	for (int i = 0; i < 5; i++)
		lines[i] = strsep(&rest, "\n");
	assert_string_equal(key.token, lines[1]);
	assert_string_equal(key.description, lines[3]);
	assert_int_equal(key_read(record, lines[1]), BSMS_FINE);
	assert_int_equal(key_read(record, "0123456789abcdef"), BSMS_TOKEN);
	// our own record of the same key is the same, to the last byte of its signature
	assert_int_equal(wif_parse(&network_main, wif, strlen(wif), secret, &compressed), 0);
	assert_int_equal(public_key_of(secret, public), 0);
	assert_memory_equal(public, key.key.base.key, 33);
	assert_int_equal(
		bsms_key_format(&network_main, lines[1], lines[2], lines[3], secret, text, sizeof text),
		BSMS_FINE);
	assert_memory_equal(text, record, strlen(record));
	secret[31] ^= 1;
	assert_int_equal(
		bsms_key_format(&network_main, lines[1], lines[2], lines[3], secret, text, sizeof text),
		BSMS_KEY);
	// one character of the description altered
	strcpy(copy, record);
	*strstr(copy, " key") = '_';
	assert_int_equal(key_read(copy, NULL), BSMS_SIGNATURE);
}

static void test_keys(void **state)
{
	json_t *sets = vectors_load("bip-0129.json"), *item;
	size_t i;
	json_array_foreach(json_object_get(sets, "keys"), i, item)
		key_check(json_text(item, "record"), json_text(item, "private_key"));
	print_message("# BIP129 key records %zu, read and made again\n", i);
	assert_int_equal(i, 9);
	json_decref(sets);
}

static enum bsms_refusal descriptor_read(const char *record)
{
	enum descriptor_refusal why;
	return bsms_descriptor_parse(&network_main, record, strlen(record), &d, &why);
}

static void test_descriptors(void **state)
{
	json_t *sets = vectors_load("bip-0129.json"), *item;
	size_t i, nested = 0;
	json_array_foreach(json_object_get(sets, "descriptors"), i, item)
	{
		const char *record = json_string_value(item);
		if (strstr(record, "sh(wsh(")) {
			assert_int_equal(descriptor_read(record), BSMS_DESCRIPTOR);
			nested++;
			continue;
		}
		assert_int_equal(descriptor_read(record), BSMS_FINE);
		assert_int_equal(bsms_descriptor_format(&d, text, sizeof text), BSMS_FINE);
		assert_int_equal(descriptor_read(text), BSMS_FINE);
		char copy[BSMS_TEXT_MAX];
		strcpy(copy, record);
		copy[strlen(copy) - 1] ^= 1;
		assert_int_equal(descriptor_read(copy), BSMS_ADDRESS);
	}
	print_message("# BIP129 descriptor records %zu, of them %zu refused as nested\n", i, nested);
	json_decref(sets);
}

static void test_refused(void **state)
{
	static const struct {
		const char *text;
		enum bsms_refusal refusal;
	} vectors[] = {
		{ "", BSMS_LINES },
		{ "BSMS 1.0\nwpkh()\n/0/*", BSMS_LINES },
		{ "BSMS 1.0\na\n/0/*\nb\nc", BSMS_LINES },
		{ "BSMS 1.0\r\na\n/0/*\nb", BSMS_LINES },
		{ "BSMS 1.1\na\n/0/*\nb", BSMS_VERSION },
		{ "BSMS 1.0\na\n/0\nb", BSMS_RESTRICTIONS },
		{ "BSMS 1.0\na\n\nb", BSMS_RESTRICTIONS },
		{ "BSMS 1.0\na\n/0h/*\nb", BSMS_RESTRICTIONS },
		{ "BSMS 1.0\na\n/0/*,\nb", BSMS_RESTRICTIONS },
		{ "BSMS 1.0\na\n/0/*,/1\nb", BSMS_RESTRICTIONS },
		{ "BSMS 1.0\na\n/0/*\nb", BSMS_DESCRIPTOR },
		{ "BSMS 1.0\na\nNo path restrictions\nb", BSMS_DESCRIPTOR },
	};
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++)
		assert_int_equal(descriptor_read(vectors[i].text), vectors[i].refusal);
	assert_int_equal(key_read("BSMS 1.0\n01\nx\ny\nz", NULL), BSMS_TOKEN);
	assert_int_equal(key_read("BSMS 1.0\n00\nx\ny\nz", NULL), BSMS_KEY);
	assert_int_equal(key_read("BSMS 1.0\n00\n02", NULL), BSMS_LINES);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_keys), cmocka_unit_test(test_descriptors),
					    cmocka_unit_test(test_refused) };
	return cmocka_run_group_tests(tests, setup, NULL);
}
