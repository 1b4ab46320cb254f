// SPDX-License-Identifier: Apache-2.0
// A change of the vault's configuration by one of the signer's own commands.
#pragma once

#include "configuration/configuration.h"
#include "unlock.h"

struct change_command {
	struct vault vault;
	struct configuration configuration;
	uint8_t *text; // a file from outside, read before the sandbox closed
	size_t size;
	bool with_token; // a PKCS#11 module will be loaded: the sandbox lets it
	// Looks at the change with the key open, before the act; NULL for nothing. 0 or an exit code after a complaint.
	int (*key_check)(const struct change_command *c, const struct unlocked *unlocked);
};

// Reads `path` (NULL: nothing), opens the vault, closes the sandbox, reads the configuration. 0 or an exit code after
// a complaint.
MUST_USE int change_begin(struct change_command *c, const char *path);
// Whether the vault with that file's new content still goes together; asks for the passphrase; makes the act.
// `details` as for vault_act. 0 or an exit code after a complaint.
MUST_USE int change_make(struct change_command *c, const char *act, const struct vault_change *change,
			 const struct log_field *details, size_t count);
// "Done", and the log's code for the paper.
void head_write_down(const struct vault *vault);
void change_end(struct change_command *c);

// Prints the lines of a configuration text without its comments (policy_command.c).
void policy_show(const char *text);
