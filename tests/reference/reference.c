// SPDX-License-Identifier: Apache-2.0
#include "tests/reference/reference.h"

#include <stdio.h>
#include <stdlib.h>

typedef unsigned __int128 wide;

struct live {
	uint64_t id, price, left, asked;
	uint32_t customer;
	uint16_t market;
	uint8_t side, client_id_size;
	char client_id[CLIENT_ID_MAX];
};

// One side of a book, best first, older first.
struct side_list {
	struct live **order;
	size_t count, room;
};

struct reference {
	struct market_add market[REFERENCE_MARKETS];
	uint8_t status[REFERENCE_MARKETS];
	uint64_t last_price[REFERENCE_MARKETS];
	struct side_list list[REFERENCE_MARKETS][2];
	uint64_t available[REFERENCE_CUSTOMERS][REFERENCE_ASSETS];
	uint64_t fees[REFERENCE_ASSETS];
	uint32_t live_of[REFERENCE_CUSTOMERS];
	uint64_t ids;
	uint16_t markets;
	uint32_t fills_max, orders_max;
	struct reference_result result;
};

// The order that is being matched.
struct taker {
	const struct order_new *in;
	uint64_t left;       // base, or quote when by_quote
	uint64_t executed, quote;
};

static void *grow(void *array, size_t count, size_t size)
{
	void *larger = realloc(array, (count + 1) * size);
	if (!larger)
		abort();
	return larger;
}

struct reference *reference_new(uint32_t fills_per_order, uint32_t orders_per_customer)
{
	struct reference *r = calloc(1, sizeof *r);
	if (!r)
		abort();
	r->fills_max = fills_per_order;
	r->orders_max = orders_per_customer;
	return r;
}

void reference_free(struct reference *r)
{
	for (unsigned m = 0; m < REFERENCE_MARKETS; m++) {
		for (unsigned s = 0; s < 2; s++) {
			for (size_t i = 0; i < r->list[m][s].count; i++)
				free(r->list[m][s].order[i]);
			free(r->list[m][s].order);
		}
	}
	free(r->result.fill);
	free(r->result.expired_maker);
	free(r->result.canceled_order);
	free(r);
}

void reference_market(struct reference *r, const struct market_add *add)
{
	r->market[r->markets++] = *add;
}

void reference_market_set(struct reference *r, const struct market_set *set)
{
	r->status[set->market] = set->status;
	r->market[set->market].maker = set->maker;
	r->market[set->market].taker = set->taker;
}

void reference_deposit(struct reference *r, uint32_t customer, uint16_t asset, uint64_t units)
{
	r->available[customer][asset] += units;
}

static uint64_t notional(uint64_t price, uint64_t quantity)
{
	return (uint64_t)((wide)price * quantity / AMOUNT_SCALE);
}

static bool better(uint8_t side, uint64_t price, uint64_t than)
{
	return side == SIDE_BUY ? price > than : price < than;
}

static void list_insert(struct side_list *list, struct live *o)
{
	size_t at = 0;
	if (list->count == list->room) {
		list->room = list->room ? 2 * list->room : 64;
		list->order = realloc(list->order, list->room * sizeof list->order[0]);
		if (!list->order)
			abort();
	}
	while (at < list->count && !better(o->side, o->price, list->order[at]->price))
		at++;
	memmove(list->order + at + 1, list->order + at, (list->count - at) * sizeof list->order[0]);
	list->order[at] = o;
	list->count++;
}

// Takes an order out and gives back what it held.
static void list_remove(struct reference *r, struct live *o)
{
	struct side_list *list = &r->list[o->market][o->side];
	const struct market_add *m = &r->market[o->market];
	size_t at = 0;
	while (list->order[at] != o)
		at++;
	memmove(list->order + at, list->order + at + 1, (list->count - at - 1) * sizeof list->order[0]);
	list->count--;
	if (o->side == SIDE_BUY)
		r->available[o->customer][m->quote] += notional(o->price, o->left);
	else
		r->available[o->customer][m->base] += o->left;
	r->live_of[o->customer]--;
	free(o);
}

