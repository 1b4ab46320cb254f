// SPDX-License-Identifier: Apache-2.0
#include "evm/rlp.h"

#define STRING 0x80u       // 0x80..0xb7: up to 55 bytes follow; 0xb8..0xbf: a length of 1..8 bytes first
#define LIST 0xc0u         // 0xc0..0xf7 and 0xf8..0xff: the same for lists
#define SHORT_MAX 55u

struct item {
	bool list;
	struct evm_bytes content;
};

struct rlp_reader rlp_reader_over(const void *data, size_t size)
{
	const uint8_t *at = data;
	return (struct rlp_reader){ .at = at, .end = at + size };
}

bool rlp_done(const struct rlp_reader *r)
{
	return !r->failed && r->at == r->end;
}

bool rlp_more(const struct rlp_reader *r)
{
	return !r->failed && r->at < r->end;
}

bool rlp_next_is_list(const struct rlp_reader *r)
{
	return rlp_more(r) && *r->at >= LIST;
}

// The length that `count` bytes give: no leading zero, none that the short form could have said.
static bool long_size(const uint8_t *at, size_t left, size_t count, size_t *ret)
{
	size_t size = 0;
	if (left < count || at[0] == 0 || count > sizeof(uint32_t))
		return false;
	for (size_t i = 0; i < count; i++)
		size = size << 8 | at[i];
	*ret = size;
	return size > SHORT_MAX && size <= RLP_SIZE_MAX;
}

static bool item_take(struct rlp_reader *r, struct item *ret)
{
	size_t left = (size_t)(r->end - r->at), size, skip = 1;
	unsigned first, base;
	if (r->failed || left == 0)
		return false;
	first = *r->at;
	if (first < STRING) {
		*ret = (struct item){ false, evm_bytes_over(r->at++, 1) };
		return true;
	}
	base = first < LIST ? STRING : LIST;
	size = first - base;
	if (size > SHORT_MAX) {
		size_t count = size - SHORT_MAX;
		if (!long_size(r->at + 1, left - 1, count, &size))
			return false;
		skip += count;
	}
	if (left - skip < size)
		return false;
	// A single byte below 0x80 is its own encoding.
	if (base == STRING && size == 1 && r->at[1] < STRING)
		return false;
	*ret = (struct item){ base == LIST, evm_bytes_over(r->at + skip, size) };
	r->at += skip + size;
	return true;
}

static struct evm_bytes read_kind(struct rlp_reader *r, bool list)
{
	struct item item;
	if (item_take(r, &item) && item.list == list)
		return item.content;
	r->failed = true;
	return (struct evm_bytes){ 0 };
}

struct evm_bytes rlp_read_string(struct rlp_reader *r)
{
	return read_kind(r, false);
}

void rlp_read_fixed(struct rlp_reader *r, void *to, size_t size)
{
	struct evm_bytes content = rlp_read_string(r);
	if (r->failed || content.size != size) {
		r->failed = true;
		memset(to, 0, size);
		return;
	}
	memcpy(to, content.at, size);
}

static struct u256 read_number(struct rlp_reader *r, size_t size_max)
{
	struct evm_bytes content = rlp_read_string(r);
	if (r->failed || content.size > size_max || (content.size && content.at[0] == 0)) {
		r->failed = true;
		return u256_of(0);
	}
	return u256_from_bytes(content.at, content.size);
}

uint64_t rlp_read_u64(struct rlp_reader *r)
{
	return read_number(r, 8).limb[0];
}

struct u256 rlp_read_u256(struct rlp_reader *r)
{
	return read_number(r, 32);
}

struct rlp_reader rlp_read_list(struct rlp_reader *r)
{
	struct evm_bytes content = read_kind(r, true);
	struct rlp_reader inner = { .at = content.at, .end = content.at, .failed = r->failed };
	if (!r->failed)
		inner.end += content.size;
	return inner;
}

bool rlp_valid(const void *data, size_t size)
{
	struct rlp_reader at[RLP_DEPTH_MAX + 1] = { rlp_reader_over(data, size) };
	size_t depth = 0;
	struct item item;
	if (!item_take(&at[0], &item) || !rlp_done(&at[0]))
		return false;
	at[0] = rlp_reader_over(data, size);
	for (;;) {
		while (depth && rlp_done(&at[depth]))
			depth--;
		if (!rlp_more(&at[depth]))
			return rlp_done(&at[depth]);
		if (!item_take(&at[depth], &item) || (item.list && depth == RLP_DEPTH_MAX))
			return false;
		if (item.list) {
			depth++;
			at[depth] = rlp_reader_over(item.content.at, item.content.size);
		}
	}
}
