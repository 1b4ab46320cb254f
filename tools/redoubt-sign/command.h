// SPDX-License-Identifier: Apache-2.0
// What every command of redoubt-sign shares. A command is a row of a table:
// commands.c has the signer's own, ceremony_commands.c those of the ceremony and
// of keeping. A command gets argv[0] = its own last word and returns an exit code.
//
// Order within a command: read options, open what is outside (files, the
// companion, the vault), then confine() (confine.h), and only then touch a key.
#pragma once

#include "command/command.h"

#include <stdio.h>

enum exit_code { // behind the common ones
	EXIT_DECLINED = 3, // the person did not confirm, or ended the input
	EXIT_REFUSED = 4,  // the payload or the act is refused; the page says why
	EXIT_DAMAGED = 5,  // the vault or a log was altered, rolled back or is unreadable
	EXIT_LOCKED = 6,   // wrong passphrase or PIN, or the vault is in use
};

extern const struct command_table sign_commands;     // commands.c
extern const struct command_table ceremony_commands; // ceremony_commands.c
extern const struct command_table token_commands;    // unlock_token.c, in redoubt-sign-token only

// The option that every command takes.
struct globals {
	const char *vault; // --vault DIR, or ./vault
};
extern struct globals globals;
