// SPDX-License-Identifier: Apache-2.0
// Inside this folder only: what both reviews ask once they know what is paid: does the quorum's intent say the
// same, do the limits let it out, does a destination only look like a known one.
#pragma once

#include "review/policy.h"
#include "review/refusal.h"

#define PAYMENTS_MAX 256

struct agreement {
	const struct review_policy *policy;
	const struct review_context *context;
	struct chain chain;
	const uint8_t *wallet; // its id, or NULL when no known one pays
	const char *wallet_name; // as it is registered, or NULL
	bool needs_none;       // of an intent: another quorum let it through, or it only takes a payment back
	enum refusal_subject subject;
	const struct review_payment *payments;
	size_t payment_count;
	struct units fee;
	struct units fee_rate;
	struct limit_request *request; // filled
	struct refusal_list *refusals;
};
void agreement_check(const struct agreement *agreement);

// The agreed intent names this place.
bool agreement_names(const struct review_context *context, const struct chain *chain, const uint8_t *place, size_t size);

// A place that is none of the labels' nor the intent's, and whose text is like one of theirs, or like one of our
// Safes or accounts, at both ends, or very much like it at one. Not to be asked of an own place.
bool looks_alike(const struct review_policy *policy, const struct review_context *context, const struct chain *chain,
		 const uint8_t *place, size_t size);
// What a person compares, without the part that is the same in all addresses of the kind ("bc1q", "0x"). False when no
// address names the place.
bool place_text(const struct review_policy *policy, const struct chain *chain, const uint8_t *place, size_t size,
		char to[ADDRESS_TEXT_MAX + 1]);
// The two texts of addresses, without what all addresses begin with.
bool texts_alike(const char *a, const char *b);
