// SPDX-License-Identifier: Apache-2.0
#include "review/agreement.h"

static bool place_is(const uint8_t *place, size_t size, const struct intent_destination *d)
{
	return d->place_size == size && memcmp(d->place, place, size) == 0;
}

bool agreement_names(const struct review_context *context, const struct chain *chain, const uint8_t *place, size_t size)
{
	if (!context->intent || !chain_equal(&context->intent->intent.chain, chain))
		return false;
	const struct intent *intent = &context->intent->intent;
	for (size_t i = 0; i < intent->destination_count; i++) {
		if (place_is(place, size, &intent->destinations[i]))
			return true;
	}
	return false;
}

// ---- the quorum -----------------------------------------------------------

static void quorum_check(const struct agreement *a)
{
	static const enum refusal refusals[INTENT_FAULTS] = {
		REFUSE_INTENT_INITIATOR, REFUSE_INTENT_FORGED, REFUSE_INTENT_APPROVER_UNKNOWN, REFUSE_INTENT_FORGED,
		REFUSE_INTENT_KEY_TWICE, REFUSE_INTENT_PERSON_TWICE, REFUSE_INTENT_OWN_APPROVAL, REFUSE_INTENT_TOO_FEW,
		REFUSE_INTENT_EXPIRED, REFUSE_INTENT_EARLY, REFUSE_INTENT_REPLAYED,
	};
	const struct intent_signed *s = a->context->intent;
	uint64_t last = limits_counter_last(a->context->limits, s->intent.wallet);
	uint32_t faults = intent_check(s, &a->policy->approvers, a->context->now, last, NULL);
	for (unsigned i = 0; i < INTENT_FAULTS; i++) {
		if (faults & 1u << i)
			refuse(a->refusals, refusals[i], ABOUT_PAYLOAD, 0);
	}
}

// Which destinations of the intent a payment has met; each is met once.
struct matching {
	const struct agreement *agreement;
	const struct intent *intent;
	bool met[INTENT_DESTINATIONS_MAX];
	bool near[INTENT_DESTINATIONS_MAX]; // somebody is paid there, but another amount
};

static bool payment_meets(struct matching *m, const struct review_payment *p)
{
	for (size_t i = 0; i < m->intent->destination_count; i++) {
		const struct intent_destination *d = &m->intent->destinations[i];
		if (!m->met[i] && place_is(p->place, p->place_size, d) && units_equal(&p->amount, &d->amount)) {
			m->met[i] = true;
			return true;
		}
	}
	return false;
}

static void payment_match(struct matching *m, const struct review_payment *p)
{
	const struct agreement *a = m->agreement;
	struct asset agreed = { .chain = m->intent->chain };
	bool named = false;
	memcpy(agreed.contract, m->intent->contract, CONTRACT_SIZE);
	if (!asset_equal(&agreed, &p->asset)) {
		refuse(a->refusals, REFUSE_INTENT_ASSET, a->subject, p->index);
		return;
	}
	if (payment_meets(m, p))
		return;
	for (size_t i = 0; i < m->intent->destination_count; i++) {
		if (place_is(p->place, p->place_size, &m->intent->destinations[i]))
			named = m->near[i] = true;
	}
	refuse(a->refusals, named ? REFUSE_INTENT_AMOUNT : REFUSE_INTENT_PAYEE, a->subject, p->index);
}

