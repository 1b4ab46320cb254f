// SPDX-License-Identifier: Apache-2.0
#include "unlock_token.h"

#include <stdio.h>

#include "command.h"
#include "crypto/secret.h"
#include "lines.h"
#include "screen/screen.h"

int token_text_parse(const char *text, size_t size, struct token_place *ret)
{
	static const char *const words[] = { "module", "token", "key" };
	char *const places[] = { ret->module, ret->token, ret->key };
	static char line[LINE_TEXT_MAX + 1];
	struct lines lines = { text, text + size, 0 };
	char *rest;
	if (line_next(&lines, line) != 1 || strcmp(line, "redoubt token 1"))
		return 1;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (line_next(&lines, line) != 1)
			return 1;
		const char *word = word_cut(line, &rest);
		ret->wraps = i == 2 && !strcmp(word, "wrap");
		if ((!ret->wraps && strcmp(word, words[i])) || !*rest || strlen(rest) >= TOKEN_LINE_MAX)
			return 1;
		strcpy(places[i], rest);
	}
	return line_next(&lines, line) != 0;
}

// The PIN, asked for once. 0, or an exit code after a complaint.
static int token_ask(const struct token_place *place, struct token **ret)
{
	char *pin = secret_alloc(SCREEN_PASSPHRASE_MAX);
	if (!pin)
		return EXIT_FAILED;
	screen_text("The token '%s' is opened now.", place->token);
	if (screen_ask_secret("PIN", pin, SCREEN_PASSPHRASE_MAX)) {
		secret_free(pin);
		return EXIT_DECLINED;
	}
	int r = token_open(place->module, place->token, pin, strlen(pin), ret);
	secret_free(pin);
	if (r)
		complain("the token cannot be opened: %s", keystore_result_text(r));
	return !r ? 0 : r == TOKEN_PIN || r == TOKEN_LOCKED ? EXIT_LOCKED : EXIT_FAILED;
}

static int key_fail(struct token *token, int result)
{
	complain("the token's key cannot be used: %s", keystore_result_text(result));
	token_close(token);
	return EXIT_FAILED;
}

int token_key_ask(const struct token_place *place, bool generate, struct token **ret_token, struct keystore **ret_keystore)
{
	struct token *token;
	uint8_t made[PUBLIC_KEY_SIZE];
	int r = token_ask(place, &token);
	if (r)
		return r;
	if (generate)
		r = token_key_generate(token, place->key, made);
	if (!r)
		r = token_key_open(token, place->key, ret_keystore);
	if (r)
		return key_fail(token, r);
	*ret_token = token;
	return 0;
}

int token_wrap_ask(const struct token_place *place, bool generate, struct token **ret_token, struct keystore_wrap *ret_wrap)
{
	struct token *token;
	int r = token_ask(place, &token);
	if (r)
		return r;
	if (generate)
		r = token_wrap_generate(token, place->key);
	if (!r)
		r = token_wrap_open(token, place->key, ret_wrap);
	if (r)
		return key_fail(token, r);
	*ret_token = token;
	return 0;
}

int token_place_read(const struct vault *vault, struct token_place *ret)
{
	const struct vault_file *file = vault_find(vault, VAULT_TOKEN);
	if (!token_text_parse((const char *)file->bytes, file->size, ret))
		return 0;
	complain("the file 'token' cannot be read, though the log vouches for it");
	return EXIT_DAMAGED;
}

int token_unlock(const struct token_place *place, struct unlocked *unlocked)
{
	struct keystore *keystore;
	int r = token_key_ask(place, false, &unlocked->token, &keystore);
	if (r)
		return r;
	unlocked->log_keystore = unlocked->keystore;
	unlocked->keystore = keystore;
	return 0;
}
