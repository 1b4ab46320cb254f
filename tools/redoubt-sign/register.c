// SPDX-License-Identifier: Apache-2.0
// "register": a wallet comes in, is shown, and is confirmed by the end of its first address.
#include "change.h"

#include <stdio.h>
#include <stdlib.h>

#include "bitcoin/bsms.h"
#include "command.h"
#include "commands.h"
#include "screen.h"
#include "wallet_page.h"

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

static int register_taken(struct change_command *c, const char *name)
{
	static struct configuration with;
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
	if (!r)
		r = shown_confirm(&with, &c->configuration);
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
	if (!r)
		r = register_taken(&command, name);
	change_end(&command);
	return r;
}
