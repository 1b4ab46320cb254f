// SPDX-License-Identifier: Apache-2.0
// "policy": shown whole, confirmed, replaced.
#include "sign/change.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "command.h"
#include "commands.h"
#include "screen/screen.h"

static struct change_command command;

void policy_show(const char *text)
{
	const char *newline;
	for (; (newline = strchr(text, '\n')); text = newline + 1)
		if (*text != '#')
			screen_text("%.*s", (int)(newline - text), text);
}

// A limit's asset, as the policy's text writes it.
static void asset_show(const struct review_policy *policy, const struct asset *asset, char *to, size_t room)
{
	const struct policy_token *token = NULL;
	for (size_t i = 0; i < policy->token_count; i++)
		if (policy->tokens[i].chain_id == asset->chain.id && !asset_native(asset) &&
		    !memcmp(policy->tokens[i].contract.bytes, asset->contract, CONTRACT_SIZE))
			token = &policy->tokens[i];
	if (asset->chain.kind == CHAIN_BITCOIN)
		snprintf(to, room, "bitcoin");
	else
		snprintf(to, room, "%llu%s%s", (unsigned long long)asset->chain.id, token ? ":" : "", token ? token->symbol : "");
}

void policy_opening_remark(const struct review_policy *policy)
{
	if (policy->intent_optional || !policy->approvers.count)
		screen_item("WEAK: no quorum is asked for, so that 'ceremony open' lets one person alone have a payload change "
			    "owners, threshold or modules: the second name is only typed.");
}

void policy_remarks(const struct review_policy *policy)
{
	char asset[64];
	if (policy->intent_optional && policy->limits.count)
		screen_item("WEAK: 'intent optional': no quorum is asked for, and whoever holds this machine and its passphrase "
			    "signs alone, within the limits. For a test network only.");
	if (policy->safe_count)
		policy_opening_remark(policy);
	if (policy->locktime_allowed && policy->limits.count)
		screen_item("WEAK: 'locktime allowed': what is signed today may leave together with what is signed later; the windows "
			    "count it only today.");
	for (size_t i = 0; i < policy->limits.count; i++) {
		const struct limit *limit = &policy->limits.list[i];
		asset_show(policy, &limit->asset, asset, sizeof asset);
		if (!limit->window_count)
			screen_item("WEAK: '%s' has a limit but no window: the limit is for one payment, and any number of them "
				    "passes (Bitfinex 2016).", asset);
		if (asset_native(&limit->asset) && limit->asset.chain.kind == CHAIN_BITCOIN && !limit->fee_share_max)
			screen_item("WEAK: '%s' has no fee-share-max: a small payment may cost the whole fee-max.", asset);
	}
}

static int policy_replace(struct change_command *c, bool check)
{
	char digest[2 * SHA256_SIZE + 1];
	uint8_t hash[SHA256_SIZE];
	const struct vault_file *old = vault_find(&c->vault, VAULT_POLICY);
	if (configuration_read_with(&c->vault, VAULT_POLICY, c->text, c->size, &c->configuration))
		return EXIT_REFUSED;
	sha256_of(c->text, c->size, hash);
	hex_encode(hash, sizeof hash, digest);
	if (!check && old) {
		screen_page("The policy that holds now");
		policy_show((const char *)old->bytes);
	}
	screen_heading("The new policy");
	policy_show((const char *)c->text);
	screen_line("%s", "");
	screen_field("SHA-256", "%s", digest);
	policy_remarks(&c->configuration.policy);
	if (check)
		return 0;
	screen_text("Compare it with the other signers: every machine holds the same.");
	if (screen_confirm("Type the last 6 characters of its SHA-256", digest + 2 * SHA256_SIZE - 6))
		return EXIT_DECLINED;
	const struct vault_change change = { VAULT_POLICY, c->text, c->size };
	return change_make(c, "policy-changed", &change, NULL, 0);
}

int command_policy(int argc, char **argv)
{
	const char *path;
	bool check = false;
	const struct option options[] = { { "--check", NULL, &check } };
	int words = options_read(argc, argv, options, ARRAY_LEN(options), &path, 1, 1);
	if (words < 0)
		return options_exit(words);
	int r = change_begin(&command, path);
	if (!r)
		r = policy_replace(&command, check);
	change_end(&command);
	return r;
}
