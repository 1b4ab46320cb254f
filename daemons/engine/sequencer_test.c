// SPDX-License-Identifier: Apache-2.0
#include "daemons/engine/sequencer.h"

#include "exchange/lab.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define ONE 100000000u
#define SENT_MAX 4096

struct sent { enum destination to; uint16_t gateway; uint32_t kind; size_t size; uint8_t data[8192]; };

// One exchange with a market, two customers with money, a sequencer and its blocks.
struct table {
	struct lab lab;
	struct sequencer *s;
	struct block block;
	uint64_t blocks;
	struct sequencer_clock now;
	struct sent *sent;
	size_t count;
};

static void keep(void *context, enum destination to, uint16_t gateway, uint32_t kind, const void *data, size_t size)
{
	struct table *t = context;
	assert_true(t->count < SENT_MAX && size <= sizeof t->sent->data);
	struct sent *s = &t->sent[t->count++];
	*s = (struct sent){ .to = to, .gateway = gateway, .kind = kind, .size = size };
	memcpy(s->data, data, size);
}

static void table_open(struct table *t)
{
	struct capacities capacities = lab_capacities();
	memset(t, 0, sizeof *t);
	lab_open(&t->lab, &capacities);
	uint16_t base = lab_asset(&t->lab, "BTC"), quote = lab_asset(&t->lab, "USDT");
	struct market_add terms = lab_terms("BTCUSDT", base, quote, ONE / 100, 1000, 1000, 1000);
	lab_market(&t->lab, &terms);
	for (int i = 0; i < 2; i++) {
		uint32_t customer = lab_customer(&t->lab);
		lab_deposit(&t->lab, customer, base, 100ull * ONE);
		lab_deposit(&t->lab, customer, quote, 10000000ull * ONE);
	}
	struct sequencer_options options = { .exchange = t->lab.x, .blocks = 7,
					     .time_us = exchange_time_us(t->lab.x) };
	t->blocks = 7;
	t->s = sequencer_new(&options);
	t->sent = calloc(SENT_MAX, sizeof *t->sent);
	assert_non_null(t->s);
	t->now = (struct sequencer_clock){ .realtime_us = options.time_us + 1000, .monotonic_us = 5000 };
	sequencer_begin(t->s, &t->block);
	uint8_t incarnation[32] = { 1 };
	assert_int_equal(sequencer_own(t->s, ENTRY_OPEN, incarnation, sizeof incarnation, t->now), SEQUENCER_DONE);
}

static void table_close(struct table *t)
{
	sequencer_free(t->s);
	lab_close(&t->lab);
	free(t->sent);
}

static void seal(struct table *t)
{
	if (sequencer_seal(t->s))
		t->blocks++;
	sequencer_begin(t->s, &t->block);
}

static size_t command(uint8_t *to, uint64_t tag, uint16_t gateway, uint8_t response, size_t (*write)(struct writer *w, const void *what),
		      const void *what)
{
	struct command_head head = { .tag = tag, .gateway = gateway, .response = response };
	memcpy(to, &head, sizeof head);
	struct writer w = writer_over(to + sizeof head, ENTRY_SIZE_MAX);
	return sizeof head + write(&w, what);
}

static size_t write_new(struct writer *w, const void *what) { return order_new_write(w, what); }
static size_t write_cancel(struct writer *w, const void *what) { return order_cancel_write(w, what); }
static size_t write_all(struct writer *w, const void *what) { return order_cancel_all_write(w, what); }

static struct order_new order_of(uint32_t customer, enum side side, uint64_t price, uint64_t quantity)
{
	return (struct order_new){ .customer = customer, .key = customer, .side = (uint8_t)side,
				   .price = { price * ONE }, .quantity = { quantity } };
}

static enum sequencer_result submit_order(struct table *t, uint64_t tag, struct order_new order)
{
	uint8_t record[8192];
	size_t size = command(record, tag, 1, RESPONSE_FULL, write_new, &order);
	return sequencer_submit(t->s, ORIGIN_AUTH, MESSAGE_COMMAND, record, size, t->now);
}

static size_t release(struct table *t, uint64_t durable)
{
	return sequencer_release(t->s, durable, t->now, keep, t);
}

static const struct order_head *order_sent(const struct table *t, size_t i)
{
	assert_int_equal(t->sent[i].kind, MESSAGE_ORDER);
	return (const struct order_head *)t->sent[i].data;
}

