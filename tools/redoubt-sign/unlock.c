// SPDX-License-Identifier: Apache-2.0
#include "unlock.h"

#include <stdio.h>

#include "command.h"
#include "crypto/secret.h"
#include "screen/screen.h"
#ifdef REDOUBT_SIGN_TOKEN
#include "unlock_token.h"
#endif

static const char purpose[] = "redoubt vault log key v1";

// A fixed key signs a constant; its nonce is RFC 6979's, so the signature is a function of the key alone. Two that
// differ come from a token.
static int fixed_secret(struct keystore *keystore, uint8_t to[64])
{
	static const struct path empty;
	uint8_t digest[SHA256_SIZE], again[64];
	sha256_of(purpose, sizeof purpose - 1, digest);
	int r = keystore_sign(keystore, &empty, digest, to);
	if (!r)
		r = keystore_sign(keystore, &empty, digest, again);
	if (!r && !equal_constant_time(to, again, sizeof again))
		r = KEYSTORE_UNABLE;
	secret_wipe(again, sizeof again);
	return r;
}

int log_key_derive(struct keystore *keystore, struct log_key *ret)
{
	const uint8_t *seed;
	size_t size;
	uint8_t fixed[64];
	int r = keystore_export_seed(keystore, &seed, &size);
	if (r == KEYSTORE_UNABLE) {
		r = fixed_secret(keystore, fixed);
		seed = fixed;
		size = sizeof fixed;
	}
	if (!r) {
		hkdf_sha256(seed, size, NULL, 0, purpose, ret->seed, sizeof ret->seed);
		ed25519_public(ret->seed, ret->public_key);
	}
	secret_wipe(fixed, sizeof fixed);
	return r;
}

// The passphrase, asked for once. 0 and the opened keystore, or an exit code after a complaint.
static int keystore_ask(struct vault *vault, const struct vault_file *file, const struct keystore_wrap *wrap, char *passphrase,
			struct keystore **ret)
{
	struct keystore_header header;
	int r = keystore_describe(file->bytes, file->size, &header);
	if (r) {
		complain("the keystore cannot be opened: %s", r > 0 ? keystore_result_text(r) : strerror(-r));
		return EXIT_DAMAGED;
	}
	if (!header.needs_passphrase || header.needs_token != (wrap != NULL)) {
		complain("this keystore is %s", header.needs_token ? "wrapped by a token's key: redoubt-sign-token opens it" :
								     "not wrapped by the token that the vault names");
		return EXIT_FAILED;
	}
	screen_text("The keystore '%s' is opened now.", header.label);
	if (screen_ask_secret("Passphrase", passphrase, SCREEN_PASSPHRASE_MAX)) {
		screen_text("There was no passphrase. Nothing was done.");
		return EXIT_DECLINED;
	}
	struct keystore_lock lock = { .passphrase = passphrase, .passphrase_size = strlen(passphrase), .wrap = wrap };
	r = lock.passphrase_size ? keystore_open(file->bytes, file->size, &lock, ret) : KEYSTORE_WRONG;
	secret_wipe(passphrase, SCREEN_PASSPHRASE_MAX);
	if (r == KEYSTORE_WRONG) {
		complain("that is not the passphrase. The attempt is in the log");
		r = vault_note(vault, "wrong-passphrase", NULL, 0);
		return r ? r : EXIT_LOCKED;
	}
	if (r)
		complain("the keystore cannot be opened: %s", r > 0 ? keystore_result_text(r) : strerror(-r));
	return r ? EXIT_DAMAGED : 0;
}

static int key_take(struct vault *vault, struct unlocked *ret)
{
	ret->log_key = secret_alloc(sizeof *ret->log_key);
	int r = ret->log_key ? log_key_derive(ret->log_keystore ? ret->log_keystore : ret->keystore, ret->log_key) : -ENOMEM;
	if (!r)
		return vault_check_key(vault, ret->log_key);
	complain("the log's key cannot be derived: %s", r > 0 ? keystore_result_text(r) : strerror(-r));
	return EXIT_FAILED;
}

static int keystore_only_open(struct vault *vault, const struct vault_file *file, char *passphrase, struct unlocked *unlocked)
{
	return keystore_ask(vault, file, NULL, passphrase, &unlocked->keystore);
}

#ifdef REDOUBT_SIGN_TOKEN
// One token does one of two things: it wraps the keystore's file, or it signs in its place.
static int with_token_open(struct vault *vault, const struct vault_file *file, char *passphrase, struct unlocked *unlocked)
{
	struct token_place place;
	struct keystore_wrap wrap;
	int r = token_place_read(vault, &place);
	if (!r && place.wraps)
		r = token_wrap_ask(&place, false, &unlocked->token, &wrap);
	if (!r)
		r = keystore_ask(vault, file, place.wraps ? &wrap : NULL, passphrase, &unlocked->keystore);
	return r || place.wraps ? r : token_unlock(&place, unlocked);
}
#else
static int with_token_open(struct vault *vault, const struct vault_file *file, char *passphrase, struct unlocked *unlocked)
{
	complain("this vault's key wants its token: redoubt-sign-token opens it");
	return EXIT_FAILED;
}
#endif

bool unlock_loads_module(const struct vault *vault)
{
#ifdef REDOUBT_SIGN_TOKEN
	return vault_find(vault, VAULT_TOKEN);
#else
	return false;
#endif
}

int vault_unlock(struct vault *vault, struct unlocked *ret)
{
	const struct vault_file *file = vault_find(vault, VAULT_KEYSTORE);
	struct unlocked unlocked = { 0 };
	char *passphrase = secret_alloc(SCREEN_PASSPHRASE_MAX);
	int r = passphrase ? 0 : EXIT_FAILED;
	if (!r && !file) {
		complain("there is no keystore in this vault: it was wiped, or never made");
		r = EXIT_FAILED;
	}
	if (!r)
		r = (vault_find(vault, VAULT_TOKEN) ? with_token_open : keystore_only_open)(vault, file, passphrase, &unlocked);
	secret_free(passphrase);
	if (!r)
		r = key_take(vault, &unlocked);
	if (r)
		vault_lock(&unlocked);
	else
		*ret = unlocked;
	return r;
}

void vault_lock(struct unlocked *unlocked)
{
	keystore_close(unlocked->keystore);
	keystore_close(unlocked->log_keystore);
	secret_free(unlocked->log_key);
#ifdef REDOUBT_SIGN_TOKEN
	token_close(unlocked->token);
#endif
	*unlocked = (struct unlocked){ 0 };
}
