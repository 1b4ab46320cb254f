// SPDX-License-Identifier: Apache-2.0
// The published log in DIR/log: the signed checkpoint and the hash tiles.
#pragma once

#include "directory.h"

#include "tlog/tlog.h"

struct published {
	struct checkpoint checkpoint;
	char *note;        // the signed checkpoint's text
	size_t note_size;
	uint64_t tile_n;   // the tile that is held in memory
	int tile_level;    // -1 = none
	unsigned tile_width;
	uint8_t tile[TLOG_TILE_WIDTH][32];
};

// Reads and verifies the checkpoint under genesis' key. 0, or an exit code after it has complained.
MUST_USE int published_open(struct published *p, const struct genesis *genesis);
void published_close(struct published *p);
struct tlog_source published_source(struct published *p);
