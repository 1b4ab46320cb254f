// SPDX-License-Identifier: Apache-2.0
// The state machine: entry -> rules -> events. This header is enough to embed
// the exchange in another program (examples/embed.c does it in thirty lines).
//
//   struct exchange *x = exchange_new(&genesis);          // all memory, once
//   exchange_apply(x, sequence, time_us, entry, size);    // any number of times
//   for (i < exchange_event_count(x)) exchange_event(x, i)
//
// Pure: no system call, clock, randomness or floating point; exchange_apply
// allocates nothing. Two exchanges that applied the same entries have the same
// events, digest and snapshot bytes, whatever the compiler.
#pragma once

#include "wire/control.h"
#include "wire/event.h"

#define EXCHANGE_RULES 1 // the newest semantics that this program knows

struct exchange;

// Bytes of memory that a genesis asks for (most of it untouched until used). 0 when its capacities are out of bounds.
size_t exchange_memory(const struct genesis *genesis);

// An exchange before its first entry. `exchange_id` = SHA-256 of genesis' body.
// NULL: the capacities are out of bounds, or memory is short. The genesis entry itself is applied like any other, first.
struct exchange *exchange_new(const struct genesis *genesis);
void exchange_free(struct exchange *x); // accepts NULL

// The stretches of memory that the next `orders` orders touch for the first time, and what is in use beside them, so
// that a shell can ask the system for those pages before commands come: else the first touch of each is a stop of
// half a microsecond, or of a quarter of a millisecond where pages are huge. Changes nothing, and nor may whoever
// is called. About 350 bytes an order, 16 a customer and asset in use, 8 to 16 a possible order for the window of ids.
typedef void (*exchange_piece)(void *context, void *start, size_t size);
void exchange_pieces(struct exchange *x, uint32_t orders, exchange_piece each, void *context);

// Applies one whole entry (header and payload). sequence must be the last one + 1
// and time_us not below the last one (asserted). A refused entry changes
// nothing but is an event. Events of the previous call are gone.
// What one entry may cost is bounded, by what genesis names or a constant does:
//   a taker     fills_per_order fills, or as many levels and orders looked at
//   cancel-all  the customer's live orders, at most orders_per_customer
//   an asset or a market added: as many names compared, ASSETS_MAX and MARKETS_MAX
//   any other   four nodes of a price tree, and INDEX_MOVES for each of the two indices that may be growing
// A hash table's probing is bounded by chance alone: none is more than a quarter full.
// exchange_seal_block: SCRUB_LINES, SCRUB_ORDERS, ASSETS_MAX. exchange_open_orders: orders_per_customer. Not bounded
// so, and never part of an entry: exchange_totals, _check, _hash, _snapshot, _load.
// Returns 0, or 1 when the entry is malformed (only a broken sequencer writes one; nothing changed).
MUST_USE int exchange_apply(struct exchange *x, uint64_t sequence, uint64_t time_us, const void *entry, size_t size);

// The evidence of one whole control entry against the state as it is (its place in the control chain and its
// signature), and nothing else of it. A sequencer asks before it gives the entry a place: what nobody willed
// does not enter the journal. REFUSED_NOT when it holds, REFUSED_MALFORMED when it is no control entry.
enum refusal exchange_evidence(const struct exchange *x, const void *entry, size_t size);

// Passes over a sequence that a VOID entry names.
void exchange_skip(struct exchange *x, uint64_t sequence);

size_t exchange_event_count(const struct exchange *x);
const struct event *exchange_event(const struct exchange *x, size_t i);

uint64_t exchange_sequence(const struct exchange *x); // last applied
uint64_t exchange_time_us(const struct exchange *x);

// Running digest over every event and every balance that changed, since
// genesis. exchange_seal_block also folds the next slice of the ledger and of
// the orders into it (so that silent damage anywhere is found within one round),
// and returns it: the engine journals the value, the replica compares it.
uint64_t exchange_seal_block(struct exchange *x);

// Canonical snapshot bytes through `sink` (returns 0 to go on, else that value is returned).
typedef int (*snapshot_sink)(void *context, const void *data, size_t size);
MUST_USE int exchange_snapshot(const struct exchange *x, snapshot_sink sink, void *context);
// SHA-256 of exactly those bytes.
void exchange_hash(const struct exchange *x, uint8_t hash[32]);
// Loads into a fresh exchange of the same genesis. 0, or 1 when the bytes are not a snapshot of this genesis
// (x is then unusable and must be freed).
MUST_USE int exchange_load(struct exchange *x, const void *snapshot, size_t size);

// ---- reading the state ----
const struct genesis *exchange_genesis(const struct exchange *x);
const uint8_t *exchange_id(const struct exchange *x); // 32 bytes
void exchange_control_head(const struct exchange *x, uint64_t *ret_number, uint8_t ret_hash[32]);

uint32_t exchange_customer_count(const struct exchange *x);
bool exchange_customer(const struct exchange *x, uint32_t customer, struct customer_add *ret, uint8_t *ret_status);
uint32_t exchange_key_count(const struct exchange *x); // removed ones included
// False when the key does not exist or was removed.
bool exchange_key(const struct exchange *x, uint32_t key, struct key_add *ret);
uint16_t exchange_asset_count(const struct exchange *x);
const struct asset_add *exchange_asset(const struct exchange *x, uint16_t asset);
uint16_t exchange_market_count(const struct exchange *x);
const struct market_add *exchange_market(const struct exchange *x, uint16_t market, uint8_t *ret_status); // fees as now

void exchange_balance(const struct exchange *x, uint32_t customer, uint16_t asset, struct amount *ret_available,
		      struct amount *ret_held);

struct asset_totals {
	struct amount customers_available, customers_held, fees; // what the exchange owes and earned
	struct amount external;                                  // what came in from outside; equals the sum of the three
};
// Computed by scanning every line, not from running sums. Integrity check and 3 a.m. tool: O(customers).
void exchange_totals(const struct exchange *x, uint16_t asset, struct asset_totals *ret);

// Checks every invariant that is too slow to assert on each entry: totals balance, held equals
// the sum of open orders, no crossed book, indices agree. NULL when all hold, else a sentence naming the first that does not.
const char *exchange_check(const struct exchange *x);

// Live or recently closed order. False: not known here (history may know).
bool exchange_order(const struct exchange *x, uint64_t id, struct order_view *ret);
bool exchange_order_by_client_id(const struct exchange *x, uint32_t customer, const char *id, size_t size,
				 struct order_view *ret);
// Up to `room` of the customer's live orders, newest first, from cursor (0 = start); market -1 = all.
// Returns how many; *cursor is 0 when there are no more.
size_t exchange_open_orders(const struct exchange *x, uint32_t customer, int32_t market, uint32_t *cursor,
			    struct order_view *to, size_t room);

struct book_level { struct price price; struct quantity quantity; };
// Best first. Returns how many levels were written.
size_t exchange_depth(const struct exchange *x, uint16_t market, uint8_t side, struct book_level *to, size_t room);
uint64_t exchange_book_update(const struct exchange *x, uint16_t market); // changes whenever the book does; starts at 1
