// SPDX-License-Identifier: Apache-2.0
// A clean payment of each kind, and every way to spoil it.
#include "review/review_test.h"

#define CHAIN 31337u

static uint8_t room[1 << 20];
static size_t room_at;
static struct evm_payload payload;
static struct evm_judgement judgement;
static struct review_policy policy;
static struct review_context context;
static struct intent_signed intent;
static struct limits_state record;
static struct policy_safe safes[2];
static struct policy_token tokens[1];
static struct policy_label labels[2];
static struct policy_account accounts[1];
static const uint64_t chains[] = { CHAIN, 1 };

static const struct evm_address safe_plain = { { 0x5a, 1, [19] = 0x11 } }, safe_delayed = { { 0x5b, 2, [18] = 2, [19] = 0x22 } },
				timelock = { { 0x71, 1, [19] = 0x33 } },
				canceller = { { 0xca, 1, [19] = 0x44 } }, token = { { 0xe2, 0xc2, 0x20, [19] = 0x55 } },
				owner = { { 0x0a, 1, [19] = 0x66 } },
				sender = { { 0x5e, 1, [19] = 0x77 } }, payee = { { 0xab, 0xcd, 0xef, [19] = 0x99 } },
				stranger = { { 0x99, 0x12, 0x34, [19] = 0x88 } };

// ---- calldata -------------------------------------------------------------

static uint8_t *take(size_t size)
{
	assert_true(room_at + size <= sizeof room);
	room_at += size;
	memset(room + room_at - size, 0, size);
	return room + room_at - size;
}

static struct abi_value word(enum abi_type type, uint64_t v)
{
	struct u256 number = u256_of(v);
	uint8_t *at = take(32);
	u256_to_bytes(&number, at);
	return (struct abi_value){ type, evm_bytes_over(at, 32), 0 };
}

static struct abi_value place(struct evm_address address)
{
	uint8_t *at = take(32);
	memcpy(at + 12, address.bytes, 20);
	return (struct abi_value){ ABI_ADDRESS, evm_bytes_over(at, 32), 0 };
}

#define A(address) place(address)
#define N(v) word(ABI_UINT256, v)
#define OPERATION(v) word(ABI_UINT8, v)
#define H word(ABI_BYTES32, 0)
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

static struct evm_bytes transfer(void)
{
	return MAKE(EVM_TRANSFER, A(payee), N(2500000));
}

static struct evm_bytes schedule(struct evm_address to, struct evm_bytes data, uint64_t delay)
{
	return MAKE(TIMELOCK_SCHEDULE, A(to), N(0), B(data), H, H, N(delay));
}

static struct evm_bytes exec(struct evm_address to, struct evm_bytes data)
{
	return MAKE(SAFE_EXEC_TRANSACTION, A(to), N(0), B(data), OPERATION(0), N(0), N(0), N(0), A(stranger), A(stranger),
		    B(NONE));
}

// ---- payloads -------------------------------------------------------------

static const struct refusal_list *judge(void)
{
	evm_judge(&payload, &policy, &context, &judgement);
	return &judgement.refusals;
}

static void safe_pays(struct evm_address safe, struct evm_address to, struct evm_bytes data)
{
	payload = (struct evm_payload){ .kind = EVM_PAYLOAD_SAFE_TX, .from = owner, .chain_id = CHAIN, .safe = safe,
					.safe_tx = { .to = to, .data = data, .nonce = u256_of(7) } };
	policy_evm_id(&safe, intent.intent.wallet);
	strcpy(intent.intent.wallet_name, memcmp(&safe, &safe_plain, sizeof safe) == 0 ? "warm safe" : "cold safe");
	intent_agree(&intent);
}

