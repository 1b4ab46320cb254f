// SPDX-License-Identifier: Apache-2.0
// From events to the records that answer whoever asked.
#include "daemons/engine/sequencer_internal.h"

#define RECORD_MAX_ORDERS (sizeof(struct rows_head) + ROWS_MAX * sizeof(struct order_view))
#define RECORD_MAX_TRADES (sizeof(struct order_head) + ROWS_MAX * sizeof(struct trade_view))

// Bytes that `count` rows take, ROWS_MAX to a record.
static uint64_t rows_bytes(uint64_t count, uint64_t head, uint64_t row)
{
	uint64_t records = count / ROWS_MAX + 1;
	return records * (sizeof(struct output_record) + head + 8) + count * row;
}

uint64_t reply_bytes_max(const struct genesis *genesis, uint64_t *ret_record_max)
{
	const struct capacities *c = &genesis->capacities;
	// A taker's fills and the resting orders that self-trade prevention takes away on its path.
	uint64_t trades = rows_bytes(c->fills_per_order, sizeof(struct order_head), sizeof(struct trade_view));
	uint64_t orders = rows_bytes(c->orders_per_customer, sizeof(struct rows_head), sizeof(struct order_view));
	uint64_t balances = rows_bytes(c->assets, sizeof(struct rows_head), sizeof(struct balance_row));
	uint64_t control = 4096; // a result and what auth must know
	*ret_record_max = u64_max(RECORD_MAX_ORDERS, RECORD_MAX_TRADES);
	return u64_max(u64_max(trades, orders), u64_max(balances, control));
}

void *reply_add(struct sequencer *s, enum destination destination, uint16_t gateway, uint32_t kind, size_t size,
		uint64_t made_us)
{
	struct output_record record = { .kind = kind,
					.size = (uint32_t)size,
					.gateway = gateway,
					.destination = (uint8_t)destination,
					.made_us = made_us,
					// The state as it is now includes the block that is being filled.
					.needs = s->blocks + (sequencer_filled(s) ? 1 : 0) };
	return output_add(&s->output, &record);
}

// The event that says how the order asked for stands at the end: the last one about it.
static const struct event *order_outcome(const struct exchange *x)
{
	size_t count = exchange_event_count(x);
	const struct event *first = exchange_event(x, 0), *outcome = first;
	for (size_t i = 1; i < count; i++) {
		const struct event *e = exchange_event(x, i);
		if ((e->kind == EVENT_ORDER_DONE || e->kind == EVENT_ORDER_RESTED) &&
		    e->order.id == first->order.id)
			outcome = e;
	}
	return outcome;
}

static bool trade_of(const struct event *e, uint64_t order)
{
	return e->kind == EVENT_TRADE && e->trade.taker_order == order;
}

// The next trades of the order from event *at on, one record's worth.
static uint32_t trades_take(const struct exchange *x, uint64_t order, size_t *at, const struct event **to)
{
	uint32_t n = 0;
	size_t count = exchange_event_count(x);
	for (; *at < count && n < ROWS_MAX; (*at)++)
		if (trade_of(exchange_event(x, *at), order))
			to[n++] = exchange_event(x, *at);
	return n;
}

static bool trades_left(const struct exchange *x, uint64_t order, size_t at)
{
	for (; at < exchange_event_count(x); at++)
		if (trade_of(exchange_event(x, at), order))
			return true;
	return false;
}

