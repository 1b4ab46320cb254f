// SPDX-License-Identifier: Apache-2.0
// Bitcoin Core's tx_valid and tx_invalid: read, written back, checked (scripts are not run here). Sizes by
// BIP143's and Core's own numbers. Scripts, numbers, time-locks.
#include "bitcoin/script.h"
#include "bitcoin/testing.h"
#include "bitcoin/timelock.h"
#include "bitcoin/transaction.h"

static uint8_t memory[8 << 20], bytes[1 << 20], back[1 << 20];

static int parse(const char *hex, struct transaction *ret, size_t *ret_size)
{
	struct arena arena = arena_over(memory, sizeof memory);
	*ret_size = json_hex(hex, bytes, sizeof bytes);
	return transaction_parse(span_over(bytes, *ret_size), TRANSACTION_WIRE, &arena, ret);
}

static void test_core_valid(void **state)
{
	json_t *set = vectors_load("bitcoin-core/tx_valid.json"), *item;
	size_t i, tried = 0, size;
	json_array_foreach(set, i, item)
	{
		struct transaction tx;
		if (json_array_size(item) < 3)
			continue;
		assert_int_equal(parse(json_string_value(json_array_get(item, 1)), &tx, &size), 0);
		struct writer w = writer_over(back, sizeof back);
		transaction_write(&tx, true, &w);
		assert_int_equal(writer_size(&w), size);
		assert_memory_equal(back, bytes, size);
		assert_int_equal(transaction_size(&tx, true), size);
		enum transaction_fault fault = transaction_check(&tx);
		assert_true(fault == TRANSACTION_FINE ||
			    fault == TRANSACTION_NULL_INPUT); // coinbases are among them
		tried++;
	}
	print_message("# tx_valid %zu\n", tried);
	json_decref(set);
}

static void test_core_invalid(void **state)
{
	json_t *set = vectors_load("bitcoin-core/tx_invalid.json"), *item;
	size_t i, bad = 0, other = 0, size;
	json_array_foreach(set, i, item)
	{
		struct transaction tx;
		if (json_array_size(item) < 3)
			continue;
		int result = parse(json_string_value(json_array_get(item, 1)), &tx, &size);
		if (strcmp(json_string_value(json_array_get(item, 2)), "BADTX") == 0) {
			assert_true(result == 1 || transaction_check(&tx) != TRANSACTION_FINE);
			bad++;
		} else {
			assert_int_equal(result, 0); // their scripts fail, which is not looked at here
			other++;
		}
	}
	print_message("# tx_invalid BADTX %zu refused, %zu others read\n", bad, other);
	json_decref(set);
}

// BIP143, P2SH-P2WPKH, signed.
static const char signed_tx[] = "01000000000101db6b1b20aa0fd7b23880be2ecbd4a98130974cf4748fb66092ac4d3ceb1a54"
				"77010000001716001479091972186c449eb1"
				"ded22b78e40d009bdf0089feffffff02b8b4eb0b000000001976a914a457b684d7f0d539a46a"
				"45bbc043f35b59d0d96388ac0008af2f0000"
				"00001976a914fd270b1ee6abcaea97fea7ad0402e8bd8ad6d77c88ac02473044022047ac8e87"
				"8352d3ebbde1c94ce3a10d057c2417574711"
				"6f8288e5d794d12d482f0220217f36a485cae903c713331d877c1f64677e3622ad4010726870"
				"540656fe9dcb012103ad1d8e89212f0b92c7"
				"4d23bb710c00662ad1470198ac48c43f7d6f93a2a2687392040000";

static void test_sizes(void **state)
{
	struct transaction tx;
	uint8_t id[32], other[32];
	size_t size;
	assert_int_equal(parse(signed_tx, &tx, &size), 0);
	assert_int_equal(size, 251);
	assert_int_equal(transaction_size(&tx, false), 142);
	assert_int_equal(transaction_weight(&tx), 142 * 3 + 251);
	assert_int_equal(transaction_vsize(&tx), 170);
	transaction_id(&tx, id);
	assert_hex(id, 32, "230c7acd5e6e84f4f306f2818a386a0be5a5f725f8dc8c0f2e0595f5d0d948ef");
	transaction_witness_id(&tx, other);
	assert_memory_not_equal(id, other, 32);
}

static void test_refused(void **state)
{
	struct transaction tx;
	size_t size;
	// every truncation, and a byte too many
	for (size_t n = 0; n < sizeof signed_tx - 1; n += 2) {
		char text[sizeof signed_tx] = { 0 };
		memcpy(text, signed_tx, n);
		assert_int_equal(parse(text, &tx, &size), 1);
	}
	char longer[sizeof signed_tx + 2];
	snprintf(longer, sizeof longer, "%s00", signed_tx);
	assert_int_equal(parse(longer, &tx, &size), 1);
	static const char *const bad[] = {
		"01000000000000000000",	  // no input
		"0100000000010000000000", // witness form without a witness
		"01000000fdfc00",	  // a count longer than needed
		"01000000feffffff7f",	  // a count that no memory should be taken for
		"01000000ffffffffffffffffff",
		"0100000000020000000000", // unknown flag
		// one input, one output: with a witness section that holds nothing; with a count in three
		// bytes
		"02000000000101010101010101010101010101010101010101010101010101010101010101010101010101000000"
		"0000"
		"010000000000000000000000000000",
		"02000000fd0100010101010101010101010101010101010101010101010101010101010101010100000000000000"
		"0000"
		"01010000000000000000"
		"00000000",
	};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(parse(bad[i], &tx, &size), 1);
	static const char good[] =
		"020000000101010101010101010101010101010101010101010101010101010101010101010000000000"
		"00000000"
		"01010000000000000000"
		"00000000";
	assert_int_equal(parse(good, &tx, &size), 0);
	assert_int_equal(transaction_check(&tx), TRANSACTION_FINE);
	struct tx_input twice[2] = { tx.inputs[0], tx.inputs[0] };
	tx.inputs = twice;
	tx.input_count = 2;
	assert_int_equal(transaction_check(&tx), TRANSACTION_DUPLICATE_INPUT);
	twice[1].previous.index++;
	assert_int_equal(transaction_check(&tx), TRANSACTION_FINE);
	memset(twice[1].previous.txid, 0, TXID_SIZE);
	assert_int_equal(transaction_check(&tx), TRANSACTION_NULL_INPUT);
	tx.input_count = 1;
	tx.outputs[0].value = MONEY_MAX + 1;
	assert_int_equal(transaction_check(&tx), TRANSACTION_VALUE);
	tx.output_count = 0;
	assert_int_equal(transaction_check(&tx), TRANSACTION_NO_OUTPUT);
	struct arena small = arena_over(memory, 64);
	size = json_hex(signed_tx, bytes, sizeof bytes);
	assert_int_equal(transaction_parse(span_over(bytes, size), TRANSACTION_WIRE, &small, &tx), -ENOMEM);
}