static struct live *find(const struct reference *r, uint32_t customer, uint64_t id, const char *client_id, size_t size)
{
	for (unsigned m = 0; m < r->markets; m++) {
		for (unsigned s = 0; s < 2; s++) {
			const struct side_list *list = &r->list[m][s];
			for (size_t i = 0; i < list->count; i++) {
				struct live *o = list->order[i];
				if (o->customer != customer)
					continue;
				if (id ? o->id == id : o->client_id_size == size && memcmp(o->client_id, client_id, size) == 0)
					return o;
			}
		}
	}
	return NULL;
}

static bool in_range(uint64_t n, uint64_t step, uint64_t least, uint64_t most)
{
	return n && n % step == 0 && n >= least && (!most || n <= most);
}

static bool notional_allowed(const struct market_add *m, wide amount)
{
	return amount >= m->notional_min.units && amount <= (m->notional_max.units ? m->notional_max.units : AMOUNT_MAX);
}

static bool crosses(const struct order_new *in, uint64_t maker_price)
{
	if (in->type == ORDER_MARKET)
		return true;
	return in->side == SIDE_BUY ? maker_price <= in->price.units : maker_price >= in->price.units;
}

static enum refusal check_limit(const struct market_add *m, const struct order_new *in)
{
	if (in->by_quote || (in->type == ORDER_LIMIT_MAKER && in->tif != TIF_GTC))
		return REFUSED_MALFORMED;
	if (!in_range(in->price.units, m->tick.units, m->price_min.units, m->price_max.units))
		return REFUSED_PRICE_FILTER;
	if (!in_range(in->quantity.units, m->lot.units, m->quantity_min.units, m->quantity_max.units))
		return REFUSED_LOT_SIZE;
	wide amount = (wide)in->price.units * in->quantity.units / AMOUNT_SCALE;
	if (amount > AMOUNT_MAX)
		return REFUSED_OVERFLOW;
	return notional_allowed(m, amount) ? REFUSED_NOT : REFUSED_NOTIONAL;
}

static enum refusal check_market_quote(const struct reference *r, const struct market_add *m, const struct order_new *in)
{
	if (in->quantity.units == 0 || in->quantity.units > AMOUNT_MAX)
		return REFUSED_LOT_SIZE;
	if (!notional_allowed(m, in->quantity.units))
		return REFUSED_NOTIONAL;
	if (in->side == SIDE_BUY ? r->available[in->customer][m->quote] < in->quantity.units
				 : r->available[in->customer][m->base] < m->lot.units)
		return REFUSED_BALANCE;
	return REFUSED_NOT;
}

static enum refusal check_market(const struct reference *r, const struct market_add *m, const struct order_new *in)
{
	const struct side_list *other = &r->list[in->market][!in->side];
	uint64_t measure = r->last_price[in->market], left = in->quantity.units;
	wide cost = 0;
	if (in->price.units || in->tif == TIF_FOK)
		return REFUSED_MALFORMED;
	if (in->by_quote)
		return check_market_quote(r, m, in);
	if (!in_range(left, m->lot.units, m->quantity_min.units, m->quantity_max.units))
		return REFUSED_LOT_SIZE;
	for (size_t i = 0; i < other->count && left; i++) {
		uint64_t part = u64_min(left, other->order[i]->left);
		cost += (wide)notional(other->order[i]->price, part);
		left -= part;
	}
	if (in->side == SIDE_BUY && cost > r->available[in->customer][m->quote])
		return REFUSED_BALANCE;
	if (!measure && other->count)
		measure = other->order[0]->price;
	return !measure || notional_allowed(m, (wide)measure * in->quantity.units / AMOUNT_SCALE) ? REFUSED_NOT
												  : REFUSED_NOTIONAL;
}

