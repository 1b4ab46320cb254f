// SPDX-License-Identifier: Apache-2.0
#include "evm/call.h"

#define ADDRESS(name) { name, ABI_ADDRESS }
#define UINT(name) { name, ABI_UINT256 }
#define BYTES(name) { name, ABI_BYTES }
#define BYTES32(name) { name, ABI_BYTES32 }

static const struct evm_function functions[EVM_FUNCTIONS] = {
	[EVM_TRANSFER] = { 0xa9059cbb, "ERC-20", "transfer", 2, { ADDRESS("to"), UINT("amount") } },
	[EVM_APPROVE] = { 0x095ea7b3, "ERC-20", "approve", 2, { ADDRESS("spender"), UINT("amount") } },
	[EVM_TRANSFER_FROM] = { 0x23b872dd, "ERC-20", "transferFrom", 3,
				{ ADDRESS("from"), ADDRESS("to"), UINT("amount") } },
	[EVM_INCREASE_ALLOWANCE] = { 0x39509351, "ERC-20", "increaseAllowance", 2,
				     { ADDRESS("spender"), UINT("added") } },
	[EVM_DECREASE_ALLOWANCE] = { 0xa457c2d7, "ERC-20", "decreaseAllowance", 2,
				     { ADDRESS("spender"), UINT("subtracted") } },
	[SAFE_EXEC_TRANSACTION] = { 0x6a761202, "Safe", "execTransaction", 10,
				    { ADDRESS("to"), UINT("value"), BYTES("data"), { "operation", ABI_UINT8 },
				      UINT("safeTxGas"), UINT("baseGas"), UINT("gasPrice"), ADDRESS("gasToken"),
				      ADDRESS("refundReceiver"), BYTES("signatures") } },
	[SAFE_ADD_OWNER] = { 0x0d582f13, "Safe", "addOwnerWithThreshold", 2, { ADDRESS("owner"), UINT("threshold") } },
	[SAFE_REMOVE_OWNER] = { 0xf8dc5dd9, "Safe", "removeOwner", 3,
				{ ADDRESS("prevOwner"), ADDRESS("owner"), UINT("threshold") } },
	[SAFE_SWAP_OWNER] = { 0xe318b52b, "Safe", "swapOwner", 3,
			      { ADDRESS("prevOwner"), ADDRESS("oldOwner"), ADDRESS("newOwner") } },
	[SAFE_CHANGE_THRESHOLD] = { 0x694e80c3, "Safe", "changeThreshold", 1, { UINT("threshold") } },
	[SAFE_ENABLE_MODULE] = { 0x610b5925, "Safe", "enableModule", 1, { ADDRESS("module") } },
	[SAFE_DISABLE_MODULE] = { 0xe009cfde, "Safe", "disableModule", 2, { ADDRESS("prevModule"), ADDRESS("module") } },
	[SAFE_SET_GUARD] = { 0xe19a9dd9, "Safe", "setGuard", 1, { ADDRESS("guard") } },
	[SAFE_SET_FALLBACK_HANDLER] = { 0xf08a0323, "Safe", "setFallbackHandler", 1, { ADDRESS("handler") } },
	[SAFE_APPROVE_HASH] = { 0xd4d9bdcd, "Safe", "approveHash", 1, { BYTES32("hashToApprove") } },
	[SAFE_EXEC_FROM_MODULE] = { 0x468721a7, "Safe", "execTransactionFromModule", 4,
				    { ADDRESS("to"), UINT("value"), BYTES("data"), { "operation", ABI_UINT8 } } },
	[SAFE_EXEC_FROM_MODULE_DATA] = { 0x5229073f, "Safe", "execTransactionFromModuleReturnData", 4,
					 { ADDRESS("to"), UINT("value"), BYTES("data"), { "operation", ABI_UINT8 } } },
	[SAFE_SETUP] = { 0xb63e800d, "Safe", "setup", 8,
			 { { "owners", ABI_ADDRESSES }, UINT("threshold"), ADDRESS("to"), BYTES("data"),
			   ADDRESS("fallbackHandler"), ADDRESS("paymentToken"), UINT("payment"),
			   ADDRESS("paymentReceiver") } },
	[SAFE_MULTI_SEND] = { 0x8d80ff0a, "MultiSend", "multiSend", 1, { BYTES("transactions") } },
	[TIMELOCK_SCHEDULE] = { 0x01d5062a, "Timelock", "schedule", 6,
				{ ADDRESS("target"), UINT("value"), BYTES("data"), BYTES32("predecessor"),
				  BYTES32("salt"), UINT("delay") } },
	[TIMELOCK_SCHEDULE_BATCH] = { 0x8f2a0bb0, "Timelock", "scheduleBatch", 6,
				      { { "targets", ABI_ADDRESSES }, { "values", ABI_UINTS },
					{ "payloads", ABI_BYTES_LIST }, BYTES32("predecessor"), BYTES32("salt"),
					UINT("delay") } },
	[TIMELOCK_EXECUTE] = { 0x134008d3, "Timelock", "execute", 5,
			       { ADDRESS("target"), UINT("value"), BYTES("payload"), BYTES32("predecessor"),
				 BYTES32("salt") } },
	[TIMELOCK_EXECUTE_BATCH] = { 0xe38335e5, "Timelock", "executeBatch", 5,
				     { { "targets", ABI_ADDRESSES }, { "values", ABI_UINTS },
				       { "payloads", ABI_BYTES_LIST }, BYTES32("predecessor"), BYTES32("salt") } },
	[TIMELOCK_CANCEL] = { 0xc4d252f5, "Timelock", "cancel", 1, { BYTES32("id") } },
	[TIMELOCK_UPDATE_DELAY] = { 0x64d62353, "Timelock", "updateDelay", 1, { UINT("newDelay") } },
	[TIMELOCK_GRANT_ROLE] = { 0x2f2ff15d, "Timelock", "grantRole", 2, { BYTES32("role"), ADDRESS("account") } },
	[TIMELOCK_REVOKE_ROLE] = { 0xd547741f, "Timelock", "revokeRole", 2, { BYTES32("role"), ADDRESS("account") } },
	[TIMELOCK_RENOUNCE_ROLE] = { 0x36568abe, "Timelock", "renounceRole", 2,
				     { BYTES32("role"), ADDRESS("account") } },
};

