// SPDX-License-Identifier: Apache-2.0
// heads/<manifest, 20 digits>-<blocks of the checkpoint, 20 digits> at a destination: only ever added, like all else.
#pragma once

#include "batch.h"
#include "push.h"
#include "card.h"

#include "backup/head.h"

// Writes the head of this moment to each destination that is there, also to one that could not take the backup. What
// cannot be written is left: the destination's own trouble is told elsewhere.
// `note`: the log's checkpoint as it was before the backup was made, so that a backup that is whole covers it; NULL = none.
// `pushed`: which of them hold another past.
void heads_write(const struct backup_place *place, const struct position *position, const struct push_state *pushed,
		 const char *note, size_t note_size);

// The furthest head in a folder that this exchange signed, and its file. 0, or 1 when there is none; 2 when so many other
// files are in the folder that the search for it was not exhausted.
MUST_USE int head_newest(const char *folder, const struct backup_card *card, struct backup_head *ret,
			 char ret_path[PATH_MAX]);
// The head in one file. 0, or 1 when it is not there, or not one of this exchange.
MUST_USE int head_read(const char *path, const struct backup_card *card, struct backup_head *ret);
