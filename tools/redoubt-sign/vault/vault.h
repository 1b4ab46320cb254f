// SPDX-License-Identifier: Apache-2.0
// The vault: one directory that holds what one signer knows (docs/PROTOCOL.vault.md).
//
//   keystore          the sealed secret (docs/PROTOCOL.keystore.md); absent when a token holds it
//   wallets/NAME.wallet, labels, policy, token     what people registered
//   state             counters, amounts of late, r values seen; ends with the number of the last signed act
//   log               log.h
//   lock              held (flock) while a command runs: one at a time
//
// Every change goes through vault_act: it writes each new file beside the old one (NAME.new, fsync), then
// appends one signed line that names every changed file with its SHA-256 (fsync), then renames. The line is the
// commit point. vault_open completes the renames of an act that was cut off after its line, forgets one that was
// cut off before it, and refuses anything else: a file that is not the one its last line names.
//
// Each signed act also rewrites `state`, so that a signed line cannot be cut off the log unseen.
//
// What is proven, without the key: every line is signed by the key that line 0 names, and every file is the one that
// the log names last. With the key (vault_check_key): that this key is the keystore's own. Not proven from within:
// that the whole directory is not an older copy of itself; people compare log_head_code with their paper.
#pragma once

#include "bitcoin/span.h"
#include "vault/log.h"

#define VAULT_FILES_MAX 80
#define VAULT_NAME_MAX 64            // "wallets/NAME.wallet"
#define VAULT_FILE_SIZE_MAX (1u << 20)

#define VAULT_KEYSTORE "keystore"
#define VAULT_LABELS "labels"
#define VAULT_POLICY "policy"
#define VAULT_STATE "state"
#define VAULT_TOKEN "token"
#define VAULT_CEREMONY "ceremony" // what was agreed on and how far it came (ceremony.h)
#define VAULT_CEREMONY_MODE "ceremony-mode" // one payload for which owners may change (ceremony_mode.h)
#define VAULT_LOG "log"

struct vault_file {
	char name[VAULT_NAME_MAX + 1];
	uint8_t digest[SHA256_SIZE];
	uint8_t *bytes; // as read at opening, compared with the log; with a NUL behind
	size_t size;
};

struct vault {
	int dir;
	int lock;
	int log; // open for appending
	struct log_head head;
	struct vault_file files[VAULT_FILES_MAX];
	size_t file_count;
	char *log_text; // as read at opening
	size_t log_size;
	bool broken; // an act failed half-way: nothing more is done with this struct; opening again recovers
};

enum vault_mode {
	VAULT_OPEN,   // it must be there
	VAULT_CREATE, // it must not be there, or be an empty directory; made with mode 0700
};

// Opens, locks, recovers, reads and checks. 0, or an exit code (command.h) after it has complained in plain words.
// The struct is large: static or heap.
MUST_USE int vault_open(const char *path, enum vault_mode mode, struct vault *ret);
// Ends it; memory is wiped. Accepts a zeroed struct.
void vault_close(struct vault *vault);

// Whether a directory is the vault itself or lies in it: nothing is handed out there. Complains when it is.
bool vault_holds(const struct vault *vault, int dir);

// A file of the vault (after vault_act: the new one), or NULL.
const struct vault_file *vault_find(const struct vault *vault, const char *name);

struct vault_change {
	const char *name;
	const void *bytes; // NULL: the file is removed
	size_t size;
};

// The one way to change anything: see above. `details` must hold no secret. `state` is NULL to keep the state's
// content (its last line is rewritten) or the new content without that line. In a new vault this is line 0 and must
// bring at least the policy. When `next` is given the log's key changes: the line is signed by `key` and names
// next's public key, which signs from then on (rotation).
// 0 when everything is durable, or an exit code after it has complained.
struct vault_act {
	const char *act; // "created", "signed", "wallet-registered", "policy-changed", ...
	const struct log_field *details;
	size_t detail_count;
	const struct vault_change *changes;
	size_t change_count;
	const struct vault_change *state;
	const struct log_key *next;
};
MUST_USE int vault_act(struct vault *vault, const struct log_key *key, const struct vault_act *act);

// This machine's clock is before the last signed act: says so, and what to do.
void vault_clock_complain(const struct vault *vault);

// An unsigned line: "refused", "wrong-passphrase". Changes no file. 0 or an exit code after it has complained.
MUST_USE int vault_note(struct vault *vault, const char *act, const struct log_field *details, size_t count);

// Whether the opened keystore's log key is the one that signs this log. 0, or EXIT_DAMAGED after it has complained.
// In a new vault: always 0. Call it before anything is signed or changed.
MUST_USE int vault_check_key(const struct vault *vault, const struct log_key *key);

// The one function that replaces a file: write temp, fsync, rename, fsync of the directory; mode 0600. Also for files
// outside a vault (--out). A crash leaves the old or the new. 0 or negative errno.
MUST_USE int file_replace(int dir, const char *name, const void *bytes, size_t size);
// The same for what is handed out: only onto nothing, a symbolic link (which is replaced), an empty file, or a file that
// begins with one of the `heads`. file_foreign says beforehand whether something else lies there.
bool file_foreign(int dir, const char *name, const struct span *heads, size_t count);
// A log onto nothing, or onto an older copy of itself. 0, 1 when something else lies there, or negative errno.
MUST_USE int file_carry(int dir, const char *name, const void *bytes, size_t size);
// Reads a whole file of at most `max` bytes into malloc'ed memory with a NUL behind. 0, 1 when it is longer, or negative
// errno. Refuses anything but a regular file (-EINVAL) and symbolic links (-ELOOP).
MUST_USE int file_read(int dir, const char *name, size_t max, uint8_t **ret, size_t *ret_size);