static void test_numbers(void **state)
{
	static const struct {
		int64_t value;
		const char *script;
	} vectors[] = {
		{ 0, "00" },
		{ -1, "4f" },
		{ 1, "51" },
		{ 16, "60" },
		{ 17, "0111" },
		{ 127, "017f" },
		{ 128, "028000" },
		{ 144, "029000" },
		{ 288, "022001" },
		{ 65535, "03ffff00" },
		{ -17, "0191" },
		{ -128, "028080" },
		{ 500000000, "040065cd1d" },
		{ 0xffffffff, "05ffffffff00" },
		{ 0x400090, "03900040" },
	};
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		uint8_t script[16];
		struct writer w = writer_over(script, sizeof script);
		struct script_item item;
		int64_t value = 99;
		script_number(&w, vectors[i].value);
		assert_hex(script, writer_size(&w), vectors[i].script);
		struct reader r = reader_over(script, writer_size(&w));
		assert_true(script_next(&r, &item) && reader_done(&r));
		assert_int_equal(script_item_number(&item, &value), 0);
		assert_int_equal(value, vectors[i].value);
	}
	static const char *const bad[] = { "0101", "0110",   "0181",	       "020100", "0100",
					   "0180", "4c0111", "06ffffffffff00", "76" };
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		uint8_t script[16];
		struct reader r = reader_over(script, hex_bytes(bad[i], script));
		struct script_item item;
		int64_t value;
		assert_true(script_next(&r, &item));
		assert_int_equal(script_item_number(&item, &value), 1);
	}
}

static void test_multisig(void **state)
{
	uint8_t script[256], key[33] = { 2 };
	struct writer w = writer_over(script, sizeof script);
	struct multisig m;
	script_number(&w, 2);
	for (uint8_t i = 0; i < 3; i++) {
		key[1] = i;
		script_push(&w, key, 33);
	}
	script_number(&w, 3);
	write_u8(&w, OP_CHECKMULTISIG);
	assert_int_equal(script_multisig_parse(span_over(script, writer_size(&w)), &m), 0);
	assert_int_equal(m.threshold, 2);
	assert_int_equal(m.count, 3);
	assert_int_equal(m.keys[2][1], 2);
	for (size_t n = 0; n < writer_size(&w); n++)
		assert_int_equal(script_multisig_parse(span_over(script, n), &m), 1);
	script[0] = OP_1 + 3; // 4 of 3
	assert_int_equal(script_multisig_parse(span_over(script, writer_size(&w)), &m), 1);
}

static void test_locks(void **state)
{
	uint32_t lock = 0;
	assert_int_equal(sequence_of_seconds(86400, &lock), 0);
	assert_int_equal(lock, SEQUENCE_SECONDS | 169);
	assert_int_equal(sequence_of_seconds(65535u * 512 + 1, &lock), 1);
	assert_true(sequence_lock_valid(144) && sequence_lock_valid(lock));
	assert_false(sequence_lock_valid(0) || sequence_lock_valid(0x10000) ||
		     sequence_lock_valid(SEQUENCE_DISABLE | 1) || sequence_lock_valid(SEQUENCE_SECONDS));
	assert_true(sequence_satisfies(2, 144, 144) && sequence_satisfies(2, 145, 144) &&
		    sequence_satisfies(3, 144, 1));
	assert_false(sequence_satisfies(2, 143, 144) || sequence_satisfies(1, 144, 144) ||
		     sequence_satisfies(2, SEQUENCE_DISABLE | 144, 144) ||
		     sequence_satisfies(2, SEQUENCE_SECONDS | 144, 144));
	assert_true(locktime_satisfies(800000, 0, 800000) && locktime_satisfies(1700000001, 0, 1700000000));
	assert_false(locktime_satisfies(799999, 0, 800000) ||
		     locktime_satisfies(800000, SEQUENCE_FINAL, 800000) ||
		     locktime_satisfies(1700000000, 0, 800000));
	assert_int_equal(sequence_height_at(144, 1000), 1144);
	assert_int_equal(sequence_height_at(SEQUENCE_SECONDS | 2, 1000), 1000);
	assert_int_equal(sequence_time_at(SEQUENCE_SECONDS | 2, 1000), 2024);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_core_valid), cmocka_unit_test(test_core_invalid),
		cmocka_unit_test(test_sizes),	   cmocka_unit_test(test_refused),
		cmocka_unit_test(test_numbers),	   cmocka_unit_test(test_multisig),
		cmocka_unit_test(test_locks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
