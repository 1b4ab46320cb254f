// SPDX-License-Identifier: Apache-2.0
// PBKDF2 over HMAC-SHA-256; its sister over SHA-512 lives with that hash.
#include "crypto/secret.h"
#include "crypto/sha256.h"
#include "crypto/sha512.h"

#define SALT_MAX 512 // the longest salt plus the block number; SLIP-39 needs 138

static size_t salt_join(uint8_t to[SALT_MAX], const struct pbkdf2_salt *salt, uint32_t block)
{
	ASSERT(salt->first_size + salt->second_size + 4 <= SALT_MAX);
	size_t n = 0;
	if (salt->first_size)
		memcpy(to, salt->first, salt->first_size);
	n += salt->first_size;
	if (salt->second_size)
		memcpy(to + n, salt->second, salt->second_size);
	n += salt->second_size;
	for (int shift = 24; shift >= 0; shift -= 8)
		to[n++] = (uint8_t)(block >> shift);
	return n;
}

void pbkdf2_sha256(const void *password, size_t password_size, const struct pbkdf2_salt *salt, uint32_t iterations,
		   void *to, size_t size)
{
	ASSERT(iterations >= 1);
	uint8_t joined[SALT_MAX], round[SHA256_SIZE], sum[SHA256_SIZE], *at = to;
	struct hmac_key key;
	hmac_key_init(&key, password, password_size);
	for (uint32_t block = 1; size; block++) {
		hmac_sha256(&key, joined, salt_join(joined, salt, block), round);
		memcpy(sum, round, sizeof sum);
		for (uint32_t i = 1; i < iterations; i++) {
			hmac_sha256(&key, round, sizeof round, round);
			for (size_t b = 0; b < sizeof sum; b++)
				sum[b] ^= round[b];
		}
		size_t piece = size < sizeof sum ? size : sizeof sum;
		memcpy(at, sum, piece);
		at += piece;
		size -= piece;
	}
	secret_wipe(joined, sizeof joined);
	secret_wipe(&key, sizeof key);
	secret_wipe(round, sizeof round);
	secret_wipe(sum, sizeof sum);
}
