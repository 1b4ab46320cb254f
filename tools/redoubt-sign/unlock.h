// SPDX-License-Identifier: Apache-2.0
// From a closed vault to an opened key: one prompt, one order. Call it after confine().
#pragma once

#include "keystore/keystore.h"
#include "vault/vault.h"

// The log key that belongs to a keystore: HKDF-SHA-256, info "redoubt vault log key v1", over the seed; of a fixed
// key over its RFC 6979 signature of SHA-256("redoubt vault log key v1"), which never leaves this function. 0, or
// KEYSTORE_UNABLE for a token (its signatures differ each time): such a vault's keystore file holds a seed for
// the log alone, and the file `token` names the signing key. `ret` is secret_alloc's memory.
MUST_USE int log_key_derive(struct keystore *keystore, struct log_key *ret);

struct unlocked {
	struct keystore *keystore; // signs payments
	struct log_key *log_key;   // signs the log
	struct keystore *log_keystore; // in a vault with a token: where log_key came from
	struct token *token;
};

// Asks for the passphrase (and PIN), opens the keystore, and has vault_check_key look at the log. One try; a
// wrong passphrase is noted in the log. 0, or an exit code after it has complained.
MUST_USE int vault_unlock(struct vault *vault, struct unlocked *ret);
// Whether that will load a PKCS#11 module, which the sandbox must let: in redoubt-sign-token, in a vault with a token.
bool unlock_loads_module(const struct vault *vault);
void vault_lock(struct unlocked *unlocked); // wipes; accepts a zeroed struct
