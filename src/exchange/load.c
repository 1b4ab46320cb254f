// SPDX-License-Identifier: Apache-2.0
// Reads a snapshot. The bytes are taken for hostile: every length, index, enum
// and sum is checked before use, and exchange_check has the last word.
// Everything is false for "not a snapshot of this genesis".
#include "exchange/close.h"
#include "exchange/snapshot.h"

static bool load_head(struct reader *r, struct exchange *x)
{
	uint8_t id[32];
	uint64_t magic = read_u64(r);
	uint32_t version = read_u32(r);
	read_copy(r, id, sizeof id);
	if (magic != SNAPSHOT_MAGIC || version != SNAPSHOT_VERSION || memcmp(id, x->id, sizeof id) != 0)
		return false;
	x->sequence = read_u64(r);
	x->time_us = read_u64(r);
	x->digest = read_u64(r);
	x->orders_ever = read_u64(r);
	x->rules = read_u32(r);
	x->scrub_line = read_u64(r);
	x->scrub_order = read_u32(r);
	x->control_number = read_u64(r);
	read_copy(r, x->control_hash, sizeof x->control_hash);
	return !r->failed && x->orders_ever <= EPOCH_ORDER_ID_MAX && x->rules <= EXCHANGE_RULES;
}

static const uint8_t *load_body(struct reader *r, size_t *ret_size)
{
	*ret_size = read_u16(r);
	return read_bytes(r, *ret_size);
}

static bool load_assets(struct reader *r, struct exchange *x)
{
	uint16_t count = read_u16(r);
	if (count > x->genesis.capacities.assets)
		return false;
	for (uint16_t i = 0; i < count; i++) {
		size_t size;
		const uint8_t *body = load_body(r, &size);
		if (!body || asset_add_read(body, size, &x->assets[i]))
			return false;
		x->ledger.assets[i].fees.units = read_u64(r);
		x->ledger.assets[i].external.units = read_u64(r);
	}
	x->asset_count = count;
	return !r->failed;
}

static bool load_market(struct reader *r, struct exchange *x)
{
	struct market_add add;
	size_t size;
	const uint8_t *body = load_body(r, &size);
	if (!body || market_add_read(body, size, &add) || add.base >= x->asset_count || add.quote >= x->asset_count ||
	    add.base == add.quote || !exchange_market_put(x, &add))
		return false;
	struct market *m = &x->markets[x->market_count - 1];
	m->status = read_u8(r);
	m->ticks_last = read_u32(r);
	m->trades = read_u64(r);
	m->book_update = read_u64(r);
	return m->status <= MARKET_CANCEL_ONLY && m->ticks_last <= TICKS_MAX;
}

static bool load_markets(struct reader *r, struct exchange *x)
{
	uint16_t count = read_u16(r);
	if (count > x->genesis.capacities.markets)
		return false;
	for (uint16_t i = 0; i < count; i++) {
		if (!load_market(r, x))
			return false;
	}
	return !r->failed;
}

static bool load_customer(struct reader *r, struct exchange *x)
{
	struct customer_add add;
	size_t size;
	const uint8_t *body = load_body(r, &size);
	if (!body || customer_add_read(body, size, &add))
		return false;
	uint32_t customer = customers_add(&x->customers);
	x->customer_info[customer] = add;
	x->customers.list[customer].status = read_u8(r);
	return x->customers.list[customer].status <= CUSTOMER_FROZEN;
}

static bool load_key(struct reader *r, struct exchange *x)
{
	struct key_add add;
	size_t size;
	const uint8_t *body = load_body(r, &size);
	if (!body || key_add_read(body, size, &add) || add.customer >= x->customers.count ||
	    api_key_known(x, add.api_key))
		return false;
	uint32_t key = exchange_key_put(x, &add);
	x->key_removed[key] = read_u8(r);
	if (x->key_removed[key])
		customers_key_remove(&x->customers, key);
	return x->key_removed[key] <= 1;
}

