// SPDX-License-Identifier: Apache-2.0
// The journal of DIR, opened for reading by the operator's key custodian.
#pragma once

#include "directory.h"

#include "journal/journal.h"

struct records {
	struct genesis genesis;
	uint8_t exchange[32];
	uint8_t *key;
	struct storage_directory *directory;
	struct storage storage;
	int dir_fd;
	uint64_t bytes; // of all segments, for progress
	struct journal_reader *reader;
};

// Opens at block `from`. 0, or an exit code after it has complained. records_close in any case.
MUST_USE int records_open(struct records *r, uint64_t from);
void records_close(struct records *r);
// The next block: 0 with *ret, 2 at the end, 1 after it has complained of the damage.
MUST_USE int records_next(struct records *r, struct block_view *ret);
