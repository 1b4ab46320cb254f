// SPDX-License-Identifier: Apache-2.0
// Decrypts frames; remembers which openings (incarnations) there were.
#pragma once

#include "block.h"

struct opener; // opaque

struct opener *opener_new(const uint8_t master[32]); // NULL without memory
void opener_free(struct opener *o);

// Decrypts a frame's content. 0, 1 when the tag is wrong, or negative errno.
MUST_USE int opener_open(struct opener *o, const struct frame *f, uint8_t plain[LEAF_MAX]);

// A new opening: false when it had been seen before another one, so that a key and nonce may have been used twice.
bool opener_note(struct opener *o, const uint8_t incarnation[32]);
uint64_t opener_count(const struct opener *o);

// HMAC over a segment header with the header key.
bool header_key_fits(const uint8_t master[32], const uint8_t exchange[32], const uint8_t *head, size_t size,
		     const uint8_t key_check[32]);
