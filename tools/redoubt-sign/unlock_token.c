// SPDX-License-Identifier: Apache-2.0
#include "unlock_token.h"

#include <stdio.h>

#include "base/text.h"
#include "change.h"
#include "command.h"
#include "crypto/secret.h"
#include "lines.h"
#include "screen.h"

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
		if (line_next(&lines, line) != 1 || strcmp(word_cut(line, &rest), words[i]) || !*rest ||
		    strlen(rest) >= TOKEN_LINE_MAX)
			return 1;
		strcpy(places[i], rest);
	}
	return line_next(&lines, line) != 0;
}

int token_key_ask(const struct token_place *place, bool generate, struct token **ret_token, struct keystore **ret_keystore)
{
	char *pin = secret_alloc(SCREEN_PASSPHRASE_MAX);
	struct token *token = NULL;
	if (!pin)
		return EXIT_FAILED;
	screen_text("The token '%s' is opened now.", place->token);
	if (screen_ask_secret("PIN", pin, SCREEN_PASSPHRASE_MAX)) {
		secret_free(pin);
		return EXIT_DECLINED;
	}
	int r = token_open(place->module, place->token, pin, strlen(pin), &token);
	secret_free(pin);
	uint8_t made[PUBLIC_KEY_SIZE];
	if (!r && generate)
		r = token_key_generate(token, place->key, made);
	if (!r)
		r = token_key_open(token, place->key, ret_keystore);
	if (!r) {
		*ret_token = token;
		return 0;
	}
	complain("the token's key cannot be used: %s", r > 0 ? keystore_result_text(r) : strerror(-r));
	token_close(token);
	return r == TOKEN_PIN || r == TOKEN_LOCKED ? EXIT_LOCKED : EXIT_FAILED;
}

int token_unlock(struct vault *vault, struct unlocked *unlocked)
{
	const struct vault_file *file = vault_find(vault, VAULT_TOKEN);
	struct token_place place;
	struct keystore *keystore;
	if (token_text_parse((const char *)file->bytes, file->size, &place)) {
		complain("the file 'token' cannot be read, though the log vouches for it");
		return EXIT_DAMAGED;
	}
	int r = token_key_ask(&place, false, &unlocked->token, &keystore);
	if (r)
		return r;
	unlocked->log_keystore = unlocked->keystore;
	unlocked->keystore = keystore;
	return 0;
}

static struct change_command command;

static int bind(struct change_command *c, const struct token_place *place, bool generate)
{
	static const struct path empty;
	struct token *token;
	struct keystore *keystore;
	struct hd_public key;
	char text[3 * TOKEN_LINE_MAX + 64], hex[2 * PUBLIC_KEY_SIZE + 1];
	int r = token_key_ask(place, generate, &token, &keystore);
	if (r)
		return r;
	r = keystore_public(keystore, &empty, &key);
	keystore_close(keystore);
	token_close(token);
	if (r) {
		complain("the token's key cannot be read: %s", r > 0 ? keystore_result_text(r) : strerror(-r));
		return EXIT_FAILED;
	}
	hex_encode(key.key, sizeof key.key, hex);
	screen_page("A token's key for this vault");
	screen_field("Public key", "%s", hex);
	screen_text("From now on it signs payments; the keystore's seed signs the log alone.");
	if (screen_confirm("Type the key's last 6 characters", hex + sizeof hex - 7))
		return EXIT_DECLINED;
	int size = snprintf(text, sizeof text, "redoubt token 1\nmodule %s\ntoken %s\nkey %s\n", place->module, place->token,
			    place->key);
	const struct vault_change change = { VAULT_TOKEN, text, (size_t)size };
	const struct log_field details[] = { { "public-key", hex } };
	return change_make(c, "token-bound", &change, details, ARRAY_LEN(details));
}

int command_token_bind(int argc, char **argv)
{
	struct token_place place;
	const char *values[3] = { NULL, NULL, NULL };
	bool generate = false;
	const struct option options[] = {
		{ "--module", &values[0], NULL }, { "--token", &values[1], NULL }, { "--key", &values[2], NULL },
		{ "--generate", NULL, &generate },
	};
	char *const places[] = { place.module, place.token, place.key };
	int words = options_read(argc, argv, options, ARRAY_LEN(options), NULL, 0, 0);
	if (words < 0)
		return options_exit(words);
	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		if (!values[i] || snprintf(places[i], TOKEN_LINE_MAX, "%s", values[i]) >= TOKEN_LINE_MAX) {
			complain("--module, --token and --key are wanted");
			return EXIT_USAGE;
		}
	command.with_token = true;
	int r = change_begin(&command, NULL);
	if (!r && vault_find(&command.vault, VAULT_TOKEN)) {
		complain("this vault has a token already");
		r = EXIT_REFUSED;
	}
	if (!r)
		r = bind(&command, &place, generate);
	change_end(&command);
	return r;
}

static const struct command commands[] = {
	{ "token bind", "--module PATH --token NAME --key LABEL [--generate]", "lets a key of a PKCS#11 token sign this vault's payments",
	  "The keystore's seed then signs the log alone; both passphrase and PIN are asked for. --generate\n"
	  "makes the key inside the token first; it can never leave it.", command_token_bind },
};
const struct command_table token_commands = { commands, ARRAY_LEN(commands) };
