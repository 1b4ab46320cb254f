// SPDX-License-Identifier: Apache-2.0
// Bech32 (BIP173) and Bech32m (BIP350): a lower-case prefix, a '1', five-bit
// values, and six check characters that find any four wrong ones.
#pragma once

#include "base/base.h"

#define BECH32_TEXT_MAX	  90
#define BECH32_PREFIX_MAX 83
#define BECH32_VALUES_MAX 82

enum bech32_kind { BECH32, BECH32M };

struct bech32 {
	enum bech32_kind kind;
	char prefix[BECH32_PREFIX_MAX + 1]; // lower case
	uint8_t values[BECH32_VALUES_MAX];  // 0..31 each
	size_t count;
};

// Reads text of either case, but not of both. 0, or 1 when it is not bech32 nor bech32m.
MUST_USE int bech32_decode(const char *text, size_t length, struct bech32 *ret);

// Writes lower-case text and a NUL. 0, or 1 when the prefix holds other than
// printable lower-case ASCII, is empty, or the text would be longer than BECH32_TEXT_MAX.
MUST_USE int bech32_encode(const struct bech32 *from, char to[BECH32_TEXT_MAX + 1]);

// Regroups bits most significant first: bytes to five-bit values (padded with zero bits) ...
size_t bech32_values_of(const uint8_t *bytes, size_t size, uint8_t *values);
// ... and back. 0, or 1 when five or more bits are left over, one of them is set, or room lacks.
MUST_USE int bech32_bytes_of(const uint8_t *values, size_t count, uint8_t *bytes, size_t room,
			     size_t *ret_size);
