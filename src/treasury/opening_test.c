// SPDX-License-Identifier: Apache-2.0
// An opening holds for one payload, some days and different people; its text is one, and no byte of it can be altered.
#include "base/testing.h"
#include "treasury/opening.h"

#define NOW 1795312800u

static struct approvers people;
static const uint8_t payload[32] = { 1, 2, 3 };

static const uint8_t *seed_of(uint8_t who)
{
	static uint8_t seed[32];
	memset(seed, who, sizeof seed);
	return seed;
}

static int setup(void **state)
{
	static const char *const names[] = { "Anna", "Ben", "Carla", "Carla" };
	people = (struct approvers){ .count = 4, .threshold = 2 };
	for (uint8_t i = 0; i < 4; i++) {
		strcpy(people.list[i].person, names[i]);
		ed25519_public(seed_of((uint8_t)(i + 1)), people.list[i].key);
	}
	return 0;
}

static struct opening signed_by(uint8_t begins, uint8_t first, uint8_t second)
{
	struct opening o = { .initiator = "Anna", .not_before = NOW - 60, .expiry = NOW + 3600 };
	memcpy(o.payload, payload, sizeof payload);
	assert_int_equal(opening_sign(&o, INTENT_INITIATES, seed_of(begins)), 0);
	if (first)
		assert_int_equal(opening_sign(&o, INTENT_APPROVES, seed_of(first)), 0);
	if (second)
		assert_int_equal(opening_sign(&o, INTENT_APPROVES, seed_of(second)), 0);
	return o;
}

static uint32_t faults(struct opening o)
{
	return opening_check(&o, &people, NOW, payload);
}

static void test_quorum(void **state)
{
	const uint8_t other[32] = { 9 };
	struct opening good = signed_by(1, 2, 3), bad;
	assert_int_equal(faults(good), 0);
	assert_int_equal(opening_check(&good, &people, NOW, other), OPENING_OTHER_PAYLOAD);
	assert_int_equal(opening_check(&good, &people, NOW + 3600, payload), INTENT_EXPIRED);
	assert_int_equal(opening_check(&good, &people, NOW - 61, payload), INTENT_EARLY);
	assert_int_equal(faults(signed_by(1, 2, 0)), INTENT_TOO_FEW);
	assert_int_equal(faults(signed_by(1, 2, 2)), INTENT_TOO_FEW | INTENT_KEY_TWICE);
	assert_int_equal(faults(signed_by(1, 3, 4)), INTENT_TOO_FEW | INTENT_PERSON_TWICE);
	assert_int_equal(faults(signed_by(1, 1, 3)), INTENT_TOO_FEW | INTENT_OWN_APPROVAL);
	assert_int_equal(faults(signed_by(1, 2, 9)), INTENT_TOO_FEW | INTENT_APPROVER_UNKNOWN);
	assert_int_equal(faults(signed_by(2, 3, 4)) & INTENT_INITIATOR_UNKNOWN, INTENT_INITIATOR_UNKNOWN);
	bad = good;
	bad.expiry++; // altered after it was approved
	assert_int_equal(faults(bad), INTENT_INITIATOR_FORGED | INTENT_APPROVAL_FORGED | INTENT_TOO_FEW);
	bad = good;
	bad.payload[31] ^= 1;
	assert_int_equal(opening_check(&bad, &people, NOW, bad.payload),
			 INTENT_INITIATOR_FORGED | INTENT_APPROVAL_FORGED | INTENT_TOO_FEW);
	bad = good;
	bad.approvals[0] = good.begun; // one role's signature is none in the other
	bad.approvals[0].key[0] = good.begun.key[0];
	assert_true(faults(bad) & INTENT_APPROVAL_FORGED);
	for (uint32_t fault = 1; fault <= OPENING_OTHER_PAYLOAD; fault <<= 1)
		assert_true(strlen(opening_fault_text(fault)) > 10);
}

static void test_text(void **state)
{
	static char text[OPENING_ARMOUR_MAX], altered[OPENING_ARMOUR_MAX];
	struct opening good = signed_by(1, 2, 3), back;
	size_t length = opening_armour(&good, text);
	assert_int_equal(opening_disarm(text, length, &back), 0);
	assert_int_equal(faults(back), 0);
	assert_int_equal(opening_disarm(text, length - 1, &back), 0); // the last line end
	for (size_t cut = 0; cut < length - 1; cut++)
		assert_int_equal(opening_disarm(text, cut, &back), 1);
	for (size_t i = 0; i < length; i++) {
		memcpy(altered, text, length);
		altered[i] = altered[i] == 'A' ? 'B' : 'A';
		int r = opening_disarm(altered, length, &back);
		assert_true(r || faults(back));
	}
	for (good.approval_count = 0; !opening_sign(&good, INTENT_APPROVES, seed_of(2));)
		;
	assert_int_equal(good.approval_count, INTENT_APPROVALS_MAX);
	memset(good.initiator, 'A', INTENT_NAME_MAX);
	length = opening_armour(&good, text); // the largest has room
	assert_int_equal(opening_disarm(text, length, &back), 0);
}

static void test_valid(void **state)
{
	struct opening o = signed_by(1, 2, 3);
	assert_true(opening_valid(&o));
	o.expiry = o.not_before + OPENING_SPAN_MAX + 1;
	assert_false(opening_valid(&o));
	o.expiry = o.not_before;
	assert_false(opening_valid(&o));
	o = signed_by(1, 2, 3);
	o.initiator[0] = '\0';
	assert_false(opening_valid(&o));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quorum),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_valid),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
