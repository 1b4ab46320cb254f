// SPDX-License-Identifier: Apache-2.0
// In redoubt-sign-token only: the file `token` names a key in a PKCS#11 token, four lines:
//
//   redoubt token 1
//   module PATH
//   token LABEL-OR-URI
//   key LABEL              it signs payments, and the keystore's seed the log alone; or
//   wrap LABEL             it wraps the keystore's file, which wants it beside the passphrase
#pragma once

#include "keystore/token.h"
#include "unlock.h"

#define TOKEN_LINE_MAX 256

struct token_place {
	char module[TOKEN_LINE_MAX];
	char token[TOKEN_LINE_MAX];
	char key[TOKEN_LINE_MAX];
	bool wraps;
};

// 0, or 1 when the text is not of that form.
MUST_USE int token_text_parse(const char *text, size_t size, struct token_place *ret);
// The vault's own file `token`, which is there. 0 or an exit code after a complaint.
MUST_USE int token_place_read(const struct vault *vault, struct token_place *ret);
// Asks for the PIN, once; `generate` makes the key first. 0 or an exit code after a complaint.
MUST_USE int token_key_ask(const struct token_place *place, bool generate, struct token **ret_token,
			   struct keystore **ret_keystore);
MUST_USE int token_wrap_ask(const struct token_place *place, bool generate, struct token **ret_token,
			    struct keystore_wrap *ret_wrap);
// What vault_unlock does when a token signs: the keystore of the file becomes the log's, the token's signs.
MUST_USE int token_unlock(const struct token_place *place, struct unlocked *unlocked);