static void test_nothing_leaves_before_its_block_is_durable(void **state)
{
	struct table t;
	table_open(&t);
	assert_int_equal(submit_order(&t, 11, order_of(0, SIDE_SELL, 50000, ONE)), SEQUENCER_DONE);
	seal(&t); // block 7
	assert_int_equal(submit_order(&t, 12, order_of(1, SIDE_BUY, 50000, ONE / 2)), SEQUENCER_DONE);
	seal(&t); // block 8
	assert_int_equal(release(&t, 7), 0);
	assert_int_equal(release(&t, 8), 1);
	assert_int_equal(order_sent(&t, 0)->tag, 11);
	assert_int_equal(order_sent(&t, 0)->order.status, ORDER_NEW);
	assert_int_equal(t.sent[0].gateway, 1);
	assert_int_equal(release(&t, 8), 0);
	assert_int_equal(release(&t, 9), 1);
	const struct order_head *taker = order_sent(&t, 1);
	assert_int_equal(taker->order.status, ORDER_FILLED);
	assert_int_equal(taker->trades, 1);
	assert_int_equal(taker->more, 0);
	const struct trade_view *trade = (const struct trade_view *)(taker + 1);
	assert_int_equal(trade->quantity.units, ONE / 2);
	assert_int_equal(sequencer_held(t.s), 0);
	table_close(&t);
}

static void test_a_query_waits_for_what_it_saw(void **state)
{
	struct table t;
	table_open(&t);
	seal(&t);
	struct query query = { .tag = 5, .customer = 1, .market = -1, .gateway = 0, .kind = QUERY_BALANCES };
	assert_int_equal(sequencer_submit(t.s, ORIGIN_AUTH, MESSAGE_QUERY, &query, sizeof query, t.now), SEQUENCER_DONE);
	assert_int_equal(release(&t, 7), 0); // block 7 was sealed and is not durable yet
	assert_int_equal(release(&t, 8), 1);
	assert_int_equal(submit_order(&t, 6, order_of(0, SIDE_SELL, 50000, ONE)), SEQUENCER_DONE);
	query.kind = QUERY_OPEN_ORDERS;
	query.customer = 0;
	assert_int_equal(sequencer_submit(t.s, ORIGIN_AUTH, MESSAGE_QUERY, &query, sizeof query, t.now), SEQUENCER_DONE);
	seal(&t);
	assert_int_equal(release(&t, 8), 0);
	assert_int_equal(release(&t, 9), 2);
	const struct rows_head *balances = (const struct rows_head *)t.sent[0].data, *orders = (const struct rows_head *)t.sent[2].data;
	assert_int_equal(t.sent[0].kind, MESSAGE_BALANCES);
	assert_int_equal(balances->count, 2);
	assert_int_equal(balances->customer, 1);
	assert_int_equal(((const struct balance_row *)(balances + 1))->available.units, 100ull * ONE);
	assert_int_equal(t.sent[2].kind, MESSAGE_ORDERS);
	assert_int_equal(orders->count, 1);
	assert_int_equal(orders->more, 0);
	table_close(&t);
}

static void test_refusals_are_sequenced(void **state)
{
	struct table t;
	table_open(&t);
	uint64_t before = exchange_sequence(t.lab.x);
	struct order_new order = order_of(0, SIDE_SELL, 50000, 1000ull * ONE); // more than there is
	assert_int_equal(submit_order(&t, 1, order), SEQUENCER_DONE);
	assert_int_equal(exchange_sequence(t.lab.x), before + 1);
	seal(&t);
	assert_int_equal(release(&t, 8), 1);
	assert_int_equal(order_sent(&t, 0)->refusal, REFUSED_BALANCE);
	assert_int_equal(sequencer_counters(t.s)->refused, 1);
	struct order_cancel cancel = { .customer = 0, .order = 99999 };
	uint8_t record[8192];
	size_t size = command(record, 2, 0, RESPONSE_ACK, write_cancel, &cancel);
	assert_int_equal(sequencer_submit(t.s, ORIGIN_AUTH, MESSAGE_COMMAND, record, size, t.now), SEQUENCER_DONE);
	seal(&t);
	assert_int_equal(release(&t, 9), 1);
	assert_int_equal(order_sent(&t, 1)->refusal, REFUSED_UNKNOWN_ORDER);
	assert_int_equal(order_sent(&t, 1)->was_cancel, 1);
	table_close(&t);
}