static enum refusal check(const struct reference *r, const struct order_new *in)
{
	const struct market_add *m = &r->market[in->market];
	const struct side_list *other = &r->list[in->market][!in->side];
	if (r->status[in->market] != MARKET_TRADING)
		return REFUSED_MARKET_CLOSED;
	enum refusal reason = in->type == ORDER_MARKET ? check_market(r, m, in) : check_limit(m, in);
	if (reason)
		return reason;
	if (in->client_id_size && find(r, in->customer, 0, in->client_id, in->client_id_size))
		return REFUSED_DUPLICATE_CLIENT_ID;
	if (in->type != ORDER_MARKET && in->tif == TIF_GTC && r->live_of[in->customer] >= r->orders_max)
		return REFUSED_CUSTOMER_ORDERS_FULL;
	if (in->type == ORDER_LIMIT_MAKER && other->count && crosses(in, other->order[0]->price))
		return REFUSED_WOULD_TAKE;
	if (in->type == ORDER_MARKET && (in->by_quote || in->side == SIDE_BUY))
		return REFUSED_NOT;
	uint64_t need = in->side == SIDE_BUY ? notional(in->price.units, in->quantity.units) : in->quantity.units;
	return r->available[in->customer][in->side == SIDE_BUY ? m->quote : m->base] < need ? REFUSED_BALANCE : REFUSED_NOT;
}

// Fees are parts per million of what is received, rounded up.
static uint64_t fee(uint64_t amount, struct fee_rate rate)
{
	return (uint64_t)(((wide)amount * rate.ppm + FEE_SCALE - 1) / FEE_SCALE);
}

// How much base the taker takes from this maker, by what it wants and by what it can pay.
static uint64_t wanted(const struct reference *r, const struct taker *t, const struct live *maker)
{
	const struct market_add *m = &r->market[maker->market];
	uint64_t quantity = t->in->by_quote ? maker->left : u64_min(t->left, maker->left);
	uint32_t customer = t->in->customer;
	while (quantity) {
		uint64_t cost = notional(maker->price, quantity);
		bool enough = !t->in->by_quote || cost <= t->left;
		bool payable = t->in->side == SIDE_BUY
				       ? t->in->type != ORDER_MARKET || cost <= r->available[customer][m->quote]
				       : !t->in->by_quote || quantity <= r->available[customer][m->base];
		if (enough && payable)
			return quantity;
		// Close in on the answer from above, then lot by lot.
		uint64_t limit = enough ? quantity : (uint64_t)((wide)t->left * AMOUNT_SCALE / maker->price);
		uint64_t least = u64_min(quantity - m->lot.units, limit / m->lot.units * m->lot.units);
		if (t->in->side == SIDE_SELL && !payable)
			least = u64_min(least, r->available[customer][m->base] / m->lot.units * m->lot.units);
		if (t->in->side == SIDE_BUY && !payable)
			least = u64_min(least, (uint64_t)((wide)r->available[customer][m->quote] * AMOUNT_SCALE / maker->price) /
						       m->lot.units * m->lot.units);
		quantity = least;
	}
	return 0;
}

