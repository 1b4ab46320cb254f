// SPDX-License-Identifier: Apache-2.0
#include "review/review_test.h"

#include "review/agreement.h"

bool refusal_seen[REFUSALS];
struct approvers people;

void see(const struct refusal_list *list)
{
	char line[REFUSAL_LINE_MAX];
	bool stops = false;
	for (size_t i = 0; i < list->count; i++) {
		refusal_seen[list->entries[i].id] = true;
		stops |= !refusal_row(list->entries[i].id)->notice;
		assert_in_range(refusal_line(&list->entries[i], line, sizeof line), 20, REFUSAL_LINE_MAX - 2);
	}
	assert_true(list->stops == stops || list->left_out);
}

void must_hold(const struct refusal_list *list, enum refusal id)
{
	see(list);
	if (refused(list, id) && (list->stops || refusal_row(id)->notice))
		return;
	for (size_t i = 0; i < list->count; i++)
		print_message("# has %s\n", refusal_row(list->entries[i].id)->name);
	fail_msg("not refused: %s", refusal_row(id)->name);
}

void must_be_clean(const struct refusal_list *list)
{
	see(list);
	for (size_t i = 0; i < list->count; i++) {
		if (!refusal_row(list->entries[i].id)->notice)
			fail_msg("refused: %s", refusal_row(list->entries[i].id)->name);
	}
	assert_false(list->stops);
}

const uint8_t *seed_of(uint8_t who)
{
	static uint8_t seed[32];
	memset(seed, who, sizeof seed);
	return seed;
}

void people_setup(void)
{
	static const char *const names[] = { "Anna", "Ben", "Carla", "Carla" };
	people = (struct approvers){ .count = 4, .threshold = 2 };
	for (uint8_t i = 0; i < 4; i++) {
		strcpy(people.list[i].person, names[i]);
		ed25519_public(seed_of((uint8_t)(i + 1)), people.list[i].key);
	}
}

void intent_agree(struct intent_signed *s)
{
	s->approval_count = 0;
	intent_sign(&s->intent, INTENT_INITIATES, seed_of(1), &s->initiator);
	assert_int_equal(intent_approve(s, seed_of(2)), 0);
	assert_int_equal(intent_approve(s, seed_of(3)), 0);
}

static void again(const struct play *p, struct intent_signed *kept, enum refusal id)
{
	must_hold(p->judge(), id);
	*p->intent = *kept;
	must_be_clean(p->judge());
}

void play_quorum(const struct play *p)
{
	struct intent_signed kept = *p->intent, *s = p->intent;
	must_be_clean(p->judge());
	p->context->intent = NULL;
	must_hold(p->judge(), REFUSE_INTENT_MISSING);
	p->policy->intent_optional = true;
	must_hold(p->judge(), NOTICE_NO_INTENT);
	assert_false(p->judge()->stops);
	p->policy->intent_optional = false;
	p->context->intent = s;
	s->initiator.key[0] ^= 1;
	again(p, &kept, REFUSE_INTENT_INITIATOR);
	s->approvals[0].signature[0] ^= 1;
	again(p, &kept, REFUSE_INTENT_FORGED);
	intent_sign(&s->intent, INTENT_APPROVES, seed_of(99), &s->approvals[0]);
	again(p, &kept, REFUSE_INTENT_APPROVER_UNKNOWN);
	s->approvals[1] = s->approvals[0];
	again(p, &kept, REFUSE_INTENT_KEY_TWICE);
	intent_sign(&s->intent, INTENT_APPROVES, seed_of(4), &s->approvals[0]);
	again(p, &kept, REFUSE_INTENT_PERSON_TWICE);
	intent_sign(&s->intent, INTENT_APPROVES, seed_of(1), &s->approvals[0]);
	again(p, &kept, REFUSE_INTENT_OWN_APPROVAL);
	s->approval_count = 1;
	again(p, &kept, REFUSE_INTENT_TOO_FEW);
#define DIFFERS(what, id)                                                      \
	do {                                                                   \
		what;                                                          \
		intent_agree(s);                                               \
		again(p, &kept, id);                                           \
	} while (0)
	DIFFERS(s->intent.expiry = NOW, REFUSE_INTENT_EXPIRED);
	DIFFERS((s->intent.not_before = NOW + 1, s->intent.expiry = NOW + 9), REFUSE_INTENT_EARLY);
	DIFFERS(s->intent.chain.id ^= 1, REFUSE_INTENT_CHAIN);
	DIFFERS(s->intent.wallet[31] ^= 1, REFUSE_INTENT_WALLET);
	DIFFERS(s->intent.destinations[0].place[5] ^= 1, REFUSE_INTENT_PAYEE);
	DIFFERS(s->intent.destinations[0].place[5] ^= 1, REFUSE_INTENT_UNPAID);
	DIFFERS(s->intent.destinations[0].amount.bytes[31] ^= 1, REFUSE_INTENT_AMOUNT);
	DIFFERS(s->intent.counter = 1, REFUSE_INTENT_REPLAYED);
}

