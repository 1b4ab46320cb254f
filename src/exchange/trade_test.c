// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <stdio.h>

#include "exchange/lab.h"

#define ALICE 0u
#define BOB 1u
#define PLENTY (1000000ull * AMOUNT_SCALE)

// One market, price in whole units, lots of one; two customers with plenty.
static void open_lab(struct lab *lab, const struct capacities *capacities)
{
	lab_open(lab, capacities);
	lab_asset(lab, "BTC");
	lab_asset(lab, "USDT");
	struct market_add terms = lab_terms("BTCUSDT", 0, 1, AMOUNT_SCALE, AMOUNT_SCALE, 0, 0);
	lab_market(lab, &terms);
	for (uint32_t customer = ALICE; customer <= BOB; customer++) {
		lab_customer(lab);
		lab_deposit(lab, customer, 0, PLENTY);
		lab_deposit(lab, customer, 1, PLENTY);
	}
}

static struct order_new order_of(uint32_t customer, uint8_t side, uint64_t price, uint64_t quantity)
{
	return (struct order_new){ .customer = customer, .key = customer, .side = side,
				   .price = { price * AMOUNT_SCALE }, .quantity = { quantity * AMOUNT_SCALE } };
}

static const struct event *place(struct lab *lab, uint32_t customer, uint8_t side, uint64_t price, uint64_t quantity)
{
	struct order_new order = order_of(customer, side, price, quantity);
	return lab_order(lab, &order);
}

static void assert_rejected(const struct event *e, enum refusal reason)
{
	assert_int_equal(e->kind, EVENT_ORDER_REJECTED);
	assert_int_equal(e->reason, reason);
	assert_int_equal(e->order.status, ORDER_REJECTED);
	assert_int_equal(e->order.id, 0);
}

static void who_may_not_trade_is_refused(void **unused)
{
	struct lab lab;
	struct capacities capacities = lab_capacities();
	uint8_t body[64];
	open_lab(&lab, &capacities);
	struct order_new order = order_of(ALICE, SIDE_BUY, 10, 1);
	order.market = 1;
	assert_rejected(lab_order(&lab, &order), REFUSED_UNKNOWN_MARKET);
	order.market = 0;
	order.customer = 2;
	assert_rejected(lab_order(&lab, &order), REFUSED_UNKNOWN_CUSTOMER);
	order.customer = ALICE;
	order.key = BOB; // another customer's
	assert_rejected(lab_order(&lab, &order), REFUSED_UNKNOWN_KEY);
	struct customer_set set = { .customer = ALICE, .status = CUSTOMER_FROZEN };
	uint64_t id = place(&lab, ALICE, SIDE_BUY, 5, 1)->order.id;
	lab_control(&lab, ENTRY_CUSTOMER_SET, body, customer_set_write(&set, body, sizeof body), NULL);
	assert_rejected(place(&lab, ALICE, SIDE_BUY, 10, 1), REFUSED_CUSTOMER_FROZEN);
	assert_int_equal(lab_cancel(&lab, ALICE, 0, id)->kind, EVENT_ORDER_DONE); // may still cancel
	struct key_remove remove = { .key = BOB };
	lab_control(&lab, ENTRY_KEY_REMOVE, body, key_remove_write(&remove, body, sizeof body), NULL);
	assert_rejected(place(&lab, BOB, SIDE_BUY, 10, 1), REFUSED_UNKNOWN_KEY);
	assert_int_equal(lab_cancel(&lab, BOB, 0, 1)->reason, REFUSED_UNKNOWN_KEY);
	lab_close(&lab);
}

static void nobody_cancels_anothers_order(void **unused)
{
	struct lab lab;
	struct capacities capacities = lab_capacities();
	open_lab(&lab, &capacities);
	uint64_t id = place(&lab, ALICE, SIDE_BUY, 5, 1)->order.id;
	assert_int_equal(lab_cancel(&lab, BOB, 0, id)->reason, REFUSED_UNKNOWN_ORDER);
	assert_int_equal(lab_cancel(&lab, ALICE, 0, id)->kind, EVENT_ORDER_DONE);
	assert_int_equal(lab_cancel(&lab, ALICE, 0, id)->reason, REFUSED_UNKNOWN_ORDER);
	assert_int_equal(lab_cancel(&lab, ALICE, 0, 0)->reason, REFUSED_UNKNOWN_ORDER);
	assert_int_equal(lab_cancel(&lab, ALICE, 0, UINT64_MAX)->reason, REFUSED_UNKNOWN_ORDER);
	lab_close(&lab);
}

