// SPDX-License-Identifier: Apache-2.0
// Inside this folder only: the table of known fields.
#pragma once

#include "bitcoin/psbt.h"

enum psbt_scope { PSBT_SCOPE_GLOBAL, PSBT_SCOPE_INPUT, PSBT_SCOPE_OUTPUT };

// Checks one pair against the table: PSBT_FINE for unknown types. The arena is only borrowed from.
enum psbt_refusal psbt_field_check(enum psbt_scope scope, unsigned version, const struct psbt_pair *pair,
				   struct arena arena);
// Whether a map has all fields that this version demands.
enum psbt_refusal psbt_fields_required(enum psbt_scope scope, unsigned version, const struct psbt_map *map);

// Reads a witness stack: items into the arena. 0, 1 malformed, -ENOMEM.
MUST_USE int psbt_witness_parse(struct span value, struct arena *arena, struct span **ret_items,
				size_t *ret_count);

// Little-endian integer of a checked value.
static inline uint32_t psbt_u32(struct span value)
{
	uint32_t v;
	ASSERT(value.size == sizeof v);
	memcpy(&v, value.at, sizeof v);
	return v;
}

// Fills an input's `spent` from its fields and compares them with each other and with the input.
enum psbt_refusal psbt_spent_read(struct psbt *psbt, size_t input, struct arena arena);

// The pair of a whole key (type and key data as they stand), by halving.
const struct psbt_pair *psbt_find_key(const struct psbt_map *map, struct span key);