static void account_sends(struct evm_address to, struct evm_bytes data)
{
	payload = (struct evm_payload){ .kind = EVM_PAYLOAD_TRANSACTION, .from = sender };
	payload.tx = (struct evm_transaction){ .type = EVM_TX_DYNAMIC_FEE, .chain_id = CHAIN, .nonce = 3,
					       .gas_limit = 200000, .fee_max = u256_of(30000000000u),
					       .fee_priority = u256_of(1000000000), .to = to, .data = data };
	policy_evm_id(&sender, intent.intent.wallet);
	strcpy(intent.intent.wallet_name, "hot");
	intent_agree(&intent);
}

static void limit_add(struct evm_address contract, uint64_t most)
{
	struct limit *l = &policy.limits.list[policy.limits.count++];
	*l = (struct limit){ .asset.chain = policy_chain_evm(CHAIN), .payment_max = units_of(most), .window_count = 1,
			     .windows = { { 86400, units_of(3 * most), 0 } }, .fee_max = units_of(10000000000000000u),
			     .fee_rate_max = units_of(100000000000u), .fee_share_max = 1000 };
	memcpy(l->asset.contract, contract.bytes, 20);
}

static int setup(void **state)
{
	room_at = 0;
	memset(&record, 0, sizeof record);
	safes[0] = (struct policy_safe){ .name = "warm safe", .chain_id = CHAIN, .address = safe_plain, .owners = { owner },
					 .owner_count = 1, .threshold = 1 };
	safes[1] = (struct policy_safe){ .name = "cold safe", .chain_id = CHAIN, .address = safe_delayed, .owners = { owner },
					 .owner_count = 1, .threshold = 1, .has_timelock = true, .timelock = timelock,
					 .delay_min = 86400, .canceller = canceller };
	tokens[0] = (struct policy_token){ "USDC", CHAIN, token, 6 };
	accounts[0] = (struct policy_account){ "hot", CHAIN, sender };
	memset(labels, 0, sizeof labels);
	labels[0] = (struct policy_label){ .name = "exchange", .chain = { CHAIN_EVM, CHAIN }, .place_size = 20 };
	memcpy(labels[0].place, payee.bytes, 20);
	policy = (struct review_policy){ .labels = labels, .label_count = 1, .chain_ids = chains, .chain_id_count = 1,
					 .safes = safes, .safe_count = 2, .accounts = accounts, .account_count = 1,
					 .tokens = tokens, .token_count = 1, .calls = POLICY_CALLS_DEFAULT,
					 .approvers = people };
	limit_add((struct evm_address){ { 0 } }, 2000000000000000000u);
	limit_add(token, 10000000);
	assert_int_equal(policy_check(&policy, NULL), POLICY_FINE);
	intent.intent = (struct intent){ .chain = { CHAIN_EVM, CHAIN }, .wallet_name = "warm safe", .id = "w-2",
					 .initiator = "Anna", .destination_count = 1, .not_before = NOW - 60,
					 .fee_max = units_of(6000000000000000u), .expiry = NOW + 3600, .counter = 2 };
	memcpy(intent.intent.contract, token.bytes, 20);
	intent.intent.destinations[0] = (struct intent_destination){ .place_size = 20, .amount = units_of(2500000) };
	memcpy(intent.intent.destinations[0].place, payee.bytes, 20);
	context = (struct review_context){ .now = NOW, .intent = &intent, .limits = &record };
	safe_pays(safe_plain, token, transfer());
	memcpy(record.counters[0].wallet, intent.intent.wallet, 32);
	record.counters[0].last = 1;
	record.counter_count = 1;
	return 0;
}

static bool line_said(const char *text)
{
	for (size_t i = 0; i < judgement.line_count; i++) {
		if (strstr(judgement.lines[i].text, text))
			return true;
	}
	return false;
}

// ---- tests ----------------------------------------------------------------

