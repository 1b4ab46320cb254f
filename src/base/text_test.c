// SPDX-License-Identifier: Apache-2.0
#include "base/testing.h"

static void hex_goes_there_and_back(void **state)
{
	char text[11];
	uint8_t bytes[5];
	hex_encode("\x00\x0f\xf0\xff\x5a", 5, text);
	assert_string_equal(text, "000ff0ff5a");
	assert_int_equal(hex_decode("000Ff0fF5A", 10, bytes, 5), 0);
	assert_memory_equal(bytes, "\x00\x0f\xf0\xff\x5a", 5);
	assert_int_equal(hex_decode("", 0, bytes, 0), 0);
	hex_encode("", 0, text);
	assert_string_equal(text, "");
}

static void hex_refuses_other_text(void **state)
{
	uint8_t bytes[2] = { 1, 2 };
	static const char *const bad[] = { "0", "000", "00000", "00 0", "0x00", "00g0", "00/0", "00:0", "00@0", "00G0" };
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(hex_decode(bad[i], strlen(bad[i]), bytes, 2), 1);
	assert_int_equal(hex_decode("00\0" "0", 4, bytes, 2), 1);
	assert_int_equal(bytes[0], 1); // untouched
	assert_int_equal(bytes[1], 2);
}

static void base64_of_rfc_4648(void **state)
{
	static const struct { const char *plain, *encoded; } vectors[] = {
		{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" },
		{ "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" },
	};
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		char text[BASE64_SIZE(6)];
		uint8_t bytes[6];
		size_t size = 99, plain = strlen(vectors[i].plain), encoded = strlen(vectors[i].encoded);
		assert_int_equal(base64_encode(vectors[i].plain, plain, text), encoded);
		assert_string_equal(text, vectors[i].encoded);
		assert_int_equal(base64_decode(text, encoded, bytes, sizeof bytes, &size), 0);
		assert_int_equal(size, plain);
		assert_memory_equal(bytes, vectors[i].plain, plain);
	}
}

static void base64_refuses_what_is_not_canonical(void **state)
{
	static const char *const bad[] = {
		"Z", "Zg", "Zg=", "Zg===", "Z===", "====", "=", "Zh==", "Zm9=", "Zm8", "Zm9v\n", "Zm9 ", "Zm-v", "Zm_v",
		"Zg==Zg==", "Zi==", "Zk==", "Zo==", "Zm+=", "Zm=v", "Zm8=Zm8=", "Zg= =", "=Zg=", "Zm9v====", "Zm9vY===",
	};
	uint8_t bytes[32];
	size_t size = 99;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(base64_decode(bad[i], strlen(bad[i]), bytes, sizeof bytes, &size), 1);
	assert_int_equal(base64_decode("Zm\0v", 4, bytes, sizeof bytes, &size), 1);
	assert_int_equal(size, 99);
}

static void base64_keeps_to_its_room(void **state)
{
	uint8_t bytes[4] = { 1, 1, 1, 1 };
	size_t size = 99;
	assert_int_equal(base64_decode("Zm9v", 4, bytes, 2, &size), 1);
	assert_int_equal(bytes[0], 1);
	assert_int_equal(base64_decode("Zm9v", 4, bytes, 3, &size), 0);
	assert_int_equal(bytes[3], 1);
}

static void base64_round_trips_every_length(void **state)
{
	uint8_t from[100], to[100];
	char text[BASE64_SIZE(100)];
	for (size_t n = 0; n <= 100; n++) {
		size_t size;
		for (size_t i = 0; i < n; i++)
			from[i] = (uint8_t)(i * 37 + n);
		size_t length = base64_encode(from, n, text);
		assert_int_equal(length + 1, BASE64_SIZE(n));
		assert_int_equal(base64_decode(text, length, to, n, &size), 0);
		assert_int_equal(size, n);
		assert_memory_equal(from, to, n);
	}
}

static void beginnings_and_ends(void **state)
{
	(void)state;
	assert_true(text_begins("abc", "ab") && text_begins("abc", "") && !text_begins("ab", "abc"));
	assert_true(text_ends("abc", "bc") && text_ends("abc", "") && !text_ends("bc", "abc"));
	assert_true(path_beneath("/srv/www", "/srv") && path_beneath("/srv", "/srv/") && path_beneath("/srv", "/"));
	assert_false(path_beneath("/srvx", "/srv") || path_beneath("/sr", "/srv") || path_beneath("srv", "/srv"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hex_goes_there_and_back),
		cmocka_unit_test(hex_refuses_other_text),
		cmocka_unit_test(base64_of_rfc_4648),
		cmocka_unit_test(base64_refuses_what_is_not_canonical),
		cmocka_unit_test(base64_keeps_to_its_room),
		cmocka_unit_test(base64_round_trips_every_length),
		cmocka_unit_test(beginnings_and_ends),
	};
	return cmocka_run_group_tests_name("base-text", tests, NULL, NULL);
}
