// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/reference/compare.h"

// Walks the exchange's events in step with the reference's lists.
struct walk {
	const struct exchange *x;
	size_t at;
};

static const struct event *next(struct walk *w, enum event_kind kind)
{
	assert_true(w->at < exchange_event_count(w->x));
	const struct event *e = exchange_event(w->x, w->at++);
	assert_int_equal(e->kind, kind);
	return e;
}

static void compare_fill(const struct event *e, const struct reference_fill *f, const struct order_new *order, uint64_t id)
{
	const struct trade_view *t = &e->trade;
	assert_int_equal(t->maker_order, f->maker_order);
	assert_int_equal(t->taker_order, id);
	assert_int_equal(t->price.units, f->price);
	assert_int_equal(t->quantity.units, f->quantity);
	assert_int_equal(t->quote.units, f->quote);
	assert_int_equal(t->maker_fee.units, f->maker_fee);
	assert_int_equal(t->taker_fee.units, f->taker_fee);
	assert_int_equal(t->maker, f->maker);
	assert_int_equal(t->taker, order->customer);
	assert_int_equal(t->taker_side, order->side);
	assert_int_equal(t->maker_done, f->maker_done);
}

// Fills and expired makers come in the order in which they happened; the reference keeps two lists.
static void compare_matching(struct walk *w, const struct reference_result *r, const struct order_new *order)
{
	size_t fills = 0, expired = 0;
	while (fills < r->fills || expired < r->expired) {
		assert_true(w->at < exchange_event_count(w->x));
		const struct event *e = exchange_event(w->x, w->at);
		if (e->kind == EVENT_TRADE) {
			assert_true(fills < r->fills);
			compare_fill(next(w, EVENT_TRADE), &r->fill[fills++], order, r->id);
			continue;
		}
		e = next(w, EVENT_ORDER_DONE);
		assert_true(expired < r->expired);
		assert_int_equal(e->order.id, r->expired_maker[expired++]);
		assert_int_equal(e->order.status, ORDER_EXPIRED_IN_MATCH);
	}
}

static void compare_view(const struct order_view *v, const struct order_new *order, uint64_t id)
{
	assert_int_equal(v->id, id);
	assert_int_equal(v->price.units, order->price.units);
	assert_int_equal(v->quantity.units, order->quantity.units);
	assert_int_equal(v->customer, order->customer);
	assert_int_equal(v->market, order->market);
	assert_int_equal(v->side, order->side);
	assert_int_equal(v->type, order->type);
	assert_int_equal(v->tif, order->tif);
	assert_int_equal(v->stp, order->stp);
	assert_int_equal(v->by_quote, order->by_quote);
	assert_int_equal(v->client_id_size, order->client_id_size);
	if (order->client_id_size)
		assert_memory_equal(v->client_id, order->client_id, order->client_id_size);
	for (size_t i = order->client_id_size; i < CLIENT_ID_MAX; i++)
		assert_int_equal(v->client_id[i], 0);
}

static void compare_accepted(struct walk *w, const struct reference_result *r, const struct order_new *order)
{
	struct order_view found;
	const struct order_view *v = &next(w, EVENT_ORDER_ACCEPTED)->order;
	compare_view(v, order, r->id);
	assert_int_equal(v->executed.units, 0);
	assert_int_equal(v->status, ORDER_NEW);
	compare_matching(w, r, order);
	v = &next(w, r->rests ? EVENT_ORDER_RESTED : EVENT_ORDER_DONE)->order;
	compare_view(v, order, r->id);
	assert_int_equal(v->executed.units, r->executed);
	assert_int_equal(v->quote.units, r->quote);
	assert_int_equal(v->status, r->status);
	assert_true(exchange_order(w->x, r->id, &found));
	assert_memory_equal(&found, v, sizeof found);
	if (order->client_id_size) {
		assert_true(exchange_order_by_client_id(w->x, order->customer, order->client_id, order->client_id_size,
							&found));
		assert_memory_equal(&found, v, sizeof found);
	}
}

void pair_order(struct pair *p, const struct order_new *order)
{
	lab_order(&p->lab, order);
	const struct reference_result *r = reference_order(p->reference, order);
	struct walk w = { .x = p->lab.x };
	if (r->refusal)
		assert_int_equal(next(&w, EVENT_ORDER_REJECTED)->reason, r->refusal);
	else
		compare_accepted(&w, r, order);
	assert_int_equal(w.at, exchange_event_count(w.x));
	p->fills += r->fills;
}

static void compare_canceled(struct pair *p, const struct reference_result *r)
{
	struct walk w = { .x = p->lab.x };
	if (r->refusal)
		assert_int_equal(next(&w, EVENT_CANCEL_REJECTED)->reason, r->refusal);
	for (size_t i = 0; i < r->canceled; i++) {
		const struct event *e = next(&w, EVENT_ORDER_DONE);
		assert_int_equal(e->order.id, r->canceled_order[i]);
		assert_int_equal(e->order.status, ORDER_CANCELED);
	}
	assert_int_equal(w.at, exchange_event_count(w.x));
}

void pair_cancel(struct pair *p, const struct order_cancel *cancel)
{
	struct lab *lab = &p->lab;
	struct writer w = writer_over(lab->entry, sizeof lab->entry);
	lab->entry_size = order_cancel_write(&w, cancel);
	lab_apply(lab, lab->entry, lab->entry_size);
	compare_canceled(p, reference_cancel(p->reference, cancel));
}

void pair_cancel_all(struct pair *p, const struct order_cancel_all *cancel)
{
	struct lab *lab = &p->lab;
	struct writer w = writer_over(lab->entry, sizeof lab->entry);
	lab->entry_size = order_cancel_all_write(&w, cancel);
	lab_apply(lab, lab->entry, lab->entry_size);
	compare_canceled(p, reference_cancel_all(p->reference, cancel->customer, cancel->market));
}

void pair_balances(const struct pair *p, uint32_t customers, uint16_t assets)
{
	for (uint16_t asset = 0; asset < assets; asset++) {
		struct asset_totals totals;
		exchange_totals(p->lab.x, asset, &totals);
		assert_int_equal(totals.fees.units, reference_fees(p->reference, asset));
		for (uint32_t customer = 0; customer < customers; customer++) {
			struct amount available, held;
			uint64_t expected_available, expected_held;
			exchange_balance(p->lab.x, customer, asset, &available, &held);
			reference_balance(p->reference, customer, asset, &expected_available, &expected_held);
			assert_int_equal(available.units, expected_available);
			assert_int_equal(held.units, expected_held);
		}
	}
}
