// SPDX-License-Identifier: Apache-2.0
// What replica, audit and history find at birth and do in the same way: the
// journal to read, its key, genesis, the durable page, counters, the end.
#pragma once

#include "fold/founding.h"
#include "journal/follow.h"
#include "process/handover.h"
#include "process/sandbox.h"
#include "process/stats.h"

struct follower {
	struct handover *handover;
	struct storage_directory *directory;
	struct storage storage;
	uint8_t *key;                       // 32 bytes, secret memory
	struct founding founding;
	const struct durable_page *durable;
	struct stats_page *stats;
	int journal_fd, doorbell;
};

// Receives the handover and opens all of it; says what is missing. 0, or 1 after a line in the log.
MUST_USE int follower_open(struct follower *f, const char *name);
void follower_close(struct follower *f);

// Stands back behind the processes that an order waits for: 0 = not at all, 19 = most. Before the sandbox.
void follower_stand_back(int nice);

// Closes the sandbox: the journal's directory and `read_dir` (or -1) for reading, `write_dir` (or -1) for
// writing. 0, or 1 after a line in the log.
MUST_USE int follower_sandbox(struct follower *f, int read_dir, int write_dir);

// Once a turn: the heartbeat, and whether to go on. `replaced` is told of channels that
// were replaced (NULL: there are none). False at SIGTERM or when the supervisor is gone.
typedef void (*follower_replaced)(void *context, const char *name);
bool follower_turn(struct follower *f, follower_replaced replaced, void *context);

// Waits until the engine has said how far the journal is durable: it does so when it has recovered, and no
// exchange has an empty journal then. False when it is time to end.
bool follower_await(struct follower *f, follower_replaced replaced, void *context);

static inline void stats_set(_Atomic uint64_t *counter, uint64_t value)
{
	atomic_store_explicit(counter, value, memory_order_relaxed);
}
