// SPDX-License-Identifier: Apache-2.0
// "keep recover": a wallet from its shares into an empty vault.
#include "base/text.h"
#include "ceremony/steps.h"
#include "crypto/secret.h"
#include "keep/keep.h"
#include "step.h"

#include <stdio.h>

struct recovery {
	const char *ceremony;
	const char *plan;
	const char *signer;
	const char *fingerprint;
	const char *memory;
	uint64_t memory_mib;
	struct room room;
	struct seed_file file;
};

static int ceremony_read(const char *path, struct ceremony *ret)
{
	char *text;
	size_t size, line;
	int r = public_read(path, CEREMONY_TEXT_MAX, &text, &size);
	if (r)
		return r;
	enum ceremony_refusal refusal = ceremony_parse(text, size, ret, &line);
	free(text);
	if (!refusal && ret->me)
		return 0;
	complain("'%s' is not a signer's ceremony, line %zu: %s", path, line,
		 refusal ? ceremony_refusal_text(refusal) : "it is a plan; give it with --plan");
	return EXIT_REFUSED;
}

// With the old vault's file "ceremony" everything public comes back; with the plan alone the ceremony goes on
// from its shares.
static int goal_read(struct recovery *recovery)
{
	struct ceremony *c = &recovery->room.ceremony;
	uint64_t me;
	if (recovery->ceremony && !recovery->plan)
		return ceremony_read(recovery->ceremony, c);
	if (recovery->ceremony || !recovery->plan || !recovery->signer || !recovery->fingerprint) {
		complain("give --ceremony FILE, or --plan FILE, --signer N and --fingerprint HEX from the "
			 "protocol");
		return EXIT_USAGE;
	}
	int r = plan_read(recovery->plan, c);
	if (r)
		return r;
	if (!number_read(recovery->signer, "--signer", 1, ceremony_signer_count(&c->plan), &me))
		return EXIT_USAGE;
	c->me = (unsigned)me;
	if (hex_decode(recovery->fingerprint, strlen(recovery->fingerprint), c->fingerprint,
		       HD_FINGERPRINT_SIZE)) {
		complain("--fingerprint has eight hexadecimal digits, not '%s'", recovery->fingerprint);
		return EXIT_USAGE;
	}
	return 0;
}

static int facts_compare(struct recovery *recovery, const uint8_t *seed, size_t size)
{
	struct ceremony *c = &recovery->room.ceremony;
	char key[CEREMONY_KEY_MAX + 1], evm[EVM_ADDRESS_TEXT];
	memcpy(key, c->key, sizeof key);
	memcpy(evm, c->evm, sizeof evm);
	int r = seed_match(seed, size, c->fingerprint);
	if (!r)
		r = seed_facts(c, seed, size);
	if (r)
		return r;
	if ((key[0] && strcmp(key, c->key) != 0) || (evm[0] && strcmp(evm, c->evm) != 0)) {
		complain("the seed has the fingerprint, but not the key that the ceremony wrote down");
		return EXIT_REFUSED;
	}
	return 0;
}

static int vault_make(struct recovery *recovery, const char *witness, unsigned count)
{
	static struct descriptor descriptor;
	struct ceremony *c = &recovery->room.ceremony;
	char fingerprint[2 * HD_FINGERPRINT_SIZE + 1], name[VAULT_NAME_MAX + 1], number[16];
	struct vault_change wallet;
	hex_encode(c->fingerprint, sizeof c->fingerprint, fingerprint);
	snprintf(number, sizeof number, "%u", count);
	if (!c->done[CEREMONY_KEY].seconds) {
		c->began = now_seconds();
		c->done[CEREMONY_KEY].seconds = c->began;
		strcpy(c->done[CEREMONY_KEY].witness, witness);
		random_bytes(c->salt, sizeof c->salt);
	}
	const struct log_field details[] = { { "signer", c->plan.signers[c->me - 1] },
					     { "witness", witness },
					     { "fingerprint", fingerprint },
					     { "shares", number } };
	if (c->descriptor[0]) {
		if (descriptor_parse(c->plan.network, c->descriptor, strlen(c->descriptor), &descriptor)) {
			complain("the ceremony's descriptor cannot be read");
			return EXIT_REFUSED;
		}
		int r = wallet_change(&c->plan, &descriptor, name, &wallet);
		if (r)
			return r;
	}
	return seed_store(&recovery->room, &recovery->file, "recovered", details, ARRAY_LEN(details),
			  c->descriptor[0] ? &wallet : NULL);
}

