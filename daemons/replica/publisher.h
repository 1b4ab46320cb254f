// SPDX-License-Identifier: Apache-2.0
// Public market data: takes what the fold says, and writes the shared pages of
// those markets that changed. Readers never wait for it: a page is locked only
// while what changed is copied in.
#pragma once

#include "daemons/replica/ticker.h"
#include "exchange/exchange.h"

struct publisher; // opaque

// `page` has room for genesis' markets; it is initialised here. NULL without memory.
struct publisher *publisher_new(struct marketdata *page, const struct genesis *genesis);
void publisher_free(struct publisher *p); // accepts NULL

// Trades of one applied entry.
void publisher_entry(struct publisher *p, const struct exchange *x, uint64_t time_us);

// Writes the pages of every market that changed since the last call, then says up to which entry. Returns how many.
size_t publisher_publish(struct publisher *p, const struct exchange *x);

// What a restart needs beside the snapshot: recent trades and the day's buckets, as bytes (free them). -ENOMEM or 0.
MUST_USE int publisher_save(const struct publisher *p, uint64_t sequence, uint8_t **ret, size_t *ret_size);
// 0, or 1 when the bytes are not what publisher_save wrote at that sequence for such a genesis (nothing changed then).
MUST_USE int publisher_restore(struct publisher *p, uint64_t sequence, const void *data, size_t size);
