// SPDX-License-Identifier: Apache-2.0
// A bounded reader and writer that every format goes through. All integers are
// little-endian. Both are sticky: after the first overrun `failed` stays true,
// reads give zero and writes do nothing, so a decoder checks once, at its end.
#pragma once

#include "base/base.h"

struct reader {
	const uint8_t *at;
	const uint8_t *end;
	bool failed;
};

static inline struct reader reader_over(const void *data, size_t size)
{
	const uint8_t *p = data;
	return (struct reader){ .at = p, .end = size ? p + size : p, .failed = false }; // NULL + 0 is not C
}

static inline size_t reader_left(const struct reader *r)
{
	return (size_t)(r->end - r->at);
}

// The next n bytes, or NULL (and the reader has failed).
static inline const uint8_t *read_bytes(struct reader *r, size_t n)
{
	if (UNLIKELY(r->failed || reader_left(r) < n)) {
		r->failed = true;
		return NULL;
	}
	const uint8_t *p = r->at;
	r->at += n;
	return p;
}

// Copies n bytes to `to`; zeroes `to` when they are not there.
static inline void read_copy(struct reader *r, void *to, size_t n)
{
	if (UNLIKELY(r->failed || reader_left(r) < n)) {
		r->failed = true;
		memset(to, 0, n);
	} else if (n) {
		memcpy(to, r->at, n);
		r->at += n;
	}
}

#define READ_INTEGER(name, type)                                               \
	static inline type name(struct reader *r)                              \
	{                                                                      \
		type v;                                                        \
		read_copy(r, &v, sizeof v);                                    \
		return v;                                                      \
	}
READ_INTEGER(read_u8, uint8_t)
READ_INTEGER(read_u16, uint16_t)
READ_INTEGER(read_u32, uint32_t)
READ_INTEGER(read_u64, uint64_t)
#undef READ_INTEGER

// True when everything was there and nothing is left over.
static inline bool reader_done(const struct reader *r)
{
	return !r->failed && r->at == r->end;
}

struct writer {
	uint8_t *start;
	uint8_t *at;
	uint8_t *end;
	bool failed;
};

static inline struct writer writer_over(void *data, size_t size)
{
	uint8_t *p = data;
	return (struct writer){ .start = p, .at = p, .end = p + size, .failed = false };
}

static inline size_t writer_size(const struct writer *w)
{
	return (size_t)(w->at - w->start);
}

// Room for n bytes to be filled in by the caller, or NULL (and the writer has failed).
static inline uint8_t *write_room(struct writer *w, size_t n)
{
	if (UNLIKELY(w->failed || (size_t)(w->end - w->at) < n)) {
		w->failed = true;
		return NULL;
	}
	uint8_t *p = w->at;
	w->at += n;
	return p;
}

static inline void write_bytes(struct writer *w, const void *data, size_t n)
{
	if (UNLIKELY(w->failed || (size_t)(w->end - w->at) < n)) {
		w->failed = true;
	} else if (n) {
		memcpy(w->at, data, n);
		w->at += n;
	}
}

#define WRITE_INTEGER(name, type)                                              \
	static inline void name(struct writer *w, type v)                      \
	{                                                                      \
		write_bytes(w, &v, sizeof v);                                  \
	}
WRITE_INTEGER(write_u8, uint8_t)
WRITE_INTEGER(write_u16, uint16_t)
WRITE_INTEGER(write_u32, uint32_t)
WRITE_INTEGER(write_u64, uint64_t)
#undef WRITE_INTEGER

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	       "formats are little-endian; a big-endian port swaps in READ_INTEGER and WRITE_INTEGER");
