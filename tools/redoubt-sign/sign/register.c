// SPDX-License-Identifier: Apache-2.0
// "register": a wallet comes in, is shown, and is confirmed by the end of its first address.
#include "sign/change.h"

#include <stdio.h>
#include <stdlib.h>

#include "bitcoin/bsms.h"
#include "command.h"
#include "commands.h"
#include "screen/screen.h"
#include "evm/key.h"
#include "configuration/wallet_page.h"

static struct change_command command;

static bool name_fits(const char *name)
{
	char path[VAULT_NAME_MAX + 64];
	if (strlen(name) > POLICY_NAME_MAX || strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != strlen(name))
		return false;
	snprintf(path, sizeof path, "wallets/%s.wallet", name);
	return *name;
}

// A BIP129 record or a descriptor alone becomes our own text.
static int descriptor_take(struct change_command *c, const char *name)
{
	const struct network *network = c->configuration.policy.network;
	static struct descriptor descriptor;
	static char text[CONFIGURATION_TEXT_MAX];
	const char *from = (const char *)c->text;
	size_t size = c->size;
	if (!network) {
		complain("the policy names no network of Bitcoin");
		return EXIT_REFUSED;
	}
	enum descriptor_refusal why = DESCRIPTOR_FINE;
	if (size > 4 && !memcmp(from, "BSMS", 4)) {
		enum bsms_refusal r = bsms_descriptor_parse(network, from, size, &descriptor, &why);
		if (r) {
			complain("the record is refused: %s%s%s", bsms_refusal_text(r), why ? ": " : "",
				 why ? descriptor_refusal_text(why) : "");
			return EXIT_REFUSED;
		}
	} else {
		while (size && from[size - 1] == '\n')
			size--;
		why = descriptor_parse(network, from, size, &descriptor);
		if (why) {
			complain("the descriptor is refused: %s", descriptor_refusal_text(why));
			return EXIT_REFUSED;
		}
	}
	if (wallet_text_format(name, &descriptor, NULL, text, sizeof text)) {
		complain("the descriptor is too long");
		return EXIT_REFUSED;
	}
	free(c->text);
	c->text = (uint8_t *)strdup(text);
	c->size = strlen(text);
	return c->text ? 0 : EXIT_FAILED;
}

// Shows what was added last and asks for its address's end.
static int shown_confirm(const struct configuration *c, const struct configuration *before)
{
	char address[128] = "";
	const struct review_policy *now = &c->policy;
	screen_page("A wallet to register");
	if (now->wallet_count > before->policy.wallet_count) {
		page_wallet(&c->wallets[now->wallet_count - 1]);
		if (wallet_address(&c->wallets[now->wallet_count - 1], 0, 0, address))
			return EXIT_REFUSED;
	} else if (now->safe_count > before->policy.safe_count) {
		page_safe(&c->safes[now->safe_count - 1], &c->safe_keys[now->safe_count - 1]);
		evm_address_format(&c->safes[now->safe_count - 1].address, address);
	} else {
		page_account(&c->accounts[now->account_count - 1], &c->account_keys[now->account_count - 1]);
		evm_address_format(&c->accounts[now->account_count - 1].address, address);
	}
	screen_line("%s", "");
	screen_text("Compare every key with the other signers, aloud. What is registered here counts as ours from now on: "
		    "change to it is not asked about.");
	if (screen_confirm("Type the last 6 characters of the first address", address + strlen(address) - 6))
		return EXIT_DECLINED;
	return 0;
}

static struct configuration with; // the vault's configuration and the new wallet
static const struct policy_wallet *added_wallet; // in it: of Bitcoin,
static const struct own_key *added_key;		 // or of EVM

static void added_find(const struct review_policy *before)
{
	const struct review_policy *now = &with.policy;
	if (now->wallet_count > before->wallet_count)
		added_wallet = &with.wallets[now->wallet_count - 1];
	else if (now->safe_count > before->safe_count)
		added_key = &with.safe_keys[now->safe_count - 1];
	else
		added_key = &with.account_keys[now->account_count - 1];
}

static bool key_is_ours(struct keystore *keystore, const struct descriptor_key *key)
{
	uint8_t fingerprint[HD_FINGERPRINT_SIZE];
	struct hd_public own;
	keystore_fingerprint(keystore, fingerprint);
	return !memcmp(fingerprint, key->fingerprint, sizeof fingerprint) &&
	       keystore_public(keystore, &key->origin, &own) == 0 &&
	       !memcmp(own.key, key->base.key, sizeof own.key);
}

static int wallet_key_check(struct keystore *keystore, const struct descriptor *descriptor)
{
	for (size_t i = 0; i < descriptor->key_count; i++)
		if (key_is_ours(keystore, &descriptor->keys[i]))
			return 0;
	complain("none of its keys is this signer's: it would count as ours, and this key has no say in it. Somebody may "
		 "have exchanged a key. A place to pay to gets a label instead");
	return EXIT_REFUSED;
}

// A signature tells, of a token's key too: it must be the named account's. It is thrown away.
static int account_key_check(struct keystore *keystore, const struct own_key *key)
{
	static const char purpose[] = "redoubt registration: is this account this signer's?";
	uint8_t digest[SHA256_SIZE], raw[64];
	struct evm_signature signature;
	if (!key->has)
		return 0; // known by its address alone: it signs nothing
	sha256_of(purpose, sizeof purpose - 1, digest);
	int r = keystore_sign(keystore, &key->path, digest, raw);
	if (!r && !evm_signature_from_raw(raw, &key->signer, digest, &signature))
		return 0;
	complain("the file names a key that is not this signer's: %s",
		 r ? keystore_result_text(r) : "at that path he has another account");
	return EXIT_REFUSED;
}

// A wallet that is registered as ours has this signer's own key in it.
static int own_key_check(const struct change_command *c, const struct unlocked *unlocked)
{
	if (added_wallet)
		return wallet_key_check(unlocked->keystore, &added_wallet->descriptor);
	return account_key_check(unlocked->keystore, added_key);
}

static int register_taken(struct change_command *c, const char *name)
{
	char path[VAULT_NAME_MAX + 1];
	int r = 0;
	if (c->size < 14 || memcmp(c->text, "redoubt wallet", 14))
		r = descriptor_take(c, name);
	snprintf(path, sizeof path, "wallets/%.40s.wallet", name);
	if (!r && vault_find(&c->vault, path)) {
		complain("there is a wallet '%s' already", name);
		r = EXIT_REFUSED;
	}
	if (!r)
		r = configuration_read_with(&c->vault, path, c->text, c->size, &with);
	if (!r) {
		added_find(&c->configuration.policy);
		r = shown_confirm(&with, &c->configuration);
	}
	if (r)
		return r;
	const struct vault_change change = { path, c->text, c->size };
	const struct log_field details[] = { { "wallet", name } };
	return change_make(c, "wallet-registered", &change, details, ARRAY_LEN(details));
}

int command_register(int argc, char **argv)
{
	const char *path, *name = NULL;
	const struct option options[] = { { "--name", &name, NULL } };
	int words = options_read(argc, argv, options, ARRAY_LEN(options), &path, 1, 1);
	if (words < 0)
		return options_exit(words);
	if (!name || !name_fits(name)) {
		complain("--name NAME says what the wallet is called: letters, digits, '-' and '_', up to %d", POLICY_NAME_MAX);
		return EXIT_USAGE;
	}
	int r = change_begin(&command, path);
	command.key_check = own_key_check;
	if (!r)
		r = register_taken(&command, name);
	change_end(&command);
	return r;
}
