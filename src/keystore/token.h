// SPDX-License-Identifier: Apache-2.0
// Keys in a PKCS#11 token (p11-kit loads the module): fixed co-signer keys, and
// key-encryption keys for sealed files. A library of its own (meson's
// keystore_token), since it loads code at run time; everything that holds a token
// is in one process and one thread. Results are keystore.h's.
#pragma once

#include "keystore/keystore.h"

struct token; // a session, logged in

// `module` is a PKCS#11 module's file, or NULL for those that p11-kit is configured with. `name` is a token's
// label, or a "pkcs11:" URI (RFC 7512) that only one token matches. The PIN is in secret memory and not kept;
// NULL for a token with a pad of its own.
// A token is opened once in a process: a second login there would not look at the PIN (TOKEN_FAULT).
// TOKEN_MODULE, TOKEN_ABSENT, TOKEN_AMBIGUOUS, TOKEN_PIN, TOKEN_LOCKED, TOKEN_FAULT.
MUST_USE int token_open(const char *module, const char *name, const char *pin, size_t pin_size,
			struct token **ret);
// Logs out and unloads. Accepts NULL. Close its keystores first; what it wraps for ends here too.
void token_close(struct token *token);

// The module's answer (CKR_...) behind the last TOKEN_FAULT or TOKEN_GONE, for a log line.
const char *token_fault_text(const struct token *token);

// Makes a secp256k1 key inside the token: sensitive, never extractable, for signing alone. The attributes are
// read back: a token that lies about them answers TOKEN_WEAK_KEY and the key is destroyed.
MUST_USE int token_key_generate(struct token *token, const char *label, uint8_t ret_public[PUBLIC_KEY_SIZE]);
// A keystore (KEYSTORE_FIXED) over such a key. TOKEN_NO_KEY, TOKEN_AMBIGUOUS, TOKEN_WEAK_KEY when it could be
// taken out of the token or was made elsewhere, TOKEN_CURVE.
MUST_USE int token_key_open(struct token *token, const char *label, struct keystore **ret);

// The same for an AES-256 key-encryption key: ret's functions work until token_close.
MUST_USE int token_wrap_generate(struct token *token, const char *label);
MUST_USE int token_wrap_open(struct token *token, const char *label, struct keystore_wrap *ret);