void play_limits(const struct play *p)
{
	struct limit_request request;
	struct review_policy *policy = p->policy;
	struct limits kept = policy->limits;
	memset(&request, 0, sizeof request);
	must_be_clean(p->judge());
	policy->limits.count = 0;
	must_hold(p->judge(), REFUSE_LIMIT_UNLISTED);
	policy->limits = kept;
	for (size_t i = 0; i < kept.count; i++)
		policy->limits.list[i].payment_max = units_of(1);
	must_hold(p->judge(), REFUSE_LIMIT_PAYMENT);
	policy->limits = kept;
	for (size_t i = 0; i < kept.count; i++)
		policy->limits.list[i].windows[0].amount_max = units_of(1);
	must_hold(p->judge(), REFUSE_LIMIT_VELOCITY);
	policy->limits = kept;
	for (size_t i = 0; i < kept.count; i++) {
		request.payments[request.count++] = (struct limit_payment){ kept.list[i].asset, units_of(1), units_of(1) };
		policy->limits.list[i].windows[0].count_max = 1;
	}
	assert_int_equal(limits_record(&kept, p->state, NOW - 5, &request, NULL, 0), 0);
	must_hold(p->judge(), REFUSE_LIMIT_COUNT);
	policy->limits = kept;
	must_be_clean(p->judge());
	p->context->now = NOW - 6;
	must_hold(p->judge(), REFUSE_CLOCK_BACK);
	p->context->now = NOW;
	while (limits_record(&kept, p->state, NOW - 4, &request, NULL, 0) == 0)
		;
	must_hold(p->judge(), REFUSE_LIMIT_RECORD_FULL);
	memset(p->state, 0, sizeof *p->state);
	p->state->counters[0].last = 1;
	memcpy(p->state->counters[0].wallet, p->intent->intent.wallet, INTENT_WALLET_SIZE);
	p->state->counter_count = 1;
}

// ---- the table ------------------------------------------------------------

static void test_table(void **state)
{
	struct refusal_list list = { .count = 0 };
	char line[REFUSAL_LINE_MAX], small[20];
	for (unsigned id = 0; id < REFUSALS; id++) {
		const struct refusal_row *row = refusal_row((enum refusal)id);
		assert_int_equal(refusal_named(row->name), id);
		for (const char *c = row->name; *c; c++)
			assert_true((*c >= 'a' && *c <= 'z') || *c == '-');
		assert_true(strlen(row->text) > 20 && row->text[strlen(row->text) - 1] == '.');
		assert_int_equal(row->notice, id >= NOTICE_DESTINATION_UNKNOWN);
	}
	assert_int_equal(refusal_named("nonsense"), REFUSALS);
	refuse(&list, NOTICE_CANCEL, ABOUT_STEP, 2);
	assert_false(list.stops);
	refuse(&list, NOTICE_CANCEL, ABOUT_STEP, 2);
	assert_int_equal(list.count, 1);
	refuse(&list, REFUSE_DELEGATECALL, ABOUT_STEP, 2);
	assert_true(list.stops);
	refusal_line(&list.entries[1], line, sizeof line);
	assert_string_equal(line, "Step 3: A delegatecall lets foreign code act with all rights of the Safe: it can replace "
				  "the Safe itself. It is never signed. (Bybit 2025, WazirX 2024)");
	assert_int_equal(refusal_line(&list.entries[1], small, sizeof small), 19);
	memset(&list, 0, sizeof list);
	for (size_t i = 0; i < REFUSAL_LIST_MAX; i++)
		refuse(&list, NOTICE_CANCEL, ABOUT_STEP, i);
	refuse(&list, REFUSE_LOST, ABOUT_STEP, 0);
	assert_true(list.stops && list.left_out == 1 && list.count == REFUSAL_LIST_MAX);
}

