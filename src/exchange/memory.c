// SPDX-License-Identifier: Apache-2.0
// The one place of the state machine that asks the system for anything: all of
// an exchange's memory in one mapping, before its first entry.
#include "exchange/state.h"

#include "crypto/sha256.h"

#include <sys/mman.h>

#define PIECE_ALIGN 4096u
#define GENESIS_BODY_MAX 1024u
#define HUGE_FROM (16u << 20) // smaller exchanges fit the TLB as they are
#define ORDERS_PER_LEAF 16u   // of the price trees: 64 neighbouring prices, when asked what new orders will touch

// Where each piece lies in the mapping.
struct layout {
	size_t exchange, events, markets, lines, orders, levels, by_id, by_client, customers, ledger;
	size_t assets, market_terms, customer_info, key_info, key_removed, by_api_key, end;
};

static bool within(uint32_t n, uint32_t least, uint32_t most)
{
	return n >= least && n <= most;
}

static bool capacities_valid(const struct capacities *c)
{
	return within(c->customers, 1, CUSTOMERS_MAX) && within(c->keys, 1, KEYS_MAX) &&
	       within(c->assets, 1, ASSETS_MAX) && within(c->markets, 1, MARKETS_MAX) &&
	       within(c->orders, 1, ORDERS_MAX) && within(c->orders_per_customer, 1, ORDERS_MAX) &&
	       within(c->levels, 1, LEVELS_MAX) && within(c->closed_orders, 0, ORDERS_MAX) &&
	       within(c->fills_per_order, 1, FILLS_PER_ORDER_MAX);
}

static size_t piece(size_t *at, size_t size)
{
	size_t here = *at;
	*at += u64_round_up(size, PIECE_ALIGN);
	return here;
}

static uint32_t events_max(const struct capacities *c)
{
	uint32_t cancels = c->orders_per_customer < c->orders ? c->orders_per_customer : c->orders;
	return (cancels > c->fills_per_order ? cancels : c->fills_per_order) + EVENTS_SPARE;
}

static uint32_t order_slots(const struct capacities *c)
{
	return c->orders + c->closed_orders + 1;
}

static struct layout layout_of(const struct capacities *c)
{
	struct layout l = { 0 };
	size_t at = 0;
	l.exchange = piece(&at, sizeof(struct exchange));
	l.events = piece(&at, (size_t)events_max(c) * sizeof(struct event));
	l.markets = piece(&at, (size_t)c->markets * sizeof(struct market));
	l.lines = piece(&at, (size_t)c->markets * sizeof(struct ledger_line *[2]));
	l.orders = piece(&at, orders_memory(c->orders, c->closed_orders));
	l.levels = piece(&at, tree_pool_memory(c->levels, 2u * c->markets));
	l.by_id = piece(&at, id_index_memory(order_slots(c)));
	l.by_client = piece(&at, index_memory(order_slots(c)));
	l.customers = piece(&at, customers_memory(c->customers, c->keys));
	l.ledger = piece(&at, ledger_memory(c->customers, c->assets));
	l.assets = piece(&at, (size_t)c->assets * sizeof(struct asset_add));
	l.market_terms = piece(&at, (size_t)c->markets * sizeof(struct market_add));
	l.customer_info = piece(&at, (size_t)c->customers * sizeof(struct customer_add));
	l.key_info = piece(&at, (size_t)c->keys * sizeof(struct key_add));
	l.key_removed = piece(&at, c->keys);
	l.by_api_key = piece(&at, index_memory(c->keys));
	l.end = at;
	return l;
}

size_t exchange_memory(const struct genesis *genesis)
{
	return capacities_valid(&genesis->capacities) ? layout_of(&genesis->capacities).end : 0;
}

