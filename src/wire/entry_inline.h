// SPDX-License-Identifier: Apache-2.0
// Decoders of trading entries; included by wire/entry.h only. They check form:
// sizes, enums in range, reserved bits zero, characters. Whether a combination
// makes sense (by_quote on a LIMIT order, a price on a MARKET order, a cancel
// that names nothing) is for the rules to refuse.
#pragma once

#define ORDER_NEW_SIZE 32        // of the payload, before the client id
#define ORDER_CANCEL_SIZE 20
#define ORDER_CANCEL_ALL_SIZE 10
#define ORDER_FLAG_BY_QUOTE 1u

// Bytes 2..6 of the word at 8: side, type, tif, stp, flags.
#define ORDER_ENUM_LOW 0x007f7f7f7f7f0000u
#define ORDER_ENUM_HIGH 0x0080808080800000u
#define ORDER_ENUM_MARGIN                                                                              \
	((uint64_t)(0x7f - SIDE_SELL) << 16 | (uint64_t)(0x7f - ORDER_LIMIT_MAKER) << 24 |             \
	 (uint64_t)(0x7f - TIF_FOK) << 32 | (uint64_t)(0x7f - STP_EXPIRE_BOTH) << 40 |                 \
	 (uint64_t)(0x7f - ORDER_FLAG_BY_QUOTE) << 48)

#define BYTES_OF(b) ((uint64_t)(b) * 0x0101010101010101u) // the same byte eight times

// High bit of each byte that lies in low..high. Bytes of x are below 0x80.
static inline uint64_t bytes_between(uint64_t x, uint8_t low, uint8_t high)
{
	return (x + BYTES_OF(0x80 - low)) & ~(x + BYTES_OF(0x7f - high));
}

// Eight characters at once. [-./0-9:] are neighbours in ASCII, 0x2d to 0x3a.
static inline bool client_id_word_valid(uint64_t x)
{
	uint64_t y = x & BYTES_OF(0x7f);
	uint64_t good = bytes_between(y, '-', ':') | bytes_between(y | BYTES_OF(0x20), 'a', 'z') |
			bytes_between(y, '_', '_');
	return ((good & ~x) & BYTES_OF(0x80)) == BYTES_OF(0x80);
}

#undef BYTES_OF

typedef uint8_t byte_vector __attribute__((vector_size(16)));

// 0xff where the character is one of [.A-Za-z0-9:/_-].
static inline byte_vector client_id_vector_valid(byte_vector x)
{
	return (byte_vector)((x - '-' <= ':' - '-') | ((x | 0x20) - 'a' <= 'z' - 'a') | (x == '_'));
}

// Sixteen to thirty-six characters, which nearly all clients send: three overlapping vectors cover them.
static inline bool client_id_long_valid(const char *id, size_t size)
{
	byte_vector first, middle, last;
	uint64_t half[2];
	memcpy(&first, id, 16);
	memcpy(&middle, id + (size < 32 ? size - 16 : 16), 16);
	memcpy(&last, id + size - 16, 16);
	byte_vector good = client_id_vector_valid(first) & client_id_vector_valid(middle) & client_id_vector_valid(last);
	memcpy(half, &good, 16);
	return (half[0] & half[1]) == UINT64_MAX;
}

#ifdef __AVX512BW__
#include <immintrin.h>

// All of it in one masked load, which reads nothing beyond the id.
static inline bool client_id_valid(const char *id, size_t size)
{
	if (UNLIKELY(size - 1 >= CLIENT_ID_MAX))
		return false;
	__mmask64 inside = ((__mmask64)1 << size) - 1;
	__m512i x = _mm512_maskz_loadu_epi8(inside, id);
	__m512i punctuation = _mm512_sub_epi8(x, _mm512_set1_epi8('-'));
	__m512i letter = _mm512_sub_epi8(_mm512_or_si512(x, _mm512_set1_epi8(0x20)), _mm512_set1_epi8('a'));
	__mmask64 good = _mm512_cmple_epu8_mask(punctuation, _mm512_set1_epi8(':' - '-')) |
			 _mm512_cmple_epu8_mask(letter, _mm512_set1_epi8('z' - 'a')) |
			 _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8('_'));
	return good == inside; // the zeros outside are not good
}
#else
// 1..36 of [.A-Za-z0-9:/_-]. Words may overlap: a byte looked at twice does no harm.
static inline bool client_id_valid(const char *id, size_t size)
{
	uint64_t word;
	uint32_t first, last;
	if (UNLIKELY(size - 1 >= CLIENT_ID_MAX))
		return false;
	if (LIKELY(size >= 16))
		return client_id_long_valid(id, size);
	if (size >= 8) {
		memcpy(&word, id, 8);
		bool good = client_id_word_valid(word);
		memcpy(&word, id + size - 8, 8);
		return good & client_id_word_valid(word);
	}
	if (size >= 4) {
		memcpy(&first, id, 4);
		memcpy(&last, id + size - 4, 4);
		return client_id_word_valid((uint64_t)first << 32 | last);
	}
	return client_id_word_valid(0x3030303030000000u | (uint64_t)(uint8_t)id[size - 1] << 16 |
				    (uint64_t)(uint8_t)id[size / 2] << 8 | (uint8_t)id[0]);
}
#endif