static bool load_customers(struct reader *r, struct exchange *x)
{
	uint32_t count = read_u32(r);
	if (count > x->customers.max)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		if (!load_customer(r, x))
			return false;
	}
	uint32_t keys = read_u32(r);
	if (keys > x->customers.keys_max)
		return false;
	for (uint32_t i = 0; i < keys; i++) {
		if (!load_key(r, x))
			return false;
	}
	return !r->failed;
}

// Lines in the customers' order, none of them empty: the same ledger has the same bytes.
static bool load_lines(struct reader *r, struct exchange *x, uint16_t asset)
{
	uint32_t used = read_u32(r);
	uint64_t least = 0;
	for (uint32_t i = 0; i < used; i++) {
		uint32_t customer = read_u32(r);
		uint64_t available = read_u64(r), held = read_u64(r);
		if (r->failed || customer < least || customer >= x->customers.count || !(available | held))
			return false;
		struct ledger_line *line = ledger_line(&x->ledger, customer, asset);
		line->available.units = available;
		line->held.units = held;
		least = (uint64_t)customer + 1;
	}
	return !r->failed;
}

static bool load_ledger(struct reader *r, struct exchange *x)
{
	for (uint16_t asset = 0; asset < x->asset_count; asset++) {
		if (!load_lines(r, x, asset))
			return false;
	}
	return true;
}

// a * b <= AMOUNT_MAX
static bool product_fits(uint64_t a, uint64_t b)
{
	uint64_t product;
	return !__builtin_mul_overflow(a, b, &product) && product <= AMOUNT_MAX;
}

static bool traits_valid(const struct order *o)
{
	return order_trait(o, TRAIT_SIDE) <= SIDE_SELL && order_trait(o, TRAIT_TYPE) <= ORDER_LIMIT_MAKER &&
	       order_trait(o, TRAIT_TIF) <= TIF_FOK && order_trait(o, TRAIT_STP) <= STP_EXPIRE_BOTH &&
	       order_trait(o, TRAIT_STATUS) <= ORDER_EXPIRED_IN_MATCH && order_trait(o, TRAIT_BY_QUOTE) <= 1 &&
	       order_trait(o, TRAIT_CLIENT_SIZE) <= CLIENT_ID_MAX && order_trait(o, TRAIT_LIVE) <= 1;
}

static bool amounts_valid(const struct market *m, const struct order *o)
{
	uint64_t lots;
	if (o->quote > AMOUNT_MAX || !product_fits(o->executed, m->lot.divisor))
		return false;
	if (order_by_quote(o))
		return o->remaining <= AMOUNT_MAX;
	return !__builtin_add_overflow(o->executed, o->remaining, &lots) && product_fits(lots, m->lot.divisor);
}

static bool live_valid(const struct market *m, const struct order *o)
{
	uint32_t ticks = book_ticks(order_side(o), o->key);
	unsigned status = order_trait(o, TRAIT_STATUS);
	struct amount notional;
	return !order_by_quote(o) && order_trait(o, TRAIT_TYPE) != ORDER_MARKET &&
	       o->remaining && ticks - m->ticks_min <= m->ticks_range &&
	       market_notional(m, ticks, o->remaining, &notional) &&
	       (status == ORDER_NEW || status == ORDER_PARTIALLY_FILLED);
}

static bool order_valid(const struct exchange *x, const struct order *o)
{
	if (!o->id || o->id > x->orders_ever || o->market >= x->market_count || o->customer >= x->customers.count ||
	    o->key > KEY_MAX || !traits_valid(o))
		return false;
	const struct market *m = &x->markets[o->market];
	return product_fits(book_ticks(order_side(o), o->key), m->tick.divisor) && amounts_valid(m, o) &&
	       (!order_live(o) || live_valid(m, o)) && !order_by_id(x, o->id);
}

static bool client_valid(const char id[CLIENT_ID_MAX], size_t size)
{
	for (size_t i = size; i < CLIENT_ID_MAX; i++) {
		if (id[i])
			return false;
	}
	return size == 0 || client_id_valid(id, size);
}