static void intent_match(const struct agreement *a)
{
	struct matching m = { .agreement = a, .intent = &a->context->intent->intent };
	if (!chain_equal(&m.intent->chain, &a->chain))
		refuse(a->refusals, REFUSE_INTENT_CHAIN, ABOUT_PAYLOAD, 0);
	// By id; and by the name, which is what the people read who approved.
	if (!a->wallet || memcmp(a->wallet, m.intent->wallet, INTENT_WALLET_SIZE) != 0 || !a->wallet_name ||
	    strcmp(a->wallet_name, m.intent->wallet_name) != 0)
		refuse(a->refusals, REFUSE_INTENT_WALLET, ABOUT_PAYLOAD, 0);
	for (size_t i = 0; i < a->payment_count; i++)
		payment_match(&m, &a->payments[i]);
	for (size_t i = 0; i < m.intent->destination_count; i++) {
		if (!m.met[i] && !m.near[i])
			refuse(a->refusals, REFUSE_INTENT_UNPAID, ABOUT_DESTINATION, i);
	}
	if (units_compare(&a->fee, &m.intent->fee_max) > 0)
		refuse(a->refusals, REFUSE_INTENT_FEE, ABOUT_PAYLOAD, 0);
}

// ---- the limits -----------------------------------------------------------

static void grow(struct units *sum, const struct units *by)
{
	if (!units_add(sum, by, sum))
		memset(sum, 0xff, sizeof *sum); // above every limit
}

// The row of an asset, a new one when it has none yet; NULL when there is no room.
static struct limit_payment *row_of(struct limit_request *request, const struct asset *asset)
{
	for (size_t i = 0; i < request->count; i++) {
		if (asset_equal(&request->payments[i].asset, asset))
			return &request->payments[i];
	}
	if (request->count == LIMIT_PAYMENTS_MAX)
		return NULL;
	request->payments[request->count] = (struct limit_payment){ .asset = *asset };
	return &request->payments[request->count++];
}

// Everything that one place gets of one asset: splitting a payment does not pass the cap.
static struct units place_total(const struct agreement *a, const struct review_payment *p)
{
	struct units sum = units_of(0);
	for (size_t i = 0; i < a->payment_count; i++) {
		const struct review_payment *q = &a->payments[i];
		if (asset_equal(&q->asset, &p->asset) && q->place_size == p->place_size &&
		    memcmp(q->place, p->place, p->place_size) == 0)
			grow(&sum, &q->amount);
	}
	return sum;
}

static void request_fill(const struct agreement *a)
{
	struct limit_request *request = a->request;
	struct limit_payment *row;
	request->fee_asset = (struct asset){ .chain = a->chain };
	request->fee = a->fee;
	request->fee_rate = a->fee_rate;
	for (size_t i = 0; i < a->payment_count; i++) {
		const struct review_payment *p = &a->payments[i];
		struct units total = place_total(a, p);
		if (!(row = row_of(request, &p->asset))) {
			refuse(a->refusals, REFUSE_TOO_MANY, ABOUT_PAYLOAD, 0);
			return;
		}
		grow(&row->total, &p->amount);
		if (units_compare(&total, &row->largest) > 0)
			row->largest = total;
		if (asset_equal(&p->asset, &request->fee_asset))
			grow(&request->fee_base, &p->amount);
	}
	if (units_zero(&a->fee))
		return;
	if ((row = row_of(request, &request->fee_asset)))
		grow(&row->total, &a->fee);
	else
		refuse(a->refusals, REFUSE_TOO_MANY, ABOUT_PAYLOAD, 0);
}

static void limits_ask(const struct agreement *a)
{
	static const enum refusal refusals[LIMIT_FAULTS] = {
		REFUSE_LIMIT_UNLISTED, REFUSE_LIMIT_PAYMENT, REFUSE_LIMIT_VELOCITY, REFUSE_LIMIT_COUNT, REFUSE_FEE,
		REFUSE_FEE_RATE, REFUSE_FEE_SHARE, REFUSE_CLOCK_BACK, REFUSE_LIMIT_RECORD_FULL,
	};
	uint32_t faults = limits_check(&a->policy->limits, a->context->limits, a->context->now, a->request);
	for (unsigned i = 0; i < LIMIT_FAULTS; i++) {
		if (faults & 1u << i)
			refuse(a->refusals, refusals[i], ABOUT_PAYLOAD, 0);
	}
}

