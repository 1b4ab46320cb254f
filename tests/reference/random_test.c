// SPDX-License-Identifier: Apache-2.0
// Random worlds: every type, time in force and self-trade mode, sensible and
// senseless orders, against the reference; every invariant after every command;
// and at random moments a snapshot that is loaded and goes on in its place.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/reference/compare.h"

#define CUSTOMERS 5u
#define ASSETS 4u
#define MARKETS 3u
#define COMMANDS 1500u
#define SEEDS 40u

static uint64_t state, total_fills;

static uint64_t draw(uint64_t below)
{
	state += 0x9e3779b97f4a7c15u;
	uint64_t z = state;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return (z ^ z >> 31) % below;
}

static void markets_add(struct pair *p)
{
	struct market_add add[MARKETS] = {
		lab_terms("AB", 0, 1, AMOUNT_SCALE / 100, AMOUNT_SCALE / 1000, 1000, 2500),
		lab_terms("CB", 2, 1, 3 * AMOUNT_SCALE, AMOUNT_SCALE, 0, 100000),
		lab_terms("AD", 0, 3, 4, AMOUNT_SCALE / 4, 333, 777),
	};
	add[0].notional_min.units = AMOUNT_SCALE / 500;
	add[0].quantity_max.units = 50ull * AMOUNT_SCALE;
	add[1].price_min.units = 6 * AMOUNT_SCALE;
	add[1].price_max.units = 3000000ull * AMOUNT_SCALE;
	add[2].notional_max.units = 40000;
	for (unsigned i = 0; i < MARKETS; i++) {
		lab_market(&p->lab, &add[i]);
		reference_market(p->reference, &add[i]);
	}
}

static void pair_open(struct pair *p)
{
	static const char *const names[ASSETS] = { "A", "B", "C", "D" };
	struct capacities capacities = lab_capacities();
	capacities.fills_per_order = 7;
	capacities.orders_per_customer = 40;
	capacities.closed_orders = 50;
	lab_open(&p->lab, &capacities);
	p->reference = reference_new(capacities.fills_per_order, capacities.orders_per_customer);
	p->fills = 0;
	for (unsigned i = 0; i < ASSETS; i++)
		lab_asset(&p->lab, names[i]);
	markets_add(p);
	for (uint32_t customer = 0; customer < CUSTOMERS; customer++) {
		lab_customer(&p->lab);
		for (uint16_t asset = 0; asset < ASSETS; asset++) {
			uint64_t units = draw(8) ? 20000ull * AMOUNT_SCALE + draw(AMOUNT_SCALE) : draw(5 * AMOUNT_SCALE);
			lab_deposit(&p->lab, customer, asset, units);
			reference_deposit(p->reference, customer, asset, units);
		}
	}
}

// Prices mostly near 100 ticks, so that orders meet; sometimes far, sometimes no multiple of the tick.
static uint64_t draw_price(uint64_t tick)
{
	uint64_t ticks = 95 + draw(10);
	if (draw(20) == 0)
		ticks = draw(1u << 20);
	return ticks * tick + (draw(40) == 0 ? draw(3) : 0);
}

static uint64_t draw_quantity(uint64_t lot)
{
	uint64_t lots = 1 + draw(12);
	if (draw(15) == 0)
		lots = draw(100000);
	return lots * lot + (draw(40) == 0 ? draw(3) : 0);
}

static void draw_order(struct pair *p, const struct market_add *market, struct order_new *o, char client_id[CLIENT_ID_MAX])
{
	unsigned kind = (unsigned)draw(10);
	*o = (struct order_new){
		.customer = (uint32_t)draw(CUSTOMERS),
		.side = (uint8_t)draw(2),
		.type = kind < 6 ? ORDER_LIMIT : kind < 8 ? ORDER_LIMIT_MAKER : ORDER_MARKET,
		.tif = (uint8_t)(draw(3) ? TIF_GTC : draw(3)),
		.stp = (uint8_t)draw(4),
		.client_id = client_id,
	};
	o->key = o->customer;
	if (o->type == ORDER_LIMIT_MAKER && draw(10))
		o->tif = TIF_GTC;
	if (o->type != ORDER_MARKET || draw(30) == 0)
		o->price.units = draw_price(market->tick.units);
	o->quantity.units = draw_quantity(market->lot.units);
	o->by_quote = o->type == ORDER_MARKET ? draw(2) : draw(50) == 0;
	if (o->by_quote)
		o->quantity.units = (uint64_t)((unsigned __int128)o->quantity.units * 100 * market->tick.units / AMOUNT_SCALE) + draw(100);
	if (draw(4)) // few enough names for duplicates and re-use
		o->client_id_size = (uint8_t)snprintf(client_id, CLIENT_ID_MAX, "bot:%0*u", (int)(1 + draw(29)), (unsigned)draw(40));
}

static void step_order(struct pair *p, const struct market_add *market, uint16_t index)
{
	struct order_new order;
	char client_id[CLIENT_ID_MAX];
	draw_order(p, market, &order, client_id);
	order.market = index;
	pair_order(p, &order);
}

