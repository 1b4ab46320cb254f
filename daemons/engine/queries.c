// SPDX-License-Identifier: Apache-2.0
// A customer's live state, ROWS_MAX rows to a record. One answer is of one moment;
// what bounds it is genesis' capacities (assets, orders_per_customer).
#include "daemons/engine/sequencer_internal.h"

static void rows_send(struct sequencer *s, const struct query *q, uint32_t kind, const void *rows, uint32_t count,
		      size_t row_size, bool more)
{
	struct rows_head head = { .tag = q->tag,
				  .sequence = exchange_sequence(s->exchange),
				  .count = count,
				  .more = more,
				  .kind = q->kind,
				  .customer = q->customer };
	uint8_t *p = reply_add(s, TO_GATEWAY, q->gateway, kind, sizeof head + count * row_size, 0);
	memcpy(p, &head, sizeof head);
	memcpy(p + sizeof head, rows, count * row_size);
}

static void refused_send(struct sequencer *s, const struct query *q, enum refusal why)
{
	struct engine_refused refused = { .tag = q->tag, .refusal = (uint8_t)why };
	memcpy(reply_add(s, TO_GATEWAY, q->gateway, MESSAGE_ENGINE_REFUSED, sizeof refused, 0), &refused,
	       sizeof refused);
}

static void answer_balances(struct sequencer *s, const struct query *q)
{
	struct balance_row rows[ROWS_MAX];
	uint32_t n = 0;
	uint16_t assets = exchange_asset_count(s->exchange);
	for (uint16_t asset = 0; asset < assets; asset++) {
		struct balance_row row = { .asset = asset };
		exchange_balance(s->exchange, q->customer, asset, &row.available, &row.held);
		if (n == ROWS_MAX) {
			rows_send(s, q, MESSAGE_BALANCES, rows, n, sizeof row, true);
			n = 0;
		}
		rows[n++] = row;
	}
	rows_send(s, q, MESSAGE_BALANCES, rows, n, sizeof rows[0], false);
}

// By id or client id; somebody else's order does not exist.
static void answer_order(struct sequencer *s, const struct query *q)
{
	struct order_view order;
	bool found = q->order ? exchange_order(s->exchange, q->order, &order) :
				exchange_order_by_client_id(s->exchange, q->customer, q->client_id,
							    q->client_id_size, &order);
	if (found && order.customer == q->customer && (q->market < 0 || order.market == q->market))
		rows_send(s, q, MESSAGE_ORDERS, &order, 1, sizeof order, false);
	else
		refused_send(s, q, REFUSED_UNKNOWN_ORDER);
}

static void answer_open_orders(struct sequencer *s, const struct query *q)
{
	struct order_view rows[ROWS_MAX];
	uint32_t cursor = 0;
	do {
		size_t n = exchange_open_orders(s->exchange, q->customer, q->market, &cursor, rows, ROWS_MAX);
		rows_send(s, q, MESSAGE_ORDERS, rows, (uint32_t)n, sizeof rows[0], cursor != 0);
	} while (cursor != 0);
}

static void (*const answers[])(struct sequencer *s, const struct query *q) = {
	[QUERY_BALANCES] = answer_balances,
	[QUERY_ORDER] = answer_order,
	[QUERY_OPEN_ORDERS] = answer_open_orders,
};

bool query_answer(struct sequencer *s, const struct query *query)
{
	if (query->kind >= ARRAY_LEN(answers) || !answers[query->kind])
		return false;
	struct customer_add customer;
	uint8_t status;
	if (!exchange_customer(s->exchange, query->customer, &customer, &status))
		refused_send(s, query, REFUSED_UNKNOWN_CUSTOMER);
	else
		answers[query->kind](s, query);
	return true;
}
