// SPDX-License-Identifier: Apache-2.0
// One order book: two price trees whose levels queue orders in time. A bid at t
// ticks has key KEY_MAX - t and an ask key t, so that the best price is the
// lowest key on either side and matching is written once.
#pragma once

#include "market/orders.h"
#include "market/tree.h"

enum book_side { BOOK_BID = 0, BOOK_ASK = 1 };
#define TICKS_MAX (KEY_MAX - 1) // named limit: price / tick of a market's highest price

struct book {
	struct tree side[2];
};

static inline void book_init(struct book *book)
{
	tree_init(&book->side[BOOK_BID]);
	tree_init(&book->side[BOOK_ASK]);
}

static inline uint32_t book_key(unsigned side, uint32_t ticks)
{
	return side == BOOK_BID ? KEY_MAX - ticks : ticks;
}

static inline uint32_t book_ticks(unsigned side, uint32_t key)
{
	return side == BOOK_BID ? KEY_MAX - key : key;
}

// Appends the order (slot) to its level's queue; key and remaining are set.
static inline void book_rest(struct book *book, struct tree_pool *pool, struct order *hot, uint32_t slot)
{
	struct order *o = &hot[slot];
	struct tree *tree = &book->side[order_side(o)];
	o->leaf = tree_leaf_for(pool, tree, o->key);
	struct level *level = tree_level(pool, o->leaf, o->key);
	o->next = 0;
	if (!(pool->leaves[o->leaf].bitmap >> (o->key & 63) & 1)) {
		*level = (struct level){ .quantity = o->remaining, .head = slot, .tail = slot };
		o->previous = 0;
		tree_level_occupied(pool, tree, o->leaf, o->key);
		return;
	}
	o->previous = level->tail;
	hot[level->tail].next = slot;
	level->tail = slot;
	level->quantity += o->remaining;
}

// Takes the order out of its level. What remains of it leaves the level's quantity too.
static inline void book_leave(struct book *book, struct tree_pool *pool, struct order *hot, struct order *o)
{
	struct level *level = tree_level(pool, o->leaf, o->key);
	uint32_t previous = o->previous, next = o->next;
	level->quantity -= o->remaining;
	// Slot 0 takes the writes that have no neighbour: no branch to guess wrong.
	hot[previous].next = next;
	hot[next].previous = previous;
	level->head = previous ? level->head : next;
	level->tail = next ? level->tail : previous;
	if (UNLIKELY(!level->head))
		tree_level_emptied(pool, &book->side[order_side(o)], o->leaf, o->key);
}
