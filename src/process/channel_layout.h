// SPDX-License-Identifier: Apache-2.0
// What lies in a channel's shared memory. Private to src/process.
#pragma once

#include "process/channel.h"

#include <stdatomic.h>

#define CHANNEL_MAGIC 0x6c656e6e61686372u
#define CHANNEL_HEAD_SIZE 4096 // records begin here
#define CHANNEL_CURSOR_SIZE 4096

struct channel_head {
	uint64_t magic;
	uint64_t reserved[7];
	alignas(CACHE_LINE) _Atomic uint64_t head; // bytes ever written
};

struct channel_cursor {
	alignas(CACHE_LINE) _Atomic uint64_t tail; // bytes ever read
	alignas(CACHE_LINE) _Atomic uint32_t sleeps; // odd = the reader sleeps; a new number for each sleep
};

struct channel_record {
	uint32_t size, kind;
};

static inline uint64_t record_span(size_t size)
{
	return sizeof(struct channel_record) + u64_round_up(size, 8);
}
