// SPDX-License-Identifier: Apache-2.0
// What every command of the operator's tool shares. One file a command; the
// table in main.c names them. A command gets argv[0] = its own last word and
// returns an exit code.
#pragma once

#include "command/command.h"

#include <stdio.h>

enum exit_code { // behind the common ones
	EXIT_NOT_RUNNING = 3, // the exchange is not there to ask
	EXIT_REFUSED = 4,     // the exchange understood and refused
	EXIT_DAMAGED = 5,     // a check found damage
};

extern const struct command_table commands;

// Options that every command takes.
struct globals {
	const char *dir; // --dir, $REDOUBT_DIR, or ./state
	bool json;       // --json: one JSON object a line on standard output
	const char *operator_key; // --operator-key, or NULL: DIR/keys/operator.key
};
extern struct globals globals;

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
