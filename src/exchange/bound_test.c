// SPDX-License-Identifier: Apache-2.0
// No command pays for the growth of a table: counted, not timed.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <stdio.h>

#include "exchange/lab.h"
#include "exchange/state.h"

#define ORDERS 40000u    // live at the end; their client ids go through seven sizes of the table
#define CHURN 4u         // orders that come and go for each that stays: the ids go round their window
#define PLENTY (AMOUNT_MAX / 4)

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

static void open_lab(struct lab *lab)
{
	struct capacities capacities = lab_capacities();
	capacities.orders = capacities.orders_per_customer = ORDERS;
	capacities.closed_orders = 1000;
	lab_open(lab, &capacities);
	lab_asset(lab, "BTC");
	lab_asset(lab, "USDT");
	struct market_add terms = lab_terms("BTCUSDT", 0, 1, AMOUNT_SCALE / 100, AMOUNT_SCALE / 1000, 0, 0);
	lab_market(lab, &terms);
	lab_customer(lab);
	lab_deposit(lab, 0, 1, PLENTY);
}

// What the tables of one exchange have moved so far.
struct moves { uint64_t by_client, by_id; };

static struct moves moves_of(const struct exchange *x)
{
	return (struct moves){ x->by_client.moves, x->by_id.old.moves };
}

static void assert_bounded(const struct exchange *x, struct moves before)
{
	struct moves now = moves_of(x);
	assert_true(now.by_client - before.by_client <= INDEX_MOVES);
	assert_true(now.by_id - before.by_id <= INDEX_MOVES);
}

static uint64_t place(struct lab *lab, uint32_t number)
{
	char client_id[CLIENT_ID_MAX + 1];
	struct order_new order = { .side = SIDE_BUY, .price = { (1 + number % 500) * (AMOUNT_SCALE / 100) },
				   .quantity = { AMOUNT_SCALE / 1000 }, .client_id = client_id };
	struct moves before = moves_of(lab->x);
	order.client_id_size = (uint8_t)snprintf(client_id, sizeof client_id, "order-%u", (unsigned)number);
	const struct event *e = lab_order(lab, &order);
	assert_int_equal(e->kind, EVENT_ORDER_ACCEPTED);
	assert_bounded(lab->x, before);
	return e->order.id;
}

static void place_again(struct lab *lab, uint32_t number)
{
	char client_id[CLIENT_ID_MAX + 1];
	struct order_new order = { .side = SIDE_BUY, .price = { AMOUNT_SCALE }, .quantity = { AMOUNT_SCALE },
				   .client_id = client_id };
	order.client_id_size = (uint8_t)snprintf(client_id, sizeof client_id, "order-%u", (unsigned)number);
	assert_int_equal(lab_order(lab, &order)->reason, REFUSED_DUPLICATE_CLIENT_ID);
}

static void cancel(struct lab *lab, uint64_t id)
{
	struct moves before = moves_of(lab->x);
	assert_int_equal(lab_cancel(lab, 0, 0, id)->kind, EVENT_ORDER_DONE);
	assert_bounded(lab->x, before);
}

// In the middle of a move everything is found, and a snapshot says nothing of it.
static void assert_whole(const struct lab *lab)
{
	struct bytes bytes = { 0 };
	uint8_t ours[32], theirs[32];
	assert_null(exchange_check(lab->x));
	assert_int_equal(exchange_snapshot(lab->x, collect, &bytes), 0);
	struct exchange *copy = exchange_new(&lab->genesis);
	assert_non_null(copy);
	assert_int_equal(exchange_load(copy, bytes.data, bytes.size), 0);
	exchange_hash(lab->x, ours);
	exchange_hash(copy, theirs);
	assert_memory_equal(ours, theirs, sizeof ours);
	exchange_free(copy);
	free(bytes.data);
}

static void no_command_pays_for_the_growth_of_a_table(void **unused)
{
	struct lab lab;
	uint32_t number = 0, looked = 0, seen = 0, seen_old = 0;
	open_lab(&lab);
	for (uint32_t stay = 0; stay < ORDERS; stay++) {
		uint32_t kept = number;
		place(&lab, number++);
		for (uint32_t i = 0; i < CHURN && stay + 1 < ORDERS; i++)
			cancel(&lab, place(&lab, number++));
		if (stay % 16 == 0 && stay + 1 < ORDERS)
			place_again(&lab, kept);
		const struct index *client = &lab.x->by_client, *old = &lab.x->by_id.old;
		bool mid = client->left && client->mask != seen && client->moved > client->left_mask / 2;
		bool mid_old = old->left && old->mask != seen_old && old->moved > old->left_mask / 2;
		if (!mid && !mid_old)
			continue;
		assert_whole(&lab);
		seen = mid ? client->mask : seen;
		seen_old = mid_old ? old->mask : seen_old;
		looked++;
	}
	assert_true(looked >= 8); // sizes, of both tables
	assert_true(lab.x->by_id.old.mask > 4096);
	assert_null(exchange_check(lab.x));
	lab_close(&lab);
}

struct extent { const struct exchange *x; uint64_t pages, bytes; };

// Every stretch lies in the exchange, and may be written as it is.
static void piece_seen(void *context, void *start, size_t size)
{
	struct extent *e = context;
	const uint8_t *at = start, *base = (const uint8_t *)e->x;
	assert_true(at >= base && size && at + size <= base + exchange_memory(&e->x->genesis));
	e->bytes += size;
	e->pages++;
}

static void what_comes_next_lies_in_the_exchange(void **unused)
{
	struct lab lab;
	open_lab(&lab);
	struct extent some = { .x = lab.x }, all = { .x = lab.x };
	exchange_pieces(lab.x, 1000, piece_seen, &some);
	exchange_pieces(lab.x, UINT32_MAX, piece_seen, &all);
	assert_true(some.pages && some.bytes < all.bytes / 2);
	assert_true(all.bytes <= exchange_memory(&lab.genesis));
	lab_close(&lab);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_command_pays_for_the_growth_of_a_table),
		cmocka_unit_test(what_comes_next_lies_in_the_exchange),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
