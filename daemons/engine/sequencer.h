// SPDX-License-Identifier: Apache-2.0
// The sequencer: gives every input its place and its time, applies it, fills
// blocks, and holds every outgoing record back until its block is durable. One
// thread, no I/O, no clock of its own: the engine's main loop and the simulator
// drive the same object.
//
//   sequencer_begin(s, block)                      an empty block to fill
//   sequencer_submit(s, origin, kind, data, ...)   any number of times
//   block = sequencer_seal(s)                      to the journal
//   sequencer_release(s, durable_blocks, ...)      what may leave now, in order
#pragma once

#include "exchange/exchange.h"
#include "journal/journal.h"
#include "wire/message.h"

struct sequencer; // opaque

// Time comes in. Stamped time never goes back, and it advances at most
// SEQUENCER_HASTE times as fast as the monotonic clock (plus the slack), so that a
// clock that was set forward cannot make an hour pass in a moment.
struct sequencer_clock {
	uint64_t realtime_us;
	uint64_t monotonic_us;
};
#define SEQUENCER_HASTE 2
#define SEQUENCER_SLACK_US 1000000u

struct sequencer_options {
	struct exchange *exchange; // borrowed; folded up to the last durable entry, or fresh
	uint64_t blocks;           // blocks in the journal: the next block's number
	uint64_t time_us;          // of the last durable entry, 0 = none
	size_t output_size;        // bytes of held-back records; raised to what one input may need
};

// NULL without memory. All memory is taken here. An exchange before its first entry must have been made by
// exchange_new for the genesis of its founding.
struct sequencer *sequencer_new(const struct sequencer_options *options);
void sequencer_free(struct sequencer *s); // accepts NULL

// Whose channel a record came through: identity is the channel, never a field.
enum sequencer_origin { ORIGIN_AUTH = 0, ORIGIN_CONTROL = 1 };

enum sequencer_result {
	SEQUENCER_DONE = 0,
	SEQUENCER_BLOCK_FULL = 1,  // nothing happened: seal, begin another block, submit again
	SEQUENCER_OUTPUT_FULL = 2, // nothing happened: wait until more is durable and release, submit again
	SEQUENCER_MALFORMED = 3,   // nothing happened: this origin is broken, its channel must be closed
};

// Gives the sequencer an empty block to fill. Only when it has none.
void sequencer_begin(struct sequencer *s, struct block *block);
// Entries in the block being filled; 0 also when there is no block.
uint32_t sequencer_filled(const struct sequencer *s);
// Room left in it for one more entry of any size.
bool sequencer_has_room(const struct sequencer *s);
// Closes the block (digest included) and gives it back for the journal; NULL when it is empty or there is none.
struct block *sequencer_seal(struct sequencer *s);

// One record from a channel: MESSAGE_COMMAND or MESSAGE_QUERY from auth,
// MESSAGE_CONTROL or MESSAGE_CONTROL_HEAD from control. Every well-formed input that may
// change something is sequenced, refused ones too; queries are not entries.
MUST_USE enum sequencer_result sequencer_submit(struct sequencer *s, enum sequencer_origin origin, uint32_t kind,
						const void *data, size_t size, struct sequencer_clock now);

// The engine's own entries: ENTRY_TICK, ENTRY_OPEN, ENTRY_VOID. ENTRY_OPEN takes the realtime as it is
// (how long the engine was down is unknown), never below the last entry's time.
MUST_USE enum sequencer_result sequencer_own(struct sequencer *s, uint8_t kind, const void *payload, size_t size,
					     struct sequencer_clock now);
// A founding control entry (whole, signed), when the journal is empty. SEQUENCER_MALFORMED also when it is refused.
MUST_USE enum sequencer_result sequencer_found(struct sequencer *s, const void *entry, size_t size,
					       struct sequencer_clock now);

// Auth's view of control state from the beginning: markets, customers that are not active,
// keys, then MESSAGE_STATE_COMPLETE. Restarts the feed when called again.
void sequencer_feed_restart(struct sequencer *s);
// Queues up to `items` more of it. True when the feed is complete. Later changes follow by themselves.
bool sequencer_feed(struct sequencer *s, uint32_t items);

enum destination { TO_GATEWAY = 0, TO_AUTH = 1, TO_CONTROL = 2 };

// Takes one record. Must not block; what it does with a full ring is its own affair.
typedef void (*sequencer_send)(void *context, enum destination destination, uint16_t gateway, uint32_t kind,
			       const void *data, size_t size);
// Emits, in order, every record whose block is durable. Returns how many.
size_t sequencer_release(struct sequencer *s, uint64_t durable_blocks, struct sequencer_clock now,
			 sequencer_send send, void *context);
// Bytes held back now.
size_t sequencer_held(const struct sequencer *s);

// Where the sequence is kept that exchange_apply is at, so that a crash in it can be named.
const volatile uint64_t *sequencer_applying(const struct sequencer *s);

struct sequencer_counters {
	uint64_t commands, refused, queries, controls, malformed, clock_held, clock_hurried;
	// Stages: gateway's receipt to stamp, stamp to durable.
	uint64_t received_sum_us, received_count, received_max_us;
	uint64_t durable_sum_us, durable_count, durable_max_us;
};
const struct sequencer_counters *sequencer_counters(const struct sequencer *s);
