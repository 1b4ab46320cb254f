// SPDX-License-Identifier: Apache-2.0
#include "daemons/history/dirty.h"

#include <stdlib.h>

#define SLOTS (DIRTY_ORDERS_MAX * 2) // at most half full
#define EMPTY UINT32_MAX

struct dirty_orders {
	uint32_t count;
	uint32_t slot[SLOTS]; // index of a record
	struct order_record record[DIRTY_ORDERS_MAX];
	struct order_record *sorted[DIRTY_ORDERS_MAX];
	uint64_t id[DIRTY_ORDERS_MAX];
};

struct dirty_orders *dirty_new(void)
{
	struct dirty_orders *d = malloc(sizeof *d);
	if (!d)
		return NULL;
	d->count = 0;
	memset(d->slot, 0xff, sizeof d->slot);
	return d;
}

void dirty_free(struct dirty_orders *d)
{
	free(d);
}

size_t dirty_count(const struct dirty_orders *d)
{
	return d->count;
}

bool dirty_has_room(const struct dirty_orders *d, size_t orders)
{
	return DIRTY_ORDERS_MAX - d->count >= orders;
}

// Ids come from our own engine: no attacker chooses them, a multiplication spreads them.
static uint32_t slot_of(uint64_t id)
{
	return (uint32_t)((id * 0x9e3779b97f4a7c15u) >> 32) % SLOTS;
}

struct order_record *dirty_order(struct dirty_orders *d, uint64_t id)
{
	uint32_t slot = slot_of(id);
	while (d->slot[slot] != EMPTY && d->id[d->slot[slot]] != id)
		slot = (slot + 1) % SLOTS;
	if (d->slot[slot] == EMPTY) {
		ASSERT(d->count < DIRTY_ORDERS_MAX);
		d->slot[slot] = d->count;
		d->id[d->count] = id;
		d->record[d->count] = (struct order_record){ 0 };
		d->count++;
	}
	return &d->record[d->slot[slot]];
}

static int by_id(const void *a, const void *b)
{
	const struct order_record *const *x = a, *const *y = b;
	return ((*x)->view.id > (*y)->view.id) - ((*x)->view.id < (*y)->view.id);
}

int dirty_flush(struct dirty_orders *d, struct store *store)
{
	for (uint32_t i = 0; i < d->count; i++)
		d->sorted[i] = &d->record[i];
	qsort(d->sorted, d->count, sizeof d->sorted[0], by_id);
	for (uint32_t i = 0; i < d->count; i++) {
		int r = order_put(store, d->sorted[i]);
		if (r)
			return r;
	}
	if (d->count)
		memset(d->slot, 0xff, sizeof d->slot);
	d->count = 0;
	return 0;
}