// Of several orders with one client id the newest answers to it; two live ones cannot be.
static bool load_client_index(struct exchange *x, uint32_t slot)
{
	const struct order *o = &x->orders.hot[slot];
	struct index_entry *e = client_place(x, o->hash, &x->orders.cold[slot].client);
	const struct order *other = &x->orders.hot[e->slot];
	if (e->slot && order_live(o) && order_live(other))
		return false;
	if (e->slot && other->id > o->id)
		return true;
	bool first = !e->slot;
	*e = (struct index_entry){ .tag = o->hash, .slot = slot };
	if (first)
		index_count(&x->by_client);
	return true;
}

// The youngest of a place in the window has it, the others are old.
static void load_id_index(struct exchange *x, uint32_t slot)
{
	uint64_t id = x->orders.hot[slot].id;
	uint32_t there = x->by_id.window[id & x->by_id.mask];
	if (there && x->orders.hot[there].id > id)
		index_insert(&x->by_id.old, id_tag(id), slot);
	else
		order_id_insert(x, id, slot);
}

static bool load_order(struct reader *r, struct exchange *x, uint32_t *slot, uint32_t fresh)
{
	uint32_t at = read_u32(r);
	if (r->failed || at <= *slot || at > fresh)
		return false;
	*slot = at;
	struct order o = { 0 };
	struct order_cold cold = { 0 };
	uint64_t id = read_u64(r);
	o.remaining = read_u64(r);
	o.executed = read_u64(r);
	o.quote = read_u64(r);
	o.key = read_u32(r);
	o.customer = read_u32(r);
	uint16_t market = read_u16(r);
	o.traits = read_u64(r);
	read_copy(r, &cold.client, CLIENT_ID_MAX);
	if (id > EPOCH_ORDER_ID_MAX || market >= MARKETS_MAX)
		return false;
	o.id = id & EPOCH_ORDER_ID_MAX;
	o.market = market & (MARKETS_MAX - 1);
	size_t client_size = order_trait(&o, TRAIT_CLIENT_SIZE);
	if (r->failed || !order_valid(x, &o) || !client_valid((const char *)&cold.client, client_size))
		return false;
	cold.client.word[4] |= (uint64_t)o.customer << 32;
	cold.time_us = read_u64(r);
	cold.updated_us = read_u64(r);
	o.hash = client_hash(x, &cold.client);
	x->orders.hot[at] = o;
	x->orders.cold[at] = cold;
	load_id_index(x, at);
	return !client_size || load_client_index(x, at);
}

static bool load_orders(struct reader *r, struct exchange *x, uint32_t *ret_used)
{
	uint32_t fresh = read_u32(r), used = read_u32(r), slot = 0;
	if (fresh > x->orders.slots || used > fresh || x->scrub_order > fresh)
		return false;
	x->orders.fresh = fresh;
	for (uint32_t i = 0; i < used; i++) {
		if (!load_order(r, x, &slot, fresh))
			return false;
	}
	*ret_used = used;
	return !r->failed;
}

// May this live order queue behind `last` (0 = none)? `leaf` tells whether it queues already.
static bool follows(const struct exchange *x, uint16_t market, unsigned side, uint32_t last, uint32_t slot)
{
	const struct order *o = &x->orders.hot[slot], *before = &x->orders.hot[last];
	if (slot > x->orders.fresh || !order_live(o) || o->leaf || o->market != market || order_side(o) != side)
		return false;
	return !last || before->key < o->key || (before->key == o->key && before->id < o->id);
}

