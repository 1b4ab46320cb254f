// SPDX-License-Identifier: Apache-2.0
// An exchange on disk for the tests of redoubt-verify: journal, checkpoint and
// snapshot, made by the exchange's own writers, so that the second
// implementation meets the first.
#pragma once

#include "exchange/lab.h"
#include "journal/journal.h"
#include "tlog/tlog.h"

#define HOUSE_SEGMENT (2u * BLOCK_FRAME_MAX + BLOCK_ALIGN) // the smallest: several segments come soon

struct house {
	char path[64];
	int dir_fd, journal_fd, snapshots_fd;
	uint8_t master[32], log_seed[32];
	struct lab lab;
	struct storage_directory *directory;
	struct storage storage;
	struct journal *journal;
	struct journal_place place;
	struct tlog_tree tree;
	struct block block;
	char checkpoint[1024];
	size_t checkpoint_size;
	bool uncounted;     // house_sign makes a checkpoint as it was before it had a count of entries
	uint64_t count_lie; // house_sign counts so many entries more than there are
};

// A fresh one with genesis, two assets, a market, two customers and their deposits.
void house_open(struct house *h);
void house_remove(struct house *h); // the directory too

void house_journal_open(struct house *h, uint8_t incarnation);
void house_journal_close(struct house *h);

// Puts what the lab applied last into the block being filled.
void house_take(struct house *h);
// The same with other bytes: what a hostile engine might write.
void house_put(struct house *h, const void *entry, size_t size, uint64_t time_us);
void house_write(struct house *h); // seals and writes the block; `digest` 0 = the exchange's
void house_write_digest(struct house *h, uint64_t digest);

// A few orders and cancels, `blocks` blocks of them.
void house_trade(struct house *h, unsigned blocks);

void house_sign(struct house *h); // checkpoint over all blocks
void house_snapshot(struct house *h);
// One that says other things about itself: what a hostile replica might write.
void house_snapshot_lie(struct house *h, void (*lie)(struct snapshot_info *info));

// Writes a frame of its own making over the one at that offset of segment 0, with every key, tag and CRC right.
void house_frame_lie(struct house *h, uint64_t offset, void (*lie)(uint8_t *frame_head, uint8_t *leaf));
