// SPDX-License-Identifier: Apache-2.0
// RLP (Ethereum Yellow Paper appendix B), canonical only: one value has one
// encoding, so that what is decoded and written again gives the same bytes and
// the same hash. Both sides are sticky like base/bytes.h: after the first fault
// `failed` stays true, reads give nothing, and a decoder checks once, at its end.
#pragma once

#include "evm/bytes.h"
#include "evm/u256.h"

#define RLP_SIZE_MAX (1u << 20) // of any item; longer ones are refused
#define RLP_DEPTH_MAX 16        // for rlp_valid

struct rlp_reader {
	const uint8_t *at;
	const uint8_t *end;
	bool failed;
};

struct rlp_reader rlp_reader_over(const void *data, size_t size);
// True when nothing failed and nothing is left.
bool rlp_done(const struct rlp_reader *r);
// True when another item follows (and nothing failed).
bool rlp_more(const struct rlp_reader *r);
bool rlp_next_is_list(const struct rlp_reader *r);

// The next item must be a string; its content, pointing into the input.
struct evm_bytes rlp_read_string(struct rlp_reader *r);
// A string of exactly `size` bytes, copied (zeroed on failure).
void rlp_read_fixed(struct rlp_reader *r, void *to, size_t size);
// Numbers: big-endian without a leading zero, zero as the empty string.
uint64_t rlp_read_u64(struct rlp_reader *r);
struct u256 rlp_read_u256(struct rlp_reader *r);
// The next item must be a list: a reader of its content. It is the caller's
// duty to check that this one, too, ends as it should (rlp_done).
struct rlp_reader rlp_read_list(struct rlp_reader *r);

// True for one canonical item that fills the bytes, to RLP_DEPTH_MAX lists in one another.
bool rlp_valid(const void *data, size_t size);

struct rlp_writer {
	uint8_t *start;
	uint8_t *at;
	uint8_t *end;
	bool failed; // it did not fit
};

struct rlp_writer rlp_writer_over(void *data, size_t size);
size_t rlp_writer_size(const struct rlp_writer *w);
void rlp_write_string(struct rlp_writer *w, const void *data, size_t size);
void rlp_write_u64(struct rlp_writer *w, uint64_t v);
void rlp_write_u256(struct rlp_writer *w, const struct u256 *v);
// Bytes that are encoded items already.
void rlp_write_raw(struct rlp_writer *w, const void *data, size_t size);
// The header alone of a string (of more than one byte, or one of 0x80 and more)
// or a list, for content that stands elsewhere.
void rlp_write_header(struct rlp_writer *w, bool list, size_t size);
// What is written between the two is the list's content.
size_t rlp_list_begin(struct rlp_writer *w);
void rlp_list_end(struct rlp_writer *w, size_t begun);
