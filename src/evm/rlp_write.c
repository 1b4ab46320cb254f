// SPDX-License-Identifier: Apache-2.0
#include "evm/rlp.h"

#define HEADER_MAX 5 // one byte and a length of at most four

struct rlp_writer rlp_writer_over(void *data, size_t size)
{
	uint8_t *at = data;
	return (struct rlp_writer){ .start = at, .at = at, .end = at + size };
}

size_t rlp_writer_size(const struct rlp_writer *w)
{
	return (size_t)(w->at - w->start);
}

// The header of `size` bytes: base is 0x80 for strings, 0xc0 for lists.
static size_t header_of(unsigned base, size_t size, uint8_t to[HEADER_MAX])
{
	size_t at = 1;
	if (size <= 55) {
		to[0] = (uint8_t)(base + size);
		return 1;
	}
	ASSERT(size <= RLP_SIZE_MAX);
	for (int shift = 24; shift >= 0; shift -= 8)
		if (size >> shift)
			to[at++] = (uint8_t)(size >> shift);
	to[0] = (uint8_t)(base + 55 + at - 1);
	return at;
}

void rlp_write_raw(struct rlp_writer *w, const void *data, size_t size)
{
	if (w->failed || (size_t)(w->end - w->at) < size) {
		w->failed = true;
		return;
	}
	if (size)
		memcpy(w->at, data, size);
	w->at += size;
}

void rlp_write_header(struct rlp_writer *w, bool list, size_t size)
{
	uint8_t header[HEADER_MAX];
	if (size > RLP_SIZE_MAX)
		w->failed = true;
	else
		rlp_write_raw(w, header, header_of(list ? 0xc0 : 0x80, size, header));
}

void rlp_write_string(struct rlp_writer *w, const void *data, size_t size)
{
	const uint8_t *bytes = data;
	if (size != 1 || bytes[0] >= 0x80)
		rlp_write_header(w, false, size);
	rlp_write_raw(w, data, size);
}

void rlp_write_u256(struct rlp_writer *w, const struct u256 *v)
{
	uint8_t bytes[32];
	size_t size = (u256_bits(v) + 7) / 8;
	u256_to_bytes(v, bytes);
	rlp_write_string(w, bytes + 32 - size, size);
}

void rlp_write_u64(struct rlp_writer *w, uint64_t v)
{
	struct u256 wide = u256_of(v);
	rlp_write_u256(w, &wide);
}

size_t rlp_list_begin(struct rlp_writer *w)
{
	return rlp_writer_size(w);
}

void rlp_list_end(struct rlp_writer *w, size_t begun)
{
	uint8_t header[HEADER_MAX];
	size_t size = rlp_writer_size(w) - begun, count;
	if (w->failed || size > RLP_SIZE_MAX) {
		w->failed = true;
		return;
	}
	count = header_of(0xc0, size, header);
	if ((size_t)(w->end - w->at) < count) {
		w->failed = true;
		return;
	}
	memmove(w->start + begun + count, w->start + begun, size);
	memcpy(w->start + begun, header, count);
	w->at += count;
}
