// SPDX-License-Identifier: Apache-2.0
// DIR/founding: the control entries that an exchange begins with, signed at its
// founding, whole entries (header and payload) back to back, genesis first. The
// engine appends them to an empty journal before anything else; every other
// process takes genesis (and what hangs on it: the exchange's id, auth's public
// key, the operators) from here.
#pragma once

#include "crypto/sha256.h"
#include "wire/control.h"

#define FOUNDING_SIZE_MAX (1u << 20) // bytes; an operator adds the rest through control

// Genesis and the exchange's id = SHA-256 of genesis' body. 0, or 1 when the first entry is not a genesis that is
// signed by its own first operators.
MUST_USE static inline int founding_genesis(const void *founding, size_t size, struct genesis *ret, uint8_t ret_id[32])
{
	struct reader r = reader_over(founding, size);
	struct entry entry;
	struct control control;
	struct genesis genesis;
	uint8_t id[32];
	if (entry_read(&r, &entry) || entry.kind != ENTRY_GENESIS || control_read(&entry, &control) ||
	    genesis_read(control.body, control.body_size, &genesis))
		return 1;
	sha256_of(control.body, control.body_size, id);
	if (!control_verify(&genesis, id, entry.kind, &control))
		return 1;
	*ret = genesis;
	memcpy(ret_id, id, sizeof id);
	return 0;
}