// Reads the entry at the front of `r`. 0, 1 when it is malformed (size, version), 2 at the end of the block.
MUST_USE static inline int entry_read(struct reader *r, struct entry *ret)
{
	size_t left = reader_left(r);
	if (UNLIKELY(left < ENTRY_HEADER_SIZE || r->failed))
		return left == 0 && !r->failed ? 2 : 1;
	uint16_t size;
	memcpy(&size, r->at, 2);
	if (UNLIKELY(size < ENTRY_HEADER_SIZE || size > ENTRY_SIZE_MAX || size > left ||
		     r->at[3] != ENTRY_VERSION))
		return 1;
	ret->kind = r->at[2];
	memcpy(&ret->delay_us, r->at + 4, 4);
	ret->payload = r->at + ENTRY_HEADER_SIZE;
	ret->payload_size = size - (size_t)ENTRY_HEADER_SIZE;
	r->at += size;
	return 0;
}

// Decoders of one payload. 0, or 1 when it is not exactly that message (short,
// long, an enum or flag out of range, a client id with another character).
//
// The _form one leaves the client id's characters to the caller (client_id_good), who may have something to start
// meanwhile: a table's place takes longer to arrive than the characters to be looked at.
MUST_USE static inline int order_new_form(const struct entry *entry, struct order_new *ret)
{
	const uint8_t *p = entry->payload;
	if (UNLIKELY(entry->kind != ENTRY_ORDER_NEW || entry->payload_size < ORDER_NEW_SIZE))
		return 1;
	uint8_t id_size = p[15];
	uint64_t enums;
	memcpy(&enums, p + 8, 8);
	// A byte above its largest value carries into, or has, its high bit.
	if (UNLIKELY(entry->payload_size != ORDER_NEW_SIZE + (size_t)id_size || id_size > CLIENT_ID_MAX ||
		     (((enums & ORDER_ENUM_LOW) + ORDER_ENUM_MARGIN) | enums) & ORDER_ENUM_HIGH))
		return 1;
	const char *id = (const char *)p + ORDER_NEW_SIZE;
	memcpy(&ret->customer, p, 4);
	memcpy(&ret->key, p + 4, 4);
	memcpy(&ret->market, p + 8, 2);
	ret->side = p[10];
	ret->type = p[11];
	ret->tif = p[12];
	ret->stp = p[13];
	ret->by_quote = p[14] & ORDER_FLAG_BY_QUOTE;
	ret->client_id_size = id_size;
	memcpy(&ret->price, p + 16, 8);
	memcpy(&ret->quantity, p + 24, 8);
	ret->client_id = id;
	return 0;
}

// None, or a valid one.
static inline bool client_id_good(const char *id, size_t size)
{
	return !size || LIKELY(client_id_valid(id, size));
}

MUST_USE static inline int order_new_read(const struct entry *entry, struct order_new *ret)
{
	struct order_new order;
	if (order_new_form(entry, &order) || !client_id_good(order.client_id, order.client_id_size))
		return 1;
	*ret = order;
	return 0;
}

MUST_USE static inline int order_cancel_read(const struct entry *entry, struct order_cancel *ret)
{
	const uint8_t *p = entry->payload;
	if (UNLIKELY(entry->kind != ENTRY_ORDER_CANCEL || entry->payload_size < ORDER_CANCEL_SIZE))
		return 1;
	uint8_t id_size = p[11];
	const char *id = (const char *)p + ORDER_CANCEL_SIZE;
	if (UNLIKELY(entry->payload_size != ORDER_CANCEL_SIZE + (size_t)id_size || p[10] != 0))
		return 1;
	if (id_size && UNLIKELY(!client_id_valid(id, id_size)))
		return 1;
	memcpy(&ret->customer, p, 4);
	memcpy(&ret->key, p + 4, 4);
	memcpy(&ret->market, p + 8, 2);
	ret->client_id_size = id_size;
	memcpy(&ret->order, p + 12, 8);
	ret->client_id = id;
	return 0;
}

MUST_USE static inline int order_cancel_all_read(const struct entry *entry, struct order_cancel_all *ret)
{
	const uint8_t *p = entry->payload;
	if (UNLIKELY(entry->kind != ENTRY_ORDER_CANCEL_ALL || entry->payload_size != ORDER_CANCEL_ALL_SIZE))
		return 1;
	memcpy(&ret->customer, p, 4);
	memcpy(&ret->key, p + 4, 4);
	memcpy(&ret->market, p + 8, 2);
	return 0;
}
