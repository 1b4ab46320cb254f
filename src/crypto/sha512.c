// SPDX-License-Identifier: Apache-2.0
// OpenSSL's low-level functions, for the reason that sha256.c gives.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/sha512.h"

#include "crypto/secret.h"

#include <openssl/sha.h>

_Static_assert(sizeof((struct hmac512_key){ 0 }.inner) == sizeof(SHA512_CTX), "struct hmac512_key holds SHA512_CTX");
_Static_assert(alignof(struct hmac512_key) >= alignof(SHA512_CTX), "struct hmac512_key is aligned for it");

#define BLOCK 128 // bytes that SHA-512 takes at a time

static void absorb_pad(SHA512_CTX *s, const uint8_t key[BLOCK], uint8_t pad)
{
	uint8_t block[BLOCK];
	for (size_t i = 0; i < BLOCK; i++)
		block[i] = key[i] ^ pad;
	SHA512_Init(s);
	SHA512_Update(s, block, BLOCK);
	secret_wipe(block, sizeof block);
}

void hmac512_key_init(struct hmac512_key *key, const void *secret, size_t size)
{
	uint8_t block[BLOCK] = { 0 };
	if (size > BLOCK) {
		// Not SHA512(): its object draws EVP, and with it sockets, into the signer's static program.
		SHA512_CTX whole;
		SHA512_Init(&whole);
		SHA512_Update(&whole, secret, size);
		SHA512_Final(block, &whole);
		secret_wipe(&whole, sizeof whole);
	} else if (size) {
		memcpy(block, secret, size);
	}
	absorb_pad((SHA512_CTX *)(void *)key->inner, block, 0x36);
	absorb_pad((SHA512_CTX *)(void *)key->outer, block, 0x5c);
	secret_wipe(block, sizeof block);
}

// `inner` is finished and wiped here.
static void hmac512_finish(const struct hmac512_key *key, SHA512_CTX *inner, uint8_t mac[SHA512_SIZE])
{
	uint8_t digest[SHA512_SIZE];
	SHA512_CTX outer;
	SHA512_Final(digest, inner);
	memcpy(&outer, key->outer, sizeof outer);
	SHA512_Update(&outer, digest, sizeof digest);
	SHA512_Final(mac, &outer);
	secret_wipe(digest, sizeof digest);
	secret_wipe(&outer, sizeof outer);
	secret_wipe(inner, sizeof *inner);
}

void hmac_sha512(const struct hmac512_key *key, const void *data, size_t size, uint8_t mac[SHA512_SIZE])
{
	SHA512_CTX inner;
	memcpy(&inner, key->inner, sizeof inner);
	if (size)
		SHA512_Update(&inner, data, size);
	hmac512_finish(key, &inner, mac);
}

static void first_round(const struct hmac512_key *key, const struct pbkdf2_salt *salt, uint32_t block,
			uint8_t mac[SHA512_SIZE])
{
	uint8_t index[4] = { (uint8_t)(block >> 24), (uint8_t)(block >> 16), (uint8_t)(block >> 8), (uint8_t)block };
	SHA512_CTX inner;
	memcpy(&inner, key->inner, sizeof inner);
	if (salt->first_size)
		SHA512_Update(&inner, salt->first, salt->first_size);
	if (salt->second_size)
		SHA512_Update(&inner, salt->second, salt->second_size);
	SHA512_Update(&inner, index, sizeof index);
	hmac512_finish(key, &inner, mac);
}

void pbkdf2_sha512(const void *password, size_t password_size, const struct pbkdf2_salt *salt, uint32_t iterations,
		   void *to, size_t size)
{
	ASSERT(iterations >= 1);
	uint8_t round[SHA512_SIZE], sum[SHA512_SIZE], *at = to;
	struct hmac512_key key;
	hmac512_key_init(&key, password, password_size);
	for (uint32_t block = 1; size; block++) {
		first_round(&key, salt, block, round);
		memcpy(sum, round, sizeof sum);
		for (uint32_t i = 1; i < iterations; i++) {
			hmac_sha512(&key, round, sizeof round, round);
			for (size_t b = 0; b < sizeof sum; b++)
				sum[b] ^= round[b];
		}
		size_t piece = size < sizeof sum ? size : sizeof sum;
		memcpy(at, sum, piece);
		at += piece;
		size -= piece;
	}
	secret_wipe(&key, sizeof key);
	secret_wipe(round, sizeof round);
	secret_wipe(sum, sizeof sum);
}
