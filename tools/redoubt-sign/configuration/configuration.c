// SPDX-License-Identifier: Apache-2.0
// The vault's configuration as one: policy first, then labels and wallets, then policy_check over all.
#include "configuration/configuration.h"

#include "command.h"

void configuration_clear(struct configuration *c)
{
	memset(c, 0, sizeof *c);
	c->policy = (struct review_policy){
		.mode = POLICY_NORMAL,
		.wallets = c->wallets,
		.labels = c->labels,
		.gap_max = POLICY_GAP_MAX,
		.chain_ids = c->chain_ids,
		.safes = c->safes,
		.accounts = c->accounts,
		.tokens = c->tokens,
		.calls = POLICY_CALLS_DEFAULT,
	};
}

typedef int text_parse(const char *text, size_t size, struct configuration *c, struct text_fault *ret);

static int text_read(text_parse *parse, const char *name, const void *bytes, size_t size, struct configuration *c)
{
	struct text_fault fault;
	if (!parse(bytes, size, c, &fault))
		return 0;
	if (fault.line)
		complain("%s, line %zu: %s", name, fault.line, fault.why);
	else
		complain("%s: %s", name, fault.why);
	return EXIT_FAILED;
}

static bool is_wallet(const char *name)
{
	return !strncmp(name, "wallets/", 8);
}

// The one change that is tried.
struct change {
	const char *name; // NULL: none
	const void *bytes;
	size_t size;
};

static int file_read_by(const struct vault *vault, const struct change *change, const char *name, text_parse *parse,
			struct configuration *c)
{
	const struct vault_file *file = vault_find(vault, name);
	if (change->name && !strcmp(change->name, name))
		return change->bytes ? text_read(parse, name, change->bytes, change->size, c) : 0;
	return file ? text_read(parse, name, file->bytes, file->size, c) : 0;
}

static int wallets_read(const struct vault *vault, const struct change *change, struct configuration *c)
{
	bool is_new = change->name && is_wallet(change->name) && !vault_find(vault, change->name);
	int r = 0;
	for (size_t i = 0; !r && i < vault->file_count; i++)
		if (is_wallet(vault->files[i].name))
			r = file_read_by(vault, change, vault->files[i].name, wallet_text_parse, c);
	if (!r && is_new)
		r = file_read_by(vault, change, change->name, wallet_text_parse, c);
	return r;
}

// "rotation begun to NAME" or "rotation swept TXID to NAME" in the ceremony's record, which keep rotate wrote.
static void successor_read(const struct vault *vault, struct review_policy *policy)
{
	const struct vault_file *file = vault_find(vault, VAULT_CEREMONY);
	const char *line = file ? memmem(file->bytes, file->size, "\nrotation ", 10) : NULL;
	if (!line)
		return;
	size_t left = file->size - (size_t)(line + 1 - (const char *)file->bytes);
	const char *end = memchr(line + 1, '\n', left);
	const char *name = end ? memmem(line, (size_t)(end - line), " to ", 4) : NULL;
	if (name && (size_t)(end - name - 4) < sizeof policy->successor)
		memcpy(policy->successor, name + 4, (size_t)(end - name - 4));
}

static int all_read(const struct vault *vault, const struct change *change, struct configuration *c)
{
	size_t index;
	configuration_clear(c);
	int r = file_read_by(vault, change, VAULT_POLICY, policy_text_parse, c);
	if (!r)
		r = file_read_by(vault, change, VAULT_LABELS, labels_text_parse, c);
	if (!r)
		r = wallets_read(vault, change, c);
	if (r)
		return r;
	successor_read(vault, &c->policy);
	enum policy_fault fault = policy_check(&c->policy, &index);
	if (!fault)
		return 0;
	complain("policy, labels and wallets do not go together: %s (row %zu)", policy_fault_text(fault), index + 1);
	return EXIT_FAILED;
}

int configuration_read(const struct vault *vault, struct configuration *c)
{
	const struct change none = { 0 };
	return all_read(vault, &none, c);
}

int configuration_read_with(const struct vault *vault, const char *name, const void *bytes, size_t size,
			    struct configuration *c)
{
	const struct change change = { name, bytes, size };
	return all_read(vault, &change, c);
}
