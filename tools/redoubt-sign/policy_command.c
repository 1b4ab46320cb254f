// SPDX-License-Identifier: Apache-2.0
// "policy": shown whole, confirmed, replaced.
#include "change.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "command.h"
#include "commands.h"
#include "screen.h"

static struct change_command command;

void policy_show(const char *text)
{
	const char *newline;
	for (; (newline = strchr(text, '\n')); text = newline + 1)
		if (*text != '#')
			screen_text("%.*s", (int)(newline - text), text);
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
