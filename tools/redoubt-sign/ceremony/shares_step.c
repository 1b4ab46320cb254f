// SPDX-License-Identifier: Apache-2.0
// "ceremony shares": each holder in turn. A share counts when it was read back; ended in between, it goes on
// with the next holder and the same set.
#include "base/text.h"
#include "ceremony/handout.h"
#include "ceremony/steps.h"
#include "crypto/secret.h"
#include "step.h"

#include <stdio.h>

static int holder_ask(const struct ceremony *c, char to[CEREMONY_NAME_MAX + 1])
{
	char prompt[64];
	snprintf(prompt, sizeof prompt, "Holder of share %u of %u", c->share_count + 1, c->plan.shares.count);
	int r = name_ask(prompt, to);
	for (unsigned i = 0; !r && i < c->share_count; i++) {
		if (strcmp(c->shares[i].holder, to) == 0) {
			complain("%s holds share %u already: one person with two shares is a smaller quorum",
				 to, i + 1);
			r = EXIT_REFUSED;
		}
	}
	return r;
}

static int share_give(struct room *room, const struct slip39_share *share, const char *witness,
		      unsigned words)
{
	struct ceremony *c = &room->ceremony;
	struct ceremony_share *to = &c->shares[c->share_count];
	char title[96], number[16], digest[2 * SHA256_SIZE + 1];
	int r = holder_ask(c, to->holder);
	if (r)
		return r;
	snprintf(title, sizeof title, "Share %u of %u of %s, signer %u", c->share_count + 1,
		 c->plan.shares.count, c->plan.wallet, c->me);
	if ((r = share_hand_out(share, to->holder, title, words)))
		return r;
	shares_digest(c->salt, share, to->digest);
	to->seconds = now_seconds();
	c->share_count++;
	snprintf(number, sizeof number, "%u", c->share_count);
	hex_encode(to->digest, sizeof to->digest, digest);
	const struct log_field details[] = {
		{ "share", number }, { "holder", to->holder }, { "digest", digest }, { "witness", witness }
	};
	if (c->share_count < c->plan.shares.count)
		return room_act(room, "share-given", details, ARRAY_LEN(details), NULL, 0);
	return room_step(room, CEREMONY_SHARES, witness, "share-given", details, ARRAY_LEN(details), NULL, 0);
}

int shares_give(struct room *room, const char *witness, unsigned words)
{
	struct ceremony *c = &room->ceremony;
	const uint8_t *seed;
	size_t size;
	struct slip39_share *shares = secret_alloc(SHARES_MAX * sizeof *shares);
	int r = shares ? keystore_export_seed(room->unlocked.keystore, &seed, &size) : EXIT_FAILED;
	if (r)
		complain("there is no seed to make shares of: %s", keystore_result_text(r));
	else if (shares_split(&c->plan.shares, seed, size, c->salt, shares))
		r = EXIT_FAILED;
	while (!r && c->share_count < c->plan.shares.count)
		r = share_give(room, &shares[c->share_count], witness, words);
	secret_free(shares);
	return r;
}

static int shares_run(struct room *room, unsigned words)
{
	char witness[CEREMONY_NAME_MAX + 1];
	int r = room_expect(room, CEREMONY_SHARES);
	if (!r)
		r = room_confine(room);
	if (!r)
		r = room_unlock(room);
	if (r)
		return r;
	const struct ceremony *c = &room->ceremony;
	screen_page("Ceremony: the shares");
	screen_text("%u shares of which any %u give the key back. One at a time, each holder alone with the "
		    "screen.",
		    c->plan.shares.count, c->plan.shares.threshold);
	for (unsigned i = 0; i < c->share_count; i++)
		screen_field("given", "%u  %s", i + 1, c->shares[i].holder);
	if (!(r = witness_ask(&c->plan, witness)))
		r = shares_give(room, witness, words);
	if (r)
		return r;
	screen_page("All shares are given");
	screen_field("now", "%s", ceremony_step_text(ceremony_next(c)));
	return EXIT_DONE;
}

static int read_back_option(const char *text, unsigned *ret)
{
	uint64_t words = READ_BACK_ALL;
	if (text && strcmp(text, "all") != 0 &&
	    !number_read(text, "--read-back", 4, SLIP39_WORDS_MAX, &words))
		return EXIT_USAGE;
	*ret = (unsigned)words;
	return 0;
}

int shares_command(int argc, char **argv, int (*run)(struct room *room, unsigned words))
{
	const char *read_back = NULL;
	const struct option options[] = { { "--read-back", &read_back, NULL } };
	struct room *room;
	unsigned words;
	int r = options_read(argc, argv, options, ARRAY_LEN(options), NULL, 0, 0);
	if (r < 0)
		return options_exit(r);
	if ((r = read_back_option(read_back, &words)) || (r = room_open(&room)))
		return r;
	r = run(room, words);
	room_close(room);
	return r;
}

int ceremony_shares_run(int argc, char **argv)
{
	return shares_command(argc, argv, shares_run);
}
