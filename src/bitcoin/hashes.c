// SPDX-License-Identifier: Apache-2.0
#include "bitcoin/hashes.h"

void hash256_final(struct sha256 *s, uint8_t digest[SHA256_SIZE])
{
	uint8_t once[SHA256_SIZE];
	sha256_final(s, once);
	sha256_of(once, sizeof once, digest);
}

void hash256_of(const void *data, size_t size, uint8_t digest[SHA256_SIZE])
{
	struct sha256 s;
	sha256_init(&s);
	sha256_update(&s, data, size);
	hash256_final(&s, digest);
}

void hash160_of(const void *data, size_t size, uint8_t digest[HASH160_SIZE])
{
	uint8_t once[SHA256_SIZE];
	sha256_of(data, size, once);
	ripemd160_of(once, sizeof once, digest);
}

void tagged_init(struct sha256 *s, const char *tag)
{
	uint8_t prefix[SHA256_SIZE];
	sha256_of(tag, strlen(tag), prefix);
	sha256_init(s);
	sha256_update(s, prefix, sizeof prefix);
	sha256_update(s, prefix, sizeof prefix);
}

void tagged_of(const char *tag, const void *data, size_t size, uint8_t digest[SHA256_SIZE])
{
	struct sha256 s;
	tagged_init(&s, tag);
	sha256_update(&s, data, size);
	sha256_final(&s, digest);
}
