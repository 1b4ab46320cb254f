// SPDX-License-Identifier: Apache-2.0
// A lab exchange (exchange/lab.h) whose entries are also written to a real
// journal in a directory, as the engine would: for tests and benches of those who follow.
#pragma once

#include "exchange/lab.h"
#include "fold/founding.h"
#include "journal/journal.h"

struct journal_lab {
	struct lab lab;
	struct founding founding;
	struct storage_directory *directory;
	struct storage storage;
	uint8_t key[32];
	struct journal *journal;
	struct journal_place place; // durable
	struct block *block;        // being filled
	uint16_t market;            // journal_lab_market
	uint8_t genesis_entry[ENTRY_SIZE_MAX];
	size_t genesis_size;
};

// Makes the exchange, the journal in dir_fd (empty), and appends genesis. Asserts that all goes well.
void journal_lab_open(struct journal_lab *l, int dir_fd, const struct capacities *capacities);
void journal_lab_close(struct journal_lab *l);

// Appends what the lab applied last. Seals and writes the block when it is full.
void journal_lab_note(struct journal_lab *l);
// Applies a whole entry and appends it.
void journal_lab_entry(struct journal_lab *l, const void *entry, size_t size);
// Seals the block and makes it durable; nothing when it is empty.
void journal_lab_commit(struct journal_lab *l);
// The same with another digest than the exchange's.
void journal_lab_commit_lie(struct journal_lab *l);

// Two assets, a market, `customers` customers with keys and money; all of it journalled and durable.
void journal_lab_market(struct journal_lab *l, uint32_t customers);
// `count` orders, cancels and takers around one price, from a seed; journalled, not yet durable at the end.
void journal_lab_trade(struct journal_lab *l, uint64_t seed, uint32_t count);
// Time passes: the next entry's stamp is so much later.
void journal_lab_wait(struct journal_lab *l, uint64_t microseconds);