static void step_cancel(struct pair *p, uint16_t market)
{
	struct order_view open[64];
	uint32_t cursor = 0, customer = (uint32_t)draw(CUSTOMERS);
	size_t count = exchange_open_orders(p->lab.x, customer, market, &cursor, open, ARRAY_LEN(open));
	struct order_cancel cancel = { .customer = customer, .key = customer, .market = market, .order = 1 + draw(1000) };
	if (count && draw(10)) {
		const struct order_view *v = &open[draw(count)];
		bool by_client = v->client_id_size && draw(2);
		cancel.order = by_client && draw(2) ? 0 : v->id;
		cancel.client_id_size = by_client ? v->client_id_size : 0;
		cancel.client_id = v->client_id;
	}
	pair_cancel(p, &cancel);
}

static void step_market_set(struct pair *p, uint16_t market)
{
	uint8_t body[64];
	struct market_set set = { .market = market, .status = (uint8_t)(draw(10) ? MARKET_TRADING : draw(3)),
				  .maker = { (uint32_t)draw(5000) }, .taker = { (uint32_t)draw(5000) } };
	size_t size = market_set_write(&set, body, sizeof body);
	assert_int_equal(lab_control(&p->lab, ENTRY_MARKET_SET, body, size, NULL), REFUSED_NOT);
	reference_market_set(p->reference, &set);
}

struct bytes {
	uint8_t *data;
	size_t size;
};

static int collect(void *context, const void *data, size_t size)
{
	struct bytes *b = context;
	b->data = realloc(b->data, b->size + size);
	assert_non_null(b->data);
	memcpy(b->data + b->size, data, size);
	b->size += size;
	return 0;
}

static struct exchange *loaded_copy(const struct exchange *x, const struct genesis *genesis)
{
	struct bytes bytes = { 0 };
	struct exchange *copy = exchange_new(genesis);
	assert_non_null(copy);
	assert_int_equal(exchange_snapshot(x, collect, &bytes), 0);
	assert_int_equal(exchange_load(copy, bytes.data, bytes.size), 0);
	free(bytes.data);
	return copy;
}

// The twin was loaded from a snapshot some time ago and must not be told from the one that never stopped.
static void compare_twin(struct pair *p, struct exchange *twin)
{
	uint8_t hash[32], twin_hash[32];
	assert_int_equal(exchange_seal_block(p->lab.x), exchange_seal_block(twin));
	exchange_hash(p->lab.x, hash);
	exchange_hash(twin, twin_hash);
	assert_memory_equal(hash, twin_hash, sizeof hash);
}

// What lies behind the kind's own member is of no kind.
static void compare_event(const struct event *a, const struct event *b)
{
	size_t size = b->kind == EVENT_TRADE ? sizeof b->trade : sizeof b->order;
	assert_memory_equal(a, b, offsetof(struct event, order) + size);
}

static void twin_apply(struct pair *p, struct exchange *twin)
{
	const struct exchange *x = p->lab.x;
	assert_int_equal(exchange_apply(twin, exchange_sequence(x), exchange_time_us(x), p->lab.entry, p->lab.entry_size), 0);
	assert_int_equal(exchange_event_count(twin), exchange_event_count(x));
	for (size_t i = 0; i < exchange_event_count(x); i++)
		compare_event(exchange_event(twin, i), exchange_event(x, i));
}

static void step(struct pair *p)
{
	uint16_t market = (uint16_t)draw(MARKETS);
	uint8_t status;
	const struct market_add *terms = exchange_market(p->lab.x, market, &status);
	uint64_t choice = draw(100);
	if (choice < 68) {
		step_order(p, terms, market);
	} else if (choice < 97) {
		step_cancel(p, market);
	} else if (choice < 98) {
		uint32_t customer = (uint32_t)draw(CUSTOMERS);
		const struct order_cancel_all all = { .customer = customer, .key = customer, .market = market };
		pair_cancel_all(p, &all);
	} else {
		step_market_set(p, market);
	}
}

static void run_seed(uint64_t seed)
{
	struct pair pair;
	state = seed;
	pair_open(&pair);
	struct exchange *twin = loaded_copy(pair.lab.x, &pair.lab.genesis);
	for (unsigned i = 0; i < COMMANDS; i++) {
		step(&pair);
		twin_apply(&pair, twin);
		const char *wrong = exchange_check(pair.lab.x);
		if (wrong)
			fail_msg("seed %u command %u: %s", (unsigned)seed, i, wrong);
		if (i % 16 == 0)
			pair_balances(&pair, CUSTOMERS, ASSETS);
		if (draw(100) == 0) {
			compare_twin(&pair, twin);
			exchange_free(twin);
			twin = loaded_copy(pair.lab.x, &pair.lab.genesis);
			compare_twin(&pair, twin);
		}
	}
	pair_balances(&pair, CUSTOMERS, ASSETS);
	compare_twin(&pair, twin);
	total_fills += pair.fills;
	exchange_free(twin);
	lab_close(&pair.lab);
	reference_free(pair.reference);
}

static void exchange_agrees_with_the_reference(void **unused)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		run_seed(seed);

	print_message("%u fills compared\n", (unsigned)total_fills);
	assert_true(total_fills > SEEDS * 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exchange_agrees_with_the_reference),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
