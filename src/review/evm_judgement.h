// SPDX-License-Identifier: Apache-2.0
// What an EVM payload really does, step by step in words, and what speaks against
// signing it: evm/review.h follows the calls, the policy judges each.
#pragma once

#include "review/bitcoin_review.h"

enum evm_payload_kind {
	EVM_PAYLOAD_TRANSACTION, // unsigned, of the types that evm/transaction.h knows
	EVM_PAYLOAD_SAFE_TX,
	EVM_PAYLOAD_TYPED,	 // EIP-712 other than a SafeTx: always refused (a permit is an approval in disguise)
	EVM_PAYLOAD_MESSAGE,	 // personal_sign: always refused (it can be an order or a login somewhere)
	EVM_PAYLOAD_UNREADABLE,	 // evm_tx_decode_unsigned said no: `why`
};

struct evm_payload {
	enum evm_payload_kind kind;
	struct evm_transaction tx; // EVM_PAYLOAD_TRANSACTION
	struct evm_address from;   // who is to sign: an account, or an owner of the Safe
	uint64_t chain_id;	   // EVM_PAYLOAD_SAFE_TX, with the next two
	struct evm_address safe;
	struct safe_tx safe_tx;
	enum evm_tx_refusal why;
};

// Reads an unsigned transaction into a payload; kind and why say how it went.
void evm_payload_read(const void *data, size_t size, const struct evm_address *from, struct evm_payload *ret);

#define EVM_PAYMENTS_MAX EVM_STEPS_MAX
#define EVM_LINES_MAX	 512

struct evm_paid {
	size_t step;
	const struct policy_token *token; // NULL: the chain's own coin, or a token that is not listed
	bool native;			  // the chain's own coin
	struct evm_address to;
	struct u256 amount;
	const char *name; // label, Safe or account, or NULL
	bool own;	  // one of our Safes, timelocks or accounts
};

struct evm_judgement {
	struct evm_review review; // the steps
	uint64_t chain_id;
	struct evm_address payer;   // Safe or account
	const char *payer_name;	    // or NULL
	struct evm_paid payments[EVM_PAYMENTS_MAX];
	size_t payment_count;
	struct u256 fee_max;	    // gas limit * fee cap; zero for a SafeTx: its executor pays
	uint8_t digest[32];	    // what will be signed
	struct review_line lines[EVM_LINES_MAX];
	size_t line_count;
	struct refusal_list refusals;
	struct limit_request request; // for limits_record
	bool scheduled;		      // every payment was agreed on and counted when this vault scheduled it
};

// Fills *ret; pointers in it go into payload and policy.
void evm_judge(const struct evm_payload *payload, const struct review_policy *policy,
	       const struct review_context *context, struct evm_judgement *ret);

// The key of a step that schedules (`execute` false) or executes an operation of a timelock of ours. False when the
// step does something else.
bool evm_operation(const struct evm_judgement *judgement, size_t step, bool execute, uint8_t ret[OPERATION_KEY_SIZE]);

// Which refusal a risk of evm/review.h becomes (one bit, asserted).
enum refusal evm_risk_refusal(enum evm_risk risk);
