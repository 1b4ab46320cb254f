// SPDX-License-Identifier: Apache-2.0
#include "evm/review.h"

#include "base/testing.h"

// Calldata made here lives until the test ends.
static uint8_t room[1 << 20];
static size_t room_at;
static struct evm_review review;

static uint8_t *take(size_t size)
{
	assert_true(room_at + size <= sizeof room);
	room_at += size;
	memset(room + room_at - size, 0, size);
	return room + room_at - size;
}

static struct abi_value word(enum abi_type type, uint8_t first, uint64_t last)
{
	struct u256 v = u256_of(last);
	uint8_t *at = take(32);
	u256_to_bytes(&v, at);
	if (type == ABI_ADDRESS)
		at[12] = first;
	return (struct abi_value){ type, evm_bytes_over(at, 32), 0 };
}

#define A(first) word(ABI_ADDRESS, first, 0)
#define N(v) word(ABI_UINT256, 0, v)
#define OPERATION(v) word(ABI_UINT8, 0, v)
#define H word(ABI_BYTES32, 0, 0)
#define B(data) (struct abi_value) { ABI_BYTES, data, 0 }
#define NONE evm_bytes_over(NULL, 0)
#define MAKE(id, ...) make(id, (const struct abi_value[]){ __VA_ARGS__ })

static struct evm_bytes make(enum evm_function_id id, const struct abi_value *arguments)
{
	struct evm_call call = { .id = id, .function = evm_function(id) };
	size_t size;
	uint8_t *at = room + room_at;
	memcpy(call.arguments, arguments, call.function->count * sizeof *arguments);
	assert_int_equal(evm_call_encode(&call, at, sizeof room - room_at, &size), 0);
	room_at += size;
	return evm_bytes_over(at, size);
}

static struct evm_bytes exec(uint8_t to, struct evm_bytes data, unsigned operation)
{
	return MAKE(SAFE_EXEC_TRANSACTION, A(to), N(0), B(data), OPERATION(operation), N(0), N(0), N(0), A(0), A(0), B(NONE));
}

static struct evm_bytes schedule(uint8_t to, struct evm_bytes data)
{
	return MAKE(TIMELOCK_SCHEDULE, A(to), N(0), B(data), H, H, N(86400));
}

static struct evm_bytes pay(uint8_t to)
{
	return MAKE(EVM_TRANSFER, A(to), N(5));
}

static uint32_t risks_of(struct evm_bytes data)
{
	struct evm_transaction tx = { .to = { { 0x70 } }, .data = data };
	evm_review_transaction(&tx, &review);
	return review.risks;
}

static int setup(void **state)
{
	room_at = 0;
	return 0;
}

static void test_plain(void **state)
{
	struct evm_transaction tx = { .to = { { 0x70 } }, .value = u256_of(1) };
	evm_review_transaction(&tx, &review);
	assert_int_equal(review.count, 1);
	assert_int_equal(review.risks, 0);
	assert_false(review.steps[0].known);
	memset(&tx.to, 0, sizeof tx.to);
	evm_review_transaction(&tx, &review);
	assert_int_equal(review.risks, EVM_RISK_LOST);
	tx.creates = true;
	evm_review_transaction(&tx, &review);
	assert_int_equal(review.risks, EVM_RISK_CREATES);
	assert_int_equal(risks_of(pay(0x22)), 0);
	assert_true(review.steps[0].known && review.steps[0].call.id == EVM_TRANSFER);
	assert_int_equal(risks_of(pay(0)), EVM_RISK_LOST);
	assert_int_equal(risks_of(pay(0x70)), EVM_RISK_LOST); // to the token itself
	assert_int_equal(risks_of(MAKE(EVM_TRANSFER_FROM, A(0), A(0x22), N(1))), 0);
	assert_int_equal(risks_of(MAKE(EVM_TRANSFER_FROM, A(0x22), A(0), N(1))), EVM_RISK_LOST);
	assert_int_equal(risks_of(evm_bytes_over("\x12\x34\x56\x78", 4)), EVM_RISK_UNKNOWN);
	assert_int_equal(risks_of(evm_bytes_over("\x12", 1)), EVM_RISK_UNKNOWN);
	assert_int_equal(risks_of(evm_bytes_over("\xa9\x05\x9c\xbb\x00", 5)), EVM_RISK_MALFORMED);
}

