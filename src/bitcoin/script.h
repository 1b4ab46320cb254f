// SPDX-License-Identifier: Apache-2.0
// Scripts as bytes: walking their items, writing minimal pushes and numbers,
// recognising bare multi-signature scripts. No interpreter: this library signs
// and completes templates that it knows, it does not judge foreign scripts.
#pragma once

#include "base/bytes.h"
#include "bitcoin/opcodes.h"
#include "bitcoin/span.h"

#define SCRIPT_SIZE_MAX		10000 // consensus, before taproot
#define WITNESS_SCRIPT_STANDARD 3600  // what nodes relay (P2WSH)
#define MULTISIG_KEYS_MAX	20    // OP_CHECKMULTISIG; our templates stay below 16

struct script_item {
	uint8_t opcode;
	bool is_push; // OP_0 and direct pushes and OP_PUSHDATA; OP_1 to OP_16 are not
	struct span push;
};

// The next item. False at the end or when a push runs over it (the reader has then failed).
bool script_next(struct reader *r, struct script_item *ret);

// The shortest push of the bytes (BIP62 rule 3 for data, numbers apart).
void script_push(struct writer *w, const void *data, size_t size);
// The shortest form of a number: OP_0, OP_1NEGATE, OP_1..OP_16 or little-endian bytes.
void script_number(struct writer *w, int64_t value);

// A number that is an item: minimal, at most 5 bytes (CLTV and CSV). 0, or 1.
MUST_USE int script_item_number(const struct script_item *item, int64_t *ret);

struct multisig {
	unsigned threshold;
	unsigned count;
	const uint8_t *keys[MULTISIG_KEYS_MAX]; // 33 bytes each, into the script
};
// OP_m <key>... OP_n OP_CHECKMULTISIG with compressed keys and 1 <= m <= n <= 16. 0, or 1 when it is not
// that.
MUST_USE int script_multisig_parse(struct span script, struct multisig *ret);

// multi(cancel) OP_IFDUP OP_NOTIF v:multi(pay) <lock> OP_CHECKSEQUENCEVERIFY OP_ENDIF: the unvault. 0, or 1.
struct unvault {
	struct multisig cancel;
	struct multisig pay;
	uint32_t lock;
};
MUST_USE int script_unvault_parse(struct span script, struct unvault *ret);

// <key> OP_CHECKSIG <key> OP_CHECKSIGADD ... k OP_NUMEQUAL with x-only keys: multi_a (BIP387). 0, or 1.
MUST_USE int script_multi_a_parse(struct span script, struct multisig *ret);

// Whether the bytes are one of the script's pushes, and the script reads to its end without OP_CODESEPARATOR.
bool script_holds(struct span script, const void *data, size_t size);
