// SPDX-License-Identifier: Apache-2.0
// "keep prove": a backup is good, and nobody has seen it. Needs no passphrase: the act is noted unsigned.
#include "base/text.h"
#include "ceremony/steps.h"
#include "crypto/secret.h"
#include "keep/keep.h"

#include <stdio.h>

int seed_match(const uint8_t *seed, size_t size, const uint8_t fingerprint[HD_FINGERPRINT_SIZE])
{
	struct hd_private *master = secret_alloc(sizeof *master);
	uint8_t got[HD_FINGERPRINT_SIZE];
	char is[2 * HD_FINGERPRINT_SIZE + 1], wanted[2 * HD_FINGERPRINT_SIZE + 1];
	int r = !master || hd_master(seed, size, master);
	if (!r)
		hd_fingerprint(&master->public, got);
	secret_free(master);
	if (!r && memcmp(got, fingerprint, sizeof got) == 0)
		return 0;
	hex_encode(fingerprint, HD_FINGERPRINT_SIZE, wanted);
	hex_encode(got, HD_FINGERPRINT_SIZE, is);
	complain("these shares give the key %s, and not %s: they belong to another wallet", r ? "(none)" : is,
		 wanted);
	return EXIT_REFUSED;
}

static int whole_prove(struct room *room)
{
	char number[16];
	unsigned count = 0;
	size_t size;
	const struct ceremony *c = &room->ceremony;
	uint8_t *seed = secret_alloc(SLIP39_SECRET_MAX);
	screen_page("Prove the backup");
	screen_text("Each holder types his own share and looks away while others do. What comes out is "
		    "compared with the "
		    "fingerprint of the ceremony, is neither shown nor written, and is wiped.");
	int r = seed ? shares_take_all(seed, &size, &count) : EXIT_FAILED;
	if (!r)
		r = seed_match(seed, size, c->fingerprint);
	secret_free(seed);
	screen_forget();
	snprintf(number, sizeof number, "%u", count);
	const struct log_field details[] = { { "shares", number }, { "result", r ? "failed" : "good" } };
	int noted = vault_note(&room->vault, "backup-proven", details, ARRAY_LEN(details));
	if (r || noted)
		return r ? r : noted;
	screen_page("The backup is good");
	screen_text("%u shares gave the key of signer %u of %s. Nothing of it was kept.", count, c->me,
		    c->plan.wallet);
	return EXIT_DONE;
}

static int digest_find(const struct ceremony *c, const struct slip39_share *share)
{
	uint8_t digest[SHA256_SIZE];
	shares_digest(c->salt, share, digest);
	for (unsigned i = 0; i < c->share_count; i++) {
		if (memcmp(digest, c->shares[i].digest, sizeof digest) == 0)
			return (int)i;
	}
	return -1;
}

static int share_prove(struct room *room)
{
	const struct ceremony *c = &room->ceremony;
	struct slip39_share *share = secret_alloc(sizeof *share);
	char number[16];
	screen_page("Prove one share");
	screen_text("Its holder types it alone. It is compared with the digest that the ceremony kept.");
	int r = share ? share_take("The share's words, on one or more lines", share) : EXIT_FAILED;
	int found = r ? -1 : digest_find(c, share);
	secret_free(share);
	screen_forget();
	if (r)
		return r;
	snprintf(number, sizeof number, "%d", found + 1);
	const struct log_field details[] = { { "share", found < 0 ? "unknown" : number },
					     { "result", found < 0 ? "failed" : "good" } };
	if ((r = vault_note(&room->vault, "share-proven", details, ARRAY_LEN(details))))
		return r;
	if (found < 0) {
		complain("the words are a share, but none that this ceremony gave out last: of another key, "
			 "or of a set "
			 "that was replaced");
		return EXIT_REFUSED;
	}
	screen_page("The share is good");
	screen_text("It is share %d of %u, given to %s.", found + 1, c->plan.shares.count,
		    c->shares[found].holder);
	return EXIT_DONE;
}

int keep_prove_run(int argc, char **argv)
{
	bool one = false;
	const struct option options[] = { { "--share", NULL, &one } };
	struct room *room;
	int r = options_read(argc, argv, options, ARRAY_LEN(options), NULL, 0, 0);
	if (r < 0)
		return options_exit(r);
	if ((r = room_open(&room)))
		return r;
	if (!(r = room_confine(room)))
		r = one ? share_prove(room) : whole_prove(room);
	room_close(room);
	return r;
}
