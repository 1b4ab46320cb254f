// SPDX-License-Identifier: Apache-2.0
// "keep replace-share": a share is lost, not stolen. The set is split anew from a quorum of it.
#include "ceremony/steps.h"
#include "crypto/secret.h"
#include "keep/keep.h"
#include "step.h"

#include <stdio.h>

static void truth_show(const struct ceremony *c)
{
	screen_page("Replace a lost share");
	screen_text("Read this first:");
	screen_item("The new set gives the same key as the old one. Any %u of the OLD shares still give it, "
		    "for ever: "
		    "splitting again takes nothing away from whoever holds them.",
		    c->plan.shares.threshold);
	screen_item("So this is for a share that is certainly destroyed. If one may be in foreign hands, "
		    "stop here and "
		    "rotate the key (keep rotate).");
	screen_item("All old shares that still exist are burnt before witnesses once the new ones are read "
		    "back. Old "
		    "and new shares do not mix: their identifiers differ.");
}

// The old shares are typed although the keystore has the seed: what is replaced must be what was there.
static int old_prove(struct room *room)
{
	const uint8_t *own;
	size_t own_size, size;
	unsigned count;
	uint8_t *seed = secret_alloc(SLIP39_SECRET_MAX);
	int r = seed ? shares_take_all(seed, &size, &count) : EXIT_FAILED;
	if (!r)
		r = seed_match(seed, size, room->ceremony.fingerprint);
	if (!r && (keystore_export_seed(room->unlocked.keystore, &own, &own_size) || own_size != size ||
		   !equal_constant_time(own, seed, size))) {
		complain("the shares do not give the keystore's seed");
		r = EXIT_REFUSED;
	}
	secret_free(seed);
	screen_forget();
	return r;
}

static int replace_begin(struct room *room, char witness[CEREMONY_NAME_MAX + 1])
{
	struct ceremony *c = &room->ceremony;
	char reason[REASON_MAX];
	truth_show(c);
	if (screen_confirm("Type: no share is in foreign hands", "no share is in foreign hands"))
		return EXIT_DECLINED;
	int r = reason_ask("Whose share is lost, and how", reason);
	if (!r)
		r = second_ask(c, witness);
	if (!r)
		r = old_prove(room);
	if (r)
		return r;
	random_bytes(c->salt, sizeof c->salt);
	c->share_count = 0;
	const struct log_field details[] = { { "reason", reason }, { "witness", witness } };
	STEP("keep-replace-begun");
	return room_act(room, "shares-replaced", details, ARRAY_LEN(details), NULL, 0);
}

static int replace_run(struct room *room, unsigned words)
{
	struct ceremony *c = &room->ceremony;
	char witness[CEREMONY_NAME_MAX + 1];
	if (!c->done[CEREMONY_SHARES].seconds) {
		complain(
			"the first set was not given out whole; go on with it: redoubt-sign ceremony shares");
		return EXIT_REFUSED;
	}
	int r = room_confine(room);
	if (!r)
		r = room_unlock(room);
	if (r)
		return r;
	if (c->share_count < c->plan.shares.count) {
		screen_page("Replace a lost share: go on");
		screen_text("%u of %u new shares are given.", c->share_count, c->plan.shares.count);
		r = second_ask(c, witness);
	} else {
		r = replace_begin(room, witness);
	}
	if (!r)
		r = shares_give(room, witness, words);
	if (r)
		return r;
	screen_page("The new set is given");
	screen_text("Now burn every old share that still exists, each before a witness, and write it on the "
		    "protocol. "
		    "Until then any %u of them give the key.",
		    c->plan.shares.threshold);
	return EXIT_DONE;
}

int keep_replace_share_run(int argc, char **argv)
{
	return shares_command(argc, argv, replace_run);
}
