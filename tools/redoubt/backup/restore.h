// SPDX-License-Identifier: Apache-2.0
// From a chain of manifests to a directory of an exchange, with every byte compared.
#pragma once

#include "chain.h"

#include "backup/recovery.h"

// Writes everything into `into` (made here; refused when it exists and is not empty). Shows progress. 0, or an exit
// code after it has complained: EXIT_DAMAGED names the item.
MUST_USE int restore_files(const struct chain *chain, const struct recovery_secret *secret, const char *into);
