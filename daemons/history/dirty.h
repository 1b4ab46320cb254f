// SPDX-License-Identifier: Apache-2.0
// Orders that changed since the last flush. Most orders live and die within a
// moment, so that gathering them in memory saves most of the database's work.
#pragma once

#include "daemons/history/store.h"

#define DIRTY_ORDERS_MAX 65536u // flushed before it is full

struct dirty_orders; // opaque

struct dirty_orders *dirty_new(void); // NULL without memory
void dirty_free(struct dirty_orders *d); // accepts NULL

size_t dirty_count(const struct dirty_orders *d);
// Room for at least `orders` more.
bool dirty_has_room(const struct dirty_orders *d, size_t orders);

// The record of that order, made empty (view.id = 0) when it is not there yet. Valid until dirty_flush.
struct order_record *dirty_order(struct dirty_orders *d, uint64_t id);

// Writes them in the order of their ids and forgets them.
MUST_USE int dirty_flush(struct dirty_orders *d, struct store *store);