static void each_capacity_is_a_refusal_of_its_own(void **unused)
{
	struct lab lab;
	struct capacities capacities = lab_capacities();
	capacities.orders = 5;
	capacities.orders_per_customer = 3;
	capacities.levels = 4;
	open_lab(&lab, &capacities);
	for (uint64_t i = 0; i < 3; i++)
		assert_int_equal(place(&lab, ALICE, SIDE_BUY, 10 + i, 1)->kind, EVENT_ORDER_ACCEPTED);
	assert_rejected(place(&lab, ALICE, SIDE_BUY, 20, 1), REFUSED_CUSTOMER_ORDERS_FULL);
	for (uint64_t i = 0; i < 2; i++)
		assert_int_equal(place(&lab, BOB, SIDE_SELL, 100000 * (i + 1), 1)->kind, EVENT_ORDER_ACCEPTED);
	assert_rejected(place(&lab, BOB, SIDE_SELL, 50, 1), REFUSED_ORDERS_FULL);
	struct order_new ioc = order_of(BOB, SIDE_SELL, 11, 1); // cannot rest, so it needs no room
	ioc.tif = TIF_IOC;
	assert_int_equal(lab_order(&lab, &ioc)->kind, EVENT_ORDER_ACCEPTED);
	assert_null(exchange_check(lab.x));
	lab_close(&lab);

	capacities.orders = 100;
	capacities.orders_per_customer = 100;
	open_lab(&lab, &capacities);
	for (uint64_t i = 1; i <= 4; i++)
		assert_int_equal(place(&lab, ALICE, SIDE_SELL, i * 1000, 1)->kind, EVENT_ORDER_ACCEPTED);
	assert_rejected(place(&lab, ALICE, SIDE_SELL, 5000, 1), REFUSED_LEVELS_FULL);
	assert_int_equal(place(&lab, ALICE, SIDE_SELL, 1001, 1)->kind, EVENT_ORDER_ACCEPTED); // a leaf that is there
	assert_null(exchange_check(lab.x));
	lab_close(&lab);
}

static void an_order_stops_at_its_fills(void **unused)
{
	struct lab lab;
	struct capacities capacities = lab_capacities();
	capacities.fills_per_order = 3;
	open_lab(&lab, &capacities);
	for (uint64_t i = 0; i < 5; i++)
		place(&lab, ALICE, SIDE_SELL, 10, 1);
	place(&lab, BOB, SIDE_BUY, 10, 5);
	assert_int_equal(exchange_event_count(lab.x), 5);
	const struct event *last = exchange_event(lab.x, 4);
	assert_int_equal(last->kind, EVENT_ORDER_DONE);
	assert_int_equal(last->order.status, ORDER_EXPIRED);
	assert_int_equal(last->order.executed.units, 3ull * AMOUNT_SCALE);
	assert_null(exchange_check(lab.x));
	lab_close(&lab);
}

static void market_orders_do_what_they_can(void **unused)
{
	struct lab lab;
	struct capacities capacities = lab_capacities();
	open_lab(&lab, &capacities);
	struct order_new order = order_of(BOB, SIDE_BUY, 0, 3);
	order.type = ORDER_MARKET;
	lab_order(&lab, &order); // an empty book
	assert_int_equal(exchange_event(lab.x, 1)->order.status, ORDER_EXPIRED);
	place(&lab, ALICE, SIDE_SELL, 10, 2);
	lab_order(&lab, &order);
	assert_int_equal(exchange_event(lab.x, 2)->order.status, ORDER_EXPIRED);
	assert_int_equal(exchange_event(lab.x, 2)->order.executed.units, 2ull * AMOUNT_SCALE);
	place(&lab, ALICE, SIDE_SELL, PLENTY / AMOUNT_SCALE / 2, 10);
	assert_rejected(lab_order(&lab, &order), REFUSED_BALANCE); // three of them cost more than Bob has
	order.by_quote = true;
	order.quantity.units = PLENTY / 2 + AMOUNT_SCALE; // buys one, and one unit is left over
	lab_order(&lab, &order);
	assert_int_equal(exchange_event(lab.x, 2)->order.status, ORDER_FILLED);
	assert_int_equal(exchange_event(lab.x, 2)->order.executed.units, AMOUNT_SCALE);
	assert_int_equal(exchange_event(lab.x, 2)->order.quantity.units, PLENTY / 2 + AMOUNT_SCALE);
	order.price.units = AMOUNT_SCALE;
	assert_rejected(lab_order(&lab, &order), REFUSED_MALFORMED);
	assert_null(exchange_check(lab.x));
	lab_close(&lab);
}

