// SPDX-License-Identifier: Apache-2.0
// Everything that can speak against a payload, in one table (refusal.c): a short
// name for logs and tests, a sentence for the person at the screen that says what
// is wrong and what to do, and the loss that taught it. A stop ends it: there is
// no way past. A notice is shown and must be read.
#pragma once

#include "base/base.h"

enum refusal {
	// The payload as bytes
	REFUSE_PSBT_UNREADABLE,
	REFUSE_PSBT_TOO_LARGE,
	REFUSE_PREVIOUS_FALSE,
	REFUSE_SIGNATURE_ENCODING,
	REFUSE_SIGNATURE_HIGH_S,
	// Bitcoin: what is spent
	REFUSE_PREVIOUS_MISSING,
	REFUSE_INPUT_NONE,
	REFUSE_INPUT_DUPLICATE,
	REFUSE_INPUT_NULL,
	REFUSE_INPUT_FOREIGN,
	REFUSE_INPUT_MIXED,
	REFUSE_INPUT_FINAL,
	REFUSE_INPUT_SCRIPT,
	REFUSE_SIGHASH_TYPE,
	REFUSE_SIGNATURE_FALSE,
	REFUSE_SIGNATURE_STRANGER,
	REFUSE_NONCE_REPEATED,
	REFUSE_NONCE_WEAK,
	REFUSE_UNVAULT_EARLY,
	REFUSE_MODIFIABLE,
	REFUSE_LOCKTIME,
	// Bitcoin: what is paid
	REFUSE_OUTPUT_NONE,
	REFUSE_OUTPUT_ZERO,
	REFUSE_OUTPUT_DUST,
	REFUSE_OUTPUT_NO_ADDRESS,
	REFUSE_OUTPUT_ANYONE,
	REFUSE_CHANGE_FOREIGN,
	REFUSE_OUTPUT_CLAIMS,
	REFUSE_CHANGE_GAP,
	REFUSE_OWN_OTHER_WALLET,
	REFUSE_AMOUNTS,
	REFUSE_TOO_MANY,
	// Any destination
	REFUSE_DESTINATION_UNKNOWN,
	REFUSE_LOOK_ALIKE,
	REFUSE_NETWORK,
	REFUSE_WALLET_UNKNOWN,
	// Fees
	REFUSE_FEE,
	REFUSE_FEE_RATE,
	REFUSE_FEE_SHARE,
	// The quorum
	REFUSE_INTENT_MISSING,
	REFUSE_INTENT_CHAIN,
	REFUSE_INTENT_WALLET,
	REFUSE_INTENT_ASSET,
	REFUSE_INTENT_PAYEE,
	REFUSE_INTENT_AMOUNT,
	REFUSE_INTENT_UNPAID,
	REFUSE_INTENT_FEE,
	REFUSE_INTENT_INITIATOR,
	REFUSE_INTENT_APPROVER_UNKNOWN,
	REFUSE_INTENT_FORGED,
	REFUSE_INTENT_KEY_TWICE,
	REFUSE_INTENT_PERSON_TWICE,
	REFUSE_INTENT_OWN_APPROVAL,
	REFUSE_INTENT_TOO_FEW,
	REFUSE_INTENT_EXPIRED,
	REFUSE_INTENT_EARLY,
	REFUSE_INTENT_REPLAYED,
	// The limits
	REFUSE_LIMIT_UNLISTED,
	REFUSE_LIMIT_PAYMENT,
	REFUSE_LIMIT_VELOCITY,
	REFUSE_LIMIT_COUNT,
	REFUSE_LIMIT_RECORD_FULL,
	REFUSE_CLOCK_BACK,
	// EVM: the envelope
	REFUSE_EVM_UNREADABLE,
	REFUSE_EVM_INVALID,
	REFUSE_CHAIN_ID,
	REFUSE_UNPROTECTED,
	REFUSE_EVM_SIGNED,
	REFUSE_SAFE_UNKNOWN,
	REFUSE_MESSAGE,
	REFUSE_TYPED_DATA,
	REFUSE_CREATES,
	// EVM: the calls
	REFUSE_DELEGATECALL,
	REFUSE_CALL_UNKNOWN,
	REFUSE_CALL_MALFORMED,
	REFUSE_CALL_NOT_ALLOWED,
	REFUSE_APPROVAL_UNLIMITED,
	REFUSE_APPROVAL,
	REFUSE_OWNERS,
	REFUSE_MODULES,
	REFUSE_GUARD,
	REFUSE_FROM_MODULE,
	REFUSE_HASH_BLIND,
	REFUSE_GAS_REFUND,
	REFUSE_TIMELOCK_ROLE,
	REFUSE_TIMELOCK_UNKNOWN,
	REFUSE_TIMELOCK_DELAY,
	REFUSE_TIMELOCK_PAST,
	REFUSE_TIMELOCK_CANCELLER,
	REFUSE_DEPTH,
	REFUSE_STEPS,
	REFUSE_LOST,
	REFUSE_TOKEN_UNKNOWN,
	REFUSE_VALUE_WITH_CALL,
	REFUSE_CONTRACT_ON_OTHER_CHAIN,
	// Notices: facts that a person must have read
	NOTICE_DESTINATION_UNKNOWN,
	NOTICE_NO_INTENT,
	NOTICE_LOCKTIME,
	NOTICE_UNVAULT_LOCK,
	NOTICE_REPLACEABLE,
	NOTICE_NO_CHANGE,
	NOTICE_FEE_LOW,
	NOTICE_OWN_WALLET,
	NOTICE_UNKNOWN_FIELD,
	NOTICE_CEREMONY,
	NOTICE_TIMELOCK_DELAY,
	NOTICE_CANCEL,
	NOTICE_SCHEDULED,
	NOTICE_SAFE_NONCE,
	REFUSALS
};

struct refusal_row {
	const char *name; // "foreign-change"
	bool notice;
	const char *text;  // one or two sentences
	const char *lesson; // "Bybit 2025", or NULL
};
const struct refusal_row *refusal_row(enum refusal id);
// The id of that name, or REFUSALS.
enum refusal refusal_named(const char *name);

// What an entry speaks of: "output 3" (people count from 1).
enum refusal_subject { ABOUT_PAYLOAD, ABOUT_INPUT, ABOUT_OUTPUT, ABOUT_STEP, ABOUT_DESTINATION, ABOUT_SIGNATURE };

struct refusal_entry {
	enum refusal id;
	enum refusal_subject subject;
	size_t index; // from 0; of the subject; 0 for the payload
};

#define REFUSAL_LIST_MAX 64

struct refusal_list { // in the order found; one id and subject once
	struct refusal_entry entries[REFUSAL_LIST_MAX];
	size_t count;
	size_t left_out; // no room for more; what is left out still stops
	bool stops;	 // some entry is no notice: nothing may be signed
};

void refuse(struct refusal_list *list, enum refusal id, enum refusal_subject subject, size_t index);
bool refused(const struct refusal_list *list, enum refusal id);

// "Output 3: <sentence> (Bybit 2025)" and a NUL; returns the length (cut to the room, which is at least 1).
#define REFUSAL_LINE_MAX 512
size_t refusal_line(const struct refusal_entry *entry, char *to, size_t room);
