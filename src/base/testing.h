// SPDX-License-Identifier: Apache-2.0
// For tests only: cmocka's includes in their order, and bytes written as hex.
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka.h wants the four above
#include <cmocka.h>

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>

// Bytes of a hex literal into a buffer that is large enough; returns how many.
// (Not inlined: under link-time optimization gcc warns of a copy that cannot happen.)
__attribute__((noinline, unused)) static size_t hex_bytes(const char *hex, void *to)
{
	size_t size = strlen(hex) / 2;
	if (hex_decode(hex, strlen(hex), to, size))
		fail_msg("not hex: %s", hex);
	return size;
}

#define assert_hex(data, size, hex)                                            \
	do {                                                                   \
		char *text_ = malloc(2 * (size) + 1);                          \
		assert_non_null(text_);                                        \
		hex_encode(data, size, text_);                                 \
		assert_string_equal(text_, hex);                               \
		free(text_);                                                   \
	} while (0)