static void fill(struct reference *r, struct taker *t, struct live *maker, uint64_t quantity)
{
	const struct market_add *m = &r->market[maker->market];
	uint64_t cost = notional(maker->price, quantity);
	bool buys = t->in->side == SIDE_BUY;
	uint64_t taker_fee = fee(buys ? quantity : cost, m->taker), maker_fee = fee(buys ? cost : quantity, m->maker);
	struct reference_result *result = &r->result;
	result->fill = grow(result->fill, result->fills, sizeof result->fill[0]);
	maker->left -= quantity;
	result->fill[result->fills++] = (struct reference_fill){
		.maker_order = maker->id, .price = maker->price, .quantity = quantity, .quote = cost,
		.maker_fee = maker_fee, .taker_fee = taker_fee, .maker = maker->customer, .maker_done = !maker->left,
	};
	// The maker's side was held; the taker's is taken from available here.
	r->available[t->in->customer][buys ? m->quote : m->base] -= buys ? cost : quantity;
	r->available[t->in->customer][buys ? m->base : m->quote] += (buys ? quantity : cost) - taker_fee;
	r->available[maker->customer][buys ? m->quote : m->base] += (buys ? cost : quantity) - maker_fee;
	r->fees[buys ? m->base : m->quote] += taker_fee;
	r->fees[buys ? m->quote : m->base] += maker_fee;
	r->last_price[maker->market] = maker->price;
	t->executed += quantity;
	t->quote += cost;
	t->left -= t->in->by_quote ? cost : quantity;
	if (!maker->left)
		list_remove(r, maker);
}

static void expire_maker(struct reference *r, struct live *maker)
{
	struct reference_result *result = &r->result;
	result->expired_maker = grow(result->expired_maker, result->expired, sizeof result->expired_maker[0]);
	result->expired_maker[result->expired++] = maker->id;
	list_remove(r, maker);
}

static bool fills_entirely(const struct reference *r, const struct order_new *in)
{
	const struct side_list *other = &r->list[in->market][!in->side];
	uint64_t left = in->quantity.units;
	for (size_t i = 0; i < other->count && i < r->fills_max && crosses(in, other->order[i]->price); i++) {
		const struct live *maker = other->order[i];
		bool own = maker->customer == in->customer && in->stp != STP_NONE;
		if (own && in->stp != STP_EXPIRE_MAKER)
			return false;
		if (own)
			continue;
		if (maker->left >= left)
			return true;
		left -= maker->left;
	}
	return false;
}

static enum order_status match(struct reference *r, struct taker *t)
{
	struct side_list *other = &r->list[t->in->market][!t->in->side];
	for (uint32_t step = 0; t->left && other->count && crosses(t->in, other->order[0]->price); step++) {
		struct live *maker = other->order[0];
		if (step == r->fills_max)
			return ORDER_EXPIRED;
		if (maker->customer == t->in->customer && t->in->stp != STP_NONE) {
			if (t->in->stp != STP_EXPIRE_TAKER)
				expire_maker(r, maker);
			if (t->in->stp != STP_EXPIRE_MAKER)
				return ORDER_EXPIRED_IN_MATCH;
			continue;
		}
		uint64_t quantity = wanted(r, t, maker);
		if (!quantity) {
			bool spent = t->in->by_quote && t->executed && notional(maker->price, r->market[t->in->market].lot.units) > t->left;
			return spent ? ORDER_FILLED : ORDER_NEW;
		}
		fill(r, t, maker, quantity);
	}
	return t->left ? ORDER_NEW : ORDER_FILLED;
}

static void rest(struct reference *r, const struct taker *t, uint64_t id)
{
	const struct order_new *in = t->in;
	const struct market_add *m = &r->market[in->market];
	struct live *o = calloc(1, sizeof *o);
	if (!o)
		abort();
	*o = (struct live){ .id = id, .price = in->price.units, .left = t->left, .asked = in->quantity.units,
			    .customer = in->customer, .market = in->market, .side = in->side,
			    .client_id_size = in->client_id_size };
	if (in->client_id_size)
		memcpy(o->client_id, in->client_id, in->client_id_size);
	if (in->side == SIDE_BUY)
		r->available[in->customer][m->quote] -= notional(o->price, o->left);
	else
		r->available[in->customer][m->base] -= o->left;
	list_insert(&r->list[in->market][in->side], o);
	r->live_of[in->customer]++;
}

static struct reference_result *result_clear(struct reference *r)
{
	struct reference_result *result = &r->result;
	*result = (struct reference_result){ .fill = result->fill, .expired_maker = result->expired_maker,
					     .canceled_order = result->canceled_order };
	return result;
}

