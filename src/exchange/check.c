// SPDX-License-Identifier: Apache-2.0
// Every invariant that is too slow to assert on each entry. Written against
// the raw structures, not through the functions that maintain them.
#include "exchange/close.h"

static const char *check_totals(const struct exchange *x)
{
	for (uint16_t asset = 0; asset < x->asset_count; asset++) {
		struct ledger_totals t;
		ledger_totals(&x->ledger, asset, x->customers.count, &t);
		unsigned __int128 sum = (unsigned __int128)t.available.units + t.held.units + t.fees.units;
		if (t.overflow || t.external.units > AMOUNT_MAX || sum != t.external.units)
			return "ledger: what customers and fees hold is not what came in from outside";
	}
	return NULL;
}

// One level's queue. *live counts its orders.
static const char *check_queue(const struct exchange *x, const struct level *level, uint16_t market, unsigned side,
			       uint32_t key, uint32_t leaf, uint32_t *live)
{
	unsigned __int128 quantity = 0;
	uint32_t before = 0;
	uint64_t id = 0;
	for (uint32_t slot = level->head; slot; slot = x->orders.hot[slot].next) {
		const struct order *o = &x->orders.hot[slot];
		if (slot > x->orders.fresh || ++*live > x->orders.live)
			return "book: a queue has more orders than there are";
		if (!order_live(o) || !o->remaining || o->market != market || order_side(o) != side ||
		    o->key != key || o->leaf != leaf || o->previous != before)
			return "book: an order in a queue does not belong there";
		if (o->id <= id)
			return "book: a queue is not in the order of time";
		id = o->id;
		before = slot;
		quantity += o->remaining;
	}
	if (!before || level->tail != before || quantity != level->quantity)
		return "book: a level's quantity or tail is not that of its orders";
	return NULL;
}

static const char *check_side(const struct exchange *x, uint16_t market, unsigned side, uint32_t *live)
{
	const struct tree *tree = &x->markets[market].book.side[side];
	uint32_t leaf = tree->best_leaf;
	for (uint32_t key = tree->best; key != KEY_NONE; key = tree_next(&x->levels, key, &leaf)) {
		const struct level *level = tree_level(&x->levels, leaf, key);
		const char *wrong = check_queue(x, level, market, side, key, leaf, live);
		if (wrong)
			return wrong;
	}
	return NULL;
}

static const char *check_book(const struct exchange *x, uint16_t market, uint32_t *leaves, uint32_t *nodes,
			      uint32_t *live)
{
	const struct book *book = &x->markets[market].book;
	for (unsigned side = BOOK_BID; side <= BOOK_ASK; side++) {
		const char *wrong = tree_check(&x->levels, &book->side[side], leaves, nodes);
		if (!wrong)
			wrong = check_side(x, market, side, live);
		if (wrong)
			return wrong;
	}
	uint32_t bid = book->side[BOOK_BID].best, ask = book->side[BOOK_ASK].best;
	if (bid != KEY_NONE && ask != KEY_NONE && book_ticks(BOOK_BID, bid) >= ask)
		return "book: crossed";
	return NULL;
}

static const char *check_books(const struct exchange *x)
{
	uint32_t leaves = 0, nodes = 0, live = 0;
	for (uint16_t i = 0; i < x->market_count; i++) {
		const char *wrong = check_book(x, i, &leaves, &nodes, &live);
		if (wrong)
			return wrong;
	}
	if (leaves != x->levels.leaves_used || nodes != x->levels.nodes_used)
		return "price tree: a leaf or node was lost";
	return live == x->orders.live ? NULL : "book: a live order is in no queue";
}

// Adds what an open order must hold to need[].
static void need_add(const struct exchange *x, const struct order *o, uint64_t need[ASSETS_MAX])
{
	const struct market *m = &x->markets[o->market];
	if (order_side(o) == BOOK_BID)
		need[m->quote] += o->remaining * market_lot_price(m, book_ticks(BOOK_BID, o->key));
	else
		need[m->base] += o->remaining * m->lot.divisor;
}