static void test_malformed_records_change_nothing(void **state)
{
	struct table t;
	table_open(&t);
	uint64_t before = exchange_sequence(t.lab.x), digest = exchange_seal_block(t.lab.x);
	uint8_t record[8192];
	struct order_new order = order_of(0, SIDE_SELL, 50000, ONE);
	size_t size = command(record, 1, 1, RESPONSE_ACK, write_new, &order);
	// every shorter record, and a longer one
	for (size_t n = 0; n < size; n++)
		assert_int_equal(sequencer_submit(t.s, ORIGIN_AUTH, MESSAGE_COMMAND, record, n, t.now), SEQUENCER_MALFORMED);
	assert_int_equal(sequencer_submit(t.s, ORIGIN_AUTH, MESSAGE_COMMAND, record, size + 1, t.now), SEQUENCER_MALFORMED);
	// auth may not send control entries, nor the sequencer's own, nor unknown kinds
	for (unsigned kind = 0; kind < 256; kind++) {
		if (kind >= ENTRY_ORDER_NEW && kind <= ENTRY_ORDER_CANCEL_ALL)
			continue;
		record[sizeof(struct command_head) + 2] = (uint8_t)kind;
		assert_int_equal(sequencer_submit(t.s, ORIGIN_AUTH, MESSAGE_COMMAND, record, size, t.now),
				 SEQUENCER_MALFORMED);
	}
	// a gateway that is none; records of another origin; unknown records
	size = command(record, 1, GATEWAYS_MAX, RESPONSE_ACK, write_new, &order);
	assert_int_equal(sequencer_submit(t.s, ORIGIN_AUTH, MESSAGE_COMMAND, record, size, t.now), SEQUENCER_MALFORMED);
	size = command(record, 1, 0, RESPONSE_ACK, write_new, &order);
	assert_int_equal(sequencer_submit(t.s, ORIGIN_CONTROL, MESSAGE_COMMAND, record, size, t.now), SEQUENCER_MALFORMED);
	for (uint32_t kind = 0; kind < 100; kind++)
		if (kind != MESSAGE_COMMAND && kind != MESSAGE_QUERY)
			assert_int_equal(sequencer_submit(t.s, ORIGIN_AUTH, kind, record, size, t.now), SEQUENCER_MALFORMED);
	struct query query = { .kind = 9 };
	assert_int_equal(sequencer_submit(t.s, ORIGIN_AUTH, MESSAGE_QUERY, &query, sizeof query, t.now), SEQUENCER_MALFORMED);
	query = (struct query){ .kind = QUERY_ORDER, .client_id_size = CLIENT_ID_MAX + 1 };
	assert_int_equal(sequencer_submit(t.s, ORIGIN_AUTH, MESSAGE_QUERY, &query, sizeof query, t.now), SEQUENCER_MALFORMED);
	assert_int_equal(exchange_sequence(t.lab.x), before);
	assert_int_equal(sequencer_filled(t.s), 1);
	assert_int_equal(sequencer_held(t.s), 0);
	assert_int_not_equal(digest, 0);
	table_close(&t);
}

static size_t control(struct table *t, uint8_t *to, uint8_t kind, const void *body, size_t body_size)
{
	uint64_t tag = 77, number;
	uint8_t previous[32];
	memcpy(to, &tag, sizeof tag);
	exchange_control_head(t->lab.x, &number, previous);
	size_t n = control_sign(exchange_id(t->lab.x), kind, number + 1, previous, 0, t->lab.operator_seed, 0, body,
				body_size, to + sizeof tag, ENTRY_SIZE_MAX);
	assert_true(n > 0);
	return sizeof tag + n;
}

static void test_control_answers_and_tells_auth(void **state)
{
	struct table t;
	table_open(&t);
	uint8_t record[8192], body[1024];
	struct key_remove remove = { .key = 1 };
	size_t size = control(&t, record, ENTRY_KEY_REMOVE, body, key_remove_write(&remove, body, sizeof body));
	record[size - 1] ^= 1; // another body than was signed: refused, and it gets no place
	uint64_t before = exchange_sequence(t.lab.x);
	assert_int_equal(sequencer_submit(t.s, ORIGIN_CONTROL, MESSAGE_CONTROL, record, size, t.now), SEQUENCER_DONE);
	assert_int_equal(exchange_sequence(t.lab.x), before);
	record[size - 1] ^= 1;
	assert_int_equal(sequencer_submit(t.s, ORIGIN_CONTROL, MESSAGE_CONTROL, record, size, t.now), SEQUENCER_DONE);
	seal(&t);
	assert_int_equal(release(&t, 8), 3);
	const struct control_result *refused = (const struct control_result *)t.sent[0].data,
				    *done = (const struct control_result *)t.sent[1].data;
	assert_int_equal(t.sent[0].to, TO_CONTROL);
	assert_int_equal(refused->refusal, REFUSED_EVIDENCE);
	assert_int_equal(done->refusal, REFUSED_NOT);
	assert_int_equal(done->tag, 77);
	assert_int_equal(t.sent[2].to, TO_AUTH);
	assert_int_equal(t.sent[2].kind, MESSAGE_KEY_REMOVED);
	assert_int_equal(*(const uint32_t *)t.sent[2].data, 1);
	table_close(&t);
}

