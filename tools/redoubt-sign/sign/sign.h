// SPDX-License-Identifier: Apache-2.0
// One signing (or inspecting) from beginning to end: what sign.c, sign_bitcoin.c and sign_evm.c share.
#pragma once

#include "companion.h"
#include "payload/payload.h"
#include "sign/state.h"
#include "unlock.h"

struct signing {
	bool inspect;	     // no key, no trace
	const char *account; // --account
	const char *out;     // --out, its last part
	int out_dir;	     // the directory of --out; -1 without
	struct companion shown; // --show
	struct vault vault;
	struct configuration configuration;
	struct sign_state state;
	struct payload payload;
	struct intent_signed intent;
	bool has_intent;
	bool ceremony_mode; // one named payload may change owners
	struct review_context context;
	uint64_t now;
	uint8_t id[SHA256_SIZE]; // SHA-256 of what came in, then state_payload_id
	bool judged;		 // the review was shown
	bool noted;		 // its refusal is in the log
	struct unlocked unlocked;
};

int sign_bitcoin(struct signing *s);
int sign_evm(struct signing *s);

// Shows the refusals, and notes them in the log when there are any that stop. 0 when it may go on, or EXIT_REFUSED.
MUST_USE int signing_judge(struct signing *s, const struct refusal_list *refusals);
// State and log: the act is durable when it is 0. An exit code otherwise, after a complaint.
MUST_USE int signing_record(struct signing *s, const struct limit_request *request, const uint8_t *wallet,
			    const struct log_field *details, size_t count);
// Lets the signed payload out: --out and --show; the act is durable, so that its code for the paper is said whatever fails.
// `text` (may be NULL) is what a file gets instead of the bytes.
MUST_USE int signing_release(struct signing *s, enum ur_type type, const uint8_t *bytes, size_t size, const char *text);
