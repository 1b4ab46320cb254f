// SPDX-License-Identifier: Apache-2.0
// The operations that were scheduled under this vault's signature: "RDOPERAT", u16 1, u32 count, u32 next, then keys.
#include "crypto/sha256.h"
#include "review/policy.h"

#define MAGIC	"RDOPERAT"
#define VERSION 1

void operation_key(uint64_t chain_id, const struct evm_address *timelock, const uint8_t id[32],
		   uint8_t ret[OPERATION_KEY_SIZE])
{
	uint8_t bytes[8 + EVM_ADDRESS_SIZE + 32];
	struct writer w = writer_over(bytes, sizeof bytes);
	write_u64(&w, chain_id);
	write_bytes(&w, timelock->bytes, EVM_ADDRESS_SIZE);
	write_bytes(&w, id, 32);
	ASSERT(!w.failed && writer_size(&w) == sizeof bytes);
	sha256_of(bytes, sizeof bytes, ret);
}

bool operation_known(const struct operation_store *store, const uint8_t key[OPERATION_KEY_SIZE])
{
	for (size_t i = 0; i < store->count; i++) {
		if (memcmp(store->keys[i], key, OPERATION_KEY_SIZE) == 0)
			return true;
	}
	return false;
}

void operation_add(struct operation_store *store, const uint8_t key[OPERATION_KEY_SIZE])
{
	if (operation_known(store, key))
		return;
	memcpy(store->keys[store->next], key, OPERATION_KEY_SIZE);
	store->next = (store->next + 1) % OPERATIONS_MAX;
	store->count += store->count < OPERATIONS_MAX;
}

void operation_store_write(const struct operation_store *store, struct writer *w)
{
	write_bytes(w, MAGIC, 8);
	write_u16(w, VERSION);
	write_u32(w, (uint32_t)store->count);
	write_u32(w, (uint32_t)store->next);
	for (size_t i = 0; i < store->count; i++)
		write_bytes(w, store->keys[i], OPERATION_KEY_SIZE);
}

int operation_store_read(const void *data, size_t size, struct operation_store *ret)
{
	struct reader r = reader_over(data, size);
	const uint8_t *magic = read_bytes(&r, 8);
	uint16_t version = read_u16(&r);
	uint32_t count = read_u32(&r), next = read_u32(&r);
	if (!magic || r.failed || memcmp(magic, MAGIC, 8) != 0 || version != VERSION || count > OPERATIONS_MAX ||
	    reader_left(&r) != (size_t)count * OPERATION_KEY_SIZE)
		return 1;
	if (next != count % OPERATIONS_MAX && (count < OPERATIONS_MAX || next >= OPERATIONS_MAX))
		return 1;
	memset(ret, 0, sizeof *ret);
	ret->count = count;
	ret->next = next;
	for (size_t i = 0; i < count; i++)
		read_copy(&r, ret->keys[i], OPERATION_KEY_SIZE);
	return 0;
}
