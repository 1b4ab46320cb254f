// SPDX-License-Identifier: Apache-2.0
// What people registered, from text files in the vault (docs/PROTOCOL.vault.md)
// to what src/review compares a payload with. Strict: every line is known and in
// its place, every error names its line.
#pragma once

#include "review/policy.h"
#include "vault/vault.h"

#define WALLETS_MAX 32
#define SAFES_MAX 16
#define ACCOUNTS_MAX 16
#define LABELS_MAX 1024
#define TOKENS_MAX 32
#define CHAINS_MAX 16
#define CONFIGURATION_TEXT_MAX (128u << 10) // of one file

struct configuration {
	struct review_policy policy; // points into what follows: never copy the struct
	struct policy_wallet wallets[WALLETS_MAX];
	struct policy_safe safes[SAFES_MAX];
	struct policy_account accounts[ACCOUNTS_MAX];
	struct policy_label labels[LABELS_MAX];
	struct policy_token tokens[TOKENS_MAX];
	uint64_t chain_ids[CHAINS_MAX];
	struct own_key {
		struct path path;          // of this signer's key
		struct evm_address signer; // and its address: the account itself, or one of the Safe's owners
		bool has;
	} safe_keys[SAFES_MAX], account_keys[ACCOUNTS_MAX];
};

// What is wrong with a text, for people: "line 3: ...".
struct text_fault {
	size_t line; // from 1; 0: of the whole
	char why[160];
};

// Each reads one file's text into the configuration, after configuration_clear. The policy comes first: wallets and
// labels are of its networks. 0, or 1 and *ret. They never touch anything but the struct.
void configuration_clear(struct configuration *c);
MUST_USE int policy_text_parse(const char *text, size_t size, struct configuration *c, struct text_fault *ret);
MUST_USE int labels_text_parse(const char *text, size_t size, struct configuration *c, struct text_fault *ret);
MUST_USE int wallet_text_parse(const char *text, size_t size, struct configuration *c, struct text_fault *ret);

// All of a vault's files, and policy_check over them. 0, or an exit code after it has complained.
MUST_USE int configuration_read(const struct vault *vault, struct configuration *c);
// The same with one file's new content in place of the vault's (NULL: without it): what would be after a change.
MUST_USE int configuration_read_with(const struct vault *vault, const char *name, const void *bytes, size_t size,
				     struct configuration *c);

// "redoubt wallet 1 / kind bitcoin / ...": the text of a Bitcoin wallet with a NUL, for a registration. key_names may
// be NULL, or its entries "". 0, or 1 when it does not fit.
MUST_USE int wallet_text_format(const char *name, const struct descriptor *descriptor, const char *const *key_names,
				char *to, size_t room);
// What a new vault begins with: the network's name ("main", "test", "regtest") and no limits, so that nothing may be paid
// until a policy says how much. 0, or 1 when it does not fit.
MUST_USE int policy_text_initial(const char *network, char *to, size_t room);
