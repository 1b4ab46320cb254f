// SPDX-License-Identifier: Apache-2.0
// What every command of the operator's tool shares. One file a command; the
// table in main.c names them. A command gets argv[0] = its own last word and
// returns an exit code.
#pragma once

#include "base/base.h"

#include <stdio.h>

enum exit_code {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,      // could not be done; the message says why
	EXIT_USAGE = 2,       // the command line is wrong
	EXIT_NOT_RUNNING = 3, // the exchange is not there to ask
	EXIT_REFUSED = 4,     // the exchange understood and refused
	EXIT_DAMAGED = 5,     // a check found damage
};

struct command {
	const char *words;    // "customer add"
	const char *synopsis; // what follows the words
	const char *summary;  // one line
	const char *help;     // the rest of --help
	int (*run)(int argc, char **argv);
};
extern const struct command commands[];
extern const size_t command_count;

// Options that stand before the command's words, and those that every command takes.
struct globals {
	const char *dir; // --dir, $REDOUBT_DIR, or ./state
	bool json;       // --json: one JSON object a line on standard output
	const char *operator_key; // --operator-key, or NULL: DIR/keys/operator.key
	const struct command *command;
};
extern struct globals globals;

struct option {
	const char *name;   // "--label"
	const char **value; // takes a value ...
	bool *flag;         // ... or is a switch
};

// Reads options (and --dir, --json, --help) in any place; what is left goes to `words`.
// Returns how many words there are, or -1 after it has printed what is wrong
// (-2 after --help): the command then returns options_exit(result).
int options_read(int argc, char **argv, const struct option *options, size_t count, const char **words,
		 size_t words_min, size_t words_max);
int options_exit(int result);

// Prints "redoubt COMMAND: text" to standard error (a JSON object to standard output as well with --json).
void complain(const char *format, ...) PRINTF_LIKE(1, 2);

// A whole decimal number within [min, max]. False after it has complained about `name`.
MUST_USE bool number_read(const char *text, const char *name, uint64_t min, uint64_t max, uint64_t *ret);

int command_init(int argc, char **argv);
int command_start(int argc, char **argv);
int command_stop(int argc, char **argv);
int command_status(int argc, char **argv);
int command_customer_add(int argc, char **argv);
int command_customer_freeze(int argc, char **argv);
int command_customer_unfreeze(int argc, char **argv);
int command_key_add(int argc, char **argv);
int command_key_remove(int argc, char **argv);
int command_asset_add(int argc, char **argv);
int command_market_add(int argc, char **argv);
int command_market_set(int argc, char **argv);
int command_deposit_test(int argc, char **argv);
int command_book(int argc, char **argv);
int command_journal_verify(int argc, char **argv);
int command_journal_dump(int argc, char **argv);
int command_journal_void(int argc, char **argv);
int command_proof_inclusion(int argc, char **argv);
int command_proof_consistency(int argc, char **argv);
int command_history_rebuild(int argc, char **argv);
int command_host_check(int argc, char **argv);    // host.c; exit codes of its own
int command_host_manifest(int argc, char **argv);
int command_host_watch(int argc, char **argv);    // watch/; exit codes of its own
int command_host_baseline_keygen(int argc, char **argv);
int command_host_baseline_make(int argc, char **argv);
int command_host_baseline_sign(int argc, char **argv);
int command_host_baseline_check(int argc, char **argv);
int command_host_baseline_show(int argc, char **argv);
int command_host_harden(int argc, char **argv);   // harden/harden.c; exit codes of its own
int command_completion(int argc, char **argv);
int command_backup_keygen(int argc, char **argv);
int command_backup_init(int argc, char **argv);
int command_backup_run(int argc, char **argv);
int command_backup_status(int argc, char **argv);
int command_backup_prune(int argc, char **argv);
int command_backup_drill(int argc, char **argv);
int command_backup_verdict(int argc, char **argv);
int command_backup_restore(int argc, char **argv);
int command_replay(int argc, char **argv); // replay.c; parses its own options, --json included
