// SPDX-License-Identifier: Apache-2.0
// Of the names in a folder of heads, the ones that sort last, however many there are: heads are only ever added, and a
// stranger's files may lie among them.
#pragma once

#include "base/base.h"

#define BACKUP_HEAD_NAME_SIZE 41     // <manifest, 20 digits>-<blocks of the checkpoint, 20 digits>
#define BACKUP_HEADS_TRIED_MAX 4096u // files that are no head before one is; beyond that the search is not exhausted, and says so

struct backup_head_names {
	size_t count;
	bool left_off; // there were more than are kept
	char name[2 * BACKUP_HEADS_TRIED_MAX][BACKUP_HEAD_NAME_SIZE + 1];
};

// Any name; what cannot be a head's is passed over. Begin with a zeroed struct.
void backup_head_names_add(struct backup_head_names *names, const char *name);
// Sorts, the last first, and keeps at most BACKUP_HEADS_TRIED_MAX.
void backup_head_names_finish(struct backup_head_names *names);