void agreement_check(const struct agreement *a)
{
	ASSERT(a->context->limits && a->payment_count <= PAYMENTS_MAX);
	if (a->context->intent) {
		quorum_check(a);
		intent_match(a);
	} else if (a->payment_count || (!units_zero(&a->fee) && !a->needs_none)) { // a fee leaves, too
		refuse(a->refusals, a->policy->intent_optional ? NOTICE_NO_INTENT : REFUSE_INTENT_MISSING, ABOUT_PAYLOAD, 0);
	}
	request_fill(a);
	limits_ask(a);
}

// ---- look-alikes ----------------------------------------------------------

#define ALIKE_BOTH 3 // characters at each end: what a hurried person compares, and a forger makes in minutes
#define ALIKE_ONE  8 // at one end alone

bool texts_alike(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b), first = 0, last = 0;
	while (first < la && first < lb && a[first] == b[first])
		first++;
	while (last < la && last < lb && a[la - 1 - last] == b[lb - 1 - last])
		last++;
	return (first >= ALIKE_BOTH && last >= ALIKE_BOTH) || first >= ALIKE_ONE || last >= ALIKE_ONE;
}

bool place_text(const struct review_policy *policy, const struct chain *chain, const uint8_t *place, size_t size,
		char to[ADDRESS_TEXT_MAX + 1])
{
	to[0] = '\0';
	if (chain->kind == CHAIN_EVM) {
		static const char digits[] = "0123456789abcdef";
		for (size_t i = 0; i < size; i++) {
			to[2 * i] = digits[place[i] >> 4];
			to[2 * i + 1] = digits[place[i] & 15];
		}
		to[2 * size] = '\0';
		return true;
	}
	struct span script = span_over(place, size), program;
	unsigned version;
	if (!policy->network || address_format(policy->network, script, to))
		return false;
	size_t skip = output_witness_program(script, &version, &program)
			      ? strlen(policy->network->segwit_prefix) + 2 : 1;
	memmove(to, to + skip, strlen(to + skip) + 1);
	return true;
}

// Our own Safes and accounts are known addresses too.
static bool looks_like_own(const struct review_policy *policy, const struct chain *chain, const char *text)
{
	char known[ADDRESS_TEXT_MAX + 1];
	if (chain->kind != CHAIN_EVM)
		return false;
	for (size_t i = 0; i < policy->safe_count; i++) {
		(void)place_text(policy, chain, policy->safes[i].address.bytes, EVM_ADDRESS_SIZE, known);
		if (policy->safes[i].chain_id == chain->id && texts_alike(text, known))
			return true;
	}
	for (size_t i = 0; i < policy->account_count; i++) {
		(void)place_text(policy, chain, policy->accounts[i].address.bytes, EVM_ADDRESS_SIZE, known);
		if (policy->accounts[i].chain_id == chain->id && texts_alike(text, known))
			return true;
	}
	return false;
}

bool looks_alike(const struct review_policy *policy, const struct review_context *context, const struct chain *chain,
		 const uint8_t *place, size_t size)
{
	char own[ADDRESS_TEXT_MAX + 1], known[ADDRESS_TEXT_MAX + 1];
	if (policy_label(policy, chain, place, size) || agreement_names(context, chain, place, size) ||
	    !place_text(policy, chain, place, size, own))
		return false;
	if (looks_like_own(policy, chain, own))
		return true;
	for (size_t i = 0; i < policy->label_count; i++) {
		const struct policy_label *l = &policy->labels[i];
		if (chain_equal(&l->chain, chain) && place_text(policy, chain, l->place, l->place_size, known) &&
		    texts_alike(own, known))
			return true;
	}
	if (!context->intent || !chain_equal(&context->intent->intent.chain, chain))
		return false;
	for (size_t i = 0; i < context->intent->intent.destination_count; i++) {
		const struct intent_destination *d = &context->intent->intent.destinations[i];
		if (place_text(policy, chain, d->place, d->place_size, known) && texts_alike(own, known))
			return true;
	}
	return false;
}
