// SPDX-License-Identifier: Apache-2.0
// Public market data: one shared mapping that the replica writes and everyone
// else maps read-only. Each market has a page guarded by a sequence lock; a
// reader copies what it needs and tries again if the lock moved.
#pragma once

#include "wire/control.h"
#include "wire/event.h"

#include <stdatomic.h>

#define MARKETDATA_MAGIC 0x6174616474726d72u
#define MARKETDATA_VERSION 1
#define MARKETDATA_LEVELS 5000 // a side; what `depth` can show
#define MARKETDATA_TRADES 1024 // recent trades kept; newest at (trade_count - 1) % MARKETDATA_TRADES
#define MARKETDATA_ASSETS_MAX 1024
#define MARKETDATA_MARKETS_MAX 1024
#define MARKETDATA_STALE_US 5000000u // without a heartbeat for so long nothing of it is shown to customers

struct marketdata_level { struct price price; struct quantity quantity; };
struct marketdata_trade { struct trade_view trade; uint64_t time_us; };

// Rolling 24 h, minute buckets underneath.
struct marketdata_ticker {
	struct price open, high, low, last, previous_close;
	struct quantity last_quantity, volume;
	struct amount quote_volume;
	uint64_t open_time_us, close_time_us, first_id, last_id, count;
};

struct marketdata_market {
	_Atomic uint32_t lock;      // odd while the replica writes
	uint8_t status;             // enum market_status
	uint8_t reserved[3];
	struct market_add market;
	uint64_t book_update;       // lastUpdateId
	uint32_t bids, asks;        // levels below
	uint64_t trade_count;       // ever
	struct marketdata_ticker ticker;
	struct marketdata_trade trade[MARKETDATA_TRADES];
	struct marketdata_level bid[MARKETDATA_LEVELS];
	struct marketdata_level ask[MARKETDATA_LEVELS];
};

struct marketdata {
	uint64_t magic;
	uint32_t version;
	_Atomic uint32_t markets;   // published; page i < markets is valid for ever
	_Atomic uint32_t assets;
	uint32_t markets_max;
	_Atomic uint64_t applied_sequence, applied_time_us;
	_Atomic uint64_t heartbeat_us; // realtime of the last turn of a replica that follows; old: what stands here is stale
	struct asset_add asset[MARKETDATA_ASSETS_MAX];
	struct marketdata_market market[]; // markets_max of them
};

static inline size_t marketdata_size(uint32_t markets_max)
{
	return sizeof(struct marketdata) + (size_t)markets_max * sizeof(struct marketdata_market);
}

// Whether somebody keeps these pages: a page that nobody writes any more still reads well.
static inline bool marketdata_fresh(const struct marketdata *data, uint64_t realtime_us)
{
	uint64_t heartbeat_us = atomic_load_explicit(&data->heartbeat_us, memory_order_relaxed);
	return heartbeat_us + MARKETDATA_STALE_US >= realtime_us;
}

// Copies `size` bytes at `from` (inside page m) as they were at one moment. False after too many collisions.
static inline bool marketdata_copy(const struct marketdata_market *m, const void *from, void *to, size_t size)
{
	for (unsigned tries = 0; tries < 10000; tries++) {
		uint32_t before = atomic_load_explicit(&m->lock, memory_order_acquire);
		if (before & 1)
			continue;
		memcpy(to, from, size);
		atomic_thread_fence(memory_order_acquire);
		if (atomic_load_explicit(&m->lock, memory_order_relaxed) == before)
			return true;
	}
	return false;
}
