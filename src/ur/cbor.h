// SPDX-License-Identifier: Apache-2.0
// The CBOR (RFC 8949) that Uniform Resources need, in its core deterministic form alone:
// shortest heads, definite lengths, map keys ascending. Over base/bytes.h's reader and writer, sticky
// in the same way: what is of another kind or not canonical fails the reader.
#pragma once

#include "base/bytes.h"

enum cbor_kind {
	CBOR_UNSIGNED = 0,
	CBOR_NEGATIVE = 1,
	CBOR_BYTES = 2,
	CBOR_TEXT = 3,
	CBOR_ARRAY = 4,
	CBOR_MAP = 5,
	CBOR_TAG = 6,
	CBOR_SIMPLE = 7,
};

#define CBOR_HEAD_MAX 9
#define CBOR_DEPTH_MAX 8 // of arrays, maps and tags within each other

// The kind of the next item without taking it; CBOR_SIMPLE at the end.
enum cbor_kind cbor_peek(const struct reader *r);

// Each takes one head of the kind named and gives its argument: a number, a length, a count, a tag.
uint64_t cbor_read_unsigned(struct reader *r);
uint64_t cbor_read_head(struct reader *r, enum cbor_kind kind);
bool cbor_read_bool(struct reader *r);

// The bytes of a CBOR_BYTES or CBOR_TEXT item (text: valid UTF-8), and their number; NULL on failure.
const uint8_t *cbor_read_string(struct reader *r, enum cbor_kind kind, size_t *ret_size);

// Takes any one item with all within it, checking its form.
void cbor_skip(struct reader *r);

// True when the bytes are one canonical item and nothing else.
bool cbor_valid(const void *data, size_t size);

void cbor_write_head(struct writer *w, enum cbor_kind kind, uint64_t argument);
void cbor_write_string(struct writer *w, enum cbor_kind kind, const void *data, size_t size);
void cbor_write_bool(struct writer *w, bool value);
