// SPDX-License-Identifier: Apache-2.0
// What the sequencer's files share.
#pragma once

#include "daemons/engine/output.h"
#include "daemons/engine/sequencer.h"

enum feed_stage { FEED_MARKETS, FEED_CUSTOMERS, FEED_KEYS, FEED_END, FEED_COMPLETE };

struct sequencer {
	struct exchange *exchange;
	struct block *block;
	uint64_t blocks;           // sealed so far: the next block's number
	volatile uint64_t applying; // the sequence that exchange_apply is at; a crash handler reads it

	// time
	uint64_t time_us, monotonic_us, budget_us;

	// what one input may put out, and where it waits
	struct output output;
	uint64_t reply_max, record_max;

	enum feed_stage feed_stage;
	uint32_t feed_at;

	struct sequencer_counters counters;
};

// ---- replies.c: what an input says to the outside, held until it is durable ----
struct reply { uint64_t tag; uint16_t gateway; uint8_t response; };

// The most that one input's replies can take, and the largest single record.
uint64_t reply_bytes_max(const struct genesis *genesis, uint64_t *ret_record_max);
void reply_order(struct sequencer *s, const struct reply *to, uint64_t sequence, bool cancel, uint64_t made_us);
void reply_cancel_all(struct sequencer *s, const struct reply *to, uint64_t sequence, uint64_t made_us);
void reply_control(struct sequencer *s, uint64_t tag, uint64_t sequence, uint64_t made_us);
void reply_control_refused(struct sequencer *s, uint64_t tag, enum refusal refusal);
void reply_control_head(struct sequencer *s, uint64_t tag);
// Room for a record that leaves with the state as it is now.
void *reply_add(struct sequencer *s, enum destination destination, uint16_t gateway, uint32_t kind, size_t size,
		uint64_t made_us);

// ---- queries.c ----
// False: not a query that this program knows.
bool query_answer(struct sequencer *s, const struct query *query);

// ---- feed.c: auth's view of control state ----
void feed_change(struct sequencer *s, const struct event *event);