static void test_feed_tells_the_whole_state(void **state)
{
	struct table t;
	table_open(&t);
	seal(&t);
	sequencer_feed_restart(t.s);
	while (!sequencer_feed(t.s, 1))
		;
	assert_true(sequencer_feed(t.s, 1));
	release(&t, 8);
	assert_int_equal(t.count, 4);
	assert_int_equal(t.sent[0].kind, MESSAGE_MARKET);
	assert_int_equal(t.sent[1].kind, MESSAGE_KEY);
	assert_int_equal(t.sent[2].kind, MESSAGE_KEY);
	assert_int_equal(((const struct key_row *)t.sent[2].data)->key, 1);
	assert_int_equal(t.sent[3].kind, MESSAGE_STATE_COMPLETE);
	table_close(&t);
}

static void test_cancel_all_lists_what_it_took(void **state)
{
	struct table t;
	table_open(&t);
	for (uint64_t i = 0; i < 70; i++)
		assert_int_equal(submit_order(&t, i, order_of(0, SIDE_SELL, 50000 + i, ONE / 100)), SEQUENCER_DONE);
	struct order_cancel_all all = { .customer = 0 };
	uint8_t record[8192];
	size_t size = command(record, 99, 3, RESPONSE_ACK, write_all, &all);
	assert_int_equal(sequencer_submit(t.s, ORIGIN_AUTH, MESSAGE_COMMAND, record, size, t.now), SEQUENCER_DONE);
	assert_int_equal(sequencer_submit(t.s, ORIGIN_AUTH, MESSAGE_COMMAND, record, size, t.now), SEQUENCER_DONE);
	seal(&t);
	release(&t, 8);
	assert_int_equal(t.count, 73);
	const struct rows_head *first = (const struct rows_head *)t.sent[70].data, *second = (const struct rows_head *)t.sent[71].data;
	assert_int_equal(first->count, 64);
	assert_int_equal(first->more, 1);
	assert_int_equal(second->count, 6);
	assert_int_equal(second->more, 0);
	assert_int_equal(t.sent[72].kind, MESSAGE_ENGINE_REFUSED); // nothing is left to cancel
	table_close(&t);
}

static void test_time_is_monotonic_and_bounded(void **state)
{
	struct table t;
	table_open(&t);
	uint64_t start = exchange_time_us(t.lab.x);
	t.now.realtime_us -= 3600000000u; // the clock was set back: time stands
	t.now.monotonic_us += 1000;
	assert_int_equal(submit_order(&t, 1, order_of(0, SIDE_SELL, 50000, ONE)), SEQUENCER_DONE);
	assert_int_equal(exchange_time_us(t.lab.x), start);
	assert_int_equal(sequencer_counters(t.s)->clock_held, 1);
	t.now.realtime_us += 2 * 3600000000ull; // and an hour ahead: it follows at the pace allowed
	t.now.monotonic_us += 1000;
	assert_int_equal(submit_order(&t, 2, order_of(0, SIDE_SELL, 50000, ONE)), SEQUENCER_DONE);
	uint64_t jumped = exchange_time_us(t.lab.x) - start;
	assert_true(jumped <= SEQUENCER_SLACK_US + SEQUENCER_HASTE * 2000);
	assert_int_equal(submit_order(&t, 3, order_of(0, SIDE_SELL, 50000, ONE)), SEQUENCER_DONE);
	assert_int_equal(exchange_time_us(t.lab.x) - start, jumped); // no monotonic time, no progress
	t.now.monotonic_us += 10000000; // ten seconds of both clocks: twenty at most
	t.now.realtime_us += 10000000;
	assert_int_equal(submit_order(&t, 4, order_of(0, SIDE_SELL, 50000, ONE)), SEQUENCER_DONE);
	assert_in_range(exchange_time_us(t.lab.x) - start, jumped + 10000000, jumped + 20000000 + SEQUENCER_SLACK_US);
	assert_int_equal(sequencer_counters(t.s)->clock_hurried, 3);
	table_close(&t);
}

