// SPDX-License-Identifier: Apache-2.0
// The journal's keys: one per opening (incarnation), one that checks segment
// headers. Holds the master key in locked memory.
#pragma once

#include "journal/layout.h"

struct journal_keys {
	uint8_t *master;         // secret memory
	struct aead *aead;       // keyed for `incarnation`
	uint8_t incarnation[32];
	bool keyed;
	struct hmac_key header;  // checks segment headers
};

MUST_USE int journal_keys_init(struct journal_keys *keys, const uint8_t master[32], const uint8_t exchange_id[32]);
void journal_keys_clear(struct journal_keys *keys); // wipes; fine on a zeroed struct

// Makes keys->aead the one of this incarnation; costs nothing when it is already. 0 or negative errno.
MUST_USE int journal_keys_use(struct journal_keys *keys, const uint8_t incarnation[32]);

// Key check value over the first bytes of a segment header.
void journal_keys_check(const struct journal_keys *keys, const void *head, size_t size, uint8_t check[32]);
