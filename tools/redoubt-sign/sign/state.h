// SPDX-License-Identifier: Apache-2.0
// What a signer remembers from one payment to the next: the amounts of late and
// the counters (treasury/limits.h), the r values seen, what was scheduled in timelocks, and the last payload signed.
//
// The last payload may be signed again without counting twice: a crash after the act was logged and before the
// signed payload was out must not leave people with a payment that can neither go nor be made anew. Its second
// review is against the record as it was before it (`before`).
#pragma once

#include "review/policy.h"

struct sign_state {
	struct limits_state limits;
	struct nonce_store nonces;
	struct operation_store operations;
	bool has_last;
	uint8_t last[SHA256_SIZE];   // state_payload_id of the last payload signed
	struct limits_state before; // the record before it
};

// Reads a vault's state file; a text of the act line alone is a new state. 0, or 1 when it is malformed.
MUST_USE int state_parse(const char *text, size_t size, struct sign_state *ret);
// Its text without the act line, malloc'ed. 0 or -ENOMEM.
MUST_USE int state_format(const struct sign_state *state, char **ret, size_t *ret_size);

// What a payload is known by: its kind and the bytes that signatures cover.
void state_payload_id(const char *kind, const void *bytes, size_t size, uint8_t ret[SHA256_SIZE]);
// The same payload under another intent is another: its counter must be used up, too.
void state_intent_id(const struct intent *intent, uint8_t id[SHA256_SIZE]);
// The record to review that payload against.
const struct limits_state *state_limits(const struct sign_state *state, const uint8_t id[SHA256_SIZE]);
// Records a payload that is about to be signed. 0, or a limit_fault; nothing is changed then.
MUST_USE int state_record(struct sign_state *state, const uint8_t id[SHA256_SIZE], const struct limits *limits, uint64_t now,
			  const struct limit_request *request, const uint8_t *wallet, uint64_t counter);
