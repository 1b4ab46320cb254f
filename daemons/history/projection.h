// SPDX-License-Identifier: Apache-2.0
// From what the fold says happened to rows: orders, trades, candles.
#pragma once

#include "daemons/history/store.h"
#include "exchange/exchange.h"

struct projection; // opaque

// Rows of entries up to `applied` are in the store already and are passed over. NULL without memory.
struct projection *projection_new(struct store *store, const struct genesis *genesis, uint64_t applied_sequence);
void projection_free(struct projection *p); // accepts NULL

// A fold_entry (fold/fold.h). A database error sticks: projection_error.
void projection_entry(void *context, const struct exchange *x, const struct entry *entry, uint64_t sequence,
		      uint64_t time_us);
int projection_error(const struct projection *p); // 0 or -EIO

// Writes what is gathered in memory, inside the open transaction.
MUST_USE int projection_flush(struct projection *p);
// True when the next block should wait for a flush.
bool projection_full(const struct projection *p);
uint64_t projection_rows(const struct projection *p); // ever written
uint64_t projection_pending(const struct projection *p); // changed since the last flush or written inside it
