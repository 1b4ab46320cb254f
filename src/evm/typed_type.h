// SPDX-License-Identifier: Apache-2.0
// Inside this folder only: a member's type taken apart.
#pragma once

#include "evm/typed.h"

enum typed_atom { TYPED_NO_ATOM, TYPED_ADDRESS, TYPED_BOOL, TYPED_UINT, TYPED_INT, TYPED_FIXED_BYTES, TYPED_BYTES,
		  TYPED_STRING };

struct typed_kind {
	enum typed_atom atom;
	unsigned size; // bytes of an integer or of bytesN
};

// The atom of the first `length` bytes of the text; TYPED_NO_ATOM when they name none.
struct typed_kind typed_kind_of(const char *type, size_t length);
// The struct of that name, or NULL.
const struct typed_struct *typed_struct_find(const struct typed_types *types, const char *name, size_t length);
// Bytes before the first '['.
size_t typed_base_length(const char *type);

// The last array suffix within `length` bytes: false when the type is no array.
// *ret_inner is the length of the items' type, *ret_count their number or -1 for any.
bool typed_array_split(const char *type, size_t length, size_t *ret_inner, int *ret_count);

// The canonical word of an atom that is not string or bytes.
bool typed_word_valid(struct typed_kind kind, const uint8_t word[32]);
