// SPDX-License-Identifier: Apache-2.0
#include "daemons/history/projection.h"

#include "daemons/history/candles.h"
#include "daemons/history/dirty.h"

#include <stdlib.h>

// One block has at most this many events that touch an order: flush before fewer places are left.
#define DIRTY_RESERVE (DIRTY_ORDERS_MAX / 2)

struct projection {
	struct store *store;
	struct dirty_orders *orders;
	struct candles *candles;
	uint64_t skip_to; // last sequence that the store has
	uint64_t rows, pending;
	int error;
};

struct projection *projection_new(struct store *store, const struct genesis *genesis, uint64_t applied_sequence)
{
	struct projection *p = calloc(1, sizeof *p);
	if (!p)
		return NULL;
	p->store = store;
	p->skip_to = applied_sequence;
	p->orders = dirty_new();
	p->candles = candles_new(genesis->capacities.markets);
	if (p->orders && p->candles)
		return p;
	projection_free(p);
	return NULL;
}

void projection_free(struct projection *p)
{
	if (!p)
		return;
	dirty_free(p->orders);
	candles_free(p->candles);
	free(p);
}

static struct order_record *order_touch(struct projection *p, uint64_t id)
{
	// A single entry may fill more orders than a block is expected to: make room in its middle.
	if (UNLIKELY(!dirty_has_room(p->orders, 2)) && !p->error) {
		p->rows += dirty_count(p->orders);
		p->error = dirty_flush(p->orders, p->store);
	}
	return dirty_order(p->orders, id);
}

static void order_put_view(struct projection *p, const struct order_view *view)
{
	order_touch(p, view->id)->view = *view;
	p->pending++;
}

static int order_from_store(struct store *store, uint64_t id, struct order_record *ret)
{
	const int64_t key[] = { (int64_t)id };
	sqlite3_stmt *s = store_bind(store, STATEMENT_ORDER_GET, ARRAY_LEN(key), key);
	int r = store_row(store, s);
	if (r)
		return r;
	order_columns(s, ret);
	store_done(s);
	return 0;
}

// The maker's order as the state machine has it. When it has forgotten it already (the list of recently
// closed orders is short), what the trade says is added to the last that we know.
static void maker_fill(struct projection *p, const struct exchange *x, const struct trade_row *trade)
{
	struct order_view view;
	struct order_record *order = order_touch(p, trade->trade.maker_order);
	if (exchange_order(x, trade->trade.maker_order, &view)) {
		order->view = view;
		return;
	}
	if (!order->view.id && order_from_store(p->store, trade->trade.maker_order, order) && !p->error)
		p->error = -EIO;
	order->view.id = trade->trade.maker_order;
	order->view.executed.units += trade->trade.quantity.units;
	order->view.quote.units += trade->trade.quote.units;
	order->view.updated_us = trade->time_us;
	order->view.status = trade->trade.maker_done ? ORDER_FILLED : ORDER_PARTIALLY_FILLED;
}

static void trade_note(struct projection *p, const struct exchange *x, uint64_t order, uint64_t trade)
{
	struct order_record *record = order_touch(p, order);
	if (UNLIKELY(!record->view.id) && !exchange_order(x, order, &record->view)) // flushed in the entry's middle
		record->view.id = order;
	if (!record->first_trade)
		record->first_trade = trade;
	record->last_trade = trade;
}

static void trade_happened(struct projection *p, const struct exchange *x, const struct trade_view *view,
			   uint64_t time_us)
{
	struct trade_row row = { .trade = *view, .time_us = time_us };
	maker_fill(p, x, &row);
	trade_note(p, x, view->maker_order, view->id);
	trade_note(p, x, view->taker_order, view->id);
	int r = trade_put(p->store, &row);
	if (!r)
		r = candles_trade(p->candles, p->store, &row);
	if (r && !p->error)
		p->error = r;
	p->rows++;
	p->pending++;
}

void projection_entry(void *context, const struct exchange *x, const struct entry *entry, uint64_t sequence,
		      uint64_t time_us)
{
	struct projection *p = context;
	if (sequence <= p->skip_to || !entry || p->error)
		return;
	size_t count = exchange_event_count(x);
	for (size_t i = 0; i < count; i++) {
		const struct event *event = exchange_event(x, i);
		if (event->kind == EVENT_TRADE)
			trade_happened(p, x, &event->trade, time_us);
		else if (event->kind == EVENT_ORDER_ACCEPTED || event->kind == EVENT_ORDER_DONE ||
			 event->kind == EVENT_ORDER_RESTED)
			order_put_view(p, &event->order);
	}
}

int projection_error(const struct projection *p)
{
	return p->error;
}

int projection_flush(struct projection *p)
{
	if (p->error)
		return p->error;
	p->rows += dirty_count(p->orders);
	p->error = dirty_flush(p->orders, p->store);
	if (!p->error)
		p->error = candles_flush(p->candles, p->store);
	p->pending = 0;
	return p->error;
}

bool projection_full(const struct projection *p)
{
	return !dirty_has_room(p->orders, DIRTY_RESERVE);
}

uint64_t projection_rows(const struct projection *p)
{
	return p->rows;
}

uint64_t projection_pending(const struct projection *p)
{
	return p->pending;
}
