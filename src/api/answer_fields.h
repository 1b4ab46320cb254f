// SPDX-License-Identifier: Apache-2.0
// Pieces that several answers share (inside api).
#pragma once

#include "api/answer.h"

#define FIELD_UNITS(w, name, units)             \
	do {                                    \
		JSON(w, ",\"" name "\":");      \
		json_write_units(w, units);           \
	} while (0)
#define FIELD_NUMBER(w, name, n)                \
	do {                                    \
		JSON(w, ",\"" name "\":");      \
		json_write_number(w, n);              \
	} while (0)
// A string that needs no escape: our own names.
#define FIELD_NAME(w, name, slice_)             \
	do {                                    \
		JSON(w, ",\"" name "\":\"");    \
		json_write_name(w, slice_);           \
		JSON(w, "\"");                  \
	} while (0)

static inline void json_write_name(struct writer *w, struct slice name)
{
	write_bytes(w, name.at, name.size);
}

// A rate in parts per million as a fraction ("0.00100000").
static inline void json_write_rate(struct writer *w, struct fee_rate rate)
{
	json_write_units(w, (uint64_t)rate.ppm * (AMOUNT_SCALE / FEE_SCALE));
}

static inline struct slice slice_of_name(const char *const *names, size_t count, unsigned n)
{
	return n < count ? slice_text(names[n]) : slice_of("", 0);
}
