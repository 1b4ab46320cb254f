// SPDX-License-Identifier: Apache-2.0
#include "backup/recovery.h"

#include "base/testing.h"
#include "crypto/ed25519.h"
#include "crypto/secret.h"

static int setup(void **state)
{
	return crypto_init();
}

// HKDF-SHA-256 by openssl kdf -keylen 32 -kdfopt digest:SHA256 -kdfopt hexkey:00..1f -kdfopt info:...
static void test_derive(void **state)
{
	uint8_t seed[32], public_key[32];
	struct recovery_secret secret;
	struct recovery_public public;
	for (uint8_t i = 0; i < 32; i++)
		seed[i] = i;
	assert_int_equal(recovery_derive(seed, &secret, &public), 0);
	assert_hex(secret.sealing, 32, "f4b592c41b3c77dcc22410e044eb65303e93aa56b0190acb4dd505cddcafb362");
	assert_hex(secret.signing_seed, 32, "3157e2077d896d7fc8abcb1d1b63e425210cddaa3df442ffa17b08d2f2bbc2a7");
	assert_int_equal(sealed_public(secret.sealing, public_key), 0);
	assert_memory_equal(public_key, public.sealing, 32);
	ed25519_public(secret.signing_seed, public_key);
	assert_memory_equal(public_key, public.signing, 32);
}

static void test_lines(void **state)
{
	struct recovery_public keys[2] = { { { 1 }, { 2 } }, { { 3 }, { 4 } } }, back[2];
	char text[3 * RECOVERY_LINE_MAX], line[RECOVERY_LINE_MAX];
	size_t count, at;
	recovery_format(&keys[0], text);
	recovery_format(&keys[1], line);
	strcat(text, line);
	size_t size = strlen(text);
	assert_int_equal(recovery_parse(text, size, back, 2, &count, &at), 0);
	assert_int_equal(count, 2);
	assert_memory_equal(back, keys, sizeof keys);
	assert_int_equal(recovery_parse(text, size, back, 1, &count, &at), 1); // more than there is room for
	assert_int_equal(at, 2);
	assert_int_equal(recovery_parse(text, 0, back, 2, &count, &at), 1); // none
	for (size_t cut = 1; cut < size; cut++)
		if (cut != size / 2)
			assert_int_equal(recovery_parse(text, cut, back, 2, &count, &at), 1);
	text[30] = 'x';
	assert_int_equal(recovery_parse(text, size, back, 2, &count, &at), 1);
	assert_int_equal(at, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_derive), cmocka_unit_test(test_lines) };
	return cmocka_run_group_tests(tests, setup, NULL);
}
