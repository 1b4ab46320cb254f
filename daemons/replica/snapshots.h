// SPDX-License-Identifier: Apache-2.0
// Writes snapshots, and beside each the publisher's memory ("market-<sequence>").
#pragma once

#include "daemons/replica/publisher.h"
#include "fold/fold.h"

#define SNAPSHOTS_KEPT 3u

struct snapshot_figures {
	uint64_t size, nanoseconds;
};

// One snapshot of where the fold stands. 0 or negative errno; nothing half-written is left under a final name.
MUST_USE int snapshots_write(int dir_fd, const uint8_t master_key[32], const struct founding *founding,
			     const struct fold *fold, const struct publisher *publisher,
			     struct snapshot_figures *ret);

// Gives the publisher its memory of that snapshot back. 0, 1 when there is none or it is damaged, or negative errno.
MUST_USE int snapshots_restore(int dir_fd, uint64_t sequence, struct publisher *publisher);
