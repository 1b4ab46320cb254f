// SPDX-License-Identifier: Apache-2.0
#include "bench/market/flow.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>

#define MID_START 3000000u       // ticks: 30,000.00
#define FAR_TICKS ((1u << 30) - 2) // the whole range of a market
#define LOTS_MAX 100u
#define STALE_PERCENT 2u
#define WALK_EVERY 4u
#define ENTRY_BYTES_MAX 96u

struct live {
	uint64_t id, number;     // number: which client id
	uint32_t customer;
	uint16_t market;
};

struct maker {               // of commands
	const struct flow_case *c;
	struct commands *to;
	struct exchange *x;
	uint64_t random, numbers; // numbers: orders made so far, the client ids' counter
	uint64_t made;
	int64_t mid[1024];
	struct live *live;       // [live_count]
	uint32_t *place;         // [id] in live, plus one
	uint32_t live_count;
};

static uint64_t draw(struct maker *m, uint64_t below)
{
	m->random += 0x9e3779b97f4a7c15u;
	uint64_t z = m->random;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return (uint64_t)((unsigned __int128)(z ^ z >> 31) * below >> 64);
}

// As clients make them: ccxt (32 characters), Binance's own (22), UUID (36).
static uint8_t client_id_of(uint64_t number, char to[CLIENT_ID_MAX + 1])
{
	uint64_t a = (number + 1) * 0x9e3779b97f4a7c15u, b = (number + 7) * 0xc2b2ae3d27d4eb4fu;
	a ^= a >> 29;
	b ^= b >> 31;
	char hex[33];
	uint64_t words[2] = { a * 0xbf58476d1ce4e5b9u, b ^ number };
	hex_encode(words, sizeof words, hex);
	switch (number % 4) {
	case 0:
		snprintf(to, CLIENT_ID_MAX + 1, "%.22s", hex + 10);
		return 22;
	case 1:
		snprintf(to, CLIENT_ID_MAX + 1, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
		return 36;
	default:
		snprintf(to, CLIENT_ID_MAX + 1, "x-R4BD3S82%.22s", hex + 10);
		return 32;
	}
}

static void live_add(struct maker *m, const struct order_view *v, uint64_t number)
{
	m->live[m->live_count] = (struct live){ .id = v->id, .number = number, .customer = v->customer,
						.market = v->market };
	m->place[v->id] = ++m->live_count;
}

static void live_remove(struct maker *m, uint64_t id)
{
	uint32_t place = m->place[id];
	if (!place)
		return;
	m->place[id] = 0;
	m->live[place - 1] = m->live[--m->live_count];
	if (place - 1 < m->live_count)
		m->place[m->live[place - 1].id] = place;
}

static void follow(struct maker *m, uint64_t number)
{
	for (size_t i = 0; i < exchange_event_count(m->x); i++) {
		const struct event *e = exchange_event(m->x, i);
		if (e->kind == EVENT_ORDER_RESTED)
			live_add(m, &e->order, number);
		else if (e->kind == EVENT_ORDER_DONE)
			live_remove(m, e->order.id);
		else if (e->kind == EVENT_TRADE && e->trade.maker_done)
			live_remove(m, e->trade.maker_order);
		ASSERT(e->kind != EVENT_ORDER_REJECTED);
	}
}

// Applies the entry just written at the end of the commands.
static void play(struct maker *m, size_t size, uint64_t number)
{
	ASSERT(size);
	int malformed = exchange_apply(m->x, exchange_sequence(m->x) + 1, exchange_time_us(m->x) + 1,
				       m->to->entries + m->to->size, size);
	ASSERT(!malformed);
	m->to->size += size;
	m->to->count++;
	follow(m, number);
}

static void order_write(struct maker *m, struct order_new *o)
{
	char client_id[CLIENT_ID_MAX + 1];
	struct writer w = writer_over(m->to->entries + m->to->size, ENTRY_BYTES_MAX);
	uint64_t number = m->numbers++;
	o->customer = o->key = (uint32_t)draw(m, m->c->size.customers);
	o->client_id_size = client_id_of(number, client_id);
	o->client_id = client_id;
	play(m, order_new_write(&w, o), number);
}

// A price `ticks` better than the mid for the side (worse when negative).
static struct price price_at(int64_t mid, unsigned side, int64_t ticks)
{
	int64_t at = side == SIDE_BUY ? mid + ticks : mid - ticks;
	return (struct price){ (uint64_t)(at < 1 ? 1 : at) * WORLD_TICK };
}

static uint64_t draw_quantity(struct maker *m)
{
	return (1 + draw(m, LOTS_MAX)) * WORLD_LOT;
}

static void make_new(struct maker *m)
{
	const struct flow_case *c = m->c;
	uint16_t market = (uint16_t)draw(m, c->size.markets);
	unsigned side = (unsigned)draw(m, 2);
	bool many = m->live_count > c->resting;
	int64_t mid = m->mid[market], ticks = -1 - (int64_t)draw(m, c->spread);
	uint64_t kind = draw(m, 1000);
	struct order_new o = { .market = market, .side = (uint8_t)side, .stp = STP_EXPIRE_TAKER };
	o.quantity.units = draw_quantity(m);
	if (kind < c->pile_per_mille) {
		mid = MID_START;
		ticks = -1;
	} else if (kind < c->pile_per_mille + c->far_per_mille) {
		uint64_t far = side == SIDE_BUY ? 1 + draw(m, MID_START - 1000) : MID_START + 1000 + draw(m, FAR_TICKS - MID_START - 1000);
		ticks = side == SIDE_BUY ? (int64_t)far - mid : mid - (int64_t)far;
	} else if (!c->storm && !c->sweep && draw(m, 100) < (many ? 60 : 3)) {
		ticks = (int64_t)draw(m, 4); // meets the other side
	}
	o.price = price_at(mid, side, ticks);
	order_write(m, &o);
}

static void make_ioc(struct maker *m)
{
	const struct flow_case *c = m->c;
	uint16_t market = (uint16_t)draw(m, c->size.markets);
	unsigned side = (unsigned)draw(m, 2);
	struct order_new o = { .market = market, .side = (uint8_t)side, .tif = TIF_IOC, .stp = STP_EXPIRE_TAKER };
	o.price = price_at(m->mid[market], side, c->sweep ? (int64_t)c->spread * 2 : 5);
	o.quantity.units = draw_quantity(m) * (c->sweep ? c->sweep : 1);
	if (c->sweep)
		o.stp = STP_NONE;
	order_write(m, &o);
}

// Half by order id, half by client id; 2 % name an order that is not there (any more).
static void make_cancel(struct maker *m)
{
	char client_id[CLIENT_ID_MAX + 1];
	const struct live *v = &m->live[draw(m, m->live_count)];
	struct order_cancel cancel = { .customer = v->customer, .key = v->customer, .market = v->market };
	struct writer w = writer_over(m->to->entries + m->to->size, ENTRY_BYTES_MAX);
	uint64_t id = v->id, number = v->number;
	if (draw(m, 100) < STALE_PERCENT) {
		id = 1 + draw(m, id);
		number = draw(m, number + 1);
	}
	if (draw(m, 2)) {
		cancel.order = id;
	} else {
		cancel.client_id_size = client_id_of(number, client_id);
		cancel.client_id = client_id;
	}
	play(m, order_cancel_write(&w, &cancel), 0);
}

static void mid_walk(struct maker *m)
{
	uint16_t market = (uint16_t)draw(m, m->c->size.markets);
	if (m->c->pile_per_mille)
		return;
	if (m->c->swing && m->made % m->c->swing_every == 0)
		m->mid[market] = MID_START + (int64_t)draw(m, 2ull * m->c->swing) - m->c->swing;
	else if (m->made % WALK_EVERY == 0)
		m->mid[market] += (int64_t)draw(m, 3) - 1;
}

static void make_one(struct maker *m)
{
	const struct flow_case *c = m->c;
	uint64_t kind = draw(m, 1000);
	mid_walk(m);
	if (c->storm && kind < c->new_per_mille + c->cancel_per_mille)
		kind = m->made / c->storm % 2 ? c->new_per_mille : 0;
	if (kind < c->new_per_mille || (m->live_count == 0 && kind < c->new_per_mille + c->cancel_per_mille))
		make_new(m);
	else if (kind < c->new_per_mille + c->cancel_per_mille)
		make_cancel(m);
	else
		make_ioc(m);
	m->made++;
}

// The book that is there before measuring: passive orders over a wider range, the deeper the more.
static void make_resting(struct maker *m)
{
	for (uint32_t i = 0; i < m->c->resting; i++) {
		struct order_new o = { .market = (uint16_t)(i % m->c->size.markets), .side = (uint8_t)(i / m->c->size.markets % 2) };
		int64_t depth = 1 + (int64_t)draw(m, m->c->spread) + (int64_t)(i / m->c->size.markets / 8);
		o.price = price_at(m->mid[o.market], o.side, -depth);
		o.quantity.units = draw_quantity(m);
		order_write(m, &o);
	}
}

void flow_make(const struct flow_case *c, struct commands *to)
{
	struct maker *m = calloc(1, sizeof *m);
	size_t most = (size_t)c->commands + c->resting + 1;
	if (!m)
		abort();
	*m = (struct maker){ .c = c, .to = to, .x = world_new(&c->size), .random = 1 };
	m->live = calloc(most, sizeof m->live[0]);
	m->place = calloc(most, sizeof m->place[0]);
	if (!m->live || !m->place)
		abort();
	commands_open(to, most * ENTRY_BYTES_MAX);
	to->customers = c->size.customers;
	to->markets = c->size.markets;
	to->orders = c->size.orders;
	to->levels = c->size.levels;
	for (unsigned i = 0; i < c->size.markets; i++)
		m->mid[i] = MID_START;
	make_resting(m);
	to->setup = to->count;
	for (uint32_t i = 0; i < c->commands; i++)
		make_one(m);
	exchange_free(m->x);
	free(m->live);
	free(m->place);
	free(m);
}
