// SPDX-License-Identifier: Apache-2.0
// Bitcoin's variable-length integers ("compact size"), minimal ones only, and
// one sink that counts, hashes or writes, so that sizes, ids and bytes come from the same code.
#pragma once

#include "base/bytes.h"
#include "bitcoin/span.h"
#include "crypto/sha256.h"

// A longer form than needed fails the reader.
static inline uint64_t read_compact(struct reader *r)
{
	static const uint64_t least[3] = { 253, 0x10000, 0x100000000u };
	uint8_t first = read_u8(r);
	if (first < 253)
		return first;
	uint64_t value = first == 253 ? read_u16(r) : first == 254 ? read_u32(r) : read_u64(r);
	if (value < least[first - 253])
		r->failed = true;
	return r->failed ? 0 : value;
}

// A length and that many bytes; empty when the reader fails.
static inline struct span read_span(struct reader *r)
{
	uint64_t size = read_compact(r);
	if (size > reader_left(r))
		r->failed = true;
	const uint8_t *p = r->failed ? NULL : read_bytes(r, (size_t)size);
	return span_over(p, p ? (size_t)size : 0);
}

struct sink {
	size_t size;
	struct sha256 *hash;   // or NULL
	struct writer *writer; // or NULL
};

static inline void sink_bytes(struct sink *sink, const void *data, size_t size)
{
	sink->size += size;
	if (sink->hash)
		sha256_update(sink->hash, data, size);
	if (sink->writer)
		write_bytes(sink->writer, data, size);
}

static inline void sink_u8(struct sink *sink, uint8_t v)
{
	sink_bytes(sink, &v, sizeof v);
}

static inline void sink_u32(struct sink *sink, uint32_t v)
{
	sink_bytes(sink, &v, sizeof v);
}

static inline void sink_u64(struct sink *sink, uint64_t v)
{
	sink_bytes(sink, &v, sizeof v);
}

static inline void sink_compact(struct sink *sink, uint64_t v)
{
	uint8_t bytes[9] = { (uint8_t)v };
	size_t width = v < 253 ? 0 : v < 0x10000 ? 2 : v < 0x100000000u ? 4 : 8;
	if (width) {
		bytes[0] = width == 2 ? 253 : width == 4 ? 254 : 255;
		memcpy(bytes + 1, &v, width);
	}
	sink_bytes(sink, bytes, 1 + width);
}

static inline void sink_span(struct sink *sink, struct span span)
{
	sink_compact(sink, span.size);
	sink_bytes(sink, span.at, span.size);
}
