// SPDX-License-Identifier: Apache-2.0
// Look-alikes of our own addresses: who copies "our" address out of a history of payments copies the poisoner's.
#include "review/bitcoin_parts.h"

static void branch_derive(struct reviewer *r, const struct policy_wallet *w, size_t branch, struct own_address *to)
{
	struct chain chain = policy_chain_bitcoin(r->policy->network);
	uint32_t first = w->index_next > OWN_BEHIND ? w->index_next - OWN_BEHIND : 0;
	uint64_t end = w->descriptor.ranged ? (uint64_t)w->index_next + OWN_AHEAD : 1;
	struct descriptor_output own;
	if (!w->descriptor.ranged)
		first = 0;
	for (uint64_t i = first; i < end && r->own_count < OWN_MAX; i++) {
		if (descriptor_derive(&w->descriptor, branch, (uint32_t)i, &own))
			return; // past the last index
		struct span script = output_span(&own.script);
		if (place_text(r->policy, &chain, script.at, script.size, to[r->own_count].text))
			r->own_count++;
	}
}

// The spending wallet first, so that the bound never leaves it out. False without memory.
static bool own_derive(struct reviewer *r)
{
	struct own_address *own = arena_take(&r->arena, OWN_MAX, sizeof *own);
	const struct policy_wallet *spending = r->review->wallet;
	if (!own)
		return false;
	r->own = own;
	for (size_t b = 0; spending && b < spending->descriptor.branch_count; b++)
		branch_derive(r, spending, b, own);
	for (size_t i = 0; i < r->policy->wallet_count; i++) {
		const struct policy_wallet *w = &r->policy->wallets[i];
		for (size_t b = 0; w != spending && b < w->descriptor.branch_count; b++)
			branch_derive(r, w, b, own);
	}
	return true;
}

bool looks_like_ours(struct reviewer *r, struct span script)
{
	struct chain chain = policy_chain_bitcoin(r->policy->network);
	char text[ADDRESS_TEXT_MAX + 1];
	bool alike = false;
	if (agreement_names(r->context, &chain, script.at, script.size) ||
	    !place_text(r->policy, &chain, script.at, script.size, text))
		return false;
	if (!r->own && !own_derive(r)) {
		refuse(&r->review->refusals, REFUSE_TOO_MANY, ABOUT_PAYLOAD, 0);
		return false;
	}
	for (size_t i = 0; i < r->own_count; i++) {
		if (strcmp(text, r->own[i].text) == 0)
			return false; // it is ours, and the PSBT does not say so
		alike |= texts_alike(text, r->own[i].text);
	}
	return alike;
}