static void test_clean_safe(void **state)
{
	must_be_clean(judge());
	must_hold(&judgement.refusals, NOTICE_SAFE_NONCE);
	assert_int_equal(judgement.payment_count, 1);
	assert_true(judgement.payments[0].token == &tokens[0]);
	assert_string_equal(judgement.payments[0].name, "exchange");
	assert_true(line_said("2.5 USDC") && line_said("known as \"exchange\""));
	assert_true(line_said("1. ERC-20 transfer(address,uint256)") && line_said("Safe nonce 7"));
	uint8_t digest[32];
	safe_tx_hashes(CHAIN, &safe_plain, &payload.safe_tx, NULL, NULL, digest);
	assert_memory_equal(digest, judgement.digest, 32);
	// through the timelock, which is what the cold Safe must do
	safe_pays(safe_delayed, timelock, schedule(token, transfer(), 86400));
	must_hold(judge(), NOTICE_TIMELOCK_DELAY);
	must_be_clean(&judgement.refusals);
	assert_int_equal(judgement.payments[0].step, 1);
	safe_pays(safe_delayed, timelock, MAKE(TIMELOCK_EXECUTE, A(token), N(0), B(transfer()), H, H));
	must_be_clean(judge());
}

static void test_clean_account(void **state)
{
	account_sends(safe_plain, exec(token, transfer()));
	policy_evm_id(&safe_plain, intent.intent.wallet); // the Safe pays, the account only sends
	strcpy(intent.intent.wallet_name, "warm safe");
	intent_agree(&intent);
	must_be_clean(judge());
	assert_int_equal(judgement.request.count, 2); // the token, and the coin for gas
	account_sends(payee, NONE);
	payload.tx.value = u256_of(1500000000000000000u);
	memset(intent.intent.contract, 0, 20);
	intent.intent.destinations[0].amount = units_of(1500000000000000000u);
	intent_agree(&intent);
	must_be_clean(judge());
	assert_true(judgement.payments[0].native && line_said("1.5 of the chain's coin"));
	assert_true(line_said("fee, at most 0.006"));
	uint8_t digest[32];
	evm_tx_signing_hash(&payload.tx, digest);
	assert_memory_equal(digest, judgement.digest, 32);
	// fees
	payload.tx.fee_max = u256_of(100000000001u);
	must_hold(judge(), REFUSE_FEE_RATE);
	must_hold(&judgement.refusals, REFUSE_FEE);
	must_hold(&judgement.refusals, REFUSE_INTENT_FEE);
	payload.tx.fee_max = u256_of(1);
	must_hold(judge(), REFUSE_EVM_INVALID); // the priority fee is above it
}

static void test_quorum(void **state)
{
	const struct play play = { &policy, &context, &intent, &record, judge };
	play_quorum(&play);
	play_limits(&play);
	intent.intent.contract[0] ^= 1;
	intent_agree(&intent);
	must_hold(judge(), REFUSE_INTENT_ASSET);
}

// 401,347 ETH on 2025-02-21: it looked like a token transfer of nothing.
static void test_bybit(void **state)
{
	uint8_t *data = take(68);
	struct evm_bytes call = evm_bytes_over(data, 68);
	hex_bytes("a9059cbb000000000000000000000000bdd077f651ebe7f7b3ce16fe5f2b025be2969516"
		  "0000000000000000000000000000000000000000000000000000000000000000", data);
	safe_pays(safe_plain, payee, call);
	payload.safe_tx.operation = SAFE_DELEGATECALL;
	must_hold(judge(), REFUSE_DELEGATECALL);
	must_hold(&judgement.refusals, REFUSE_TOKEN_UNKNOWN);
	must_hold(&judgement.refusals, REFUSE_INTENT_ASSET);
	assert_true(line_said("DELEGATECALL"));
	policy.mode = POLICY_CEREMONY; // not even there
	must_hold(judge(), REFUSE_DELEGATECALL);
}