static void exchange_place(struct exchange *x, uint8_t *base, const struct layout *l, const struct genesis *genesis)
{
	const struct capacities *c = &genesis->capacities;
	x->genesis = *genesis;
	x->rules = genesis->rules;
	x->memory = l->end;
	x->fills_max = c->fills_per_order;
	x->orders_max = c->orders;
	x->orders_per_customer = c->orders_per_customer;
	x->events = (void *)(base + l->events);
	x->markets = (void *)(base + l->markets);
	x->lines = (void *)(base + l->lines);
	x->assets = (void *)(base + l->assets);
	x->market_terms = (void *)(base + l->market_terms);
	x->customer_info = (void *)(base + l->customer_info);
	x->key_info = (void *)(base + l->key_info);
	x->key_removed = base + l->key_removed;
	orders_init(&x->orders, base + l->orders, c->orders, c->closed_orders);
	tree_pool_init(&x->levels, base + l->levels, c->levels, 2u * c->markets);
	id_index_init(&x->by_id, base + l->by_id, order_slots(c));
	index_init(&x->by_client, base + l->by_client, order_slots(c));
	index_init(&x->by_api_key, base + l->by_api_key, c->keys);
	customers_init(&x->customers, base + l->customers, c->customers, c->keys);
	ledger_init(&x->ledger, base + l->ledger, c->customers, c->assets);
	hash_key_init(&x->hash, genesis->hash_seed);
	x->digest_key = x->hash.k[HASH_WORDS_MAX - 1] | 1;
	x->digest = x->digest_key;
}

struct exchange *exchange_new(const struct genesis *genesis)
{
	uint8_t body[GENESIS_BODY_MAX];
	size_t body_size = genesis_write(genesis, body, sizeof body);
	if (!body_size || !capacities_valid(&genesis->capacities))
		return NULL;
	struct layout layout = layout_of(&genesis->capacities);
	// Untouched pages cost nothing: capacities may be generous.
	void *base = mmap(NULL, layout.end, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (base == MAP_FAILED)
		return NULL;
	// Orders, lines and indices are met at random: with small pages nearly each touch of a large exchange is a
	// TLB miss too. Advice only: where huge pages are off or short it changes nothing. Costs at most 2 MB a piece
	// (and asset) that is in use at all.
	if (layout.end >= HUGE_FROM)
		(void)madvise(base, layout.end, MADV_HUGEPAGE);
	struct exchange *x = base;
	exchange_place(x, base, &layout, genesis);
	sha256_of(body, body_size, x->id);
	return x;
}

static uint32_t up_to(uint32_t used, uint32_t more, uint32_t most)
{
	return more < most - used ? used + more : most;
}

static void pieces_of_levels(struct exchange *x, uint32_t leaves, exchange_piece each, void *context)
{
	const struct tree_pool *pool = &x->levels;
	leaves = up_to(pool->leaf_fresh, leaves, pool->leaves_max);
	uint32_t nodes = up_to(pool->node_fresh, leaves, pool->nodes_max);
	each(context, pool->leaves, ((size_t)leaves + 1) * sizeof pool->leaves[0]);
	each(context, pool->nodes, ((size_t)nodes + 1) * sizeof pool->nodes[0]);
}

void exchange_pieces(struct exchange *x, uint32_t orders, exchange_piece each, void *context)
{
	const struct orders *o = &x->orders;
	uint32_t slots = up_to(o->fresh, orders, o->slots);
	each(context, x->events, (size_t)events_max(&x->genesis.capacities) * sizeof x->events[0]);
	each(context, o->hot, ((size_t)slots + 1) * sizeof o->hot[0]);
	each(context, o->cold, ((size_t)slots + 1) * sizeof o->cold[0]);
	each(context, o->ring, ((size_t)o->ring_size + 1) * sizeof o->ring[0]);
	each(context, o->free, (size_t)slots * sizeof o->free[0]);
	pieces_of_levels(x, orders / ORDERS_PER_LEAF, each, context);
	each(context, x->by_id.window, (size_t)(x->by_id.mask + 1) * sizeof x->by_id.window[0]);
	each(context, x->by_id.window + x->by_id.mask + 1, index_memory(slots));
	each(context, (uint8_t *)x + layout_of(&x->genesis.capacities).by_client, index_memory(slots));
	for (uint16_t asset = 0; asset < x->asset_count && x->customers.count; asset++)
		each(context, ledger_asset_lines(&x->ledger, asset), x->customers.count * sizeof(struct ledger_line));
}

void exchange_free(struct exchange *x)
{
	if (x)
		munmap(x, x->memory);
}