static void test_approvals(void **state)
{
	static const struct { struct u256 amount; bool unlimited; } cases[] = {
		{ { { 0 } }, false }, { { { 1000000 } }, false },
		{ { { UINT64_MAX - 1, UINT32_MAX } }, false }, { { { UINT64_MAX, UINT32_MAX } }, true }, // 2^96 - 1
		{ { { 0, 1ull << 32 } }, true }, { { { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX } }, true },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct abi_value amount = N(0);
		u256_to_bytes(&cases[i].amount, (uint8_t *)(uintptr_t)amount.bytes.at);
		uint32_t expected = EVM_RISK_APPROVAL | (cases[i].unlimited ? EVM_RISK_UNLIMITED : 0);
		assert_int_equal(risks_of(MAKE(EVM_APPROVE, A(1), amount)), expected);
		assert_int_equal(risks_of(MAKE(EVM_INCREASE_ALLOWANCE, A(1), amount)), expected);
		assert_int_equal(risks_of(MAKE(EVM_DECREASE_ALLOWANCE, A(1), amount)), 0);
	}
}

// Each function that changes who may act; plainly, and from within a Safe.
static void test_rights(void **state)
{
	const struct { struct evm_bytes data; uint32_t risks; } cases[] = {
		{ MAKE(SAFE_ADD_OWNER, A(1), N(2)), EVM_RISK_OWNERS },
		{ MAKE(SAFE_REMOVE_OWNER, A(1), A(2), N(2)), EVM_RISK_OWNERS },
		{ MAKE(SAFE_SWAP_OWNER, A(1), A(2), A(3)), EVM_RISK_OWNERS },
		{ MAKE(SAFE_CHANGE_THRESHOLD, N(1)), EVM_RISK_OWNERS },
		{ MAKE(SAFE_ENABLE_MODULE, A(1)), EVM_RISK_MODULES },
		{ MAKE(SAFE_DISABLE_MODULE, A(1), A(2)), EVM_RISK_MODULES },
		{ MAKE(SAFE_SET_GUARD, A(1)), EVM_RISK_GUARD },
		{ MAKE(SAFE_SET_FALLBACK_HANDLER, A(1)), EVM_RISK_GUARD },
		{ MAKE(SAFE_APPROVE_HASH, H), EVM_RISK_BLIND },
		{ MAKE(TIMELOCK_UPDATE_DELAY, N(0)), EVM_RISK_TIMELOCK },
		{ MAKE(TIMELOCK_GRANT_ROLE, H, A(1)), EVM_RISK_TIMELOCK },
		{ MAKE(TIMELOCK_REVOKE_ROLE, H, A(1)), EVM_RISK_TIMELOCK },
		{ MAKE(TIMELOCK_RENOUNCE_ROLE, H, A(1)), EVM_RISK_TIMELOCK },
		{ MAKE(TIMELOCK_CANCEL, H), 0 },
		{ MAKE(SAFE_EXEC_FROM_MODULE, A(1), N(0), B(NONE), OPERATION(0)), EVM_RISK_FROM_MODULE },
		{ MAKE(SAFE_EXEC_FROM_MODULE_DATA, A(1), N(0), B(NONE), OPERATION(1)),
		  EVM_RISK_FROM_MODULE | EVM_RISK_DELEGATECALL },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(risks_of(cases[i].data), cases[i].risks);
		assert_int_equal(risks_of(exec(0x60, cases[i].data, 0)), cases[i].risks);
		assert_int_equal(review.steps[0].risks, 0);
		assert_int_equal(risks_of(schedule(0x60, cases[i].data)), cases[i].risks);
	}
}