// What shares and the ceremony's text do not hold. Whoever signs on as before would sign without limits.
static void loss_show(void)
{
	page_gap();
	screen_heading("What did NOT come back");
	screen_item("The policy: it is the first one again, with NO LIMITS.");
	screen_item("Labels, payees, Safes and wallets other than the ceremony's.");
	screen_item("Intent counters: an intent that was signed before counts as new until it expires.");
	screen_item("What was spent (velocity) and EVM nonces: both begin at nothing.");
	screen_item("The old log: this one begins today.");
	screen_heading("Before anything is signed");
	screen_item("Register policy, labels and Safes anew from the files that the other signers use: "
		    "redoubt-sign policy, redoubt-sign register.");
	screen_item("Wait until every intent from before has expired, or compare each payload with the other "
		    "signers' logs: what was signed already is refused by you, not by this machine.");
	screen_item(
		"Wait until the longest velocity window of the policy has passed, or count by hand what was "
		"spent in it; take the next EVM nonces from the other signers.");
}

static int recover(struct recovery *recovery)
{
	struct ceremony *c = &recovery->room.ceremony;
	char witness[CEREMONY_NAME_MAX + 1];
	unsigned count;
	size_t size;
	uint8_t *seed = secret_alloc(SLIP39_SECRET_MAX);
	screen_page("Recover a wallet from shares");
	plan_show(&c->plan);
	screen_heading("Signer %u: %s", c->me, c->plan.signers[c->me - 1]);
	int r = seed ? second_ask(c, witness) : EXIT_FAILED;
	if (!r)
		r = shares_take_all(seed, &size, &count);
	screen_forget();
	if (!r)
		r = facts_compare(recovery, seed, size);
	if (!r)
		r = seed_seal(&recovery->room, seed, size, recovery->memory_mib, &recovery->file);
	secret_free(seed);
	if (!r)
		r = vault_make(recovery, witness, count);
	if (r)
		return r;
	screen_page("The wallet is recovered");
	screen_field("now", "%s", ceremony_step_text(ceremony_next(c)));
	screen_text("Its shares were together in one room: whoever could read them all has the key. If that "
		    "is not ruled "
		    "out, rotate.");
	loss_show();
	return EXIT_DONE;
}

int keep_recover_run(int argc, char **argv)
{
	struct recovery *recovery = calloc(1, sizeof *recovery);
	if (!recovery)
		return EXIT_FAILED;
	const struct option options[] = { { "--ceremony", &recovery->ceremony, NULL },
					  { "--plan", &recovery->plan, NULL },
					  { "--signer", &recovery->signer, NULL },
					  { "--fingerprint", &recovery->fingerprint, NULL },
					  { "--memory", &recovery->memory, NULL } };
	int r = options_read(argc, argv, options, ARRAY_LEN(options), NULL, 0, 0);
	if (r < 0) {
		free(recovery);
		return options_exit(r);
	}
	recovery->room.out = OUTLET_NONE;
	r = goal_read(recovery);
	if (!r && recovery->memory &&
	    !number_read(recovery->memory, "--memory", KEYSTORE_MEMORY_KIB_MIN >> 10,
			 KEYSTORE_MEMORY_KIB_MAX >> 10, &recovery->memory_mib))
		r = EXIT_USAGE;
	if (!r)
		r = program_digest(recovery->room.ceremony.program);
	if (!r)
		r = vault_open(globals.vault, VAULT_CREATE, &recovery->room.vault);
	if (!r)
		r = room_confine(&recovery->room);
	if (!r)
		r = recover(recovery);
	vault_lock(&recovery->room.unlocked);
	vault_close(&recovery->room.vault);
	free(recovery);
	return r;
}
