// SPDX-License-Identifier: Apache-2.0
// "ceremony plan": who, which network, which quorum. One file for all signers, before any key exists.
#include "base/text.h"
#include "ceremony/room.h"
#include "ceremony/steps.h"
#include "confine.h"
#include "crypto/secret.h"

#include <stdio.h>

static int choice_ask(const char *prompt, const char *const *choices, size_t count, size_t *ret)
{
	char typed[SCREEN_LINE_MAX];
	for (int i = 0; i < 3 && screen_ask(prompt, typed, sizeof typed) != 1; i++) {
		for (size_t c = 0; c < count; c++) {
			if (strcmp(typed, choices[c]) == 0) {
				*ret = c;
				return 0;
			}
		}
		screen_text("Type one of the words in brackets.");
	}
	complain("no choice was made; nothing was done");
	return EXIT_DECLINED;
}

static int quorum_ask(const char *prompt, struct ceremony_quorum *ret)
{
	static const char *const choices[] = { "2-of-3", "3-of-5", "4-of-7" };
	static const struct ceremony_quorum quorums[] = { { 2, 3 }, { 3, 5 }, { 4, 7 } };
	size_t choice;
	int r = choice_ask(prompt, choices, ARRAY_LEN(choices), &choice);
	if (!r)
		*ret = quorums[choice];
	return r;
}

static int wallet_ask(struct ceremony_plan *plan)
{
	static const char *const networks[] = { "main", "test", "regtest" };
	static const char *const scripts[] = { "wsh", "tr", "unvault" };
	char name[CEREMONY_NAME_MAX + 1];
	uint64_t number = 0;
	size_t choice;
	int r = name_ask("Wallet's name (a-z, 0-9, -)", name);
	if (!r)
		snprintf(plan->wallet, sizeof plan->wallet, "%.*s", CEREMONY_WALLET_MAX, name);
	if (!r && !(r = choice_ask("Bitcoin network (main, test, regtest)", networks, ARRAY_LEN(networks),
				   &choice)))
		plan->network = network_named(networks[choice]);
	if (!r && !(r = choice_ask("Script (wsh, tr, unvault)", scripts, ARRAY_LEN(scripts), &choice)))
		plan->script = (enum ceremony_script)choice;
	if (!r)
		r = quorum_ask("Quorum (2-of-3, 3-of-5, 4-of-7)", &plan->quorum);
	if (!r && plan->script == CEREMONY_UNVAULT) {
		r = quorum_ask("Who may cancel (2-of-3, 3-of-5, 4-of-7)", &plan->cancel);
		if (!r &&
		    !(r = number_ask("Blocks before it may be paid (144 is a day)", 1, 0xffff, &number)))
			plan->lock = (uint32_t)number;
	}
	if (!r && !(r = number_ask("Account (0 the first time)", 0, PATH_HARDENED - 1, &number)))
		plan->account = (uint32_t)number;
	if (!r)
		r = number_ask("EVM chain id (0 for none)", 0, UINT64_MAX, &plan->chain);
	return r;
}

static int shares_ask(struct ceremony_plan *plan)
{
	uint64_t count = 0, threshold = 0;
	int r = number_ask("How many persons get a share of each key (2 to 16)", 2, SHARES_MAX, &count);
	if (!r)
		r = number_ask("How many of them are enough", 2, count, &threshold);
	if (!r)
		plan->shares = (struct shares_plan){ (uint8_t)threshold, (uint8_t)count };
	return r;
}

static int people_ask(struct ceremony_plan *plan)
{
	char prompt[64];
	uint64_t count = 0;
	int r = name_ask("Leader (reads aloud, joins the records, holds no key)", plan->leader);
	if (!r)
		r = number_ask("How many witnesses (1 to 4)", 1, CEREMONY_WITNESSES_MAX, &count);
	for (plan->witness_count = 0; !r && plan->witness_count < count; plan->witness_count++) {
		snprintf(prompt, sizeof prompt, "Witness %u", plan->witness_count + 1);
		r = name_ask(prompt, plan->witnesses[plan->witness_count]);
	}
	for (unsigned i = 0; !r && i < ceremony_signer_count(plan); i++) {
		snprintf(prompt, sizeof prompt, "Signer %u%s", i + 1,
			 i < plan->quorum.count ? "" : " (may cancel)");
		r = name_ask(prompt, plan->signers[i]);
	}
	return r;
}

static int plan_write(const struct outlet *out, const struct ceremony *ceremony)
{
	static char text[CEREMONY_TEXT_MAX + 1];
	char code[PLAN_CODE_SIZE];
	enum ceremony_refusal refusal = ceremony_plan_check(&ceremony->plan);
	if (refusal) {
		complain("this is no plan: %s", ceremony_refusal_text(refusal));
		return EXIT_REFUSED;
	}
	screen_page("The plan");
	plan_show(&ceremony->plan);
	if (screen_confirm("Type the wallet's name to write it", ceremony->plan.wallet))
		return EXIT_DECLINED;
	int r = outlet_write(out, text, ceremony_format(ceremony, text), "redoubt ceremony 1\n");
	if (r)
		return r;
	plan_code(&ceremony->plan, code);
	screen_text("Written to %s.", out->path);
	page_gap();
	screen_field("PLAN CODE", "%s", code);
	screen_text("Write the code on the board. Each signer types it at his own machine: a plan that was "
		    "altered on "
		    "the way has another one.");
	return EXIT_DONE;
}

int ceremony_plan_run(int argc, char **argv)
{
	static struct ceremony ceremony;
	const char *path = NULL;
	const struct option options[] = { { "--out", &path, NULL } };
	struct outlet out = OUTLET_NONE;
	uint8_t token[CEREMONY_TOKEN_SIZE / 2];
	int r = options_read(argc, argv, options, ARRAY_LEN(options), NULL, 0, 0);
	if (r < 0)
		return options_exit(r);
	if ((r = outlet_open(path, &out)))
		return r;
	struct confinement confinement = { .write_dirs = { out.dir }, .write_count = 1 };
	r = confine(&confinement);
	random_bytes(token, sizeof token);
	hex_encode(token, sizeof token, ceremony.plan.token);
	if (!r) {
		screen_page("Ceremony: the plan");
		r = wallet_ask(&ceremony.plan);
	}
	if (!r)
		r = shares_ask(&ceremony.plan);
	if (!r)
		r = people_ask(&ceremony.plan);
	if (!r)
		r = plan_write(&out, &ceremony);
	outlet_close(&out);
	return r;
}