static void test_nested(void **state)
{
	struct evm_bytes data = exec(0x71, schedule(0x72, exec(0x73, pay(0x22), 0)), 0);
	assert_int_equal(risks_of(data), 0);
	assert_int_equal(review.count, 4);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(review.steps[i].depth, i);
		assert_int_equal(review.steps[i].parent, i ? i - 1 : 0);
		assert_int_equal(review.steps[i].to.bytes[0], 0x70 + i);
	}
	assert_int_equal(review.steps[3].call.id, EVM_TRANSFER);
	data = exec(0x75, data, 0);
	assert_int_equal(risks_of(data), 0);
	assert_int_equal(risks_of(exec(0x75, data, 0)), EVM_RISK_DEPTH);
	assert_int_equal(review.count, 5);
	// What is hidden three calls down is found all the same.
	assert_int_equal(risks_of(exec(0x71, schedule(0x72, exec(0x73, MAKE(SAFE_SWAP_OWNER, A(1), A(2), A(3)), 0)), 0)),
			 EVM_RISK_OWNERS);
	assert_int_equal(risks_of(exec(0x71, evm_bytes_over("\xde\xad\xbe\xef", 4), 0)), EVM_RISK_UNKNOWN);
}

static void test_exec_forms(void **state)
{
	assert_int_equal(risks_of(exec(0x71, pay(0x22), 1)), EVM_RISK_DELEGATECALL);
	assert_int_equal(risks_of(exec(0x71, pay(0x22), 2)), EVM_RISK_MALFORMED);
	assert_int_equal(review.count, 1);
	assert_int_equal(risks_of(MAKE(SAFE_EXEC_TRANSACTION, A(1), N(0), B(NONE), OPERATION(0), N(0), N(0), N(1), A(0), A(0),
				       B(NONE))), EVM_RISK_REFUND);
	const struct abi_value owners = { ABI_ADDRESSES, NONE, 0 };
	assert_int_equal(risks_of(MAKE(SAFE_SETUP, owners, N(1), A(0), B(NONE), A(0), A(0), N(0), A(0))),
			 EVM_RISK_OWNERS | EVM_RISK_GUARD);
	assert_int_equal(risks_of(MAKE(SAFE_SETUP, owners, N(1), A(9), B(NONE), A(0), A(0), N(1), A(0))),
			 EVM_RISK_OWNERS | EVM_RISK_GUARD | EVM_RISK_DELEGATECALL | EVM_RISK_REFUND);
}

static struct evm_bytes packed(size_t count, unsigned operation, struct evm_bytes data)
{
	uint8_t *list = take(count * (85 + data.size));
	for (size_t i = 0; i < count; i++) {
		uint8_t *at = list + i * (85 + data.size);
		struct u256 size = u256_of(data.size);
		at[0] = (uint8_t)operation;
		at[1] = 0x50;
		u256_to_bytes(&size, at + 53);
		if (data.size)
			memcpy(at + 85, data.at, data.size);
	}
	return evm_bytes_over(list, count * (85 + data.size));
}

static void test_multi_send(void **state)
{
	assert_int_equal(risks_of(exec(0x71, MAKE(SAFE_MULTI_SEND, B(packed(3, 0, pay(0x22)))), 1)), EVM_RISK_DELEGATECALL);
	assert_int_equal(review.count, 5);
	assert_int_equal(review.steps[4].parent, 1);
	assert_int_equal(review.steps[4].risks, 0);
	assert_int_equal(risks_of(MAKE(SAFE_MULTI_SEND, B(packed(2, 1, pay(0x22))))), EVM_RISK_DELEGATECALL);
	assert_int_equal(review.steps[2].risks, EVM_RISK_DELEGATECALL);
	assert_int_equal(risks_of(MAKE(SAFE_MULTI_SEND, B(packed(2, 2, NONE)))), EVM_RISK_MALFORMED);
	assert_int_equal(risks_of(MAKE(SAFE_MULTI_SEND, B(NONE))), EVM_RISK_MALFORMED);
	struct evm_bytes list = packed(2, 0, pay(0x22));
	list.size--;
	assert_int_equal(risks_of(MAKE(SAFE_MULTI_SEND, B(list))), EVM_RISK_MALFORMED);
	assert_int_equal(risks_of(MAKE(SAFE_MULTI_SEND, B(packed(EVM_STEPS_MAX - 1, 0, NONE)))), 0);
	assert_int_equal(review.count, EVM_STEPS_MAX);
	assert_int_equal(risks_of(MAKE(SAFE_MULTI_SEND, B(packed(EVM_STEPS_MAX, 0, NONE)))), EVM_RISK_STEPS);
	assert_int_equal(review.count, EVM_STEPS_MAX);
}