static void test_envelopes(void **state)
{
	payload.kind = EVM_PAYLOAD_TYPED;
	must_hold(judge(), REFUSE_TYPED_DATA);
	payload.kind = EVM_PAYLOAD_MESSAGE;
	must_hold(judge(), REFUSE_MESSAGE);
	evm_payload_read("\x02\xc0", 2, &sender, &payload);
	must_hold(judge(), REFUSE_EVM_UNREADABLE);
	account_sends(payee, NONE);
	uint8_t encoded[512];
	size_t size;
	struct evm_transaction tx = payload.tx;
	assert_int_equal(evm_tx_encode(&tx, encoded, sizeof encoded, &size), 0);
	evm_payload_read(encoded, size, &sender, &payload);
	assert_int_equal(payload.kind, EVM_PAYLOAD_TRANSACTION);
	payload.tx.is_signed = true;
	must_hold(judge(), REFUSE_EVM_SIGNED);
	payload.tx.is_signed = false;
	payload.tx.chain_id = 1;
	must_hold(judge(), REFUSE_CHAIN_ID);
	payload.tx.type = EVM_TX_LEGACY;
	payload.tx.chain_id = 0;
	must_hold(judge(), REFUSE_UNPROTECTED);
	account_sends(payee, NONE);
	payload.from = stranger;
	must_hold(judge(), REFUSE_WALLET_UNKNOWN);
	account_sends((struct evm_address){ { 0 } }, evm_bytes_over("\x60\x00", 2));
	payload.tx.creates = true;
	must_hold(judge(), REFUSE_CREATES);
	safe_pays(stranger, token, transfer());
	must_hold(judge(), REFUSE_SAFE_UNKNOWN);
	policy.chain_id_count = 2; // the same Safe's address on a chain where it is not ours
	safe_pays(safe_plain, token, transfer());
	payload.chain_id = 1;
	must_hold(judge(), REFUSE_SAFE_UNKNOWN);
	must_hold(&judgement.refusals, REFUSE_CONTRACT_ON_OTHER_CHAIN);
	safe_pays(safe_plain, token, transfer());
	payload.from = stranger; // no owner of it
	must_hold(judge(), REFUSE_WALLET_UNKNOWN);
	safe_pays(safe_plain, token, transfer());
	payload.safe_tx.operation = (enum safe_operation)2;
	must_hold(judge(), REFUSE_CALL_MALFORMED);
}

