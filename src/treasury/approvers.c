// SPDX-License-Identifier: Apache-2.0
// Whether a quorum holds: different people, each with a pinned key, none of them the one who began it.
#include "treasury/quorum.h"

const struct approver *approver_find(const struct approvers *approvers, const uint8_t key[ED25519_PUBLIC_SIZE])
{
	for (size_t i = 0; i < approvers->count; i++) {
		if (memcmp(approvers->list[i].key, key, ED25519_PUBLIC_SIZE) == 0)
			return &approvers->list[i];
	}
	return NULL;
}

static bool person_before(const struct approvers *approvers, size_t i)
{
	for (size_t j = 0; j < i; j++) {
		if (strcmp(approvers->list[j].person, approvers->list[i].person) == 0)
			return true;
	}
	return false;
}

bool approvers_valid(const struct approvers *approvers)
{
	unsigned people = 0;
	if (approvers->count > APPROVERS_MAX)
		return false;
	for (size_t i = 0; i < approvers->count; i++) {
		const struct approver *a = &approvers->list[i];
		if (!intent_name_valid(a->person) || approver_find(approvers, a->key) != a)
			return false;
		people += !person_before(approvers, i);
	}
	return approvers->threshold >= 1 && approvers->threshold < people;
}

struct quorum {
	const struct quorum_claim *claim;
	const struct approvers *approvers;
	const struct approver *initiator; // or NULL
	uint32_t faults;
	const char *people[INTENT_APPROVALS_MAX]; // whose approval counts
	size_t good;
};

static bool has_approved(const struct quorum *q, const char *person)
{
	for (size_t i = 0; i < q->good; i++) {
		if (strcmp(q->people[i], person) == 0)
			return true;
	}
	return false;
}

static bool key_before(const struct quorum_claim *c, size_t i)
{
	for (size_t j = 0; j < i; j++) {
		if (memcmp(c->approvals[j].key, c->approvals[i].key, ED25519_PUBLIC_SIZE) == 0)
			return true;
	}
	return false;
}

static void initiator_check(struct quorum *q)
{
	const struct quorum_claim *c = q->claim;
	q->initiator = approver_find(q->approvers, c->begun->key);
	if (!q->initiator || strcmp(q->initiator->person, c->initiator) != 0)
		q->faults |= INTENT_INITIATOR_UNKNOWN;
	else if (!c->verify(c->what, INTENT_INITIATES, c->begun))
		q->faults |= INTENT_INITIATOR_FORGED;
}

static void approval_check(struct quorum *q, size_t i)
{
	const struct intent_signature *approval = &q->claim->approvals[i];
	const struct approver *who = approver_find(q->approvers, approval->key);
	if (!who) {
		q->faults |= INTENT_APPROVER_UNKNOWN;
		return;
	}
	if (!q->claim->verify(q->claim->what, INTENT_APPROVES, approval)) {
		q->faults |= INTENT_APPROVAL_FORGED;
		return;
	}
	// Named twice, as text and by key: he began it if either says so.
	bool own = strcmp(who->person, q->claim->initiator) == 0 ||
		   (q->initiator && strcmp(who->person, q->initiator->person) == 0);
	if (own)
		q->faults |= INTENT_OWN_APPROVAL;
	else if (key_before(q->claim, i))
		q->faults |= INTENT_KEY_TWICE;
	else if (has_approved(q, who->person))
		q->faults |= INTENT_PERSON_TWICE;
	else
		q->people[q->good++] = who->person;
}

uint32_t quorum_check(const struct quorum_claim *claim, const struct approvers *approvers, uint64_t now, size_t *ret_good)
{
	struct quorum q = { .claim = claim, .approvers = approvers };
	ASSERT(claim->approval_count <= INTENT_APPROVALS_MAX);
	initiator_check(&q);
	for (size_t i = 0; i < claim->approval_count; i++)
		approval_check(&q, i);
	if (q.good < approvers->threshold || approvers->threshold == 0)
		q.faults |= INTENT_TOO_FEW;
	if (now >= claim->expiry)
		q.faults |= INTENT_EXPIRED;
	if (now < claim->not_before)
		q.faults |= INTENT_EARLY;
	if (ret_good)
		*ret_good = q.good;
	return q.faults;
}

static bool verify_intent(const void *what, enum intent_role role, const struct intent_signature *signature)
{
	return intent_verify(what, role, signature);
}

uint32_t intent_check(const struct intent_signed *s, const struct approvers *approvers, uint64_t now,
		      uint64_t counter_last, size_t *ret_good)
{
	const struct quorum_claim claim = { s->intent.initiator, &s->initiator, s->approvals, s->approval_count,
					    s->intent.not_before, s->intent.expiry, &s->intent, verify_intent };
	uint32_t faults = quorum_check(&claim, approvers, now, ret_good);
	return faults | (s->intent.counter <= counter_last ? INTENT_REPLAYED : 0u);
}