static bool load_side(struct reader *r, struct exchange *x, uint16_t market, unsigned side)
{
	struct book *book = &x->markets[market].book;
	uint32_t last = 0;
	for (uint32_t slot = read_u32(r); slot; slot = read_u32(r)) {
		uint64_t sum;
		if (!follows(x, market, side, last, slot))
			return false;
		struct order *o = &x->orders.hot[slot];
		bool same_level = last && x->orders.hot[last].key == o->key;
		if (!same_level && tree_full(&x->levels) && !tree_walk(&x->levels, &book->side[side], o->key >> 6))
			return false;
		if (same_level &&
		    __builtin_add_overflow(tree_level(&x->levels, x->orders.hot[last].leaf, o->key)->quantity,
					   o->remaining, &sum))
			return false;
		book_rest(book, &x->levels, x->orders.hot, slot);
		x->orders.live++;
		last = slot;
	}
	return !r->failed;
}

static bool load_books(struct reader *r, struct exchange *x)
{
	for (uint16_t i = 0; i < x->market_count; i++) {
		if (!load_side(r, x, i, BOOK_BID) || !load_side(r, x, i, BOOK_ASK))
			return false;
	}
	return x->orders.live <= x->orders_max;
}

// A customer's live orders, newest first.
static bool load_owner(struct reader *r, struct exchange *x, uint32_t customer)
{
	struct order_cold *cold = x->orders.cold;
	struct customer *owner = &x->customers.list[customer];
	uint32_t newer = 0;
	for (uint32_t slot = read_u32(r); slot; slot = read_u32(r)) {
		const struct order *o = &x->orders.hot[slot];
		if (slot > x->orders.fresh || !order_live(o) || o->customer != customer ||
		    (newer && x->orders.hot[newer].id <= o->id))
			return false;
		cold[slot].newer = newer;
		if (newer)
			cold[newer].older = slot;
		else
			owner->newest = slot;
		owner->live++;
		newer = slot;
	}
	return newer && owner->live <= x->orders_per_customer;
}

static bool load_owners(struct reader *r, struct exchange *x)
{
	uint32_t count = read_u32(r);
	uint64_t least = 0, listed = 0;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t customer = read_u32(r);
		if (r->failed || customer < least || customer >= x->customers.count || !load_owner(r, x, customer))
			return false;
		listed += x->customers.list[customer].live;
		least = (uint64_t)customer + 1;
	}
	return !r->failed && listed == x->orders.live;
}

// The closed orders by age, and the free slots from the bottom of their stack. `leaf` marks who was named already.
static bool load_slots(struct reader *r, struct exchange *x, uint32_t *list, uint32_t count, bool used)
{
	for (uint32_t i = 0; i < count; i++) {
		uint32_t slot = read_u32(r);
		if (!slot || slot > x->orders.fresh)
			return false;
		struct order *o = &x->orders.hot[slot];
		if ((o->id != 0) != used || order_live(o) || o->leaf)
			return false;
		o->leaf = 1;
		list[i] = slot;
	}
	return !r->failed;
}

static bool load_ring(struct reader *r, struct exchange *x, uint32_t used)
{
	struct orders *orders = &x->orders;
	orders->ring_count = read_u32(r);
	if (orders->ring_count > orders->ring_size || orders->ring_count != used - orders->live ||
	    !load_slots(r, x, orders->ring, orders->ring_count, true))
		return false;
	orders->free_count = read_u32(r);
	return orders->free_count == orders->fresh - used && load_slots(r, x, orders->free, orders->free_count, false);
}

int exchange_load(struct exchange *x, const void *snapshot, size_t size)
{
	struct reader r = reader_over(snapshot, size);
	uint32_t used = 0;
	ASSERT(x->sequence == 0 && x->control_number == 0 && x->customers.count == 0);
	if (!load_head(&r, x) || !load_assets(&r, x) || !load_markets(&r, x) || !load_customers(&r, x) ||
	    !load_ledger(&r, x) || !load_orders(&r, x, &used) || !load_books(&r, x) ||
	    !load_owners(&r, x) || !load_ring(&r, x, used) ||
	    read_u64(&r) != SNAPSHOT_END || !reader_done(&r))
		return 1;
	return exchange_check(x) ? 1 : 0;
}
