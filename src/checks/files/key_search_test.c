// SPDX-License-Identifier: Apache-2.0
#include "checks/files/key_search.h"

#include "base/testing.h"

#include <stdio.h>
#include <stdlib.h>

#define BODY "MIIEowIBAAKCAQEAx5Jf0CwmT3v8Zr1yUq6nLh2bXo9kVd4sGe7iPc0aWjMtRzHu"
#define XPRV "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi"
#define PHRASE "legal winner thank year wave sausage worth useful legal winner thank yellow"
#define WIF "KwdMAjGmerYanjeui5SHS7JkmpZvVipYvB2LJGU1ZxJwYvP98617"
#define AGE "AGE-SECRET-KEY-1QYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQY"
#define AMAZON "q8Zr1yUq6nLh2bXo9kVd4sGe7iPc0aWjMtRzHu5f"

#define SCALAR "9f2d7c4be1a8035566d1f0ab3c97e842105bda7f6ce94d3820b1a5c7e38f6d14"

static const struct { const char *text, *what; } KEYS[] = {
	{ "-----BEGIN RSA PRIVATE KEY-----\n" BODY "\n", "PEM" },
	{ "-----BEGIN PRIVATE KEY-----\r\n" BODY, "PEM" },
	{ "-----BEGIN ENCRYPTED PRIVATE KEY-----\n" BODY, "PEM" },
	{ "{\"key\":\"-----BEGIN EC PRIVATE KEY-----\\n" BODY "\\n\"}", "PEM" },
	{ "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n" BODY, "PEM" },
	{ "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n" BODY, "PEM" },
	{ "  -----BEGIN OPENSSH PRIVATE KEY-----\n  b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtz\n", "PEM" },
	{ "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n", "PuTTY" },
	{ "# created\n" AGE "\n", "age" },
	{ "aws_secret_access_key = " AMAZON "\n", "access key" },
	{ "AWS_SECRET_ACCESS_KEY=\"" AMAZON "\"\n", "access key" },
	{ "key=" XPRV ";", "BIP32" },
	{ "\"" WIF "\"", "WIF" },
	{ PHRASE, "BIP39" },
	{ "my seed is " PHRASE " keep it", "BIP39" },
	{ "[\"legal\", \"winner\", \"thank\", \"year\", \"wave\", \"sausage\", \"worth\", \"useful\", \"legal\", \"winner\", \"thank\", \"yellow\"]", "BIP39" },
	{ "1. legal\n2. winner\n3. thank\n4. year\n5. wave\n6. sausage\n7. worth\n8. useful\n9. legal\n10. winner\n11. thank\n12. yellow\n", "BIP39" },
	{ "{ \"privateKey\": \"0x" SCALAR "\" }", "hexadecimal" },
	{ "PRIVATE_KEY=" SCALAR "\n", "hexadecimal" },
	{ "const privkey = '0x" SCALAR "';", "hexadecimal" },
	{ "hot.wallet.seed: " SCALAR, "hexadecimal" },
	{ "stripe: sk_live_" "51Hq7YxKzQ2vNfT8sLw0RbJd", "payment" },
	{ "cat able word other than those that are never found within this very long list " PHRASE, "BIP39" },
};

static const char *const NONE[] = {
	SCALAR "  secret.tar.gz", "sha256: " SCALAR, "\"integrity\": \"" SCALAR "\"", "secret_sha256=" SCALAR, "public_key_of_privy=" SCALAR,
	"private_key=" SCALAR "00", "private_key=0000000000000000000000000000000000000000000000000000000000000001", "seed " SCALAR,
	"private_key=ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", "commit=" SCALAR, "key=" SCALAR, "sk_live_xxxxxxxxxxxxxxxxxxxxxxxx",
	"", "-", "-----BEGIN ", "PRIVATE KEY", "-----BEGIN PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
	"-----BEGIN CERTIFICATE-----\n" BODY, "-----BEGIN PUBLIC KEY-----\n" BODY, "the PRIVATE KEY-----" BODY,
	"\"-----BEGIN PRIVATE KEY-----\"; function exportThePrivateKeyOfThisVeryAccountAsText() {}",
	"\"-----BEGIN PRIVATE KEY-----\", \"-----BEGIN CERTIFICATE-----\\n" BODY "\"",
	"see PuTTY-User-Key-File-3: ssh-rsa", "PuTTY-User-Key-File-", "AGE-SECRET-KEY-1QYQS", "AGE-SECRET-KEY-1",
	"aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "secret_access_key", "secret_access_key=" AMAZON "0",
	"secret_access_key=0123456789012345678901234567890123456789",
	"xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHj",
	"xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8YtGqsefD265TMg7usUDFdp6W1EGMcet8",
	"KwdMAjGmerYanjeui5SHS7JkmpZvVipYvB2LJGU1ZxJwYvP98618",
	"legal winner thank year wave sausage worth useful legal winner thank legal", "legal winner thank year wave",
	"legal winner thank year wave sausage worth useful legal winner thank (and then) yellow",
};