// Each call that gives rights away: plainly, within a Safe, and within a timelock.
static void test_rights(void **state)
{
	const struct abi_value owners = { ABI_ADDRESSES, NONE, 0 };
	struct abi_value endless = N(0);
	memset((uint8_t *)(uintptr_t)endless.bytes.at, 0xff, 32);
	const struct {
		struct evm_bytes data;
		enum refusal id;
		bool ceremony; // let through there
	} cases[] = {
		{ MAKE(EVM_APPROVE, A(stranger), endless), REFUSE_APPROVAL_UNLIMITED, false },
		{ MAKE(EVM_APPROVE, A(stranger), N(1)), REFUSE_APPROVAL, false },
		{ MAKE(EVM_INCREASE_ALLOWANCE, A(stranger), N(1)), REFUSE_APPROVAL, false },
		{ MAKE(EVM_TRANSFER_FROM, A(stranger), A(payee), N(1)), REFUSE_CALL_NOT_ALLOWED, false },
		{ evm_bytes_over("\xde\xad\xbe\xef", 4), REFUSE_CALL_UNKNOWN, false },
		{ evm_bytes_over("\xa9\x05\x9c\xbb\x00", 5), REFUSE_CALL_MALFORMED, false },
		{ MAKE(SAFE_ADD_OWNER, A(stranger), N(1)), REFUSE_OWNERS, true },
		{ MAKE(SAFE_REMOVE_OWNER, A(owner), A(stranger), N(1)), REFUSE_OWNERS, true },
		{ MAKE(SAFE_SWAP_OWNER, A(owner), A(owner), A(stranger)), REFUSE_OWNERS, true },
		{ MAKE(SAFE_CHANGE_THRESHOLD, N(1)), REFUSE_OWNERS, true },
		{ MAKE(SAFE_ENABLE_MODULE, A(stranger)), REFUSE_MODULES, true },
		{ MAKE(SAFE_DISABLE_MODULE, A(owner), A(stranger)), REFUSE_MODULES, true },
		{ MAKE(SAFE_SET_GUARD, A(stranger)), REFUSE_GUARD, true },
		{ MAKE(SAFE_SET_FALLBACK_HANDLER, A(stranger)), REFUSE_GUARD, true },
		{ MAKE(SAFE_APPROVE_HASH, H), REFUSE_HASH_BLIND, false },
		{ MAKE(SAFE_EXEC_FROM_MODULE, A(payee), N(0), B(NONE), OPERATION(0)), REFUSE_FROM_MODULE, false },
		{ MAKE(SAFE_SETUP, owners, N(1), A(((struct evm_address){ { 0 } })), B(NONE), A(stranger), A(stranger), N(0),
		       A(stranger)), REFUSE_OWNERS, true },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		policy.mode = POLICY_NORMAL;
		safe_pays(safe_plain, safe_plain, cases[i].data);
		context.intent = NULL;
		must_hold(judge(), cases[i].id);
		assert_true(judgement.refusals.stops);
		policy.mode = POLICY_CEREMONY;
		bool held = refused(judge(), cases[i].id);
		assert_int_equal(held, !cases[i].ceremony);
		if (cases[i].ceremony) {
			must_hold(&judgement.refusals, NOTICE_CEREMONY);
			must_be_clean(&judgement.refusals);
		}
		policy.mode = POLICY_NORMAL;
		safe_pays(safe_plain, safe_plain, exec(safe_plain, cases[i].data));
		must_hold(judge(), cases[i].id);
		safe_pays(safe_delayed, timelock, schedule(safe_delayed, cases[i].data, 86400));
		must_hold(judge(), cases[i].id);
		account_sends(safe_plain, exec(safe_plain, cases[i].data));
		must_hold(judge(), cases[i].id);
	}
	policy.mode = POLICY_CEREMONY; // but only on a Safe of ours
	safe_pays(safe_plain, stranger, MAKE(SAFE_CHANGE_THRESHOLD, N(1)));
	must_hold(judge(), REFUSE_SAFE_UNKNOWN);
	safe_pays(safe_plain, stranger, cases[ARRAY_LEN(cases) - 1].data);
	must_hold(judge(), REFUSE_SAFE_UNKNOWN);
	policy.mode = POLICY_NORMAL; // less allowance is harmless, on a token that we know
	policy.calls |= 1ull << EVM_DECREASE_ALLOWANCE;
	context.intent = NULL;
	safe_pays(safe_plain, token, MAKE(EVM_DECREASE_ALLOWANCE, A(stranger), N(1)));
	must_be_clean(judge());
	payload.safe_tx.to = stranger;
	must_hold(judge(), REFUSE_TOKEN_UNKNOWN);
}

static void test_timelock(void **state)
{
	safe_pays(safe_delayed, token, transfer());
	must_hold(judge(), REFUSE_TIMELOCK_PAST);
	safe_pays(safe_delayed, timelock, schedule(token, transfer(), 86399));
	must_hold(judge(), REFUSE_TIMELOCK_DELAY);
	safe_pays(safe_plain, stranger, schedule(token, transfer(), 86400));
	must_hold(judge(), REFUSE_TIMELOCK_UNKNOWN);
	safe_pays(safe_delayed, timelock, MAKE(TIMELOCK_UPDATE_DELAY, N(0)));
	must_hold(judge(), REFUSE_TIMELOCK_ROLE);
	context.intent = NULL;
	safe_pays(safe_delayed, timelock, MAKE(TIMELOCK_CANCEL, H));
	must_hold(judge(), REFUSE_TIMELOCK_CANCELLER);
	accounts[0].address = canceller;
	account_sends(timelock, MAKE(TIMELOCK_CANCEL, H));
	payload.from = canceller;
	must_hold(judge(), NOTICE_CANCEL); // no intent: to stop a payment must not need the quorum
	must_be_clean(&judgement.refusals);
	memset(&safes[1].canceller, 0, 20);
	safe_pays(safe_delayed, timelock, MAKE(TIMELOCK_CANCEL, H));
	must_be_clean(judge());
}

