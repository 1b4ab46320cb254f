// SPDX-License-Identifier: Apache-2.0
// JSON into a bounded writer: nothing is allocated, nothing can overflow; the
// writer's `failed` says at the end that it did not fit.
#pragma once

#include "amount/amount.h"
#include "base/bytes.h"
#include "http/slice.h"

#define JSON(w, text) write_bytes(w, text, sizeof(text) - 1)

// A string with its quotes, escaped. Bytes outside ASCII become '?': nothing of ours has any.
void json_write_string(struct writer *w, const char *text, size_t size);
// The escaped text without quotes.
void json_write_escaped(struct writer *w, const char *text, size_t size);
void json_write_number(struct writer *w, uint64_t n);
// "0.00100000": always 8 decimals, with its quotes, as the convention writes every price and amount.
void json_write_units(struct writer *w, uint64_t units);
// Signed, same form.
void json_write_signed_units(struct writer *w, uint64_t units, bool negative);
static inline void json_write_bool(struct writer *w, bool b)
{
	if (b)
		JSON(w, "true");
	else
		JSON(w, "false");
}
