// SPDX-License-Identifier: Apache-2.0
// "show": what the vault knows; needs no key and changes nothing.
#include <stdio.h>

#include "sign/change.h"
#include "command.h"
#include "commands.h"
#include "screen/screen.h"
#include "configuration/wallet_page.h"

static struct change_command command;

static int show_wallets(struct change_command *c, size_t count, const char *const *words)
{
	const struct configuration *all = &c->configuration;
	screen_page("Wallets");
	for (size_t i = 0; i < all->policy.wallet_count; i++)
		page_wallet(&all->wallets[i]);
	for (size_t i = 0; i < all->policy.safe_count; i++)
		page_safe(&all->safes[i], &all->safe_keys[i]);
	for (size_t i = 0; i < all->policy.account_count; i++)
		page_account(&all->accounts[i], &all->account_keys[i]);
	if (!all->policy.wallet_count && !all->policy.safe_count && !all->policy.account_count)
		screen_text("No wallet is registered.");
	return 0;
}

static int show_labels(struct change_command *c, size_t count, const char *const *words)
{
	const struct vault_file *file = vault_find(&c->vault, VAULT_LABELS);
	screen_page("Labels");
	if (file)
		policy_show((const char *)file->bytes);
	else
		screen_text("There is none.");
	return 0;
}

static int show_policy(struct change_command *c, size_t count, const char *const *words)
{
	const struct vault_file *file = vault_find(&c->vault, VAULT_POLICY);
	screen_page("The policy");
	if (file)
		policy_show((const char *)file->bytes);
	policy_remarks(&c->configuration.policy);
	return 0;
}

static const struct policy_wallet *wallet_named(const struct configuration *c, const char *name)
{
	for (size_t i = 0; i < c->policy.wallet_count; i++)
		if (!strcmp(c->wallets[i].name, name))
			return &c->wallets[i];
	return NULL;
}

// addresses WALLET [COUNT [FROM]]
static int show_addresses(struct change_command *c, size_t count, const char *const *words)
{
	uint64_t how_many = 10, from = 0;
	const struct policy_wallet *wallet = count > 1 ? wallet_named(&c->configuration, words[1]) : NULL;
	char address[ADDRESS_TEXT_MAX + 1];
	if (!wallet) {
		complain("'show addresses WALLET': there is no such wallet of Bitcoin; 'show wallets' lists them");
		return EXIT_USAGE;
	}
	if ((count > 2 && !number_read(words[2], "COUNT", 1, 1000, &how_many)) ||
	    (count > 3 && !number_read(words[3], "FROM", 0, INT32_MAX, &from)))
		return EXIT_USAGE;
	screen_page("Addresses");
	for (size_t branch = 0; branch < wallet->descriptor.branch_count; branch++) {
		screen_heading("%s of '%s'", branch ? "Change" : "Receiving", wallet->name);
		for (uint64_t i = from; i < from + how_many && i <= INT32_MAX; i++)
			if (wallet_address(wallet, branch, (uint32_t)i, address) == 0)
				screen_line("%8llu  %s", (unsigned long long)i, address);
	}
	return 0;
}

static const struct {
	const char *word;
	int (*show)(struct change_command *c, size_t count, const char *const *words);
} kinds[] = {
	{ "wallets", show_wallets }, { "addresses", show_addresses }, { "labels", show_labels }, { "policy", show_policy },
};

int command_show(int argc, char **argv)
{
	const char *words[4] = { "wallets" };
	int count = options_read(argc, argv, NULL, 0, words, 0, ARRAY_LEN(words));
	if (count < 0)
		return options_exit(count);
	int r = change_begin(&command, NULL), known = 0;
	for (size_t i = 0; !r && i < ARRAY_LEN(kinds); i++)
		if (!strcmp(words[0], kinds[i].word)) {
			r = kinds[i].show(&command, (size_t)count, words);
			known = 1;
			break;
		}
	if (!r && !known) {
		complain("'%s' cannot be shown: wallets, addresses WALLET, labels or policy", words[0]);
		r = EXIT_USAGE;
	}
	change_end(&command);
	return r;
}
