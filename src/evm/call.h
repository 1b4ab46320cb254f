// SPDX-License-Identifier: Apache-2.0
// Calls that are known by name: ERC-20, Safe 1.4.1 with MultiSend, OpenZeppelin's
// TimelockController with its roles. A closed table; everything else is unknown and is never guessed.
#pragma once

#include "evm/abi.h"

#define EVM_PARAMETERS_MAX 10

enum evm_function_id {
	EVM_TRANSFER, EVM_APPROVE, EVM_TRANSFER_FROM, EVM_INCREASE_ALLOWANCE, EVM_DECREASE_ALLOWANCE,
	SAFE_EXEC_TRANSACTION, SAFE_ADD_OWNER, SAFE_REMOVE_OWNER, SAFE_SWAP_OWNER, SAFE_CHANGE_THRESHOLD,
	SAFE_ENABLE_MODULE, SAFE_DISABLE_MODULE, SAFE_SET_GUARD, SAFE_SET_FALLBACK_HANDLER, SAFE_APPROVE_HASH,
	SAFE_EXEC_FROM_MODULE, SAFE_EXEC_FROM_MODULE_DATA, SAFE_SETUP, SAFE_MULTI_SEND,
	TIMELOCK_SCHEDULE, TIMELOCK_SCHEDULE_BATCH, TIMELOCK_EXECUTE, TIMELOCK_EXECUTE_BATCH, TIMELOCK_CANCEL,
	TIMELOCK_UPDATE_DELAY, TIMELOCK_GRANT_ROLE, TIMELOCK_REVOKE_ROLE, TIMELOCK_RENOUNCE_ROLE,
	EVM_FUNCTIONS
};

struct evm_parameter {
	const char *name;
	enum abi_type type;
};

struct evm_function {
	uint32_t selector; // the first four bytes of keccak256 of the signature, big-endian
	const char *standard; // "ERC-20", "Safe", "MultiSend", "Timelock"
	const char *name;
	size_t count;
	struct evm_parameter parameters[EVM_PARAMETERS_MAX];
};

const struct evm_function *evm_function(enum evm_function_id id);

// "transfer(address,uint256)" and a NUL. Returns the length.
#define EVM_SIGNATURE_MAX 160
size_t evm_function_signature(const struct evm_function *function, char to[EVM_SIGNATURE_MAX]);

struct evm_call {
	enum evm_function_id id;
	const struct evm_function *function;
	struct abi_value arguments[EVM_PARAMETERS_MAX]; // as function->parameters
};

enum evm_call_refusal {
	EVM_CALL_FINE = 0,
	EVM_CALL_UNKNOWN,   // fewer than four bytes, or a selector that is not in the table
	EVM_CALL_MALFORMED, // a known selector whose arguments are not its canonical encoding
};

// Pointers in *ret go into `data`.
MUST_USE enum evm_call_refusal evm_call_decode(struct evm_bytes data, struct evm_call *ret);
// The calldata. 0, or 1 when it does not fit.
MUST_USE int evm_call_encode(const struct evm_call *call, void *to, size_t room, size_t *ret_size);

// The id by which a TimelockController knows an operation: of a schedule, an
// execute or their batch forms (asserted). `cancel` names it by this hash alone.
void evm_timelock_id(const struct evm_call *call, uint8_t ret[32]);

// MultiSend's packed list: operation (1 byte), to (20), value (32), length (32), data; no count and no padding.
struct evm_packed {
	unsigned operation;
	struct evm_address to;
	struct u256 value;
	struct evm_bytes data;
};
// Takes the first one off `list`. 0, or 1 when it is not whole or its operation is above 1.
MUST_USE int evm_packed_next(struct evm_bytes *list, struct evm_packed *ret);