static void test_nonces(void **state)
{
	static struct nonce_store store, back;
	static uint8_t bytes[NONCE_STORE_SIZE_MAX + 1];
	uint8_t r[32] = { 1 }, of[32] = { 2 }, other[32] = { 3 };
	nonce_add(&store, r, of);
	nonce_add(&store, r, of);
	assert_int_equal(store.count, 1);
	assert_false(nonce_repeated(&store, r, of));
	assert_true(nonce_repeated(&store, r, other));
	assert_false(nonce_repeated(&store, other, of));
	for (size_t i = 0; i < NONCES_MAX; i++) {
		memcpy(r + 8, &i, sizeof i);
		r[1] = 7;
		nonce_add(&store, r, of);
	}
	assert_int_equal(store.count, NONCES_MAX);
	assert_int_equal(store.next, 1); // the first one was written over
	struct writer w = writer_over(bytes, NONCE_STORE_SIZE_MAX);
	nonce_store_write(&store, &w);
	assert_false(w.failed);
	assert_int_equal(nonce_store_read(bytes, writer_size(&w), &back), 0);
	assert_memory_equal(&store, &back, sizeof store);
	assert_int_equal(nonce_store_read(bytes, writer_size(&w) - 1, &back), 1);
	assert_int_equal(nonce_store_read(bytes, writer_size(&w) + 1, &back), 1);
	bytes[12] = 0xff;
	bytes[13] = 0xff;
	assert_int_equal(nonce_store_read(bytes, writer_size(&w), &back), 1);
}

static void test_alike(void **state)
{
	assert_true(texts_alike("abcdefghijkl", "abcXXXXXXjkl"));
	assert_false(texts_alike("abcdefghijkl", "abcXXXXXXXkl"));
	assert_false(texts_alike("abcdefghijkl", "abXXXXXXXjkl"));
	assert_true(texts_alike("abcdefghijkl", "abcdefghXXXX"));
	assert_true(texts_alike("abcdefghijkl", "XXXXefghijkl"));
	assert_false(texts_alike("abcdefghijkl", "XXXXXfghijkl"));
	assert_false(texts_alike("", ""));
}

// The last one: a refusal that no test brings about is a promise that nobody tried.
static void test_all_seen(void **state)
{
	unsigned missing = 0;
	for (unsigned id = 0; id < REFUSALS; id++) {
		if (!refusal_seen[id])
			print_message("# never seen: %s\n", refusal_row((enum refusal)id)->name);
		missing += !refusal_seen[id];
	}
	assert_int_equal(missing, 0);
	print_message("# %u refusals and notices, each brought about by a payload\n", (unsigned)REFUSALS);
}

int main(void)
{
	static const struct CMUnitTest own[] = { cmocka_unit_test(test_table), cmocka_unit_test(test_nonces),
						 cmocka_unit_test(test_alike) };
	static const struct CMUnitTest last = cmocka_unit_test(test_all_seen);
	struct CMUnitTest tests[64];
	size_t count = 0;
	assert_true(bitcoin_test_count + evm_test_count + ARRAY_LEN(own) + 1 <= ARRAY_LEN(tests));
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		tests[count++] = own[i];
	for (size_t i = 0; i < bitcoin_test_count; i++)
		tests[count++] = bitcoin_tests[i];
	for (size_t i = 0; i < evm_test_count; i++)
		tests[count++] = evm_tests[i];
	tests[count++] = last;
	people_setup();
	return _cmocka_run_group_tests("review", tests, count, NULL, NULL);
}