// One withdrawal is one intent and counts once: what this vault scheduled is executed without a second.
static void test_scheduled(void **state)
{
	static struct operation_store operations;
	struct evm_bytes execute = MAKE(TIMELOCK_EXECUTE, A(token), N(0), B(transfer()), H, H),
			 salted = MAKE(TIMELOCK_EXECUTE, A(token), N(0), B(transfer()), H, word(ABI_BYTES32, 1));
	uint8_t key[OPERATION_KEY_SIZE];
	memset(&operations, 0, sizeof operations);
	context.operations = &operations;
	safe_pays(safe_delayed, timelock, schedule(token, transfer(), 86400));
	must_be_clean(judge());
	assert_false(judgement.scheduled);
	assert_false(evm_operation(&judgement, 0, true, key));
	assert_true(evm_operation(&judgement, 0, false, key));
	assert_int_equal(limits_record(&policy.limits, &record, NOW, &judgement.request, intent.intent.wallet, 2), 0);
	safe_pays(safe_delayed, timelock, execute);
	must_hold(judge(), REFUSE_INTENT_REPLAYED); // not recorded as scheduled: it is a payment like any other
	operation_add(&operations, key);
	must_be_clean(judge());
	must_hold(&judgement.refusals, NOTICE_SCHEDULED);
	assert_true(judgement.scheduled);
	assert_int_equal(judgement.request.count, 0); // nothing counts a second time
	context.intent = NULL;
	must_be_clean(judge());
	safe_pays(safe_delayed, timelock, salted); // another operation
	must_hold(judge(), REFUSE_INTENT_MISSING);
	assert_int_equal(judgement.request.count, 1);
	safe_pays(safe_delayed, timelock, schedule(token, transfer(), 86400)); // nor is a second schedule free
	must_hold(judge(), REFUSE_INTENT_MISSING);
	safe_pays(safe_plain, stranger, execute); // the same bytes in another contract
	must_hold(judge(), REFUSE_INTENT_MISSING);
	safe_pays(safe_delayed, timelock, execute); // a coin beside it is a payment of its own
	payload.safe_tx.value = u256_of(1);
	must_hold(judge(), REFUSE_INTENT_MISSING);
	account_sends(timelock, execute); // the fee of whoever sends it counts
	must_be_clean(judge());
	assert_int_equal(judgement.request.count, 1);
	payload.tx.chain_id = 1;
	must_hold(judge(), REFUSE_INTENT_MISSING);
}

static void test_operations(void **state)
{
	static struct operation_store store, again;
	static uint8_t bytes[OPERATION_STORE_SIZE_MAX + 1];
	uint8_t key[OPERATION_KEY_SIZE] = { 0 }, first[OPERATION_KEY_SIZE] = { 0 };
	memset(&store, 0, sizeof store);
	for (unsigned i = 0; i <= OPERATIONS_MAX; i++) {
		key[0] = (uint8_t)i;
		key[1] = (uint8_t)(i >> 8);
		operation_add(&store, key);
		operation_add(&store, key);
	}
	assert_int_equal(store.count, OPERATIONS_MAX);
	assert_true(operation_known(&store, key));
	assert_false(operation_known(&store, first)); // the oldest went
	struct writer w = writer_over(bytes, sizeof bytes);
	operation_store_write(&store, &w);
	assert_int_equal(writer_size(&w), OPERATION_STORE_SIZE_MAX);
	assert_int_equal(operation_store_read(bytes, OPERATION_STORE_SIZE_MAX, &again), 0);
	assert_memory_equal(&store, &again, sizeof store);
	for (size_t size = 0; size < 64; size++)
		assert_int_equal(operation_store_read(bytes, size, &again), 1);
	assert_int_equal(operation_store_read(bytes, OPERATION_STORE_SIZE_MAX + 1, &again), 1);
	bytes[9] ^= 3; // the version
	assert_int_equal(operation_store_read(bytes, OPERATION_STORE_SIZE_MAX, &again), 1);
}

