// SPDX-License-Identifier: Apache-2.0
// What a plan must be, and the names of things.
#include "ceremony/ceremony.h"

static const struct {
	const char *name;
	const char *text;
} steps[CEREMONY_STEPS] = {
	[CEREMONY_KEY] = { "key", "make the key: redoubt-sign ceremony key --plan FILE" },
	[CEREMONY_SHARES] = { "shares", "give each holder his share: redoubt-sign ceremony shares" },
	[CEREMONY_RECORD] = { "record", "read the key back and write its record: redoubt-sign ceremony "
					"record --out FILE" },
	[CEREMONY_REGISTER] = { "register", "when all records are joined: redoubt-sign ceremony register "
					    "--descriptor FILE" },
	[CEREMONY_PROTOCOL] = { "protocol", "print the protocol: redoubt-sign ceremony protocol --out FILE" },
};

static const char *const scripts[] = {
	[CEREMONY_WSH] = "wsh",
	[CEREMONY_TR] = "tr",
	[CEREMONY_UNVAULT] = "unvault",
};

static const char *const refusals[] = {
	[CEREMONY_FINE] = "accepted",
	[CEREMONY_LENGTH] = "longer than a ceremony's text can be",
	[CEREMONY_VERSION] = "it does not begin with \"redoubt ceremony 1\"",
	[CEREMONY_LINE] = "a line is missing, out of order or malformed",
	[CEREMONY_NAME] = "a name is malformed, or one person has two roles that must be two persons'",
	[CEREMONY_QUORUM] = "the quorum must be 2 of 3, 3 of 5 or 4 of 7, and each of its signers named once",
	[CEREMONY_SHARING] = "shares must be k of n with 2 <= k <= n <= 16",
};

const char *ceremony_step_name(enum ceremony_step step)
{
	return steps[step].name;
}

const char *ceremony_step_text(enum ceremony_step step)
{
	return step == CEREMONY_STEPS ? "nothing: this signer's ceremony is done" : steps[step].text;
}

const char *ceremony_script_name(enum ceremony_script script)
{
	return scripts[script];
}

const char *ceremony_refusal_text(enum ceremony_refusal refusal)
{
	return refusals[refusal];
}

bool ceremony_quorum_offered(const struct ceremony_quorum *quorum)
{
	static const struct ceremony_quorum offered[] = { { 2, 3 }, { 3, 5 }, { 4, 7 } };
	for (size_t i = 0; i < ARRAY_LEN(offered); i++) {
		if (quorum->threshold == offered[i].threshold && quorum->count == offered[i].count)
			return true;
	}
	return false;
}

bool ceremony_name_valid(const char *name)
{
	size_t length = strlen(name);
	if (length == 0 || length > CEREMONY_NAME_MAX || name[0] == ' ' || name[length - 1] == ' ')
		return false;
	for (size_t i = 0; i < length; i++) {
		if (name[i] < ' ' || name[i] > '~')
			return false;
	}
	return true;
}

static bool wallet_valid(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	size_t length = strlen(name);
	return length > 0 && length <= CEREMONY_WALLET_MAX && strspn(name, allowed) == length &&
	       name[0] != '-';
}

static bool token_valid(const char *token)
{
	return strlen(token) == CEREMONY_TOKEN_SIZE &&
	       strspn(token, "0123456789abcdef") == CEREMONY_TOKEN_SIZE;
}

// Signers are different persons, and so are witnesses, who are no signers: nobody watches himself. The leader
// may be a witness; he holds nothing.
static bool people_valid(const struct ceremony_plan *plan)
{
	const char *names[CEREMONY_SIGNERS_MAX + CEREMONY_WITNESSES_MAX];
	size_t count = 0;
	if (!ceremony_name_valid(plan->leader) || plan->witness_count < 1)
		return false;
	for (unsigned i = 0; i < ceremony_signer_count(plan); i++)
		names[count++] = plan->signers[i];
	for (unsigned i = 0; i < plan->witness_count; i++)
		names[count++] = plan->witnesses[i];
	for (size_t i = 0; i < count; i++) {
		if (!ceremony_name_valid(names[i]))
			return false;
		for (size_t j = 0; j < i; j++) {
			if (strcmp(names[i], names[j]) == 0)
				return false;
		}
	}
	for (unsigned i = 0; i < ceremony_signer_count(plan); i++) {
		if (strcmp(plan->leader, plan->signers[i]) == 0)
			return false;
	}
	return true;
}

static bool script_valid(const struct ceremony_plan *plan)
{
	if (plan->script != CEREMONY_UNVAULT)
		return plan->cancel.count == 0 && plan->lock == 0;
	return ceremony_quorum_offered(&plan->cancel) && plan->lock >= 1 && plan->lock <= 0xffff;
}

enum ceremony_refusal ceremony_plan_check(const struct ceremony_plan *plan)
{
	if (!ceremony_quorum_offered(&plan->quorum) || !script_valid(plan) ||
	    ceremony_signer_count(plan) > CEREMONY_SIGNERS_MAX)
		return CEREMONY_QUORUM;
	if (!wallet_valid(plan->wallet) || !token_valid(plan->token) || plan->account >= PATH_HARDENED ||
	    plan->witness_count > CEREMONY_WITNESSES_MAX)
		return CEREMONY_LINE;
	if (!shares_plan_possible(&plan->shares))
		return CEREMONY_SHARING;
	return people_valid(plan) ? CEREMONY_FINE : CEREMONY_NAME;
}

void ceremony_plan_digest(const struct ceremony_plan *plan, uint8_t ret[SHA256_SIZE])
{
	static struct ceremony only;
	static char text[CEREMONY_TEXT_MAX + 1];
	memset(&only, 0, sizeof only);
	only.plan = *plan;
	sha256_of(text, ceremony_format(&only, text), ret);
}

enum ceremony_step ceremony_next(const struct ceremony *ceremony)
{
	size_t step = 0;
	while (step < CEREMONY_STEPS && ceremony->done[step].seconds)
		step++;
	if (step > CEREMONY_SHARES && ceremony->share_count < ceremony->plan.shares.count)
		return CEREMONY_SHARES; // a set that replaces the first one is not given out whole
	return (enum ceremony_step)step;
}

void ceremony_account(const struct ceremony_plan *plan, struct path *ret)
{
	path_account(plan->script == CEREMONY_TR ? PATH_BIP87 : PATH_BIP48_SEGWIT, plan->network,
		     plan->account, ret);
}
