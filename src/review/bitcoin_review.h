// SPDX-License-Identifier: Apache-2.0
// What a PSBT really does, recomputed from our own descriptors, and what speaks
// against signing it. Nothing in it is believed: amounts come from whole previous
// transactions, change must derive to the same script, signatures that are there
// already must verify.
#pragma once

#include "bitcoin/psbt.h"
#include "review/policy.h"
#include "review/refusal.h"
#include "review/words.h"

#define BITCOIN_REVIEW_INPUTS_MAX  512 // more cannot be looked through: REFUSE_TOO_MANY
#define BITCOIN_REVIEW_OUTPUTS_MAX 256
#define REVIEW_LOCK_TEXT_MAX	   WORDS_MAX

struct bitcoin_review_input {
	uint64_t satoshi;
	const struct policy_wallet *wallet; // NULL: not ours
	size_t branch;
	uint32_t index;
	uint32_t sequence;
	char lock[REVIEW_LOCK_TEXT_MAX]; // "no lock", "144 blocks, about 1 day, after it confirmed"
	enum descriptor_spend spend;	 // the way that the size was estimated for
	uint32_t signed_keys;		 // bits: keys of the wallet's descriptor whose signature is there and verified
	unsigned missing;		 // how many more the input needs on its way
};

enum output_role {
	OUTPUT_TO_LABEL,
	OUTPUT_TO_UNKNOWN,
	OUTPUT_CHANGE,	      // derives from the spending wallet, on a branch that is not the first
	OUTPUT_OWN,	      // the same, on the first: an address of ours that was, or could be, handed out
	OUTPUT_OTHER_WALLET,  // another registered wallet of ours: counts as a payment
	OUTPUT_FOREIGN_CHANGE, // says that it is ours, and is not
};
const char *output_role_text(enum output_role role);

struct bitcoin_review_output {
	enum output_role role;
	uint64_t satoshi;
	char address[ADDRESS_TEXT_MAX + 1]; // "" when no address names it
	const char *name;		    // of the label or wallet, or NULL
	size_t branch;			    // of own ones
	uint32_t index;
};

struct bitcoin_review {
	struct bitcoin_review_input inputs[BITCOIN_REVIEW_INPUTS_MAX];
	size_t input_count;
	struct bitcoin_review_output outputs[BITCOIN_REVIEW_OUTPUTS_MAX];
	size_t output_count;
	const struct policy_wallet *wallet; // the one that spends; NULL when none or several do
	bool amounts_known;		    // the totals below are filled
	uint64_t spent, paid, kept, fee;    // spent = paid to others + kept by us + fee
	uint64_t virtual_size;		    // as it will be, by the descriptor's largest witness
	uint64_t fee_rate;		    // hundredths of a satoshi per virtual byte, rounded up
	char locktime[REVIEW_LOCK_TEXT_MAX];
	uint32_t signed_keys;	// signed on every input that is ours
	unsigned missing;	// the most that an input still needs
	struct refusal_list refusals;
	struct limit_request request; // for limits_record, once it is signed
};

// Fills *ret; review->refusals.stops says whether it may be signed. Takes memory from the arena only for
// hashing. Call curve_init before.
void bitcoin_review(const struct psbt *psbt, struct arena arena, const struct review_policy *policy,
		    const struct review_context *context, struct bitcoin_review *ret);

// Bytes that psbt_parse refused: the same in our table. It looks into the bytes to tell a high S from other
// faults of encoding.
void bitcoin_review_unreadable(struct span bytes, enum psbt_refusal why, struct refusal_list *ret);

// Adds the r of every signature that is in it and verifies, after signing (and after a review for the others').
void bitcoin_review_learn(const struct psbt *psbt, struct arena arena, struct nonce_store *store);

// ---- as lines -------------------------------------------------------------
#define REVIEW_LINE_MAX 200
struct review_line {
	unsigned indent;
	char text[REVIEW_LINE_MAX];
};
// The screen's text: wallet, payments, what stays ours, fee, locks, signatures. Returns how many lines it
// takes; writes at most `room`.
size_t bitcoin_review_lines(const struct bitcoin_review *review, struct review_line *to, size_t room);
// Which keys: "Anna, Ben and 1 unnamed"; or "nobody".
size_t bitcoin_review_signers(const struct policy_wallet *wallet, uint32_t keys, char *to, size_t room);