static void test_stamps_fold_back(void **state)
{
	struct table t, again;
	table_open(&t);
	table_open(&again);
	uint64_t first = t.block.first_sequence, digest;
	for (uint64_t i = 0; i < 50; i++) {
		t.now.realtime_us += 300;
		t.now.monotonic_us += 300;
		struct order_new order = order_of((uint32_t)i % 2, i % 3 ? SIDE_BUY : SIDE_SELL, 50000 + i % 5, ONE / 10);
		assert_int_equal(submit_order(&t, i, order), SEQUENCER_DONE);
	}
	struct block *block = sequencer_seal(t.s);
	digest = block->digest;
	assert_int_equal(block->count, 51);
	assert_int_equal(block->first_sequence, first);
	// What a follower does with the block gives the same digest.
	struct reader r = reader_over(block->entries, block->size);
	struct entry entry = { 0 };
	for (uint32_t i = 0; i < block->count; i++) {
		const uint8_t *at = r.at;
		assert_int_equal(entry_read(&r, &entry), 0);
		if (i > 0) // both have opened
			assert_int_equal(exchange_apply(again.lab.x, first + i, block->time_us + entry.delay_us, at,
							(size_t)(r.at - at)), 0);
	}
	assert_true(reader_done(&r));
	assert_int_equal(exchange_seal_block(again.lab.x), digest);
	table_close(&t);
	table_close(&again);
}

static void test_block_and_output_fill_up_and_go_on(void **state)
{
	struct table t;
	table_open(&t);
	uint64_t accepted = 0, outputs = 0, blocks_full = 0;
	while (outputs == 0 && accepted < 2000000) {
		struct order_new order = order_of(0, SIDE_SELL, 50000, 1); // dust: refused, the answer is as large
		switch (submit_order(&t, accepted, order)) {
		case SEQUENCER_DONE: accepted++; break;
		case SEQUENCER_BLOCK_FULL: blocks_full++; seal(&t); break;
		case SEQUENCER_OUTPUT_FULL: outputs++; break;
		default: fail();
		}
	}
	assert_true(blocks_full > 0 && outputs == 1);
	table_close(&t);
}

// Every record comes out once and in order, however the queue wraps.
static uint64_t next_tag;

static void in_order(void *context, enum destination to, uint16_t gateway, uint32_t kind, const void *data, size_t size)
{
	const struct order_head *head = data;
	assert_int_equal(head->tag, next_tag);
	next_tag++;
}

static void test_outputs_come_once_and_in_order(void **state)
{
	struct table t;
	table_open(&t);
	next_tag = 0;
	uint64_t tag = 0;
	for (int round = 0; round < 200; round++) {
		for (int i = 0; i < 997; i++) {
			enum sequencer_result r = submit_order(&t, tag, order_of(0, SIDE_SELL, 50000, 1));
			if (r == SEQUENCER_DONE)
				tag++;
			else if (r == SEQUENCER_OUTPUT_FULL)
				break;
			else
				seal(&t);
		}
		seal(&t);
		sequencer_release(t.s, t.blocks - (round % 3 == 0), t.now, in_order, &t);
	}
	sequencer_release(t.s, t.blocks, t.now, in_order, &t);
	assert_int_equal(next_tag, tag);
	assert_int_equal(sequencer_held(t.s), 0);
	table_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_leaves_before_its_block_is_durable),
		cmocka_unit_test(test_a_query_waits_for_what_it_saw),
		cmocka_unit_test(test_refusals_are_sequenced),
		cmocka_unit_test(test_malformed_records_change_nothing),
		cmocka_unit_test(test_control_answers_and_tells_auth),
		cmocka_unit_test(test_feed_tells_the_whole_state),
		cmocka_unit_test(test_cancel_all_lists_what_it_took),
		cmocka_unit_test(test_time_is_monotonic_and_bounded),
		cmocka_unit_test(test_stamps_fold_back),
		cmocka_unit_test(test_block_and_output_fill_up_and_go_on),
		cmocka_unit_test(test_outputs_come_once_and_in_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
