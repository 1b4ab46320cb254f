// SPDX-License-Identifier: Apache-2.0
// "ceremony key": the seed from several hands, sealed. Until the vault's first line is written the seed is in
// memory alone: whatever ends the program before leaves nothing, whatever ends it after leaves a whole key.
#include "base/text.h"
#include "ceremony/record.h"
#include "ceremony/room.h"
#include "ceremony/seed.h"
#include "ceremony/steps.h"
#include "crypto/secret.h"
#include "step.h"

#include <stdio.h>
#include <stdlib.h>

struct making {
	struct room room;
	char witness[CEREMONY_NAME_MAX + 1];
	struct entropy *entropy; // secret memory
	uint8_t *seed;		 // secret memory
	uint64_t memory_mib;
	unsigned opened; // seeds that were laid open and thrown away
	struct seed_file file;
};

static void digest_show(const char *name, const uint8_t digest[SHA256_SIZE])
{
	char hex[2 * SHA256_SIZE + 1];
	hex_encode(digest, SHA256_SIZE, hex);
	screen_field(name, "%.16s %.16s", hex, hex + 16);
	screen_field("", "%.16s %.16s", hex + 32, hex + 48);
}

// ---- entropy -------------------------------------------------------------
static void kernel_commit(struct making *m)
{
	uint8_t *kernel = secret_alloc(ENTROPY_KERNEL_SIZE), digest[SHA256_SIZE];
	ASSERT(kernel);
	random_bytes(kernel, ENTROPY_KERNEL_SIZE);
	secret_wipe(m->entropy, sizeof *m->entropy);
	entropy_add_kernel(m->entropy, kernel);
	secret_free(kernel);
	entropy_commitment(m->entropy, digest);
	memcpy(m->room.ceremony.commitment, digest, sizeof digest);
	screen_page("Entropy: this machine's part is fixed");
	digest_show("commitment", digest);
	page_gap();
	screen_text("Write the commitment down before anyone throws a die. This machine can no longer choose "
		    "its part "
		    "so that it fits the dice. A seed that is laid open shows whether it kept to it.");
}

static void sources_show(const struct entropy *entropy)
{
	screen_page("Entropy so far");
	for (size_t i = 0; i < entropy->count; i++)
		screen_field(entropy_kind_name(entropy->sources[i].kind), "%u bits",
			     entropy->sources[i].bits);
	screen_field("by people", "%u bits; %d are needed", entropy_people_bits(entropy),
		     ENTROPY_PEOPLE_BITS);
}

// Lines until an empty one, joined by single spaces. 0, or an exit code.
static int throws_ask(char *to, size_t room)
{
	char prompt[32];
	size_t size = 0;
	char *line = secret_alloc(SCREEN_LINE_MAX);
	int r = line ? 0 : EXIT_FAILED;
	to[0] = '\0';
	for (unsigned i = 1; !r; i++) {
		snprintf(prompt, sizeof prompt, "Line %u (empty ends)", i);
		int got = screen_ask(prompt, line, SCREEN_LINE_MAX);
		if (got == 1) {
			complain("the input ended; nothing was made");
			r = EXIT_DECLINED;
		} else if (got == 0 && line[0] == '\0') {
			break;
		} else if (got == 0 && size + strlen(line) + 2 < room) {
			size += (size_t)snprintf(to + size, room - size, "%s%s", size ? " " : "", line);
		} else {
			screen_text("Too long; that line was dropped. Give the rest as a source of its own.");
		}
	}
	secret_free(line);
	return r;
}

static int source_take(struct making *m, enum entropy_kind kind)
{
	char *typed = secret_alloc(ENTROPY_TEXT_MAX + 512);
	ASSERT(typed);
	if (kind == ENTROPY_DICE)
		screen_text("Each throw 1 to 6, in groups of one length (as 16342 55213 41265), as many "
			    "lines as you like.");
	else if (kind == ENTROPY_COINS)
		screen_text("h for heads and t for tails, in groups of one length.");
	else
		screen_text("Anything that the others do not know: a page you open in a book counts little, "
			    "hit the keys.");
	int r = throws_ask(typed, ENTROPY_TEXT_MAX + 512);
	if (!r) {
		enum entropy_refusal refusal = entropy_add(m->entropy, kind, typed, strlen(typed));
		screen_forget();
		if (refusal)
			screen_refusal("%s. This source was not taken", entropy_refusal_text(refusal));
	}
	secret_free(typed);
	return r;
}

