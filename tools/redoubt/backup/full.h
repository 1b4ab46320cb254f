// SPDX-License-Identifier: Apache-2.0
// A full backup: every store by the method that its owner allows while it runs.
//   journal     verified blocks up to the durable end (ship.h)
//   log         checkpoint first, then tiles: tiles only grow, so they hold the checkpoint's tree
//   snapshots   the newest; files get their name when they are whole
//   history     SQLite's online backup, then its integrity check
//   the rest    founding, configuration and keys: small files that change by replacement
#pragma once

#include "batch.h"

// Adds everything. `former`: the last full manifest, or NULL. 0, or an exit code after it has complained.
MUST_USE int full_add(struct batch *batch, const struct backup_manifest *former);
