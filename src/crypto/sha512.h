// SPDX-License-Identifier: Apache-2.0
// HMAC-SHA-512 (RFC 2104, FIPS 180-4) and PBKDF2 (RFC 8018 section 5.2) over
// HMAC-SHA-512 and HMAC-SHA-256: what BIP32, BIP39 and SLIP-39 ask for. No allocation.
#pragma once

#include "base/base.h"

#define SHA512_SIZE 64

struct hmac512_key {
	alignas(8) uint8_t inner[216]; // OpenSSL's SHA512_CTX; sha512.c checks that it fits
	alignas(8) uint8_t outer[216];
};

void hmac512_key_init(struct hmac512_key *key, const void *secret, size_t size);
void hmac_sha512(const struct hmac512_key *key, const void *data, size_t size, uint8_t mac[SHA512_SIZE]);

// The first `size` bytes of the derived key. The salt may be given in two
// pieces (a constant and a passphrase); iterations >= 1 (asserted).
struct pbkdf2_salt {
	const void *first;
	size_t first_size;
	const void *second;
	size_t second_size;
};
void pbkdf2_sha512(const void *password, size_t password_size, const struct pbkdf2_salt *salt, uint32_t iterations,
		   void *to, size_t size);
void pbkdf2_sha256(const void *password, size_t password_size, const struct pbkdf2_salt *salt, uint32_t iterations,
		   void *to, size_t size);
