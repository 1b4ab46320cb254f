// SPDX-License-Identifier: Apache-2.0
#include "crypto/ed25519.h"

#include <sodium.h>

void ed25519_public(const uint8_t seed[32], uint8_t public_key[32])
{
	uint8_t secret[crypto_sign_SECRETKEYBYTES];
	crypto_sign_seed_keypair(public_key, secret, seed);
	sodium_memzero(secret, sizeof secret);
}

void ed25519_sign(const uint8_t seed[32], const void *message, size_t size, uint8_t signature[64])
{
	uint8_t secret[crypto_sign_SECRETKEYBYTES], public_key[crypto_sign_PUBLICKEYBYTES];
	crypto_sign_seed_keypair(public_key, secret, seed);
	crypto_sign_detached(signature, NULL, message, size, secret);
	sodium_memzero(secret, sizeof secret);
}

bool ed25519_verify(const uint8_t public_key[32], const void *message, size_t size, const uint8_t signature[64])
{
	return crypto_sign_verify_detached(signature, message, size, public_key) == 0;
}