const struct reference_result *reference_order(struct reference *r, const struct order_new *in)
{
	struct reference_result *result = result_clear(r);
	struct taker t = { .in = in, .left = in->quantity.units };
	result->refusal = check(r, in);
	if (result->refusal)
		return result;
	result->id = ++r->ids;
	bool killed = in->tif == TIF_FOK && !fills_entirely(r, in);
	enum order_status status = killed ? ORDER_EXPIRED : match(r, &t);
	result->executed = t.executed;
	result->quote = t.quote;
	result->rests = status == ORDER_NEW && in->type != ORDER_MARKET && in->tif == TIF_GTC;
	if (result->rests)
		rest(r, &t, result->id);
	if (result->rests)
		result->status = t.executed ? ORDER_PARTIALLY_FILLED : ORDER_NEW;
	else
		result->status = status == ORDER_NEW ? ORDER_EXPIRED : status;
	return result;
}

static void cancel_one(struct reference *r, struct live *o)
{
	struct reference_result *result = &r->result;
	result->canceled_order = grow(result->canceled_order, result->canceled, sizeof result->canceled_order[0]);
	result->canceled_order[result->canceled++] = o->id;
	list_remove(r, o);
}

const struct reference_result *reference_cancel(struct reference *r, const struct order_cancel *in)
{
	struct reference_result *result = result_clear(r);
	struct live *o = NULL;
	if (in->order || in->client_id_size)
		o = find(r, in->customer, in->order, in->client_id, in->client_id_size);
	if (o && in->order && in->client_id_size &&
	    (o->client_id_size != in->client_id_size || memcmp(o->client_id, in->client_id, in->client_id_size) != 0))
		o = NULL;
	if (r->status[in->market] == MARKET_HALTED)
		result->refusal = REFUSED_MARKET_CLOSED;
	else if (!o || o->market != in->market)
		result->refusal = REFUSED_UNKNOWN_ORDER;
	else
		cancel_one(r, o);
	return result;
}

// Newest first.
const struct reference_result *reference_cancel_all(struct reference *r, uint32_t customer, uint16_t market)
{
	struct reference_result *result = result_clear(r);
	if (r->status[market] == MARKET_HALTED) {
		result->refusal = REFUSED_MARKET_CLOSED;
		return result;
	}
	for (;;) {
		struct live *newest = NULL;
		for (unsigned s = 0; s < 2; s++) {
			const struct side_list *list = &r->list[market][s];
			for (size_t i = 0; i < list->count; i++) {
				struct live *o = list->order[i];
				if (o->customer == customer && (!newest || o->id > newest->id))
					newest = o;
			}
		}
		if (!newest)
			break;
		cancel_one(r, newest);
	}
	if (!result->canceled)
		result->refusal = REFUSED_UNKNOWN_ORDER;
	return result;
}

void reference_balance(const struct reference *r, uint32_t customer, uint16_t asset, uint64_t *available, uint64_t *held)
{
	uint64_t sum = 0;
	for (unsigned m = 0; m < r->markets; m++) {
		for (unsigned s = 0; s < 2; s++) {
			const struct side_list *list = &r->list[m][s];
			uint16_t holds = s == SIDE_BUY ? r->market[m].quote : r->market[m].base;
			for (size_t i = 0; i < list->count && holds == asset; i++) {
				const struct live *o = list->order[i];
				if (o->customer == customer)
					sum += s == SIDE_BUY ? notional(o->price, o->left) : o->left;
			}
		}
	}
	*available = r->available[customer][asset];
	*held = sum;
}

uint64_t reference_fees(const struct reference *r, uint16_t asset)
{
	return r->fees[asset];
}

size_t reference_open(const struct reference *r)
{
	size_t count = 0;
	for (unsigned m = 0; m < r->markets; m++)
		count += r->list[m][0].count + r->list[m][1].count;
	return count;
}
