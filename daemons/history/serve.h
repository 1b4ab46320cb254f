// SPDX-License-Identifier: Apache-2.0
// Queries in, rows out. Who may ask what depends on the channel: auth sends
// what belongs to a customer, a gateway only what is public; anything else from
// a gateway closes its channel for good.
#pragma once

#include "daemons/history/history.h"
#include "process/handover.h"
#include "process/stats.h"

#define WAIT_MS_MAX 300     // how long a query waits for the asker's own last write
#define WAITING_MAX 256     // queries that may wait at a time; later ones are answered as it stands

struct serve; // opaque

// Opens "auth.history", "gatewayN.history" and "history.gatewayN" of the handover. NULL when one is missing (logged).
struct serve *serve_new(const struct handover *handover, unsigned gateways, struct stats_page *stats);
void serve_free(struct serve *s); // accepts NULL
// A channel was replaced: opens it anew. Returns 0, or negative errno for a name that is not ours.
MUST_USE int serve_replaced(struct serve *s, const struct handover *handover, const char *name);

// Takes what was asked and answers what can be answered. 0 or 1 with *ret_error (the database failed).
MUST_USE int serve_turn(struct serve *s, struct history *h, uint64_t durable_sequence,
			struct journal_error *ret_error);

// Sleeps until something is asked, at most timeout_ms. 0 or negative errno.
MUST_USE int serve_wait(struct serve *s, int doorbell, int timeout_ms);
bool serve_waiting(const struct serve *s); // queries wait for the fold

// True when a record from that kind of channel is a query as it must be. Pure, for tests and the fuzzer.
bool query_valid(const void *record, size_t size, uint32_t kind, bool from_auth, unsigned gateways, uint16_t markets,
		 struct history_query *ret);
