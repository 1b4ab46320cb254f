// SPDX-License-Identifier: Apache-2.0
#include "base/testing.h"
#include "crypto/ed25519.h"
#include "crypto/secret.h"
#include "crypto/sha256.h"
#include "wire/control.h"

static const uint8_t seed[32] = { 1, 2, 3 };

// Structs have padding; what they are written as has none.
#define assert_written_as(name, value, body, size)                             \
	do {                                                                   \
		uint8_t again_[1024];                                          \
		assert_int_equal(name##_write(value, again_, sizeof again_), size); \
		assert_memory_equal(again_, body, size);                       \
	} while (0)

static struct genesis some_genesis(void)
{
	struct genesis g = {
		.rules = 1, .demo = true, .origin = "redoubt.local/demo",
		.capacities = { 1000, 2000, 16, 8, 100000, 200, 50000, 4000, 100 },
		.hash_seed = { 9 }, .auth_public = { 8 }, .checkpoint_public = { 7 }, .operators = 2,
	};
	ed25519_public(seed, g.operator_public[1]);
	return g;
}

static void genesis_comes_back(void **state)
{
	struct genesis g = some_genesis(), back;
	uint8_t body[512];
	size_t size = genesis_write(&g, body, sizeof body);
	assert_int_equal(size, 4 + 1 + 1 + 18 + 32 + 96 + 4 + 64);
	assert_hex(body, 56, "01000000" "01" "12" "7265646f7562742e6c6f63616c2f64656d6f" "e8030000" "d0070000" "1000" "0800"
			     "a0860100" "c8000000" "50c30000" "a00f0000" "64000000");
	assert_int_equal(genesis_read(body, size, &back), 0);
	assert_written_as(genesis, &back, body, size);
	for (size_t n = 0; n < size; n++) {
		uint8_t *copy = malloc(n ? n : 1);
		memcpy(copy, body, n);
		assert_int_equal(genesis_read(copy, n, &back), 1);
		free(copy);
	}
	body[size] = 0;
	assert_int_equal(genesis_read(body, size + 1, &back), 1);
	for (size_t room = 0; room < size; room++)
		assert_int_equal(genesis_write(&g, body, room), 0);
}

static void genesis_out_of_range_is_neither_written_nor_read(void **state)
{
	uint8_t body[1024];
	struct genesis g = some_genesis(), back;
	size_t size = genesis_write(&g, body, sizeof body);
	body[4] = 2; // demo is 0 or 1
	assert_int_equal(genesis_read(body, size, &back), 1);
	body[4] = 0;
	body[0] = 0; // rules
	assert_int_equal(genesis_read(body, size, &back), 1);
	body[0] = 1;
	body[6] = '+';
	assert_int_equal(genesis_read(body, size, &back), 1);
	body[6] = 0;
	assert_int_equal(genesis_read(body, size, &back), 1);
	body[6] = 'r';
	body[152] = 9; // operators
	assert_int_equal(genesis_read(body, size, &back), 1);
	body[152] = 2;
	assert_int_equal(genesis_read(body, size, &back), 0);
	g.operators = 0;
	assert_int_equal(genesis_write(&g, body, sizeof body), 0);
	g.operators = OPERATORS_MAX + 1;
	assert_int_equal(genesis_write(&g, body, sizeof body), 0);
	g = some_genesis();
	g.origin[0] = 0;
	assert_int_equal(genesis_write(&g, body, sizeof body), 0);
	memset(g.origin, 'x', sizeof g.origin); // no NUL anywhere
	assert_int_equal(genesis_write(&g, body, sizeof body), 0);
}

static void markets_and_assets_come_back(void **state)
{
	uint8_t body[256];
	struct asset_add asset = { "BTC", 8 }, asset_back;
	size_t size = asset_add_write(&asset, body, sizeof body);
	assert_hex(body, size, "03" "425443" "08");
	assert_int_equal(asset_add_read(body, size, &asset_back), 0);
	assert_written_as(asset_add, &asset_back, body, size);
	body[1] = 'b';
	assert_int_equal(asset_add_read(body, size, &asset_back), 1);
	strcpy(asset.name, "");
	assert_int_equal(asset_add_write(&asset, body, sizeof body), 0);

	struct market_add market = { .symbol = "BTCUSDT", .base = 0, .quote = 1, .tick = { 1000000 }, .price_min = { 1000000 },
				     .price_max = { 5 }, .lot = { 1000 }, .quantity_min = { 1 }, .quantity_max = { 2 },
				     .notional_min = { 3 }, .notional_max = { AMOUNT_MAX }, .maker = { 500 }, .taker = { 1000 } },
			  back;
	size = market_add_write(&market, body, sizeof body);
	assert_int_equal(size, 1 + 7 + 4 + 64 + 8);
	assert_int_equal(market_add_read(body, size, &back), 0);
	assert_written_as(market_add, &back, body, size);
	market.taker.ppm = FEE_RATE_MAX + 1;
	assert_int_equal(market_add_write(&market, body, sizeof body), 0);

	struct market_set set = { .market = 3, .status = MARKET_CANCEL_ONLY, .maker = { 1 }, .taker = { 2 } }, set_back = { 0 };
	size = market_set_write(&set, body, sizeof body);
	assert_hex(body, size, "0300" "02" "01000000" "02000000");
	assert_int_equal(market_set_read(body, size, &set_back), 0);
	assert_int_equal(set_back.status, MARKET_CANCEL_ONLY);
	body[2] = 3;
	assert_int_equal(market_set_read(body, size, &set_back), 1);
}

static void customers_and_deposits_come_back(void **state)
{
	uint8_t body[256];
	struct customer_add add = { .commitment = { 1 }, .label = "Alice, of the desk" }, add_back;
	size_t size = customer_add_write(&add, body, sizeof body);
	assert_int_equal(size, 32 + 1 + 18);
	assert_int_equal(customer_add_read(body, size, &add_back), 0);
	assert_written_as(customer_add, &add_back, body, size);
	body[33] = '\n';
	assert_int_equal(customer_add_read(body, size, &add_back), 1);
	add.label[0] = 0; // a label may be empty
	assert_int_equal(customer_add_write(&add, body, sizeof body), 33);

	struct customer_set set = { 7, CUSTOMER_FROZEN }, set_back;
	size = customer_set_write(&set, body, sizeof body);
	assert_hex(body, size, "07000000" "01");
	assert_int_equal(customer_set_read(body, size, &set_back), 0);
	body[4] = 2;
	assert_int_equal(customer_set_read(body, size, &set_back), 1);

	struct deposit_test deposit = { 7, 2, { AMOUNT_MAX } }, deposit_back;
	size = deposit_test_write(&deposit, body, sizeof body);
	assert_hex(body, size, "07000000" "0200" "ffffffffffffff7f");
	assert_int_equal(deposit_test_read(body, size, &deposit_back), 0);
	body[13] = 0x80;
	assert_int_equal(deposit_test_read(body, size, &deposit_back), 1);

	struct key_remove removed = { 5 }, removed_back;
	size = key_remove_write(&removed, body, sizeof body);
	assert_hex(body, size, "05000000");
	assert_int_equal(key_remove_read(body, size, &removed_back), 0);
	assert_int_equal(key_remove_read(body, 3, &removed_back), 1);
}

static void a_host_report_comes_back(void **state)
{
	uint8_t body[128];
	struct host_report report = { .time_us = 0x0102030405060708, .failed = 1, .unknown = 2, .passed = 0x1234 }, back;
	memset(report.digest, 0xaa, 32);
	memset(report.manifest, 0xbb, 32);
	size_t size = host_report_write(&report, body, sizeof body);
	assert_int_equal(size, 78);
	assert_hex(body + 31, 16, "aa" "0807060504030201" "0100" "0200" "3412" "bb");
	assert_int_equal(host_report_read(body, size, &back), 0);
	assert_written_as(host_report, &back, body, size);
	assert_int_equal(host_report_read(body, size - 1, &back), 1);
	assert_int_equal(host_report_read(body, size + 1, &back), 1);
	assert_int_equal(host_report_write(&report, body, size - 1), 0);
}

static struct key_add some_key(uint8_t kind)
{
	struct key_add k = { .customer = 3, .kind = kind, .scopes = SCOPE_READ | SCOPE_TRADE, .ip_rules = 1 };
	memset(k.api_key, 'k', API_KEY_SIZE);
	k.ip[0].bits = 128;
	k.ip[0].address[15] = 1;
	if (kind == KEY_HMAC) {
		k.sealed_size = 112;
		memset(k.sealed, 6, 112);
	} else {
		memset(k.public_key, 5, 32);
	}
	return k;
}

static void keys_of_both_kinds_come_back(void **state)
{
	uint8_t body[1024];
	struct key_add hmac = some_key(KEY_HMAC), ed = some_key(KEY_ED25519), back;
	size_t size = key_add_write(&hmac, body, sizeof body);
	assert_int_equal(size, 4 + 2 + 64 + 2 + 112 + 1 + 17);
	assert_int_equal(key_add_read(body, size, &back), 0);
	assert_written_as(key_add, &back, body, size);
	size = key_add_write(&ed, body, sizeof body);
	assert_int_equal(size, 4 + 2 + 64 + 32 + 1 + 17);
	assert_int_equal(key_add_read(body, size, &back), 0);
	assert_written_as(key_add, &back, body, size);
	body[5] = 0; // no scope
	assert_int_equal(key_add_read(body, size, &back), 1);
	body[5] = 8;
	assert_int_equal(key_add_read(body, size, &back), 1);
	body[5] = 1;
	body[4] = 3; // no such kind
	assert_int_equal(key_add_read(body, size, &back), 1);
	body[4] = KEY_ED25519;
	body[10] = '-';
	assert_int_equal(key_add_read(body, size, &back), 1);
	body[10] = 'k';
	body[size - 1] = 129;
	assert_int_equal(key_add_read(body, size, &back), 1);
	body[size - 18] = 9; // rules
	assert_int_equal(key_add_read(body, size, &back), 1);
	hmac.sealed_size = 0;
	assert_int_equal(key_add_write(&hmac, body, sizeof body), 0);
	hmac.sealed_size = KEY_SEALED_MAX + 1;
	assert_int_equal(key_add_write(&hmac, body, sizeof body), 0);
}

struct signed_entry {
	uint8_t bytes[ENTRY_SIZE_MAX], exchange[32];
	size_t size;
	struct genesis genesis;
};

static struct signed_entry sign_something(void)
{
	struct signed_entry s = { .genesis = some_genesis() };
	uint8_t body[512], previous[32] = { 4 };
	size_t size = genesis_write(&s.genesis, body, sizeof body);
	sha256_of(body, size, s.exchange);
	struct customer_set set = { 7, CUSTOMER_FROZEN };
	size = customer_set_write(&set, body, sizeof body);
	s.size = control_sign(s.exchange, ENTRY_CUSTOMER_SET, 12, previous, 1, seed, 1000, body, size, s.bytes, sizeof s.bytes);
	assert_int_equal(s.size, ENTRY_HEADER_SIZE + CONTROL_EVIDENCE_SIZE + 5);
	return s;
}

static bool holds(const struct signed_entry *s, const uint8_t exchange[32])
{
	struct reader r = reader_over(s->bytes, s->size);
	struct entry entry;
	struct control control;
	return entry_read(&r, &entry) == 0 && reader_done(&r) && control_read(&entry, &control) == 0 &&
	       control_verify(&s->genesis, exchange, entry.kind, &control);
}

static void evidence_holds_and_breaks_with_any_bit(void **state)
{
	struct signed_entry s = sign_something();
	assert_true(holds(&s, s.exchange));
	// every bit but the stamp (bytes 4..7), which the sequencer sets afterwards
	for (size_t bit = 0; bit < 8 * s.size; bit++) {
		bool stamp = bit / 8 >= 4 && bit / 8 < 8;
		s.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (holds(&s, s.exchange) != stamp)
			fail_msg("bit %zu of byte %zu", bit % 8, bit / 8);
		s.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	uint8_t other[32] = { 1 };
	assert_false(holds(&s, other)); // a statement for another exchange
	s.genesis.operators = 1;
	assert_false(holds(&s, s.exchange)); // signer 1 is not there
}

static void the_signed_bytes_are_as_documented(void **state)
{
	struct control control = { .number = 2, .signer = 1, .uid = 1000, .body = (const uint8_t *)"xyz", .body_size = 3 };
	uint8_t exchange[32] = { 0xee }, bytes[128];
	memset(control.previous, 0x11, 32);
	assert_int_equal(control_signed_bytes(exchange, ENTRY_KEY_ADD, &control, bytes, sizeof bytes), 19 + 32 + 1 + 8 + 32 + 8 + 3);
	assert_memory_equal(bytes, "redoubt/control/v1\0\xee", 20);
	assert_int_equal(bytes[51], ENTRY_KEY_ADD);
	assert_hex(bytes + 52, 8, "0200000000000000");
	assert_hex(bytes + 92, 11, "01000000" "e8030000" "78797a");
	assert_int_equal(control_signed_bytes(exchange, ENTRY_KEY_ADD, &control, bytes, 102), 0);
}

static void what_is_too_long_is_not_signed(void **state)
{
	static uint8_t body[ENTRY_SIZE_MAX], to[2 * ENTRY_SIZE_MAX];
	uint8_t zero[32] = { 0 };
	size_t most = ENTRY_SIZE_MAX - ENTRY_HEADER_SIZE - CONTROL_EVIDENCE_SIZE;
	assert_int_equal(control_sign(zero, ENTRY_RULES, 1, zero, 0, seed, 0, body, most, to, sizeof to), ENTRY_SIZE_MAX);
	assert_int_equal(control_sign(zero, ENTRY_RULES, 1, zero, 0, seed, 0, body, most + 1, to, sizeof to), 0);
	assert_int_equal(control_sign(zero, ENTRY_RULES, 1, zero, 0, seed, 0, body, 100, to, 100), 0);
}

static void short_or_other_entries_are_not_control(void **state)
{
	uint8_t payload[CONTROL_EVIDENCE_SIZE] = { 0 };
	struct control control;
	struct entry entry = { .kind = ENTRY_RULES, .payload = payload, .payload_size = CONTROL_EVIDENCE_SIZE };
	assert_int_equal(control_read(&entry, &control), 0);
	assert_int_equal(control.body_size, 0);
	entry.payload_size--;
	assert_int_equal(control_read(&entry, &control), 1);
	entry.payload_size++;
	entry.kind = ENTRY_TICK;
	assert_int_equal(control_read(&entry, &control), 1);
}

static int set_up(void **state)
{
	return crypto_init();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(genesis_comes_back),
		cmocka_unit_test(genesis_out_of_range_is_neither_written_nor_read),
		cmocka_unit_test(markets_and_assets_come_back),
		cmocka_unit_test(customers_and_deposits_come_back),
		cmocka_unit_test(a_host_report_comes_back),
		cmocka_unit_test(keys_of_both_kinds_come_back),
		cmocka_unit_test(evidence_holds_and_breaks_with_any_bit),
		cmocka_unit_test(the_signed_bytes_are_as_documented),
		cmocka_unit_test(what_is_too_long_is_not_signed),
		cmocka_unit_test(short_or_other_entries_are_not_control),
	};
	return cmocka_run_group_tests_name("wire-control", tests, set_up, NULL);
}