static void opened_show(const struct entropy *entropy, const uint8_t *seed)
{
	uint8_t digest[SHA256_SIZE];
	char hex[2 * ENTROPY_KERNEL_SIZE + 1];
	screen_page("This seed is laid open and will never be used");
	hex_encode(entropy->sources[0].bytes, ENTROPY_KERNEL_SIZE, hex);
	screen_line("kernel %s", hex);
	for (size_t i = 0; i < entropy->count; i++) {
		if (i)
			screen_text("%s %.*s", entropy_kind_name(entropy->sources[i].kind),
				    (int)entropy->sources[i].size, entropy->sources[i].bytes);
		entropy_source_digest(entropy, i, digest);
		hex_encode(digest, sizeof digest, hex);
		screen_line("digest %zu %s", i + 1, hex);
	}
	hex_encode(seed, ENTROPY_SEED_SIZE, hex);
	screen_line("seed %s", hex);
	page_gap();
	screen_text("Compute the commitment, the digests and the seed on another machine "
		    "(docs/custody/CEREMONY.md has the "
		    "commands) and compare. Then it begins anew with fresh throws.");
}

// 0 use, 1 begin anew, or an exit code above.
#define BEGIN_ANEW 100
static int seed_decide(struct making *m)
{
	char typed[SCREEN_LINE_MAX];
	enum entropy_refusal refusal = entropy_seed(m->entropy, m->seed);
	if (refusal) {
		screen_refusal("%s", entropy_refusal_text(refusal));
		return BEGIN_ANEW + 1; // more sources
	}
	sources_show(m->entropy);
	page_gap();
	screen_text("Throw a coin. Heads: type use. Tails: type open; this seed is then laid open, checked "
		    "elsewhere and "
		    "thrown away. A machine that cheats does not know beforehand which it will be.");
	for (int i = 0; i < 3; i++) {
		int r = screen_ask("use or open", typed, sizeof typed);
		if (r == 1)
			break;
		if (r == 0 && strcmp(typed, "use") == 0)
			return 0;
		if (r == 0 && strcmp(typed, "open") == 0) {
			opened_show(m->entropy, m->seed);
			m->opened++;
			r = screen_pause("Enter when it was compared, to begin anew");
			screen_forget();
			return r ? EXIT_DECLINED : BEGIN_ANEW;
		}
	}
	complain("neither use nor open; nothing was made");
	return EXIT_DECLINED;
}

static int sources_ask(struct making *m)
{
	static const enum entropy_kind kinds[] = { ENTROPY_DICE, ENTROPY_COINS, ENTROPY_TEXT };
	char typed[SCREEN_LINE_MAX];
	for (;;) {
		int r = screen_ask("Source (dice, coins, text; mix when all is given)", typed, sizeof typed);
		if (r == 1) {
			complain("the input ended; nothing was made");
			return EXIT_DECLINED;
		}
		if (r == 0 && strcmp(typed, "mix") == 0 && (r = seed_decide(m)) != BEGIN_ANEW + 1)
			return r;
		for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
			if (strcmp(typed, entropy_kind_name(kinds[i])) != 0)
				continue;
			if ((r = source_take(m, kinds[i])))
				return r;
			sources_show(m->entropy);
		}
	}
}

static int entropy_gather(struct making *m)
{
	int r;
	do {
		kernel_commit(m);
		STEP("ceremony-committed");
		r = sources_ask(m);
	} while (r == BEGIN_ANEW);
	struct ceremony *c = &m->room.ceremony;
	c->source_count = (unsigned)m->entropy->count;
	for (size_t i = 0; i < m->entropy->count; i++)
		c->sources[i] =
			(struct ceremony_source){ m->entropy->sources[i].kind, m->entropy->sources[i].bits };
	secret_wipe(m->entropy, sizeof *m->entropy);
	STEP("ceremony-mixed");
	return r;
}

// ---- the step ------------------------------------------------------------
// The plan is the one on the board, and the person is the one it names.
static int plan_agree(struct making *m)
{
	struct ceremony *c = &m->room.ceremony;
	char code[PLAN_CODE_SIZE], prompt[96];
	plan_code(&c->plan, code);
	screen_page("Ceremony: the key");
	plan_show(&c->plan);
	screen_heading("You are signer %u: %s", c->me, c->plan.signers[c->me - 1]);
	if (code_confirm("Type the PLAN CODE that is on the board (8 of 0-9 a-f)", code)) {
		complain("this file is not the plan that was agreed on, or the code was mistyped");
		return EXIT_REFUSED;
	}
	snprintf(prompt, sizeof prompt, "Type your name");
	if (screen_confirm(prompt, c->plan.signers[c->me - 1]))
		return EXIT_DECLINED;
	return witness_ask(&c->plan, m->witness);
}