static struct evm_bytes packed(size_t count, struct evm_bytes data)
{
	uint8_t *list = take(count * (85 + data.size));
	for (size_t i = 0; i < count; i++) {
		uint8_t *at = list + i * (85 + data.size);
		struct u256 size = u256_of(data.size);
		memcpy(at + 1, token.bytes, 20);
		u256_to_bytes(&size, at + 53);
		if (data.size)
			memcpy(at + 85, data.at, data.size);
	}
	return evm_bytes_over(list, count * (85 + data.size));
}

static void test_shapes(void **state)
{
	struct evm_bytes deep = transfer();
	for (int i = 0; i < EVM_DEPTH_MAX + 1; i++)
		deep = exec(safe_plain, deep);
	safe_pays(safe_plain, safe_plain, deep);
	must_hold(judge(), REFUSE_DEPTH);
	safe_pays(safe_plain, stranger, MAKE(SAFE_MULTI_SEND, B(packed(EVM_STEPS_MAX, NONE))));
	must_hold(judge(), REFUSE_STEPS);
	// a MultiSend is only reached by delegatecall, and what it holds is still shown and counted
	safe_pays(safe_plain, stranger, MAKE(SAFE_MULTI_SEND, B(packed(3, transfer()))));
	payload.safe_tx.operation = SAFE_DELEGATECALL;
	must_hold(judge(), REFUSE_DELEGATECALL);
	assert_int_equal(judgement.payment_count, 3);
	must_hold(&judgement.refusals, REFUSE_CALL_NOT_ALLOWED);
	safe_pays(safe_plain, token, transfer());
	payload.safe_tx.gas_price = u256_of(1);
	must_hold(judge(), REFUSE_GAS_REFUND);
	safe_pays(safe_plain, token, transfer());
	payload.safe_tx.value = u256_of(1);
	must_hold(judge(), REFUSE_VALUE_WITH_CALL);
	assert_int_equal(judgement.payment_count, 2);
	safe_pays(safe_plain, token, MAKE(EVM_TRANSFER, A(token), N(1)));
	must_hold(judge(), REFUSE_LOST);
	safe_pays(safe_plain, stranger, transfer());
	must_hold(judge(), REFUSE_TOKEN_UNKNOWN);
	assert_true(line_said("units of an UNKNOWN token"));
}

static void test_destinations(void **state)
{
	struct evm_address near = payee;
	near.bytes[10] = 1; // the same three bytes before and nine behind
	safe_pays(safe_plain, token, MAKE(EVM_TRANSFER, A(near), N(2500000)));
	must_hold(judge(), REFUSE_LOOK_ALIKE);
	must_hold(&judgement.refusals, NOTICE_DESTINATION_UNKNOWN);
	policy.labels_only = true;
	must_hold(judge(), REFUSE_DESTINATION_UNKNOWN);
	policy.labels_only = false;
	near = safe_delayed;
	near.bytes[10] = 1; // like our own Safe's
	safe_pays(safe_plain, token, MAKE(EVM_TRANSFER, A(near), N(2500000)));
	must_hold(judge(), REFUSE_LOOK_ALIKE);
	safe_pays(safe_plain, token, MAKE(EVM_TRANSFER, A(safe_delayed), N(2500000)));
	must_hold(judge(), REFUSE_OWN_OTHER_WALLET);
	memcpy(intent.intent.destinations[0].place, safe_delayed.bytes, 20);
	intent_agree(&intent);
	must_hold(judge(), NOTICE_OWN_WALLET);
	must_be_clean(&judgement.refusals);
	labels[0].chain.id = 1; // our name for it, on another chain
	safe_pays(safe_plain, token, transfer());
	must_hold(judge(), REFUSE_CONTRACT_ON_OTHER_CHAIN);
}

