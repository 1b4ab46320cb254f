// SPDX-License-Identifier: Apache-2.0
// SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104), HKDF (RFC 5869). OpenSSL's
// assembly underneath; no allocation, no system call, no provider fetch at run time.
#pragma once

#include "base/base.h"

#define SHA256_SIZE 32

struct sha256 {
	alignas(8) uint8_t opaque[112]; // OpenSSL's SHA256_CTX; sha256.c checks that it fits
};

void sha256_init(struct sha256 *s);
void sha256_update(struct sha256 *s, const void *data, size_t size);
void sha256_final(struct sha256 *s, uint8_t digest[SHA256_SIZE]);
void sha256_of(const void *data, size_t size, uint8_t digest[SHA256_SIZE]);

// A key with its two pads already absorbed: one MAC then costs only its message.
struct hmac_key {
	struct sha256 inner;
	struct sha256 outer;
};

void hmac_key_init(struct hmac_key *key, const void *secret, size_t size);
void hmac_sha256(const struct hmac_key *key, const void *data, size_t size, uint8_t mac[SHA256_SIZE]);

// HKDF-SHA256 extract-and-expand; size <= 255 * 32 (asserted).
void hkdf_sha256(const void *secret, size_t secret_size, const void *salt, size_t salt_size, const char *info,
		 void *to, size_t size);

// True when equal; time depends on size only.
bool equal_constant_time(const void *a, const void *b, size_t size);
