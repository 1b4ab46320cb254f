// SPDX-License-Identifier: Apache-2.0
#include "evidence.h"

#include "wire/event.h"

const char *evidence_check(const struct genesis *genesis, const uint8_t exchange[32], const void *bytes, size_t size,
			   uint32_t peer_uid)
{
	struct reader r = reader_over(bytes, size);
	struct entry entry = { 0 };
	struct control control;
	if (entry_read(&r, &entry) || !reader_done(&r))
		return "the bytes are not exactly one entry";
	if (!entry_is_control(entry.kind) || entry.kind == ENTRY_GENESIS || control_read(&entry, &control))
		return "the entry is not a control entry";
	if (control.uid != peer_uid)
		return "the entry was signed for another user than the one who sends it";
	if (!control_verify(genesis, exchange, entry.kind, &control))
		return "the signature is not one of an operator that genesis names";
	return NULL;
}

static const char *const texts[REFUSED_COUNT] = {
	[REFUSED_NOT] = "done",
	[REFUSED_MALFORMED] = "a field of the entry is out of range",
	[REFUSED_UNKNOWN_MARKET] = "there is no such market",
	[REFUSED_UNKNOWN_CUSTOMER] = "there is no such customer",
	[REFUSED_UNKNOWN_KEY] = "there is no such key, or it was removed",
	[REFUSED_OVERFLOW] = "the balance would pass the largest amount",
	[REFUSED_CUSTOMERS_FULL] = "genesis has room for no more customers",
	[REFUSED_KEYS_FULL] = "genesis has room for no more keys",
	[REFUSED_ASSETS_FULL] = "genesis has room for no more assets",
	[REFUSED_MARKETS_FULL] = "genesis has room for no more markets",
	[REFUSED_EVIDENCE] = "the signature does not hold",
	[REFUSED_CONTROL_ORDER] = "another control entry came first; ask for the head again and sign anew",
	[REFUSED_NOT_DEMO] = "test money exists only where genesis says demo",
	[REFUSED_DUPLICATE_NAME] = "the name is taken",
	[REFUSED_TICK_LOT] = "tick times lot is not a whole number of quote units",
	[REFUSED_RULES] = "this version of the rules is not known here",
};

const char *refusal_text(uint8_t refusal)
{
	return refusal < REFUSED_COUNT && texts[refusal] ? texts[refusal] : "the engine refused it";
}
