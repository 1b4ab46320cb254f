// SPDX-License-Identifier: Apache-2.0
// The journal, piece by piece: the frames as they are on the disk, each block
// verified on the way, never beyond what is durable.
//
// A piece is "journal/<segment>/<from>-<to>", byte offsets in the segment's
// file; the first begins at 0, with the segment's header. A segment that has
// ended is "journal/<segment>/closed" in full backups.
#pragma once

#include "batch.h"

// Adds what became durable since the position. ret_blocks: how many blocks that was. 0, or an exit code after it has complained.
MUST_USE int ship_journal(struct batch *batch, uint64_t *ret_blocks);

// Adds the whole journal; segments that a former full manifest has whole are taken from it (may be NULL).
MUST_USE int ship_journal_whole(struct batch *batch, const struct backup_manifest *former);
