// SPDX-License-Identifier: Apache-2.0
// The signed log in a directory: `checkpoint`, `log.vkey`, `tile/`. It never
// signs a tree that does not begin with the last one it signed.
#pragma once

#include "daemons/audit/tiles.h"

#define LOG_CHECK_TILES 8192u // full tiles of level 0 that opening checks; older ones are bound by the root alone
#define LOG_FAULT_MAX 320

struct signed_log {
	int dir_fd, lock_fd;
	struct note_key key;
	const uint8_t *seed;      // borrowed, 32 bytes
	struct tlog_tree tree;    // all appended leaves
	struct tiles tiles;
	uint64_t signed_size;     // of the checkpoint on disk
	uint64_t entries;         // in all leaves of the tree; meaningless until counted
	bool counted;             // false: the checkpoint on disk is from before checkpoints had a count
	uint8_t last_leaf[32];    // of the tree; zeros = none
	char fault[LOG_FAULT_MAX];
};

// Opens or begins the log. The key must be genesis' checkpoint key. 0; 1 = it may not be signed any more, `fault`
// says why (a checkpoint that does not verify, tiles that do not give its root, another process at work); or negative errno.
// Close it in any case.
MUST_USE int log_open_dir(struct signed_log *log, int dir_fd, const char *origin, const uint8_t seed[32],
			  const uint8_t expected_public[32]);
void log_close_dir(struct signed_log *log);

// What the journal says about a log that is not counted: so many entries are in the blocks that were signed. 0; or 1 with
// `fault` when the log is counted and has signed another number.
MUST_USE int log_count(struct signed_log *log, uint64_t entries);

// One more leaf, after which the leaves hold so many entries. 0, 1 with `fault`, or negative errno.
MUST_USE int log_append(struct signed_log *log, const uint8_t leaf_hash[32], uint64_t entries);

// Makes the tiles durable, signs the tree and puts the checkpoint in its place, durable. Nothing when nothing was
// appended since. 0 or negative errno.
MUST_USE int log_sign(struct signed_log *log);