static void closed_orders_stay_readable_for_a_while(void **unused)
{
	struct lab lab;
	struct capacities capacities = lab_capacities();
	struct order_view view;
	capacities.closed_orders = 2;
	open_lab(&lab, &capacities);
	struct order_new order = order_of(ALICE, SIDE_BUY, 10, 1);
	order.client_id = "same-name";
	order.client_id_size = 9;
	for (uint64_t id = 1; id <= 3; id++) { // one name again and again
		assert_int_equal(lab_order(&lab, &order)->order.id, id);
		assert_rejected(lab_order(&lab, &order), REFUSED_DUPLICATE_CLIENT_ID);
		lab_cancel(&lab, ALICE, 0, id);
		assert_true(exchange_order_by_client_id(lab.x, ALICE, "same-name", 9, &view));
		assert_int_equal(view.id, id);
		assert_int_equal(view.status, ORDER_CANCELED);
		assert_false(exchange_order_by_client_id(lab.x, BOB, "same-name", 9, &view));
	}
	assert_false(exchange_order(lab.x, 1, &view)); // forgotten
	assert_true(exchange_order(lab.x, 2, &view));
	assert_null(exchange_check(lab.x));
	order.client_id = "same-namE";
	lab_order(&lab, &order);
	lab_cancel(&lab, ALICE, 0, 4);
	place(&lab, ALICE, SIDE_BUY, 10, 1);
	lab_cancel(&lab, ALICE, 0, 5);
	assert_false(exchange_order_by_client_id(lab.x, ALICE, "same-name", 9, &view));
	assert_null(exchange_check(lab.x));
	lab_close(&lab);

	capacities.closed_orders = 0;
	open_lab(&lab, &capacities);
	place(&lab, ALICE, SIDE_BUY, 10, 1);
	assert_int_equal(lab_cancel(&lab, ALICE, 0, 1)->order.status, ORDER_CANCELED);
	assert_false(exchange_order(lab.x, 1, &view));
	assert_null(exchange_check(lab.x));
	lab_close(&lab);
}

static void old_orders_are_found_among_many_young_ones(void **unused)
{
	struct lab lab;
	struct capacities capacities = lab_capacities();
	struct order_view view;
	capacities.orders = 20;
	capacities.closed_orders = 4;
	open_lab(&lab, &capacities);
	for (uint64_t i = 1; i <= 10; i++)
		place(&lab, ALICE, SIDE_BUY, i, 1);
	for (uint64_t id = 11; id < 1000; id++) {
		assert_int_equal(place(&lab, ALICE, SIDE_BUY, 20, 1)->order.id, id);
		lab_cancel(&lab, ALICE, 0, id);
		assert_null(exchange_check(lab.x));
	}
	for (uint64_t id = 1; id <= 10; id++) {
		assert_true(exchange_order(lab.x, id, &view));
		assert_int_equal(view.price.units, id * AMOUNT_SCALE);
		assert_int_equal(lab_cancel(&lab, ALICE, 0, id)->kind, EVENT_ORDER_DONE);
	}
	assert_null(exchange_check(lab.x));
	lab_close(&lab);
}

static void malformed_entries_change_nothing(void **unused)
{
	struct lab lab;
	struct capacities capacities = lab_capacities();
	uint8_t before[32], after[32], entry[128];
	open_lab(&lab, &capacities);
	exchange_hash(lab.x, before);
	struct order_new order = order_of(ALICE, SIDE_BUY, 10, 1);
	struct writer w = writer_over(entry, sizeof entry);
	size_t size = order_new_write(&w, &order);
	uint64_t sequence = exchange_sequence(lab.x) + 1, time_us = exchange_time_us(lab.x) + 1;
	for (size_t cut = 0; cut < size; cut++)
		assert_int_equal(exchange_apply(lab.x, sequence, time_us, entry, cut), 1);
	entry[2] = 200; // no such kind
	assert_int_equal(exchange_apply(lab.x, sequence, time_us, entry, size), 1);
	entry[2] = ENTRY_ORDER_NEW;
	entry[ENTRY_HEADER_SIZE + 10] = 2; // no such side
	assert_int_equal(exchange_apply(lab.x, sequence, time_us, entry, size), 1);
	assert_int_equal(exchange_event_count(lab.x), 0);
	exchange_hash(lab.x, after);
	assert_memory_equal(before, after, sizeof before);
	exchange_skip(lab.x, sequence); // what a VOID does
	assert_int_equal(exchange_sequence(lab.x), sequence);
	assert_int_equal(place(&lab, ALICE, SIDE_BUY, 10, 1)->kind, EVENT_ORDER_ACCEPTED);
	lab_close(&lab);
}