// More assets than the limits have rows for: nothing is left uncounted.
static void test_too_many(void **state)
{
	struct abi_value targets = { ABI_ADDRESSES, evm_bytes_over(take(20 * 32), 20 * 32), 20 },
			 values = { ABI_UINTS, evm_bytes_over(take(20 * 32), 20 * 32), 20 };
	size_t each = 32 + 96, offset = 20 * 32;
	uint8_t *list = take(offset + 20 * each);
	struct evm_bytes call = transfer();
	for (size_t i = 0; i < 20; i++) {
		struct u256 at = u256_of(offset + i * each), size = u256_of(call.size);
		((uint8_t *)(uintptr_t)targets.bytes.at)[32 * i + 31] = (uint8_t)(i + 1);
		u256_to_bytes(&at, list + 32 * i);
		u256_to_bytes(&size, list + offset + i * each);
		memcpy(list + offset + i * each + 32, call.at, call.size);
	}
	struct abi_value payloads = { ABI_BYTES_LIST, evm_bytes_over(list, offset + 20 * each), 20 };
	policy.calls |= 1ull << TIMELOCK_SCHEDULE_BATCH;
	safe_pays(safe_delayed, timelock, MAKE(TIMELOCK_SCHEDULE_BATCH, targets, values, payloads, H, H, N(86400)));
	must_hold(judge(), REFUSE_TOO_MANY);
	assert_int_equal(judgement.payment_count, 20);
}

static void test_risks(void **state)
{
	for (unsigned a = 0; a < EVM_RISKS; a++) {
		for (unsigned b = 0; b < a; b++)
			assert_int_not_equal(evm_risk_refusal((enum evm_risk)(1u << a)), evm_risk_refusal((enum evm_risk)(1u << b)));
	}
	assert_int_equal(evm_risk_refusal(EVM_RISK_DELEGATECALL), REFUSE_DELEGATECALL);
	assert_int_equal(evm_risk_refusal(EVM_RISK_LOST), REFUSE_LOST);
	assert_int_equal(evm_risk_refusal(EVM_RISK_MODULES), REFUSE_MODULES);
}

static void test_policy(void **state)
{
	size_t index;
	safes[1].owners[0] = (struct evm_address){ { 0 } };
	assert_int_equal(policy_check(&policy, &index), POLICY_SAFE);
	assert_int_equal(index, 1);
	safes[1].owners[0] = owner;
	safes[1].threshold = 2;
	assert_int_equal(policy_check(&policy, &index), POLICY_SAFE);
	safes[1].threshold = 1;
	safes[1].timelock = safe_delayed;
	assert_int_equal(policy_check(&policy, &index), POLICY_SAFE);
	safes[1].timelock = timelock;
	safes[1].chain_id = 1;
	assert_int_equal(policy_check(&policy, &index), POLICY_CHAIN);
	safes[1].chain_id = CHAIN;
	tokens[0].decimals = 78;
	assert_int_equal(policy_check(&policy, &index), POLICY_TOKEN);
	tokens[0].decimals = 6;
	labels[0].place_size = 19;
	assert_int_equal(policy_check(&policy, &index), POLICY_LABEL);
	labels[0].place_size = 20;
	assert_int_equal(policy_check(&policy, &index), POLICY_FINE);
}

#define T(name) cmocka_unit_test_setup(name, setup)
const struct CMUnitTest evm_tests[] = {
	T(test_clean_safe), T(test_clean_account), T(test_quorum), T(test_bybit),	 T(test_envelopes), T(test_rights),
	T(test_timelock),   T(test_shapes),	   T(test_destinations), T(test_too_many), T(test_risks), T(test_policy),
	T(test_scheduled),  T(test_operations),
};
const size_t evm_test_count = ARRAY_LEN(evm_tests);
