// SPDX-License-Identifier: Apache-2.0
// What a quorum of people agrees to before a key moves: who is paid how much from
// which wallet on which chain, for at most which fee, until when. The initiator and
// the approvers sign its hash with Ed25519; the signer compares what the payload
// really does with it (DMM 2024: the request was altered after it was approved).
// docs/PROTOCOL.intent.md has the bytes.
#pragma once

#include "crypto/ed25519.h"
#include "crypto/sha256.h"
#include "treasury/units.h"

#define INTENT_VERSION		1
#define INTENT_NAME_MAX		32 // of a wallet or a person
#define INTENT_ID_MAX		36 // a UUID fits
#define INTENT_PLACE_MAX	42 // the longest scriptPubKey that an address can name
#define INTENT_DESTINATIONS_MAX 32
#define INTENT_WALLET_SIZE	32
#define INTENT_APPROVALS_MAX	16
#define INTENT_SPAN_MAX		(30u * 86400) // seconds from not_before to expiry: nothing is agreed for ever
#define INTENT_SIZE_MAX                                                                                       \
	(8 + 2 + 9 + 33 + 32 + 37 + 33 + 20 + 1 + INTENT_DESTINATIONS_MAX * (1 + 42 + 32) + 32 + 24)
#define INTENT_SIGNED_SIZE_MAX	(8 + 2 + 2 + INTENT_SIZE_MAX + 96 + 1 + INTENT_APPROVALS_MAX * 96)
#define INTENT_ARMOUR_MAX	(INTENT_SIGNED_SIZE_MAX / 3 * 4 + INTENT_SIGNED_SIZE_MAX / 48 + 128)

struct intent_destination {
	uint8_t place[INTENT_PLACE_MAX]; // Bitcoin: the scriptPubKey; EVM: the address, 20 bytes
	uint8_t place_size;
	struct units amount;
};

struct intent {
	struct chain chain;
	char wallet_name[INTENT_NAME_MAX + 1];
	// Bitcoin: SHA-256 of the descriptor's text with its checksum, as descriptor_format writes it (the
	// checksum alone has 40 bits: enough against typing errors, not against malice). EVM: twelve zeros and
	// the address of the Safe or account that pays.
	uint8_t wallet[INTENT_WALLET_SIZE];
	char id[INTENT_ID_MAX + 1];		 // of the withdrawal: a-z, 0-9 and "-"
	char initiator[INTENT_NAME_MAX + 1];	 // a person's name, as pinned
	uint8_t contract[CONTRACT_SIZE];	 // of the ERC-20 that is paid; zeros: the chain's own coin
	struct intent_destination destinations[INTENT_DESTINATIONS_MAX];
	size_t destination_count;		 // 0: to ourselves alone, for at most the fee; no contract then
	struct units fee_max;			 // in the chain's own coin
	uint64_t not_before;			 // seconds since 1970
	uint64_t expiry;			 // the first second at which it no longer holds
	uint64_t counter;			 // of the wallet, from 1; each above every one before
};

struct intent_signature {
	uint8_t key[ED25519_PUBLIC_SIZE];
	uint8_t signature[ED25519_SIGNATURE_SIZE];
};

struct intent_signed {
	struct intent intent;
	struct intent_signature initiator;
	struct intent_signature approvals[INTENT_APPROVALS_MAX];
	size_t approval_count;
};

// Names: 1..INTENT_NAME_MAX printable ASCII characters without a space at either end. Ids as said above.
bool intent_name_valid(const char *name);
bool intent_valid(const struct intent *intent);

// The canonical bytes of a valid intent (asserted); check writer->failed.
void intent_write(const struct intent *intent, struct writer *w);
// Whole input, every field valid. 0, or 1 malformed, 2 of another version.
MUST_USE int intent_read(const void *data, size_t size, struct intent *ret);
// SHA-256 of "redoubt/intent/v1", a NUL, and the canonical bytes.
void intent_hash(const struct intent *intent, uint8_t hash[SHA256_SIZE]);

// What is signed: the role's domain, a NUL, and the hash. One role's signature is none in the other.
enum intent_role { INTENT_INITIATES, INTENT_APPROVES };
void intent_sign(const struct intent *intent, enum intent_role role, const uint8_t seed[ED25519_SEED_SIZE],
		 struct intent_signature *ret);
bool intent_verify(const struct intent *intent, enum intent_role role, const struct intent_signature *signature);

// The intent with its signatures. Results as intent_read; signatures are not verified here (intent_check).
void intent_signed_write(const struct intent_signed *s, struct writer *w);
MUST_USE int intent_signed_read(const void *data, size_t size, struct intent_signed *ret);
// Adds an approval. 0, or 1 when there is no room.
MUST_USE int intent_approve(struct intent_signed *s, const uint8_t seed[ED25519_SEED_SIZE]);

// The same as text, "-----BEGIN REDOUBT INTENT-----" and base64 in lines of 64. Returns the length; `to` holds
// INTENT_ARMOUR_MAX.
size_t intent_armour(const struct intent_signed *s, char to[INTENT_ARMOUR_MAX]);
// Strict: only what intent_armour writes (a last line end may be missing). Results as intent_read.
MUST_USE int intent_disarm(const char *text, size_t length, struct intent_signed *ret);

// ---- who may agree --------------------------------------------------------
#define APPROVERS_MAX 32

struct approver {
	char person[INTENT_NAME_MAX + 1]; // a person may have more than one key; he counts once
	uint8_t key[ED25519_PUBLIC_SIZE];
};

struct approvers { // pinned in the policy
	struct approver list[APPROVERS_MAX];
	size_t count;
	unsigned threshold; // approvals beside the initiator's own; at least 1
};
// Names valid, keys distinct, 1 <= threshold < number of distinct people.
bool approvers_valid(const struct approvers *approvers);
// Who holds the key, or NULL.
const struct approver *approver_find(const struct approvers *approvers, const uint8_t key[ED25519_PUBLIC_SIZE]);

enum intent_fault { // bits
	INTENT_INITIATOR_UNKNOWN = 1 << 0,  // the initiator's key is not pinned, or under another name
	INTENT_INITIATOR_FORGED = 1 << 1,   // his signature does not verify
	INTENT_APPROVER_UNKNOWN = 1 << 2,   // an approval by a key that is not pinned
	INTENT_APPROVAL_FORGED = 1 << 3,    // an approval that does not verify: for other content, or altered since
	INTENT_KEY_TWICE = 1 << 4,	    // one key approves twice
	INTENT_PERSON_TWICE = 1 << 5,	    // one person approves with two keys
	INTENT_OWN_APPROVAL = 1 << 6,	    // the initiator approves what he began
	INTENT_TOO_FEW = 1 << 7,	    // fewer good approvals of different people than the threshold
	INTENT_EXPIRED = 1 << 8,
	INTENT_EARLY = 1 << 9,
	INTENT_REPLAYED = 1 << 10,	    // the counter is not above the last one that was used
};
#define INTENT_FAULTS 11

// All faults together; 0 when it holds. *ret_good (may be NULL) counts approvals that count. The counter's last
// value is limits_counter_last's.
uint32_t intent_check(const struct intent_signed *s, const struct approvers *approvers, uint64_t now,
		      uint64_t counter_last, size_t *ret_good);
