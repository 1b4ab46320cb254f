// SPDX-License-Identifier: Apache-2.0
// OpenSSL deprecates these functions in favour of EVP, whose digests are
// fetched and allocated. They stay for the whole of OpenSSL 3 and are the only
// way to its assembly without an allocation, so the warning is silenced here and only here.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/sha256.h"

#include "crypto/secret.h"

#include <openssl/sha.h>
#include <sodium.h>

_Static_assert(sizeof(struct sha256) == sizeof(SHA256_CTX), "struct sha256 holds a SHA256_CTX");
_Static_assert(alignof(struct sha256) >= alignof(SHA256_CTX), "struct sha256 is aligned for it");

static SHA256_CTX *context_of(struct sha256 *s)
{
	return (SHA256_CTX *)(void *)s->opaque; // -fno-strict-aliasing holds for the whole project
}

void sha256_init(struct sha256 *s)
{
	SHA256_Init(context_of(s));
}

void sha256_update(struct sha256 *s, const void *data, size_t size)
{
	if (size)
		SHA256_Update(context_of(s), data, size);
}

void sha256_final(struct sha256 *s, uint8_t digest[SHA256_SIZE])
{
	SHA256_Final(digest, context_of(s));
}

void sha256_of(const void *data, size_t size, uint8_t digest[SHA256_SIZE])
{
	struct sha256 s;
	sha256_init(&s);
	sha256_update(&s, data, size);
	sha256_final(&s, digest);
}

#define BLOCK 64 // bytes that SHA-256 takes at a time

static void absorb_pad(struct sha256 *s, const uint8_t key[BLOCK], uint8_t pad)
{
	uint8_t block[BLOCK];
	for (size_t i = 0; i < BLOCK; i++)
		block[i] = key[i] ^ pad;
	sha256_init(s);
	sha256_update(s, block, BLOCK);
	secret_wipe(block, sizeof block);
}

void hmac_key_init(struct hmac_key *key, const void *secret, size_t size)
{
	uint8_t block[BLOCK] = { 0 };
	if (size > BLOCK)
		sha256_of(secret, size, block);
	else if (size)
		memcpy(block, secret, size);
	absorb_pad(&key->inner, block, 0x36);
	absorb_pad(&key->outer, block, 0x5c);
	secret_wipe(block, sizeof block);
}

static void hmac_finish(const struct hmac_key *key, struct sha256 *inner, uint8_t mac[SHA256_SIZE])
{
	uint8_t digest[SHA256_SIZE];
	sha256_final(inner, digest);
	struct sha256 outer = key->outer;
	sha256_update(&outer, digest, sizeof digest);
	sha256_final(&outer, mac);
	// The copied states begin with absorbed key pads: not to be left on the stack.
	secret_wipe(&outer, sizeof outer);
	secret_wipe(inner, sizeof *inner);
}

void hmac_sha256(const struct hmac_key *key, const void *data, size_t size, uint8_t mac[SHA256_SIZE])
{
	struct sha256 inner = key->inner;
	sha256_update(&inner, data, size);
	hmac_finish(key, &inner, mac);
}

void hkdf_sha256(const void *secret, size_t secret_size, const void *salt, size_t salt_size, const char *info,
		 void *to, size_t size)
{
	ASSERT(size <= 255 * SHA256_SIZE);
	uint8_t mac[SHA256_SIZE], *at = to;
	struct hmac_key key;
	hmac_key_init(&key, salt, salt_size);
	hmac_sha256(&key, secret, secret_size, mac);
	hmac_key_init(&key, mac, sizeof mac);
	for (uint8_t counter = 1; size; counter++) {
		struct sha256 inner = key.inner;
		if (counter > 1)
			sha256_update(&inner, mac, sizeof mac);
		sha256_update(&inner, info, strlen(info));
		sha256_update(&inner, &counter, 1);
		hmac_finish(&key, &inner, mac);
		size_t piece = size < sizeof mac ? size : sizeof mac;
		memcpy(at, mac, piece);
		at += piece;
		size -= piece;
	}
	secret_wipe(mac, sizeof mac);
	secret_wipe(&key, sizeof key);
}

bool equal_constant_time(const void *a, const void *b, size_t size)
{
	return sodium_memcmp(a, b, size) == 0;
}
