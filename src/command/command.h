// SPDX-License-Identifier: Apache-2.0
// A program of many commands ("redoubt customer add"): finding the command that the words name, reading its options,
// help, and complaints that name the value and the remedy. The programs differ by their tables alone.
#pragma once

#include "base/base.h"

enum exit_code_common { // what every program means by these; the others are the program's own
	EXIT_DONE = 0,
	EXIT_FAILED = 1, // could not be done; the message says why
	EXIT_USAGE = 2,  // the command line is wrong
};

// Gets argv[0] = its own last word and returns an exit code.
struct command {
	const char *words;    // "customer add"
	const char *synopsis; // what follows the words
	const char *summary;  // one line
	const char *help;     // the rest of --help
	int (*run)(int argc, char **argv);
};

struct command_table {
	const struct command *row;
	size_t count;
};

struct option {
	const char *name;   // "--label"
	const char **value; // takes a value ...
	bool *flag;         // ... or is a switch
};

struct program {
	const char *name;           // "redoubt"
	const char *version;
	const char *usage;          // what stands between the name and the list: "[--dir DIR] COMMAND ..."
	const char *usage_end;      // printed behind the list of commands
	const char *help_end;       // printed behind each command's --help: common options and exit codes
	const struct option *common; // that every command takes, before its words or behind them
	size_t common_count;
	const struct command_table *const *tables;
	size_t table_count;
	int (*start)(void);         // once, before a command runs: EXIT_DONE, or it has complained and says how to exit
	// Prints a complaint: `who` is "redoubt customer add". NULL: "who: text" on standard error.
	void (*complaint)(const char *who, const char *text);
};

// The whole of main: common options, help, version, the command and its run.
MUST_USE int program_run(const struct program *p, int argc, char **argv);

// Reads options (and the common ones, --help) in any place; "--" ends them; what is left goes to `words`.
// Returns how many words there are, or -1 after it has complained (-2 after --help): the command then returns
// options_exit(result).
int options_read(int argc, char **argv, const struct option *options, size_t count, const char **words,
		 size_t words_min, size_t words_max);
int options_exit(int result);

// Prints "PROGRAM COMMAND: text" to standard error, as the program prints complaints.
void complain(const char *format, ...) PRINTF_LIKE(1, 2);

// A whole decimal number within [min, max]. False after it has complained about `name`.
MUST_USE bool number_read(const char *text, const char *name, uint64_t min, uint64_t max, uint64_t *ret);
