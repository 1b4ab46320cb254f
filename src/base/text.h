// SPDX-License-Identifier: Apache-2.0
// Hexadecimal and base64 (RFC 4648 section 4, with padding), strict in what they accept; and how texts and paths begin and end.
#pragma once

#include "base/base.h"

// Writes 2*size digits and a NUL. `to` holds 2*size + 1 bytes.
void hex_encode(const void *data, size_t size, char *to);

// Reads exactly size bytes from 2*size digits of either case. 0, or 1 when
// the text has another length or another character.
MUST_USE int hex_decode(const char *text, size_t length, void *to, size_t size);

#define BASE64_SIZE(n) (((n) + 2) / 3 * 4 + 1) // with the NUL

// Writes the padded text and a NUL; returns its length.
size_t base64_encode(const void *data, size_t size, char *to);

// Decodes at most `room` bytes. 0 and *ret_size, or 1 when the text is not
// canonical base64 (length, padding, alphabet, non-zero trailing bits) or does not fit.
MUST_USE int base64_decode(const char *text, size_t length, void *to, size_t room, size_t *ret_size);

bool text_begins(const char *text, const char *prefix);
bool text_ends(const char *text, const char *suffix);
bool path_beneath(const char *path, const char *folder); // the folder itself, or in it
