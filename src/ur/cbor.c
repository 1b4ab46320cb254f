// SPDX-License-Identifier: Apache-2.0
#include "ur/cbor.h"

#define SIMPLE_FALSE 20
#define SIMPLE_TRUE 21
#define SIMPLE_NULL 22

enum cbor_kind cbor_peek(const struct reader *r)
{
	return r->failed || r->at == r->end ? CBOR_SIMPLE : (enum cbor_kind)(*r->at >> 5);
}

// The argument of a head whose low five bits are `info`, in the fewest bytes that hold it.
static uint64_t argument_read(struct reader *r, unsigned info)
{
	if (info < 24)
		return info;
	if (info > 27) { // reserved, or an indefinite length
		r->failed = true;
		return 0;
	}
	size_t size = (size_t)1 << (info - 24);
	const uint8_t *at = read_bytes(r, size);
	uint64_t value = 0;
	for (size_t i = 0; at && i < size; i++)
		value = value << 8 | at[i];
	uint64_t least = size == 1 ? 24 : (uint64_t)1 << (4 * size);
	if (value < least)
		r->failed = true;
	return r->failed ? 0 : value;
}

uint64_t cbor_read_head(struct reader *r, enum cbor_kind kind)
{
	uint8_t first = read_u8(r);
	if (r->failed || first >> 5 != (int)kind) {
		r->failed = true;
		return 0;
	}
	return argument_read(r, first & 31);
}

uint64_t cbor_read_unsigned(struct reader *r)
{
	return cbor_read_head(r, CBOR_UNSIGNED);
}

bool cbor_read_bool(struct reader *r)
{
	uint8_t first = read_u8(r);
	bool value = first == (CBOR_SIMPLE << 5 | SIMPLE_TRUE);
	if (!value && first != (CBOR_SIMPLE << 5 | SIMPLE_FALSE))
		r->failed = true;
	return value && !r->failed;
}

// The bytes after a lead byte, and the least code point that needs as many (RFC 3629); 0 for no lead.
static size_t utf8_trail(uint8_t lead, uint32_t *ret_least)
{
	if (lead >= 0xc2 && lead <= 0xdf)
		return *ret_least = 0x80, 1;
	if ((lead & 0xf0) == 0xe0)
		return *ret_least = 0x800, 2;
	if (lead >= 0xf0 && lead <= 0xf4)
		return *ret_least = 0x10000, 3;
	return 0;
}

static bool utf8_valid(const uint8_t *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (text[i] < 0x80)
			continue;
		uint32_t least = 0;
		size_t trail = utf8_trail(text[i], &least);
		if (!trail || size - i <= trail)
			return false;
		uint32_t point = text[i] & (0x3fu >> trail);
		for (size_t n = 0; n < trail; n++) {
			if ((text[++i] & 0xc0) != 0x80)
				return false;
			point = point << 6 | (text[i] & 0x3fu);
		}
		if (point < least || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
			return false;
	}
	return true;
}

const uint8_t *cbor_read_string(struct reader *r, enum cbor_kind kind, size_t *ret_size)
{
	uint64_t size = cbor_read_head(r, kind);
	const uint8_t *at = r->failed || size > reader_left(r) ? NULL : read_bytes(r, (size_t)size);
	if (!at || (kind == CBOR_TEXT && !utf8_valid(at, (size_t)size))) {
		r->failed = true;
		return NULL;
	}
	*ret_size = (size_t)size;
	return at;
}

// Deterministic order of map keys: that of their encoded bytes.
static bool key_follows(const uint8_t *before, size_t before_size, const uint8_t *key, size_t size)
{
	size_t common = before_size < size ? before_size : size;
	int order = memcmp(before, key, common);
	return order < 0 || (order == 0 && before_size < size);
}

static void item_skip(struct reader *r, unsigned depth);

static void map_skip(struct reader *r, uint64_t pairs, unsigned depth)
{
	const uint8_t *before = NULL;
	size_t before_size = 0;
	for (uint64_t i = 0; i < pairs && !r->failed; i++) {
		const uint8_t *key = r->at;
		item_skip(r, depth);
		size_t size = (size_t)(r->at - key);
		if (before && !key_follows(before, before_size, key, size))
			r->failed = true;
		before = key;
		before_size = size;
		item_skip(r, depth);
	}
}

static void simple_skip(struct reader *r)
{
	uint8_t first = read_u8(r) & 31;
	if (first != SIMPLE_FALSE && first != SIMPLE_TRUE && first != SIMPLE_NULL)
		r->failed = true; // floats and the rest are none of what UR types carry
}

static void item_skip(struct reader *r, unsigned depth)
{
	enum cbor_kind kind = cbor_peek(r);
	size_t size;
	if (kind >= CBOR_ARRAY && kind <= CBOR_TAG && depth == CBOR_DEPTH_MAX)
		r->failed = true;
	if (kind == CBOR_SIMPLE) {
		simple_skip(r);
	} else if (kind == CBOR_BYTES || kind == CBOR_TEXT) {
		cbor_read_string(r, kind, &size);
	} else {
		uint64_t argument = cbor_read_head(r, kind);
		if (kind == CBOR_MAP)
			map_skip(r, argument, depth + 1);
		for (uint64_t i = 0; kind == CBOR_ARRAY && i < argument && !r->failed; i++)
			item_skip(r, depth + 1);
		if (kind == CBOR_TAG)
			item_skip(r, depth + 1);
	}
}

void cbor_skip(struct reader *r)
{
	item_skip(r, 0);
}

bool cbor_valid(const void *data, size_t size)
{
	struct reader r = reader_over(data, size);
	cbor_skip(&r);
	return reader_done(&r);
}

void cbor_write_head(struct writer *w, enum cbor_kind kind, uint64_t argument)
{
	unsigned info = argument < 24 ? (unsigned)argument :
			argument <= 0xff ? 24 : argument <= 0xffff ? 25 : argument <= 0xffffffff ? 26 : 27;
	write_u8(w, (uint8_t)((unsigned)kind << 5 | info));
	for (size_t i = info < 24 ? 0 : (size_t)1 << (info - 24); i-- > 0;)
		write_u8(w, (uint8_t)(argument >> (8 * i)));
}

void cbor_write_string(struct writer *w, enum cbor_kind kind, const void *data, size_t size)
{
	cbor_write_head(w, kind, size);
	write_bytes(w, data, size);
}

void cbor_write_bool(struct writer *w, bool value)
{
	write_u8(w, (uint8_t)(CBOR_SIMPLE << 5 | (value ? SIMPLE_TRUE : SIMPLE_FALSE)));
}
