// SPDX-License-Identifier: Apache-2.0
// From a chain of manifests to a directory of an exchange, with every byte compared.
#pragma once

#include "chain.h"

#include "backup/recovery.h"

// While this file lies in an exchange's directory nothing starts there: first of all written, last of all removed.
#define RESTORE_UNFINISHED "restore-unfinished"

// Removes it. 0, or an exit code after it has complained.
MUST_USE int restore_finished(const char *into);

// Writes everything into `into` (made here; refused when it exists and is not empty). Shows progress. 0, or an exit
// code after it has complained: EXIT_DAMAGED names the item.
MUST_USE int restore_files(const struct chain *chain, const struct recovery_secret *secret, const char *into);
