// SPDX-License-Identifier: Apache-2.0
// What the same quorum agrees to before one payload may change owners, threshold
// or modules: the payload's bytes, by their digest, until when. It opens nothing
// else. docs/PROTOCOL.intent.md has the bytes.
#pragma once

#include "treasury/intent.h"

#define OPENING_VERSION	     1
#define OPENING_SPAN_MAX     (7u * 86400) // seconds from not_before to expiry
#define OPENING_SIZE_MAX     (8 + 2 + SHA256_SIZE + 1 + INTENT_NAME_MAX + 16 + 96 + 1 + INTENT_APPROVALS_MAX * 96)
#define OPENING_ARMOUR_MAX   (OPENING_SIZE_MAX / 3 * 4 + OPENING_SIZE_MAX / 48 + 128)

struct opening {
	uint8_t payload[SHA256_SIZE]; // SHA-256 of the payload's file as it is brought
	char initiator[INTENT_NAME_MAX + 1];
	uint64_t not_before; // seconds since 1970
	uint64_t expiry;     // the first second at which it no longer holds
	struct intent_signature begun;
	struct intent_signature approvals[INTENT_APPROVALS_MAX];
	size_t approval_count;
};

bool opening_valid(const struct opening *o);
// Signs as the initiator or as one more approver. 0, or 1 when there is no room.
MUST_USE int opening_sign(struct opening *o, enum intent_role role, const uint8_t seed[ED25519_SEED_SIZE]);

// "-----BEGIN REDOUBT OPENING-----" and base64 in lines of 64. Returns the length.
size_t opening_armour(const struct opening *o, char to[OPENING_ARMOUR_MAX]);
// Strict: only what opening_armour writes (a last line end may be missing). 0, or 1 malformed, 2 of another version.
MUST_USE int opening_disarm(const char *text, size_t length, struct opening *ret);

// enum intent_fault's bits, all together; OPENING_OTHER_PAYLOAD besides. 0 when it holds.
#define OPENING_OTHER_PAYLOAD (1u << INTENT_FAULTS)
uint32_t opening_check(const struct opening *o, const struct approvers *approvers, uint64_t now,
		       const uint8_t payload[SHA256_SIZE]);
// The lowest of the faults in words: "fewer people have approved than the policy demands".
const char *opening_fault_text(uint32_t faults);
