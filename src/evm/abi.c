// SPDX-License-Identifier: Apache-2.0
#include "evm/abi.h"

#define WORD 32u

struct cursor {
	const uint8_t *at;
	const uint8_t *end;
};

const char *abi_type_name(enum abi_type type)
{
	static const char *const names[] = { "address", "uint256", "uint8", "bytes32", "bytes", "address[]", "uint256[]",
					     "bytes[]" };
	ASSERT(type < ARRAY_LEN(names));
	return names[type];
}

static bool all_zero(const uint8_t *at, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (at[i])
			return false;
	return true;
}

static const uint8_t *take(struct cursor *c, size_t size)
{
	const uint8_t *at = c->at;
	if ((size_t)(c->end - c->at) < size)
		return NULL;
	c->at += size;
	return at;
}

// A length, count or offset: no larger than any data of ours.
static bool take_size(struct cursor *c, size_t *ret)
{
	const uint8_t *word = take(c, WORD);
	if (!word || !all_zero(word, 28))
		return false;
	*ret = (size_t)word[28] << 24 | (size_t)word[29] << 16 | (size_t)word[30] << 8 | word[31];
	return *ret <= ABI_DATA_MAX;
}

static bool word_valid(enum abi_type type, const uint8_t *word)
{
	static const uint8_t above[] = { [ABI_ADDRESS] = 12, [ABI_UINT256] = 0, [ABI_UINT8] = 31, [ABI_BYTES32] = 0 };
	return all_zero(word, above[type]);
}

static size_t padded(size_t size)
{
	return (size + WORD - 1) / WORD * WORD;
}

static bool bytes_take(struct cursor *c, struct evm_bytes *ret)
{
	size_t size;
	const uint8_t *at;
	if (!take_size(c, &size) || !(at = take(c, padded(size))) || !all_zero(at + size, padded(size) - size))
		return false;
	*ret = evm_bytes_over(at, size);
	return true;
}

static bool words_take(struct cursor *c, enum abi_type item, struct abi_value *ret)
{
	const uint8_t *at = take(c, WORD * ret->count);
	if (!at)
		return false;
	for (size_t i = 0; i < ret->count; i++)
		if (!word_valid(item, at + WORD * i))
			return false;
	ret->bytes = evm_bytes_over(at, WORD * ret->count);
	return true;
}

// Offsets count from behind the array's length; each item must begin where the last one ended.
static bool bytes_list_take(struct cursor *c, struct abi_value *ret)
{
	const uint8_t *start = c->at;
	struct cursor offsets = *c;
	if (!take(c, WORD * ret->count))
		return false;
	for (size_t i = 0; i < ret->count; i++) {
		struct evm_bytes item;
		size_t offset;
		if (!take_size(&offsets, &offset) || offset != (size_t)(c->at - start) || !bytes_take(c, &item))
			return false;
	}
	ret->bytes = evm_bytes_over(start, (size_t)(c->at - start));
	return true;
}

static bool tail_take(struct cursor *c, struct abi_value *ret)
{
	if (ret->type == ABI_BYTES)
		return bytes_take(c, &ret->bytes);
	if (!take_size(c, &ret->count) || ret->count > ABI_ITEMS_MAX)
		return false;
	if (ret->type == ABI_BYTES_LIST)
		return bytes_list_take(c, ret);
	return words_take(c, ret->type == ABI_ADDRESSES ? ABI_ADDRESS : ABI_UINT256, ret);
}

int abi_decode(const enum abi_type *types, size_t count, struct evm_bytes data, struct abi_value *ret)
{
	struct cursor head = { data.at, data.at + data.size }, tail = head;
	if (data.size > ABI_DATA_MAX || !take(&tail, WORD * count))
		return 1;
	for (size_t i = 0; i < count; i++) {
		struct abi_value value = { .type = types[i] };
		size_t offset;
		if (types[i] < ABI_BYTES) {
			value.bytes = evm_bytes_over(take(&head, WORD), WORD);
			if (!word_valid(types[i], value.bytes.at))
				return 1;
		} else if (!take_size(&head, &offset) || offset != (size_t)(tail.at - data.at) || !tail_take(&tail, &value)) {
			return 1;
		}
		ret[i] = value;
	}
	return tail.at == tail.end ? 0 : 1;
}

