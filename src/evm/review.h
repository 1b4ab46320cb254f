// SPDX-License-Identifier: Apache-2.0
// What a transaction really does, down through Safes, MultiSend and timelocks:
// a list of steps in the order of their execution, each with what speaks
// against it. It decides nothing: the policy says which risks are let through,
// and by default none is. What could not be followed to its end says so as a risk.
#pragma once

#include "evm/call.h"
#include "evm/safe_tx.h"
#include "evm/transaction.h"

#define EVM_DEPTH_MAX 4  // calls within calls: Safe -> timelock -> Safe -> token, and one to spare
#define EVM_STEPS_MAX 64

// A bounded approval is below this: some tokens hold 96 bits and call all of them without end.
#define EVM_UNLIMITED_BITS 96

enum evm_risk {
	EVM_RISK_UNKNOWN = 1 << 0,      // calldata that is not in the table of calls
	EVM_RISK_MALFORMED = 1 << 1,    // a known call, not canonically encoded or with impossible arguments
	EVM_RISK_DELEGATECALL = 1 << 2, // foreign code with all rights of the Safe (Bybit 2025)
	EVM_RISK_UNLIMITED = 1 << 3,    // an approval of 2^96 - 1 or more
	EVM_RISK_APPROVAL = 1 << 4,     // any approval: another may take later
	EVM_RISK_OWNERS = 1 << 5,       // owners or threshold of a Safe
	EVM_RISK_MODULES = 1 << 6,      // modules may act without signatures
	EVM_RISK_GUARD = 1 << 7,        // guard or fallback handler
	EVM_RISK_FROM_MODULE = 1 << 8,  // a call through a module, past the owners
	EVM_RISK_BLIND = 1 << 9,        // approves a hash whose content is not shown
	EVM_RISK_REFUND = 1 << 10,      // the Safe pays somebody for gas
	EVM_RISK_TIMELOCK = 1 << 11,    // the delay or a role of a timelock
	EVM_RISK_CREATES = 1 << 12,     // puts a contract on the chain
	EVM_RISK_DEPTH = 1 << 13,       // nested deeper than EVM_DEPTH_MAX
	EVM_RISK_STEPS = 1 << 14,       // more than EVM_STEPS_MAX steps
	EVM_RISK_LOST = 1 << 15,        // to the zero address, or tokens to their own contract
};
#define EVM_RISKS 16

// A sentence for a person; `risk` is one bit (asserted).
const char *evm_risk_text(enum evm_risk risk);

struct evm_step {
	unsigned depth;  // 0: the transaction itself
	size_t parent;   // the step that makes this one; its own index at depth 0
	enum safe_operation operation;
	struct evm_address to;
	struct u256 value; // wei; of a delegatecall: what a MultiSend or Safe names, though none is sent
	struct evm_bytes data;
	bool known;      // call is set
	struct evm_call call;
	uint32_t risks;  // this step's own
};

struct evm_review {
	struct evm_step steps[EVM_STEPS_MAX];
	size_t count;
	uint32_t risks; // of all steps together
};

// Pointers go into the transaction's data.
void evm_review_transaction(const struct evm_transaction *tx, struct evm_review *ret);
// What an owner signs, as step 0.
void evm_review_safe_tx(const struct safe_tx *tx, struct evm_review *ret);