static void keys_are_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(KEYS); i++) {
		const char *what = key_search(KEYS[i].text, strlen(KEYS[i].text));
		if (!what || !strstr(what, KEYS[i].what))
			fail_msg("%s: %s instead of %s", KEYS[i].text, what ? what : "nothing", KEYS[i].what);
	}
}

static void talk_of_keys_is_none(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(NONE); i++) {
		const char *what = key_search(NONE[i], strlen(NONE[i]));
		if (what)
			fail_msg("%s: %s", NONE[i], what);
	}
}

// The same in UTF-16, either end first, with something before it.
static void wide_keys_are_found(void **state)
{
	static const char *const WIDE[] = { "\"" WIF "\" ", "key=" XPRV ";", "PRIVATE_KEY=" SCALAR "\n", PHRASE };
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(WIDE); i++)
		for (size_t big = 0; big < 2; big++) {
			char text[1024] = { (char)(big ? 0xfe : 0xff), (char)(big ? 0xff : 0xfe) };
			size_t size = strlen(WIDE[i]);
			for (size_t k = 0; k < size; k++)
				text[2 + 2 * k + big] = WIDE[i][k];
			if (!key_search(text, 2 + 2 * size))
				fail_msg("%s in UTF-16, %zu", WIDE[i], big);
		}
}

static void der_is_known_by_its_structure(void **state)
{
	static const uint8_t ED25519[48] = { 0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20, 1, 2, 3 };
	static const uint8_t SEC1[52] = { 0x30, 0x32, 2, 1, 1, 4, 0x20, 9, 8, 7, [39] = 0xa0, 7, 6, 5 };
	static const uint8_t PUBLIC[44] = { 0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0 };
	uint8_t rsa[600] = { 0x30, 0x82, 4, 0xa4, 2, 1, 0, 2, 0x82, 1, 1, 0, 0xc3 };
	(void)state;
	memcpy(rsa + 4 + 7 + 257, "\x02\x03\x01\x00\x01", 5);
	assert_non_null(key_search((const char *)ED25519, sizeof ED25519));
	assert_non_null(key_search((const char *)SEC1, sizeof SEC1));
	assert_non_null(key_search((const char *)rsa, sizeof rsa));
	assert_null(key_search((const char *)PUBLIC, sizeof PUBLIC));
	for (size_t size = 1; size < 16; size++) {
		uint8_t *copy = malloc(size);
		assert_non_null(copy);
		memcpy(copy, ED25519, size);
		(void)key_search((const char *)copy, size);
		free(copy);
	}
}

// However a key lies over the border of two pieces, one of them has it whole: the overlap holds the longest.
static void borders_hide_nothing(void **state)
{
	(void)state;
	char piece[4096];
	for (size_t i = 0; i < ARRAY_LEN(KEYS); i++) {
		size_t size = strlen(KEYS[i].text);
		assert_true(size < KEY_SEARCH_OVERLAP);
		for (size_t before = 0; before < 64; before++) {
			memset(piece, '\n', sizeof piece);
			memcpy(piece + before, KEYS[i].text, size);
			assert_non_null(key_search(piece, before + size));
			memset(piece, 'x', before);
			if (before && KEYS[i].text[0] == '-')
				assert_non_null(key_search(piece, sizeof piece));
		}
	}
}

// Every beginning of every text, each in memory of its own size: what reads past the end is seen by the sanitizers.
static void ends_are_ends(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(KEYS); i++)
		for (size_t size = 1; size < strlen(KEYS[i].text); size++) {
			char *copy = malloc(size);
			assert_non_null(copy);
			memcpy(copy, KEYS[i].text, size);
			(void)key_search(copy, size);
			free(copy);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_found),
		cmocka_unit_test(talk_of_keys_is_none),
		cmocka_unit_test(wide_keys_are_found),
		cmocka_unit_test(der_is_known_by_its_structure),
		cmocka_unit_test(borders_hide_nothing),
		cmocka_unit_test(ends_are_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
