// SPDX-License-Identifier: Apache-2.0
// Base58 and Base58Check: the text of old addresses, of private keys (WIF) and
// of extended keys (BIP32). Not constant time: the digits of a secret steer
// divisions here, so a secret passes only where it is shown or typed anyway.
#pragma once

#include "base/base.h"

#define BASE58_TEXT_MAX 512 // characters that are read; an extended key has 111
#define BASE58_DATA_MAX 374 // bytes that are written: what BASE58_TEXT_MAX characters can hold

// The text and a NUL. 0 and *ret_length, or 1 when data is longer than
// BASE58_DATA_MAX or `room` (with the NUL) does not suffice.
MUST_USE int base58_encode(const void *data, size_t size, char *to, size_t room, size_t *ret_length);

// 0 and *ret_size, or 1 when the text has a foreign character, is longer than
// BASE58_TEXT_MAX, or gives more than `room` bytes.
MUST_USE int base58_decode(const char *text, size_t length, void *to, size_t room, size_t *ret_size);

// With the four check bytes (the first of hash256) added, and demanded and taken off.
// Results as above; decode gives 2 when the check bytes are wrong or missing.
MUST_USE int base58check_encode(const void *data, size_t size, char *to, size_t room, size_t *ret_length);
MUST_USE int base58check_decode(const char *text, size_t length, void *to, size_t room, size_t *ret_size);
