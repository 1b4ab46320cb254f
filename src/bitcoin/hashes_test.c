// SPDX-License-Identifier: Apache-2.0
// RIPEMD-160: the authors' test values. Tagged hash: BIP340's challenge prefix. PBKDF2 and HMAC-SHA-512: RFC
// 4231, RFC 7914.
#include "bitcoin/hashes.h"
#include "crypto/sha512.h"

#include "base/testing.h"

static void test_ripemd160(void **state)
{
	static const struct {
		const char *text, *digest;
	} vectors[] = {
		{ "", "9c1185a5c5e9fc54612808977ee8f548b2258d31" },
		{ "a", "0bdc9d2d256b3ee9daae347be6f4dc835a467ffe" },
		{ "abc", "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc" },
		{ "message digest", "5d0689ef49d2fae572b881b123a85ffa21595f36" },
		{ "abcdefghijklmnopqrstuvwxyz", "f71c27109c692c1b56bbdceb5b9d2865b3708dbc" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		  "12a053384a9c0c88e405a06c27dcf49ada62eb2b" },
		{ "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
		  "b0e20b6e3116640286ed3a87a5713079b21f5189" },
	};
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		uint8_t digest[RIPEMD160_SIZE];
		ripemd160_of(vectors[i].text, strlen(vectors[i].text), digest);
		assert_hex(digest, sizeof digest, vectors[i].digest);
	}
}

static void test_double(void **state)
{
	uint8_t digest[32], key[33];
	hash256_of("hello", 5, digest);
	assert_hex(digest, 32, "9595c9df90075148eb06860365df33584b75bff782a510c6cd4883a419833d50");
	// BIP173's key and its program
	hex_bytes("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798", key);
	hash160_of(key, sizeof key, digest);
	assert_hex(digest, 20, "751e76e8199196d454941c45d1b3a323f1433bd6");
}

static void test_tagged(void **state)
{
	uint8_t prefix[32], joined[64], expected[32], digest[32];
	sha256_of("BIP0340/challenge", 17, prefix);
	memcpy(joined, prefix, 32);
	memcpy(joined + 32, prefix, 32);
	sha256_of(joined, 64, expected);
	tagged_of("BIP0340/challenge", "", 0, digest);
	assert_memory_equal(digest, expected, 32);
}

static void test_hmac_sha512(void **state)
{
	uint8_t key[131], mac[SHA512_SIZE];
	struct hmac512_key k;
	memset(key, 0x0b, 20);
	hmac512_key_init(&k, key, 20);
	hmac_sha512(&k, "Hi There", 8, mac);
	assert_hex(mac, 64,
		   "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
		   "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854");
	memset(key, 0xaa, sizeof key);
	hmac512_key_init(&k, key, sizeof key);
	hmac_sha512(&k, "Test Using Larger Than Block-Size Key - Hash Key First", 54, mac);
	assert_hex(mac, 64,
		   "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
		   "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598");
}

static void test_pbkdf2(void **state)
{
	uint8_t key[64];
	struct pbkdf2_salt salt = { "sa", 2, "lt", 2 };
	pbkdf2_sha256("passwd", 6, &salt, 1, key, 64);
	assert_hex(key, 64,
		   "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
		   "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783");
	struct pbkdf2_salt whole = { "salt", 4, NULL, 0 };
	uint8_t long_key[100];
	pbkdf2_sha512("password", 8, &whole, 2, long_key, sizeof long_key); // checked with Python's hashlib
	assert_hex(long_key, 100,
		   "e1d9c16aa681708a45f5c7c4e215ceb66e011a2e9f0040713f18aefdb866d53c"
		   "f76cab2868a39b9f7840edce4fef5a82be67335c77a6068e04112754f27ccf4e"
		   "473e311ad827b68945f4e2dddb204c78e40e2495141e411cd272d020640d673c"
		   "d34aa29f");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ripemd160), cmocka_unit_test(test_double),
		cmocka_unit_test(test_tagged),	  cmocka_unit_test(test_hmac_sha512),
		cmocka_unit_test(test_pbkdf2),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
