// SPDX-License-Identifier: Apache-2.0
// What every command of redoubt-sign shares. A command is a row of a table:
// commands.c has the signer's own, ceremony_commands.c those of the ceremony and
// of keeping. A command gets argv[0] = its own last word and returns an exit code.
//
// Order within a command: read options, open what is outside (files, the
// companion, the vault), then confine() (confine.h), and only then touch a key.
#pragma once

#include "base/base.h"

#include <stdio.h>

enum exit_code {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,    // could not be done; the message says why
	EXIT_USAGE = 2,     // the command line is wrong
	EXIT_DECLINED = 3,  // the person did not confirm, or ended the input
	EXIT_REFUSED = 4,   // the payload or the act is refused; the page says why
	EXIT_DAMAGED = 5,   // the vault or a log was altered, rolled back or is unreadable
	EXIT_LOCKED = 6,    // wrong passphrase or PIN, or the vault is in use
};

struct command {
	const char *words;    // "keep rotate"
	const char *synopsis; // what follows the words
	const char *summary;  // one line
	const char *help;     // the rest of --help
	int (*run)(int argc, char **argv);
};

struct command_table {
	const struct command *commands;
	size_t count;
};
extern const struct command_table sign_commands;     // commands.c
extern const struct command_table ceremony_commands; // ceremony_commands.c
extern const struct command_table token_commands;    // unlock_token.c, in redoubt-sign-token only

// Options that every command takes.
struct globals {
	const char *vault; // --vault DIR, or ./vault
	const struct command *command;
};
extern struct globals globals;

struct option {
	const char *name;   // "--out"
	const char **value; // takes a value ...
	bool *flag;         // ... or is a switch
};

// Reads options (and --vault, --help) in any place; "--" ends them; what is left goes to `words`.
// Returns how many words there are, or -1 after it has printed what is wrong
// (-2 after --help): the command then returns options_exit(result).
int options_read(int argc, char **argv, const struct option *options, size_t count, const char **words,
		 size_t words_min, size_t words_max);
int options_exit(int result);

// Prints "redoubt-sign COMMAND: text" to standard error; control characters and non-ASCII come out escaped.
void complain(const char *format, ...) PRINTF_LIKE(1, 2);

// A whole decimal number within [min, max]. False after it has complained about `name`.
MUST_USE bool number_read(const char *text, const char *name, uint64_t min, uint64_t max, uint64_t *ret);
