// SPDX-License-Identifier: Apache-2.0
// The r values that were seen: "RDNONCES", u32 count, u32 next, then r and what it signed. A linear search over
// 4,096 rows takes microseconds, and signatures here come by the dozen.
#include "crypto/sha256.h"
#include "review/policy.h"

#define MAGIC "RDNONCES"

void nonce_of(struct span key, const uint8_t digest[32], uint8_t of[32])
{
	struct sha256 s;
	sha256_init(&s);
	sha256_update(&s, key.at, key.size);
	sha256_update(&s, digest, 32);
	sha256_final(&s, of);
}

bool nonce_repeated(const struct nonce_store *store, const uint8_t r[32], const uint8_t of[32])
{
	for (size_t i = 0; i < store->count; i++) {
		if (memcmp(store->seen[i].r, r, 32) == 0 && memcmp(store->seen[i].of, of, 32) != 0)
			return true;
	}
	return false;
}

void nonce_add(struct nonce_store *store, const uint8_t r[32], const uint8_t of[32])
{
	for (size_t i = 0; i < store->count; i++) {
		if (memcmp(store->seen[i].r, r, 32) == 0 && memcmp(store->seen[i].of, of, 32) == 0)
			return;
	}
	memcpy(store->seen[store->next].r, r, 32);
	memcpy(store->seen[store->next].of, of, 32);
	store->next = (store->next + 1) % NONCES_MAX;
	store->count += store->count < NONCES_MAX;
}

void nonce_store_write(const struct nonce_store *store, struct writer *w)
{
	write_bytes(w, MAGIC, 8);
	write_u32(w, (uint32_t)store->count);
	write_u32(w, (uint32_t)store->next);
	for (size_t i = 0; i < store->count; i++) {
		write_bytes(w, store->seen[i].r, 32);
		write_bytes(w, store->seen[i].of, 32);
	}
}

int nonce_store_read(const void *data, size_t size, struct nonce_store *ret)
{
	struct reader r = reader_over(data, size);
	const uint8_t *magic = read_bytes(&r, 8);
	uint32_t count = read_u32(&r), next = read_u32(&r);
	if (!magic || r.failed || memcmp(magic, MAGIC, 8) != 0 || count > NONCES_MAX || reader_left(&r) != (size_t)count * 64)
		return 1;
	if (next != count % NONCES_MAX && (count < NONCES_MAX || next >= NONCES_MAX))
		return 1;
	memset(ret, 0, sizeof *ret);
	ret->count = count;
	ret->next = next;
	for (size_t i = 0; i < count; i++) {
		read_copy(&r, ret->seen[i].r, 32);
		read_copy(&r, ret->seen[i].of, 32);
	}
	return 0;
}
