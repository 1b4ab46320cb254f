// SPDX-License-Identifier: Apache-2.0
#include "treasury/intent.h"

#include "base/testing.h"

#define NOW 1795312800u // 2026-11-22 02:00 UTC

static struct approvers people; // seeds 1 to 5: Anna, Ben, Carla, Carla again, Dirk
static struct intent sample;
static struct intent_signed agreed;

static const uint8_t *seed_of(uint8_t who)
{
	static uint8_t seed[32];
	memset(seed, who, sizeof seed);
	return seed;
}

static int setup(void **state)
{
	static const char *const names[] = { "Anna", "Ben", "Carla", "Carla", "Dirk" };
	people = (struct approvers){ .count = 5, .threshold = 2 };
	for (uint8_t i = 0; i < 5; i++) {
		strcpy(people.list[i].person, names[i]);
		ed25519_public(seed_of((uint8_t)(i + 1)), people.list[i].key);
	}
	sample = (struct intent){ .chain = { CHAIN_BITCOIN, CHAIN_BITCOIN_MAIN }, .wallet_name = "cold",
				  .id = "w-1001", .initiator = "Anna", .destination_count = 2,
				  .fee_max = units_of(50000), .not_before = NOW, .expiry = NOW + 86400, .counter = 7 };
	memset(sample.wallet, 0x22, sizeof sample.wallet);
	for (uint8_t i = 0; i < 2; i++) {
		struct intent_destination *d = &sample.destinations[i];
		d->place_size = 22;
		d->place[1] = 20;
		memset(d->place + 2, 0x30 + i, 20);
		d->amount = units_of(150000000u + i);
	}
	agreed = (struct intent_signed){ .intent = sample };
	intent_sign(&sample, INTENT_INITIATES, seed_of(1), &agreed.initiator);
	assert_int_equal(intent_approve(&agreed, seed_of(2)), 0);
	assert_int_equal(intent_approve(&agreed, seed_of(3)), 0);
	return 0;
}

// The document's example is the code's own bytes: one of them alone cannot change.
static void test_document(void **state)
{
	static char document[1 << 16];
	uint8_t bytes[INTENT_SIZE_MAX], hash[32], sealed[INTENT_SIGNED_SIZE_MAX];
	char hex[2 * INTENT_SIZE_MAX + 1], line[128];
	FILE *f = fopen(PROTOCOL, "r");
	assert_non_null(f);
	document[fread(document, 1, sizeof document - 1, f)] = '\0';
	fclose(f);
	struct writer w = writer_over(bytes, sizeof bytes), v = writer_over(sealed, sizeof sealed);
	intent_write(&sample, &w);
	hex_encode(bytes, writer_size(&w), hex);
	for (size_t at = 0; at < strlen(hex); at += 64) {
		snprintf(line, sizeof line, "%.64s", hex + at);
		if (!strstr(document, line))
			fail_msg("not in the document: %s", line);
	}
	intent_hash(&sample, hash);
	hex_encode(hash, 32, line);
	if (!strstr(document, line))
		fail_msg("not in the document: hash %s", line);
	hex_encode(agreed.initiator.signature, 64, hex);
	if (!strstr(document, hex))
		fail_msg("not in the document: initiator %s", hex);
	hex_encode(agreed.approvals[0].signature, 64, hex);
	if (!strstr(document, hex))
		fail_msg("not in the document: approval %s", hex);
	intent_signed_write(&agreed, &v);
	snprintf(line, sizeof line, "%zu bytes, signed %zu", writer_size(&w), writer_size(&v));
	if (!strstr(document, line))
		fail_msg("not in the document: %s", line);
}

static void test_bytes(void **state)
{
	uint8_t bytes[INTENT_SIGNED_SIZE_MAX + 1] = { 0 };
	struct intent_signed back, untouched;
	struct writer w = writer_over(bytes, sizeof bytes);
	intent_signed_write(&agreed, &w);
	size_t size = writer_size(&w);
	assert_int_equal(intent_signed_read(bytes, size, &back), 0);
	assert_memory_equal(&back.intent, &sample, sizeof sample);
	assert_memory_equal(&back, &agreed, sizeof back);
	memset(&back, 0x77, sizeof back);
	untouched = back;
	for (size_t cut = 0; cut < size; cut++)
		assert_int_equal(intent_signed_read(bytes, cut, &back), 1);
	assert_int_equal(intent_signed_read(bytes, size + 1, &back), 1);
	bytes[8] = 2;
	assert_int_equal(intent_signed_read(bytes, size, &back), 2);
	assert_memory_equal(&back, &untouched, sizeof back);
}