static const char *check_owner(const struct exchange *x, uint32_t customer, uint32_t *listed,
			       uint64_t need[ASSETS_MAX])
{
	const struct customer *owner = &x->customers.list[customer];
	uint32_t newer = 0, count = 0;
	for (uint32_t slot = owner->newest; slot; slot = x->orders.cold[slot].older) {
		const struct order *o = &x->orders.hot[slot];
		if (slot > x->orders.fresh || ++count > owner->live)
			return "customer: more open orders are listed than counted";
		if (!order_live(o) || o->customer != customer || x->orders.cold[slot].newer != newer ||
		    (newer && x->orders.hot[newer].id <= o->id))
			return "customer: the list of open orders is broken";
		newer = slot;
		need_add(x, o, need);
	}
	*listed += count;
	return count == owner->live ? NULL : "customer: fewer open orders are listed than counted";
}

// Held is exactly what the open orders need, for each customer and asset.
static const char *check_holds(const struct exchange *x)
{
	uint64_t need[ASSETS_MAX];
	uint32_t listed = 0;
	for (uint32_t customer = 0; customer < x->customers.count; customer++) {
		memset(need, 0, x->asset_count * sizeof need[0]);
		const char *wrong = check_owner(x, customer, &listed, need);
		if (wrong)
			return wrong;
		for (uint16_t asset = 0; asset < x->asset_count; asset++) {
			if (ledger_line(&x->ledger, customer, asset)->held.units != need[asset])
				return "ledger: held is not the sum of the customer's open orders";
		}
	}
	return listed == x->orders.live ? NULL : "customer: a live order is in nobody's list";
}

static const char *check_indices(const struct exchange *x)
{
	const struct orders *orders = &x->orders;
	uint32_t used = 0, live = 0;
	for (uint32_t slot = 1; slot <= orders->fresh; slot++) {
		const struct order *o = &orders->hot[slot];
		if (!o->id)
			continue;
		used++;
		live += order_live(o);
		if (order_by_id(x, o->id) != slot)
			return "orders: an order is not found by its id";
		if (!order_trait(o, TRAIT_CLIENT_SIZE))
			continue;
		uint32_t found = order_by_client(x, o->hash, &orders->cold[slot].client);
		if (!found || (found != slot && (order_live(o) || orders->hot[found].id < o->id)))
			return "orders: an order is not found by its client id";
	}
	if (used + orders->free_count != orders->fresh ||
	    live + orders->ring_count != used || live != orders->live)
		return "orders: live, remembered and free slots are not all slots";
	return NULL;
}

// One table of by_client. *used counts its entries.
static const char *check_client_table(const struct exchange *x, const struct index_entry *entries, uint32_t mask,
				      uint32_t *used)
{
	for (uint64_t i = 0; entries && i <= mask; i++) {
		uint32_t slot = entries[i].slot;
		if (!slot)
			continue;
		++*used;
		if (slot > x->orders.fresh || !x->orders.hot[slot].id ||
		    !order_trait(&x->orders.hot[slot], TRAIT_CLIENT_SIZE))
			return "orders: a client id points to no order";
	}
	return NULL;
}

static const char *check_client_index(const struct exchange *x)
{
	const struct index *index = &x->by_client;
	uint32_t used = 0;
	const char *wrong = check_client_table(x, index->entries, index->mask, &used);
	if (!wrong)
		wrong = check_client_table(x, index->left, index->left_mask, &used);
	if (wrong)
		return wrong;
	return used == index->used ? NULL : "orders: client ids are miscounted";
}

static const char *check_ring(const struct exchange *x)
{
	const struct orders *orders = &x->orders;
	for (uint32_t i = 0; i < orders->ring_count; i++) {
		const struct order *o = &orders->hot[orders->ring[ring_index(orders, i)]];
		if (!o->id || order_live(o))
			return "orders: a remembered order is live or forgotten";
	}
	return NULL;
}

const char *exchange_check(const struct exchange *x)
{
	static const char *(*const checks[])(const struct exchange *) = {
		check_totals, check_books, check_holds, check_indices, check_client_index, check_ring,
	};
	for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
		const char *wrong = checks[i](x);
		if (wrong)
			return wrong;
	}
	return NULL;
}