// Where an encoding goes: into memory, or through a hash.
struct sink {
	uint8_t *at;
	struct keccak256 *hash;
};

static void emit(struct sink *s, const void *data, size_t size)
{
	if (s->hash)
		keccak256_update(s->hash, data, size);
	else if (size)
		memcpy(s->at, data, size);
	if (!s->hash)
		s->at += size;
}

static void emit_size(struct sink *s, size_t size)
{
	struct u256 v = u256_of(size);
	uint8_t word[WORD];
	u256_to_bytes(&v, word);
	emit(s, word, WORD);
}

static size_t tail_size(const struct abi_value *value)
{
	return value->type < ABI_BYTES ? 0 : WORD + padded(value->bytes.size);
}

static void emit_tail(struct sink *s, const struct abi_value *value)
{
	static const uint8_t zeros[WORD];
	size_t size = value->bytes.size;
	if (value->type < ABI_BYTES)
		return;
	emit_size(s, value->type == ABI_BYTES ? size : value->count);
	emit(s, value->bytes.at, size);
	emit(s, zeros, padded(size) - size);
}

static void emit_all(struct sink *s, const struct abi_value *values, size_t count)
{
	size_t offset = WORD * count;
	for (size_t i = 0; i < count; i++) {
		ASSERT(values[i].bytes.size <= ABI_DATA_MAX);
		ASSERT(values[i].type >= ABI_BYTES ||
		       (values[i].bytes.size == WORD && word_valid(values[i].type, values[i].bytes.at)));
		if (values[i].type < ABI_BYTES)
			emit(s, values[i].bytes.at, WORD);
		else
			emit_size(s, offset);
		offset += tail_size(&values[i]);
	}
	for (size_t i = 0; i < count; i++)
		emit_tail(s, &values[i]);
}

int abi_encode(const struct abi_value *values, size_t count, void *to, size_t room, size_t *ret_size)
{
	struct sink s = { .at = to };
	size_t size = WORD * count;
	for (size_t i = 0; i < count; i++) {
		if (values[i].bytes.size > ABI_DATA_MAX)
			return 1;
		size += tail_size(&values[i]);
	}
	if (size > room || size > ABI_DATA_MAX)
		return 1;
	emit_all(&s, values, count);
	*ret_size = size;
	return 0;
}

void abi_hash(const struct abi_value *values, size_t count, uint8_t digest[32])
{
	struct keccak256 k;
	struct sink s = { .hash = &k };
	keccak256_init(&k);
	emit_all(&s, values, count);
	keccak256_final(&k, digest);
}

static struct evm_address word_address(const uint8_t *word)
{
	struct evm_address address;
	memcpy(address.bytes, word + 12, sizeof address.bytes);
	return address;
}

struct evm_address abi_address(const struct abi_value *value)
{
	ASSERT(value->type == ABI_ADDRESS);
	return word_address(value->bytes.at);
}

struct u256 abi_number(const struct abi_value *value)
{
	ASSERT(value->type == ABI_UINT256 || value->type == ABI_UINT8);
	return u256_from_bytes(value->bytes.at, WORD);
}

struct evm_address abi_item_address(const struct abi_value *value, size_t i)
{
	ASSERT(value->type == ABI_ADDRESSES && i < value->count);
	return word_address(value->bytes.at + WORD * i);
}

struct u256 abi_item_number(const struct abi_value *value, size_t i)
{
	ASSERT(value->type == ABI_UINTS && i < value->count);
	return u256_from_bytes(value->bytes.at + WORD * i, WORD);
}

struct evm_bytes abi_item_bytes(const struct abi_value *value, size_t i)
{
	struct evm_bytes item = { 0 };
	struct cursor c = { value->bytes.at, value->bytes.at + value->bytes.size };
	size_t offset;
	ASSERT(value->type == ABI_BYTES_LIST && i < value->count);
	c.at += WORD * i;
	ASSERT(take_size(&c, &offset) && offset <= value->bytes.size);
	c.at = value->bytes.at + offset;
	ASSERT(bytes_take(&c, &item));
	return item;
}
