// SPDX-License-Identifier: Apache-2.0
// Records that wait for their block to become durable: a queue in order of
// creation, in one piece of memory taken at start.
#pragma once

#include "base/base.h"

struct output_record {
	uint32_t span;      // of this record in the queue, header included
	uint32_t kind, size;
	uint16_t gateway;
	uint8_t destination;
	uint8_t skip;       // filler at the end of the memory
	uint64_t needs;     // durable blocks before it may leave
	uint64_t made_us;   // monotonic
};

struct output {
	uint8_t *memory;
	uint64_t size, head, tail;
};

MUST_USE int output_init(struct output *o, size_t size);
void output_free(struct output *o);

// Room for `size` bytes of one record, to be filled by the caller. The space was checked before (asserted).
void *output_add(struct output *o, const struct output_record *record);
// Bytes that records may still take; one is kept back for the filler.
uint64_t output_room(const struct output *o, uint64_t record_max);
// The oldest record and its bytes, NULL when there is none.
const struct output_record *output_front(struct output *o, const void **ret_data);
void output_pop(struct output *o);