static void test_batch(void **state)
{
	struct abi_value targets = { ABI_ADDRESSES, evm_bytes_over(take(64), 64), 2 },
			 values = { ABI_UINTS, evm_bytes_over(take(64), 64), 2 },
			 payloads = { ABI_BYTES_LIST, evm_bytes_over(take(128), 128), 2 };
	uint8_t *list = (uint8_t *)(uintptr_t)payloads.bytes.at;
	((uint8_t *)(uintptr_t)targets.bytes.at)[12] = ((uint8_t *)(uintptr_t)targets.bytes.at)[44] = 0x61;
	list[31] = 0x40;
	list[63] = 0x60;
	assert_int_equal(risks_of(MAKE(TIMELOCK_SCHEDULE_BATCH, targets, values, payloads, H, H, N(1))), 0);
	assert_int_equal(review.count, 3);
	assert_int_equal(risks_of(MAKE(TIMELOCK_EXECUTE_BATCH, targets, values, payloads, H, H)), 0);
	values.count = 1;
	values.bytes.size = 32;
	assert_int_equal(risks_of(MAKE(TIMELOCK_EXECUTE_BATCH, targets, values, payloads, H, H)), EVM_RISK_MALFORMED);
}

// The call that took 401,347 ETH from Bybit on 2025-02-21: it looked like a token transfer of nothing.
static void test_bybit(void **state)
{
	struct safe_tx tx = { .operation = SAFE_DELEGATECALL, .safe_tx_gas = u256_of(45746), .nonce = u256_of(71) };
	uint8_t data[68];
	hex_bytes("96221423681a6d52e184d440a8efcebb105c7242", tx.to.bytes);
	tx.data = evm_bytes_over(data, hex_bytes("a9059cbb000000000000000000000000bdd077f651ebe7f7b3ce16fe5f2b025be2969516"
						 "0000000000000000000000000000000000000000000000000000000000000000", data));
	evm_review_safe_tx(&tx, &review);
	assert_int_equal(review.risks, EVM_RISK_DELEGATECALL);
	tx.operation = SAFE_CALL;
	evm_review_safe_tx(&tx, &review);
	assert_int_equal(review.risks, 0);
	tx.gas_price = u256_of(1);
	evm_review_safe_tx(&tx, &review);
	assert_int_equal(review.risks, EVM_RISK_REFUND);
}

static void test_texts(void **state)
{
	for (unsigned bit = 0; bit < EVM_RISKS; bit++)
		for (unsigned before = 0; before < bit; before++)
			assert_string_not_equal(evm_risk_text((enum evm_risk)(1u << bit)),
						evm_risk_text((enum evm_risk)(1u << before)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_plain, setup),      cmocka_unit_test_setup(test_approvals, setup),
		cmocka_unit_test_setup(test_rights, setup),     cmocka_unit_test_setup(test_nested, setup),
		cmocka_unit_test_setup(test_exec_forms, setup), cmocka_unit_test_setup(test_multi_send, setup),
		cmocka_unit_test_setup(test_batch, setup),      cmocka_unit_test_setup(test_bybit, setup),
		cmocka_unit_test(test_texts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