static void open_orders_come_in_pieces_newest_first(void **unused)
{
	struct lab lab;
	struct capacities capacities = lab_capacities();
	struct order_view views[4];
	uint32_t cursor = 0;
	uint64_t expected = 10;
	open_lab(&lab, &capacities);
	for (uint64_t i = 1; i <= 10; i++)
		place(&lab, ALICE, SIDE_BUY, i, 1);
	place(&lab, BOB, SIDE_BUY, 1, 1);
	do {
		size_t count = exchange_open_orders(lab.x, ALICE, -1, &cursor, views, ARRAY_LEN(views));
		for (size_t i = 0; i < count; i++)
			assert_int_equal(views[i].id, expected--);
	} while (cursor);
	assert_int_equal(expected, 0);
	cursor = 0;
	assert_int_equal(exchange_open_orders(lab.x, ALICE, 3, &cursor, views, 4), 0);
	assert_int_equal(exchange_open_orders(lab.x, 99, -1, &cursor, views, 4), 0);
	cursor = UINT32_MAX;
	assert_int_equal(exchange_open_orders(lab.x, ALICE, -1, &cursor, views, 4), 0);
	lab_close(&lab);
}

static void depth_and_its_update_number_follow_the_book(void **unused)
{
	struct lab lab;
	struct capacities capacities = lab_capacities();
	struct book_level levels[8];
	open_lab(&lab, &capacities);
	assert_int_equal(exchange_book_update(lab.x, 0), 1);
	place(&lab, ALICE, SIDE_BUY, 10, 1);
	place(&lab, BOB, SIDE_BUY, 12, 3);
	place(&lab, BOB, SIDE_BUY, 10, 2);
	assert_int_equal(exchange_depth(lab.x, 0, SIDE_BUY, levels, ARRAY_LEN(levels)), 2);
	assert_int_equal(levels[0].price.units, 12ull * AMOUNT_SCALE);
	assert_int_equal(levels[1].price.units, 10ull * AMOUNT_SCALE);
	assert_int_equal(levels[1].quantity.units, 3ull * AMOUNT_SCALE);
	assert_int_equal(exchange_depth(lab.x, 0, SIDE_SELL, levels, ARRAY_LEN(levels)), 0);
	uint64_t update = exchange_book_update(lab.x, 0);
	lab_cancel(&lab, ALICE, 0, 1);
	assert_true(exchange_book_update(lab.x, 0) > update);
	lab_close(&lab);
}

static void one_flipped_balance_is_seen_by_the_digest(void **unused)
{
	struct lab lab, twin;
	struct capacities capacities = lab_capacities();
	open_lab(&lab, &capacities);
	open_lab(&twin, &capacities);
	assert_int_equal(exchange_seal_block(lab.x), exchange_seal_block(twin.x));
	// Find the line in the exchange's memory by its value, as damage would: without asking the rules.
	uint64_t *words = (uint64_t *)(void *)lab.x;
	for (size_t i = 0;; i++) {
		if (words[i] == PLENTY && words[i + 1] == 0 && words[i + 2] == PLENTY) { // Alice's and Bob's
			words[i] ^= 1;
			break;
		}
	}
	assert_int_not_equal(exchange_seal_block(lab.x), exchange_seal_block(twin.x));
	assert_non_null(exchange_check(lab.x));
	lab_close(&lab);
	lab_close(&twin);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_may_not_trade_is_refused),
		cmocka_unit_test(nobody_cancels_anothers_order),
		cmocka_unit_test(each_capacity_is_a_refusal_of_its_own),
		cmocka_unit_test(an_order_stops_at_its_fills),
		cmocka_unit_test(market_orders_do_what_they_can),
		cmocka_unit_test(closed_orders_stay_readable_for_a_while),
		cmocka_unit_test(old_orders_are_found_among_many_young_ones),
		cmocka_unit_test(malformed_entries_change_nothing),
		cmocka_unit_test(open_orders_come_in_pieces_newest_first),
		cmocka_unit_test(depth_and_its_update_number_follow_the_book),
		cmocka_unit_test(one_flipped_balance_is_seen_by_the_digest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