// To ourselves alone: no destination, and then no contract either.
static void test_nobody(void)
{
	struct intent nobody = sample, back, token = sample;
	uint8_t bytes[INTENT_SIZE_MAX];
	struct writer w = writer_over(bytes, sizeof bytes);
	memset(nobody.destinations, 0, sizeof nobody.destinations);
	nobody.destination_count = 0;
	assert_true(intent_valid(&nobody));
	intent_write(&nobody, &w);
	assert_int_equal(intent_read(bytes, writer_size(&w), &back), 0);
	assert_int_equal(back.destination_count, 0);
	assert_true(units_equal(&back.fee_max, &nobody.fee_max));
	token.chain = (struct chain){ CHAIN_EVM, 1 };
	token.destination_count = 0;
	assert_true(intent_valid(&token));
	token.contract[0] = 1;
	assert_false(intent_valid(&token));
}

static void test_valid(void **state)
{
	assert_true(intent_valid(&sample));
#define BREAKS(field, value)                                                   \
	do {                                                                   \
		struct intent broken = sample;                                 \
		broken.field = value;                                          \
		if (intent_valid(&broken))                                     \
			fail_msg("%s = %s passes", #field, #value);            \
	} while (0)
	BREAKS(chain.id, 9);
	BREAKS(contract[0], 1);
	BREAKS(wallet_name[0], '\0');
	BREAKS(wallet_name[0], ' ');
	BREAKS(wallet_name[1], '\n');
	BREAKS(id[0], 'W');
	BREAKS(id[0], '\0');
	BREAKS(initiator[0], '\x7f');
	BREAKS(destination_count, INTENT_DESTINATIONS_MAX + 1);
	BREAKS(destinations[1].place_size, 0);
	BREAKS(destinations[1].place_size, INTENT_PLACE_MAX + 1);
	BREAKS(destinations[1].amount, units_of(0));
	BREAKS(expiry, NOW);
	BREAKS(expiry, NOW + INTENT_SPAN_MAX + 1);
	BREAKS(counter, 0);
	test_nobody();
	struct intent evm = sample;
	evm.chain = (struct chain){ CHAIN_EVM, 1 };
	assert_false(intent_valid(&evm)); // places of 22 bytes
	evm.destinations[0].place_size = evm.destinations[1].place_size = 20;
	evm.contract[0] = 1;
	assert_true(intent_valid(&evm));
}

static void test_quorum(void **state)
{
	size_t good;
	uint8_t stranger[32] = { 99 };
	assert_int_equal(intent_check(&agreed, &people, NOW, 6, &good), 0);
	assert_int_equal(good, 2);
	assert_int_equal(intent_check(&agreed, &people, NOW - 1, 6, NULL), INTENT_EARLY);
	assert_int_equal(intent_check(&agreed, &people, NOW + 86399, 6, NULL), 0);
	assert_int_equal(intent_check(&agreed, &people, NOW + 86400, 6, NULL), INTENT_EXPIRED);
	assert_int_equal(intent_check(&agreed, &people, NOW, 7, NULL), INTENT_REPLAYED);
	assert_int_equal(intent_check(&agreed, &people, NOW, 8, NULL), INTENT_REPLAYED);
	struct intent_signed s = agreed;
	s.approval_count = 1;
	assert_int_equal(intent_check(&s, &people, NOW, 0, &good), INTENT_TOO_FEW);
	assert_int_equal(good, 1);
	assert_int_equal(intent_approve(&s, seed_of(2)), 0);
	assert_int_equal(intent_check(&s, &people, NOW, 0, NULL), INTENT_KEY_TWICE | INTENT_TOO_FEW);
	s = agreed;
	s.approvals[0] = s.approvals[1];
	intent_sign(&sample, INTENT_APPROVES, seed_of(4), &s.approvals[1]); // Carla's other key
	assert_int_equal(intent_check(&s, &people, NOW, 0, NULL), INTENT_PERSON_TWICE | INTENT_TOO_FEW);
	intent_sign(&sample, INTENT_APPROVES, seed_of(1), &s.approvals[1]);
	assert_int_equal(intent_check(&s, &people, NOW, 0, NULL), INTENT_OWN_APPROVAL | INTENT_TOO_FEW);
	intent_sign(&sample, INTENT_APPROVES, stranger, &s.approvals[1]);
	assert_int_equal(intent_check(&s, &people, NOW, 0, NULL), INTENT_APPROVER_UNKNOWN | INTENT_TOO_FEW);
	// a signature for the other role is none
	intent_sign(&sample, INTENT_INITIATES, seed_of(2), &s.approvals[1]);
	assert_int_equal(intent_check(&s, &people, NOW, 0, NULL), INTENT_APPROVAL_FORGED | INTENT_TOO_FEW);
	s = agreed;
	intent_sign(&sample, INTENT_INITIATES, seed_of(5), &s.initiator); // Dirk in Anna's name
	assert_int_equal(intent_check(&s, &people, NOW, 0, NULL), INTENT_INITIATOR_UNKNOWN);
	intent_sign(&sample, INTENT_APPROVES, seed_of(1), &s.initiator);
	assert_int_equal(intent_check(&s, &people, NOW, 0, NULL), INTENT_INITIATOR_FORGED);
	s = agreed;
	s.intent.destinations[0].amount = units_of(150000001); // altered after approval
	assert_int_equal(intent_check(&s, &people, NOW, 0, &good),
			 INTENT_INITIATOR_FORGED | INTENT_APPROVAL_FORGED | INTENT_TOO_FEW);
	assert_int_equal(good, 0);
}

// Ben begins it under Anna's name, and approves: his key tells.
static void test_own_by_key(void **state)
{
	struct intent_signed s = agreed;
	intent_sign(&sample, INTENT_INITIATES, seed_of(2), &s.initiator);
	assert_int_equal(intent_check(&s, &people, NOW, 0, NULL),
			 INTENT_INITIATOR_UNKNOWN | INTENT_OWN_APPROVAL | INTENT_TOO_FEW);
}

static void test_approvers(void **state)
{
	struct approvers p = people;
	assert_true(approvers_valid(&p));
	p.threshold = 4; // four people: one begins, three are left
	assert_false(approvers_valid(&p));
	p.threshold = 3;
	assert_true(approvers_valid(&p));
	p.threshold = 0;
	assert_false(approvers_valid(&p));
	p = people;
	memcpy(p.list[1].key, p.list[0].key, 32);
	assert_false(approvers_valid(&p));
	p = people;
	p.list[1].person[0] = '\0';
	assert_false(approvers_valid(&p));
}

static void test_armour(void **state)
{
	static char text[INTENT_ARMOUR_MAX], other[INTENT_ARMOUR_MAX + 2];
	struct intent_signed back;
	size_t length = intent_armour(&agreed, text);
	assert_int_equal(intent_disarm(text, length, &back), 0);
	assert_memory_equal(&back, &agreed, sizeof back);
	assert_int_equal(intent_disarm(text, length - 1, &back), 0);
	for (size_t cut = 0; cut < length - 1; cut++)
		assert_int_equal(intent_disarm(text, cut, &back), 1);
	for (size_t i = 0; i < length; i++) { // a line end more, anywhere
		memcpy(other, text, i);
		other[i] = '\n';
		memcpy(other + i + 1, text + i, length - i);
		assert_int_equal(intent_disarm(other, length + 1, &back), 1);
	}
	struct intent_signed full = agreed;
	full.intent.destination_count = INTENT_DESTINATIONS_MAX;
	memset(full.intent.wallet_name, 'w', INTENT_NAME_MAX);
	memset(full.intent.initiator, 'i', INTENT_NAME_MAX);
	memset(full.intent.id, '1', INTENT_ID_MAX);
	for (size_t i = 0; i < INTENT_DESTINATIONS_MAX; i++) {
		full.intent.destinations[i].place_size = INTENT_PLACE_MAX;
		full.intent.destinations[i].amount = units_of(i + 1);
	}
	for (size_t i = 2; i < INTENT_APPROVALS_MAX; i++)
		assert_int_equal(intent_approve(&full, seed_of(2)), 0);
	assert_int_equal(intent_approve(&full, seed_of(2)), 1);
	length = intent_armour(&full, text);
	assert_int_equal(intent_disarm(text, length, &back), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_document),   cmocka_unit_test(test_bytes),     cmocka_unit_test(test_valid),
		cmocka_unit_test(test_quorum),	   cmocka_unit_test(test_own_by_key), cmocka_unit_test(test_approvers),
		cmocka_unit_test(test_armour),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
