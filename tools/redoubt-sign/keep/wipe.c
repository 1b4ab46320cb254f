// SPDX-License-Identifier: Apache-2.0
// "keep wipe": the log is carried out, then every file is overwritten and removed.
#include "base/text.h"
#include "ceremony/steps.h"
#include "crypto/secret.h"
#include "keep/keep.h"
#include "step.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void truth_show(const struct ceremony *c)
{
	screen_page("Wipe this vault");
	screen_field("wallet", "%s, signer %u %s", c->plan.wallet, c->me, c->plan.signers[c->me - 1]);
	screen_field("rotation", "%s", c->rotation[0] ? c->rotation : "none: the key may still guard money");
	screen_text("What this can and cannot do:");
	screen_item("Every file is overwritten with random bytes, synced and removed.");
	screen_item("An SSD, a memory stick and a file system that copies on write keep old blocks that no "
		    "program can "
		    "reach. There the sealed key may survive; only the passphrase then stands before it.");
	screen_item("The real answer is the disk's own key (full-disk encryption: destroy its header), or "
		    "the disk in "
		    "pieces. Do that too.");
	screen_item("The shares are not touched by this: burn them before witnesses.");
}

// Overwrites one file in place. What fails is told and does not stop the rest.
static bool file_wipe(int dir, const char *name)
{
	static const size_t step = 65536;
	uint8_t block[65536];
	struct stat st;
	int fd = openat(dir, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	bool good = fd >= 0 && fstat(fd, &st) == 0;
	for (off_t at = 0; good && at < st.st_size;) {
		size_t size = (size_t)u64_min((uint64_t)(st.st_size - at), step);
		random_bytes(block, size);
		ssize_t n = write(fd, block, size);
		good = n > 0;
		at += n;
	}
	good = good && fsync(fd) == 0;
	STEP("keep-wipe-overwritten");
	if (fd >= 0)
		close(fd);
	good = unlinkat(dir, name, 0) == 0 && good;
	if (!good)
		complain("'%s' could not be wiped: %s", name, strerror(errno));
	return good;
}

static bool vault_wipe(struct vault *vault)
{
	// the key first: whatever ends the program after it leaves no key
	bool good = !vault_find(vault, VAULT_KEYSTORE) || file_wipe(vault->dir, VAULT_KEYSTORE);
	for (size_t i = 0; i < vault->file_count; i++) {
		if (strcmp(vault->files[i].name, VAULT_KEYSTORE) != 0)
			good = file_wipe(vault->dir, vault->files[i].name) && good;
	}
	good = file_wipe(vault->dir, VAULT_LOG) && good;
	good = unlinkat(vault->dir, "lock", 0) == 0 && good;
	(void)unlinkat(vault->dir, "wallets", AT_REMOVEDIR);
	return fsync(vault->dir) == 0 && good;
}

static int wipe_agree(const struct ceremony *c, char second[CEREMONY_NAME_MAX + 1])
{
	char fingerprint[2 * HD_FINGERPRINT_SIZE + 1];
	hex_encode(c->fingerprint, HD_FINGERPRINT_SIZE, fingerprint);
	truth_show(c);
	int r = second_ask(c, second);
	if (!r && screen_confirm("Type the fingerprint of the key that is destroyed", fingerprint))
		r = EXIT_DECLINED;
	if (!r && screen_confirm("Type: destroy this key", "destroy this key"))
		r = EXIT_DECLINED;
	return r;
}

static int wipe(struct room *room)
{
	char second[CEREMONY_NAME_MAX + 1];
	struct vault *vault = &room->vault;
	int r = room_confine(room);
	if (!r)
		r = wipe_agree(&room->ceremony, second);
	const struct log_field details[] = { { "second", second }, { "rotation", room->ceremony.rotation } };
	if (!r)
		r = vault_note(vault, "wiped", details, ARRAY_LEN(details));
	int failed = r ? 0 : file_carry(room->out.dir, room->out.name, vault->log_text, vault->log_size);
	if (failed) {
		complain("the log could not be carried to '%s': %s. Nothing was wiped", room->out.path,
			 failed < 0 ? strerror(-failed) : "there lies something else than an older copy of it; name a new file");
		r = EXIT_FAILED;
	}
	if (r)
		return r;
	STEP("keep-wipe-carried");
	if (!vault_wipe(vault)) {
		complain("something could not be wiped: destroy this disk");
		return EXIT_FAILED;
	}
	screen_page("The vault is wiped");
	screen_field("log", "carried out to %s", room->out.path);
	screen_text("Now the disk: its own key, or the disk in pieces.");
	return EXIT_DONE;
}

int keep_wipe_run(int argc, char **argv)
{
	const char *log = NULL;
	bool unswept = false;
	const struct option options[] = { { "--log", &log, NULL }, { "--without-sweep", NULL, &unswept } };
	struct room *room;
	int r = options_read(argc, argv, options, ARRAY_LEN(options), NULL, 0, 0);
	if (r < 0)
		return options_exit(r);
	if (!log) {
		complain("--log FILE must say where the vault's log is carried: it must outlive the vault");
		return EXIT_USAGE;
	}
	if ((r = room_open(&room)))
		return r;
	if (!unswept && strncmp(room->ceremony.rotation, "swept", 5) != 0) {
		complain("this key's wallet was not swept (keep rotate, keep swept). If it never held "
			 "anything, or is "
			 "recovered elsewhere, say --without-sweep");
		r = EXIT_REFUSED;
	}
	if (!r)
		r = outlet_open(log, &room->out);
	if (!r)
		r = wipe(room);
	room_close(room);
	return r;
}