const struct evm_function *evm_function(enum evm_function_id id)
{
	ASSERT(id < EVM_FUNCTIONS);
	return &functions[id];
}

static void append(char *to, size_t *at, const char *text)
{
	size_t length = strlen(text);
	ASSERT(*at + length < EVM_SIGNATURE_MAX);
	memcpy(to + *at, text, length + 1);
	*at += length;
}

size_t evm_function_signature(const struct evm_function *function, char to[EVM_SIGNATURE_MAX])
{
	size_t at = 0;
	append(to, &at, function->name);
	append(to, &at, "(");
	for (size_t i = 0; i < function->count; i++) {
		append(to, &at, i ? "," : "");
		append(to, &at, abi_type_name(function->parameters[i].type));
	}
	append(to, &at, ")");
	return at;
}

enum evm_call_refusal evm_call_decode(struct evm_bytes data, struct evm_call *ret)
{
	struct evm_call call = { .id = 0 };
	enum abi_type types[EVM_PARAMETERS_MAX];
	uint32_t selector;
	if (data.size < 4)
		return EVM_CALL_UNKNOWN;
	selector = (uint32_t)data.at[0] << 24 | (uint32_t)data.at[1] << 16 | (uint32_t)data.at[2] << 8 | data.at[3];
	while (call.id < EVM_FUNCTIONS && functions[call.id].selector != selector)
		call.id++;
	if (call.id == EVM_FUNCTIONS)
		return EVM_CALL_UNKNOWN;
	call.function = &functions[call.id];
	for (size_t i = 0; i < call.function->count; i++)
		types[i] = call.function->parameters[i].type;
	if (abi_decode(types, call.function->count, evm_bytes_over(data.at + 4, data.size - 4), call.arguments))
		return EVM_CALL_MALFORMED;
	*ret = call;
	return EVM_CALL_FINE;
}

int evm_call_encode(const struct evm_call *call, void *to, size_t room, size_t *ret_size)
{
	uint8_t *bytes = to;
	if (room < 4)
		return 1;
	for (size_t i = 0; i < call->function->count; i++)
		ASSERT(call->arguments[i].type == call->function->parameters[i].type);
	if (abi_encode(call->arguments, call->function->count, bytes + 4, room - 4, ret_size))
		return 1;
	for (unsigned i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(call->function->selector >> (24 - 8 * i));
	*ret_size += 4;
	return 0;
}

// keccak256(abi.encode(target, value, data, predecessor, salt)): the arguments of execute.
void evm_timelock_id(const struct evm_call *call, uint8_t ret[32])
{
	ASSERT(call->id >= TIMELOCK_SCHEDULE && call->id <= TIMELOCK_EXECUTE_BATCH);
	abi_hash(call->arguments, functions[TIMELOCK_EXECUTE].count, ret);
}

int evm_packed_next(struct evm_bytes *list, struct evm_packed *ret)
{
	const size_t header = 1 + 20 + 32 + 32;
	const uint8_t *at = list->at;
	struct u256 size;
	uint64_t length;
	if (list->size < header || at[0] > 1)
		return 1;
	size = u256_from_bytes(at + 53, 32);
	if (!u256_to_u64(&size, &length) || length > list->size - header)
		return 1;
	ret->operation = at[0];
	memcpy(ret->to.bytes, at + 1, 20);
	ret->value = u256_from_bytes(at + 21, 32);
	ret->data = evm_bytes_over(at + header, (size_t)length);
	*list = evm_bytes_over(at + header + length, list->size - header - (size_t)length);
	return 0;
}