static int key_store(struct making *m)
{
	struct room *room = &m->room;
	char opened[16], fingerprint[2 * HD_FINGERPRINT_SIZE + 1], code[PLAN_CODE_SIZE];
	struct ceremony *c = &room->ceremony;
	c->began = now_seconds();
	random_bytes(c->salt, sizeof c->salt);
	int r = seed_facts(c, m->seed, ENTROPY_SEED_SIZE);
	if (!r)
		r = seed_seal(room, m->seed, ENTROPY_SEED_SIZE, m->memory_mib, &m->file);
	if (r)
		return r;
	c->done[CEREMONY_KEY].seconds = now_seconds();
	strcpy(c->done[CEREMONY_KEY].witness, m->witness);
	snprintf(opened, sizeof opened, "%u", m->opened);
	hex_encode(c->fingerprint, sizeof c->fingerprint, fingerprint);
	plan_code(&c->plan, code);
	const struct log_field details[] = { { "plan", code },
					     { "signer", c->plan.signers[c->me - 1] },
					     { "witness", m->witness },
					     { "fingerprint", fingerprint },
					     { "seeds-opened", opened } };
	return seed_store(room, &m->file, "created", details, ARRAY_LEN(details), NULL);
}

static int key_make(struct making *m)
{
	int r = plan_agree(m);
	if (!r)
		r = entropy_gather(m);
	if (!r)
		r = key_store(m);
	if (r)
		return r;
	char code[LOG_CODE_SIZE], fingerprint[2 * HD_FINGERPRINT_SIZE + 1];
	log_head_code(&m->room.vault.head, code);
	hex_encode(m->room.ceremony.fingerprint, HD_FINGERPRINT_SIZE, fingerprint);
	screen_page("The key is sealed");
	screen_field("fingerprint", "%s", fingerprint);
	screen_field("log", "%s", code);
	screen_field("now", "%s", ceremony_step_text(CEREMONY_SHARES));
	screen_text("Write fingerprint and log on the protocol. Until the shares are given, this machine "
		    "holds the only "
		    "copy.");
	return EXIT_DONE;
}

int ceremony_key_run(int argc, char **argv)
{
	const char *plan = NULL, *signer = NULL, *memory = NULL;
	const struct option options[] = { { "--plan", &plan, NULL },
					  { "--signer", &signer, NULL },
					  { "--memory", &memory, NULL } };
	uint64_t me = 0, mib = 0;
	int r = options_read(argc, argv, options, ARRAY_LEN(options), NULL, 0, 0);
	if (r < 0)
		return options_exit(r);
	struct making *m = calloc(1, sizeof *m);
	if (!m)
		return EXIT_FAILED;
	m->room.out = OUTLET_NONE;
	r = plan_read(plan, &m->room.ceremony);
	if (!r && (!signer ||
		   !number_read(signer, "--signer", 1, ceremony_signer_count(&m->room.ceremony.plan), &me))) {
		complain("--signer N must say which of the plan's signers you are");
		r = EXIT_USAGE;
	}
	if (!r && memory &&
	    !number_read(memory, "--memory", KEYSTORE_MEMORY_KIB_MIN >> 10, KEYSTORE_MEMORY_KIB_MAX >> 10,
			 &mib))
		r = EXIT_USAGE;
	m->room.ceremony.me = (unsigned)me;
	m->memory_mib = mib;
	if (!r)
		r = program_digest(m->room.ceremony.program);
	if (!r)
		r = vault_open(globals.vault, VAULT_CREATE, &m->room.vault);
	if (!r)
		r = room_confine(&m->room);
	if (!r) {
		m->entropy = secret_alloc(sizeof *m->entropy);
		m->seed = secret_alloc(ENTROPY_SEED_SIZE);
		r = m->entropy && m->seed ? key_make(m) : EXIT_FAILED;
		secret_free(m->entropy);
		secret_free(m->seed);
	}
	vault_lock(&m->room.unlocked);
	vault_close(&m->room.vault);
	free(m);
	return r;
}
