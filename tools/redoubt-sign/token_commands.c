// SPDX-License-Identifier: Apache-2.0
// "token bind" and "token wrap": what a PKCS#11 token does for a vault.
#include "unlock_token.h"

#include <stdio.h>

#include "base/text.h"
#include "sign/change.h"
#include "command.h"
#include "crypto/secret.h"
#include "screen/screen.h"

#define TEXT_MAX (3 * TOKEN_LINE_MAX + 64)
#define PASSPHRASE_MIN 12

static struct change_command command;

static size_t place_format(const struct token_place *place, char to[TEXT_MAX])
{
	return (size_t)snprintf(to, TEXT_MAX, "redoubt token 1\nmodule %s\ntoken %s\n%s %s\n", place->module, place->token,
				place->wraps ? "wrap" : "key", place->key);
}

static int bind(struct change_command *c, const struct token_place *place, bool generate)
{
	static const struct path empty;
	struct token *token;
	struct keystore *keystore;
	struct hd_public key;
	char text[TEXT_MAX], hex[2 * PUBLIC_KEY_SIZE + 1];
	int r = token_key_ask(place, generate, &token, &keystore);
	if (r)
		return r;
	r = keystore_public(keystore, &empty, &key);
	keystore_close(keystore);
	token_close(token);
	if (r) {
		complain("the token's key cannot be read: %s", keystore_result_text(r));
		return EXIT_FAILED;
	}
	hex_encode(key.key, sizeof key.key, hex);
	screen_page("A token's key for this vault");
	screen_field("Public key", "%s", hex);
	screen_text("From now on it signs payments; the keystore's seed signs the log alone.");
	if (screen_confirm("Type the key's last 6 characters", hex + sizeof hex - 7))
		return EXIT_DECLINED;
	const struct vault_change change = { VAULT_TOKEN, text, place_format(place, text) };
	const struct log_field details[] = { { "public-key", hex } };
	return change_make(c, "token-bound", &change, details, ARRAY_LEN(details));
}

// Sealed under passphrase and token, and opened again before the old file goes.
static int keystore_rewrap(const struct unlocked *unlocked, const struct keystore_lock *lock, uint8_t file[KEYSTORE_FILE_MAX],
			   size_t *ret_size)
{
	struct keystore *again;
	uint8_t before[HD_FINGERPRINT_SIZE], after[HD_FINGERPRINT_SIZE];
	int r = keystore_reseal(unlocked->keystore, lock, file, KEYSTORE_FILE_MAX, ret_size);
	if (!r)
		r = keystore_open(file, *ret_size, lock, &again);
	if (!r) {
		keystore_fingerprint(unlocked->keystore, before);
		keystore_fingerprint(again, after);
		keystore_close(again);
		r = memcmp(before, after, sizeof after) ? KEYSTORE_WRONG : 0;
	}
	if (!r)
		return 0;
	complain("the keystore cannot be sealed under the token: %s", keystore_result_text(r));
	return EXIT_FAILED;
}

static int wrapped_write(struct change_command *c, const struct unlocked *unlocked, const struct keystore_lock *lock,
			 const struct token_place *place)
{
	uint8_t file[KEYSTORE_FILE_MAX];
	char text[TEXT_MAX];
	size_t size;
	int r = keystore_rewrap(unlocked, lock, file, &size);
	if (r)
		return r;
	const struct vault_change changes[] = { { VAULT_KEYSTORE, file, size }, { VAULT_TOKEN, text, place_format(place, text) } };
	const struct log_field details[] = { { "token", place->token }, { "wrap", place->key } };
	const struct vault_act act = { .act = "keystore-wrapped", .details = details, .detail_count = ARRAY_LEN(details),
				       .changes = changes, .change_count = ARRAY_LEN(changes) };
	return vault_act(&c->vault, unlocked->log_key, &act);
}

// The passphrase may stay the same or be another: the token's part is new either way.
static int passphrase_ask(char *passphrase)
{
	if (screen_ask_secret_twice("The passphrase from now on", passphrase, SCREEN_PASSPHRASE_MAX))
		return EXIT_DECLINED;
	if (strlen(passphrase) >= PASSPHRASE_MIN)
		return 0;
	complain("a passphrase has at least %d characters; nothing was done", PASSPHRASE_MIN);
	return EXIT_DECLINED;
}

static int wrap(struct change_command *c, const struct token_place *place, bool generate)
{
	struct unlocked unlocked;
	struct keystore_wrap wrap;
	struct token *token;
	const struct vault_file *file = vault_find(&c->vault, VAULT_KEYSTORE);
	struct keystore_header header = { .cost = { 0 } };
	int r = vault_unlock(&c->vault, &unlocked);
	if (r)
		return r;
	ASSERT(keystore_describe(file->bytes, file->size, &header) == 0); // it was just opened
	if ((r = token_wrap_ask(place, generate, &token, &wrap))) {
		vault_lock(&unlocked);
		return r;
	}
	char *passphrase = secret_alloc(SCREEN_PASSPHRASE_MAX);
	screen_page("The keystore under a token's key");
	screen_text("From now on it opens with the passphrase and this token together. Without the token only the shares "
		    "bring the key back. Older copies of the keystore still open without it: destroy them.");
	r = passphrase ? passphrase_ask(passphrase) : EXIT_FAILED;
	if (!r && screen_confirm("Type the name of the token's key", place->key))
		r = EXIT_DECLINED;
	if (!r) {
		const struct keystore_lock lock = { .passphrase = passphrase, .passphrase_size = strlen(passphrase), .wrap = &wrap,
						    .cost = header.cost };
		r = wrapped_write(c, &unlocked, &lock, place);
	}
	secret_free(passphrase);
	vault_lock(&unlocked);
	token_close(token);
	if (!r)
		head_write_down(&c->vault);
	return r;
}

static int command_token(int argc, char **argv, int (*run)(struct change_command *, const struct token_place *, bool))
{
	struct token_place place = { .wraps = run == wrap };
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
		r = run(&command, &place, generate);
	change_end(&command);
	return r;
}

static int command_token_bind(int argc, char **argv) { return command_token(argc, argv, bind); }
static int command_token_wrap(int argc, char **argv) { return command_token(argc, argv, wrap); }

static const struct command commands[] = {
	{ "token bind", "--module PATH --token NAME --key LABEL [--generate]", "lets a key of a PKCS#11 token sign this vault's payments",
	  "The keystore's seed then signs the log alone; both passphrase and PIN are asked for. --generate\n"
	  "makes the key inside the token first; it can never leave it.", command_token_bind },
	{ "token wrap", "--module PATH --token NAME --key LABEL [--generate]", "seals the keystore under a PKCS#11 token's key and a passphrase",
	  "The key signs as before; to open it takes the passphrase and the token. --generate makes the\n"
	  "key-encryption key inside the token first.", command_token_wrap },
};
const struct command_table token_commands = { commands, ARRAY_LEN(commands) };
