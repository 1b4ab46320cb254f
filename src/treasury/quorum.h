// SPDX-License-Identifier: Apache-2.0
// Inside this folder only: who agreed to something, whatever it is.
#pragma once

#include "treasury/intent.h"

struct quorum_claim {
	const char *initiator; // the name inside what is signed
	const struct intent_signature *begun;
	const struct intent_signature *approvals;
	size_t approval_count;
	uint64_t not_before, expiry;
	const void *what;
	bool (*verify)(const void *what, enum intent_role role, const struct intent_signature *signature);
};
// enum intent_fault's bits, without INTENT_REPLAYED.
uint32_t quorum_check(const struct quorum_claim *claim, const struct approvers *approvers, uint64_t now, size_t *ret_good);

void intent_signature_write(const struct intent_signature *s, struct writer *w);
void intent_signature_read(struct reader *r, struct intent_signature *s);

// What text holds, between its first and last line, as bytes; and back. 0, or 1.
size_t armour_write(const char *name, const uint8_t *bytes, size_t size, char *to, size_t room);
MUST_USE int armour_read(const char *name, const char *text, size_t length, uint8_t *to, size_t room, size_t *ret_size);