void reply_order(struct sequencer *s, const struct reply *to, uint64_t sequence, bool cancel, uint64_t made_us)
{
	const struct exchange *x = s->exchange;
	if (exchange_event_count(x) == 0)
		return;
	const struct event *outcome = order_outcome(x);
	struct order_head head = { .tag = to->tag,
				   .order = outcome->order,
				   .sequence = sequence,
				   .refusal = outcome->reason,
				   .was_cancel = cancel,
				   .response = to->response };
	if (outcome->kind != EVENT_ORDER_REJECTED && outcome->kind != EVENT_CANCEL_REJECTED)
		head.refusal = REFUSED_NOT;
	size_t at = 0;
	do {
		const struct event *trade[ROWS_MAX];
		head.trades = 0;
		head.more = 0;
		if (to->response == RESPONSE_FULL && !cancel) {
			head.trades = trades_take(x, head.order.id, &at, trade);
			head.more = trades_left(x, head.order.id, at);
		}
		uint8_t *p = reply_add(s, TO_GATEWAY, to->gateway, MESSAGE_ORDER,
				       sizeof head + head.trades * sizeof(struct trade_view), made_us);
		memcpy(p, &head, sizeof head);
		p += sizeof head;
		for (uint32_t i = 0; i < head.trades; i++)
			memcpy(p + i * sizeof(struct trade_view), &trade[i]->trade, sizeof(struct trade_view));
	} while (head.more);
}

static void reply_cancel_refused(struct sequencer *s, const struct reply *to, uint8_t reason, uint64_t made_us)
{
	struct engine_refused refused = { .tag = to->tag, .refusal = reason, .was_cancel = 1 };
	memcpy(reply_add(s, TO_GATEWAY, to->gateway, MESSAGE_ENGINE_REFUSED, sizeof refused, made_us), &refused,
	       sizeof refused);
}

void reply_cancel_all(struct sequencer *s, const struct reply *to, uint64_t sequence, uint64_t made_us)
{
	const struct exchange *x = s->exchange;
	size_t count = exchange_event_count(x), at = 0;
	if (count == 0 || exchange_event(x, 0)->kind == EVENT_CANCEL_REJECTED) {
		reply_cancel_refused(s, to, count ? exchange_event(x, 0)->reason : (uint8_t)REFUSED_UNKNOWN_ORDER,
				     made_us);
		return;
	}
	do {
		struct rows_head head = { .tag = to->tag, .sequence = sequence,
					  .customer = exchange_event(x, at)->order.customer };
		head.count = (uint32_t)u64_min(count - at, ROWS_MAX);
		head.more = at + head.count < count;
		uint8_t *p = reply_add(s, TO_GATEWAY, to->gateway, MESSAGE_ORDERS,
				       sizeof head + head.count * sizeof(struct order_view), made_us);
		memcpy(p, &head, sizeof head);
		p += sizeof head;
		for (uint32_t i = 0; i < head.count; i++)
			memcpy(p + i * sizeof(struct order_view), &exchange_event(x, at + i)->order,
			       sizeof(struct order_view));
		at += head.count;
	} while (at < count);
}

static void control_result_send(struct sequencer *s, const struct control_result *result, uint64_t made_us)
{
	memcpy(reply_add(s, TO_CONTROL, 0, MESSAGE_CONTROL_RESULT, sizeof *result, made_us), result, sizeof *result);
}

void reply_control(struct sequencer *s, uint64_t tag, uint64_t sequence, uint64_t made_us)
{
	const struct exchange *x = s->exchange;
	struct control_result result = { .tag = tag, .sequence = sequence };
	for (size_t i = 0; i < exchange_event_count(x); i++) {
		const struct event *e = exchange_event(x, i);
		if (e->kind != EVENT_CONTROL_DONE && e->kind != EVENT_CONTROL_REFUSED)
			continue;
		result.number = e->number;
		result.index = e->index;
		result.refusal = e->kind == EVENT_CONTROL_REFUSED ? e->reason : (uint8_t)REFUSED_NOT;
		break;
	}
	control_result_send(s, &result, made_us);
}

void reply_control_refused(struct sequencer *s, uint64_t tag, enum refusal refusal)
{
	struct control_result result = { .tag = tag, .refusal = (uint8_t)refusal };
	control_result_send(s, &result, 0);
}

void reply_control_head(struct sequencer *s, uint64_t tag)
{
	struct control_head head = { .tag = tag };
	exchange_control_head(s->exchange, &head.number, head.hash);
	memcpy(head.exchange, exchange_id(s->exchange), sizeof head.exchange);
	memcpy(reply_add(s, TO_CONTROL, 0, MESSAGE_CONTROL_HEAD_IS, sizeof head, 0), &head, sizeof head);
}
