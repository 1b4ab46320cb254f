// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command/command.h"

// The one program of this process and the command that runs; NULL before program_run.
extern const struct program *program_running;
extern const struct command *command_running;

// Takes the option at argv[i] (one of `options`, or a common one); returns how many arguments it used, 0 when there is
// no such option, or -1 after it has complained.
int option_take(int argc, char **argv, int i, const struct option *options, size_t count);
