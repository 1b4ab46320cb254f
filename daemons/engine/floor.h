// SPDX-License-Identifier: Apache-2.0
// How long the journal must be at least: what a snapshot and the signed checkpoint already count. A journal that is
// shorter was lost or set back, and founding the exchange anew beside them would be a second life with the same name.
#pragma once

#include "fold/founding.h"
#include "journal/journal.h"

struct floor_sources {
	const uint8_t *master_key; // 32 bytes
	const struct founding *founding;
	int snapshots_fd, log_fd;  // directories
};

struct floor {
	struct journal_floor journal;
	char witness[96];          // what journal.witness points to
};

// 0; 1 with a whole sentence in *ret_error (the checkpoint is not one that this log signed); negative errno.
MUST_USE int floor_find(const struct floor_sources *sources, struct floor *ret, struct journal_error *ret_error);
