// SPDX-License-Identifier: Apache-2.0
// What auth, engine and history say, each record to the slot that waits for it.
// Who may say what is a table; a record of another kind or size is fatal, for
// then the peer is not what it should be.
#include "daemons/gateway/internal.h"

#include <stdio.h>

#define PEER_BATCH 4096 // records of one peer in one turn

struct heard { // one record
	struct gateway *g;
	enum gateway_peer from;
	struct connection *c;
	struct slot *slot;
	const uint8_t *rest; // behind its head
	size_t rest_size;
};

// ---- auth ----

static int refused_heard(struct heard *h, const void *data)
{
	struct refused_head head;
	struct api_problem problem;
	memcpy(&head, data, sizeof head);
	if (head.detail_size != h->rest_size)
		return -EPROTO;
	problem.error = (enum api_error)head.error;
	problem.detail_size = (uint16_t)u64_min(h->rest_size, API_DETAIL_MAX);
	memcpy(problem.detail, h->rest, problem.detail_size);
	slot_refuse_problem(h->g, h->c, h->slot, &problem, 0, slice_of(NULL, 0));
	return 0;
}

static void commission_answer(struct heard *h)
{
	struct writer w = scratch_writer(h->g);
	if (h->slot->market < 0) {
		slot_refuse(h->g, h->c, h->slot, API_SYMBOL, NULL);
		return;
	}
	answer_commission(&w, &h->g->catalogue, (uint32_t)h->slot->market);
	slot_answer_body(h->g, h->c, h->slot, &w);
}

static void trade_fee_answer(struct heard *h)
{
	const struct catalogue *c = &h->g->catalogue;
	struct writer w = scratch_writer(h->g);
	uint32_t from = h->slot->market < 0 ? 0 : (uint32_t)h->slot->market;
	uint32_t to = h->slot->market < 0 ? c->markets : from + 1;
	JSON(&w, "[");
	for (uint32_t i = from; i < to; i++) {
		if (i > from)
			JSON(&w, ",");
		answer_trade_fee_row(&w, c, i);
	}
	JSON(&w, "]");
	slot_answer_body(h->g, h->c, h->slot, &w);
}

static int done_heard(struct heard *h, const void *data)
{
	bool list = h->slot->route == ROUTE_RATE_LIMIT_ORDER || h->slot->route == ROUTE_PREVENTED_MATCHES;
	if (h->rest_size)
		return -EPROTO;
	if (h->slot->route == ROUTE_COMMISSION)
		commission_answer(h);
	else if (h->slot->route == ROUTE_TRADE_FEE)
		trade_fee_answer(h);
	else
		slot_answer(h->g, h->c, h->slot, 200, slice_text(list ? "[]" : "{}"), slice_of(NULL, 0));
	return 0;
}

// ---- engine ----

static void refusal_answer(struct heard *h, uint8_t refusal, bool was_cancel)
{
	const char *detail;
	enum api_error error = api_error_of_refusal(refusal, was_cancel, &detail);
	slot_refuse(h->g, h->c, h->slot, error, detail);
}

static void fills_write(struct heard *h, struct writer *w, uint32_t count)
{
	struct trade_view trade;
	for (uint32_t i = 0; i < count; i++) {
		memcpy(&trade, h->rest + i * sizeof trade, sizeof trade);
		if (h->slot->rows++)
			JSON(w, ",");
		answer_fill(w, &h->g->catalogue, &trade);
	}
}

static void order_answer(struct heard *h, const struct order_head *head)
{
	struct writer w = scratch_writer(h->g);
	enum answer_order_form form = head->response == RESPONSE_ACK	  ? ANSWER_ORDER_ACK
				      : head->response == RESPONSE_RESULT ? ANSWER_ORDER_RESULT
									  : ANSWER_ORDER_FULL;
	if (head->was_cancel) {
		answer_order_cancelled(&w, &h->g->catalogue, &head->order);
	} else {
		if (!h->slot->held.size)
			answer_order_new(&w, &h->g->catalogue, &head->order, form);
		if (form == ANSWER_ORDER_FULL)
			fills_write(h, &w, head->trades);
		if (form == ANSWER_ORDER_FULL && head->more) {
			slot_hold(h->g, h->c, h->slot, &w);
			return;
		}
		if (form == ANSWER_ORDER_FULL)
			answer_fills_end(&w);
	}
	slot_answer_body(h->g, h->c, h->slot, &w);
}

static int order_heard(struct heard *h, const void *data)
{
	struct order_head head;
	memcpy(&head, data, sizeof head);
	bool goes_on = h->slot->held.size > 0; // only an order with fills comes in parts
	if (h->rest_size != head.trades * sizeof(struct trade_view) ||
	    (goes_on && (head.response != RESPONSE_FULL || head.was_cancel)))
		return -EPROTO;
	if (head.refusal)
		refusal_answer(h, head.refusal, head.was_cancel);
	else
		order_answer(h, &head);
	return 0;
}

// GET order is asked of engine and history at once: the engine's answer counts, history's if the engine has none.
// "Does not exist" is said only when both said so.
static void order_unknown(struct heard *h, bool failed)
{
	struct slot *slot = h->slot;
	if (h->from == PEER_ENGINE) {
		slot->engine_unknown = true;
	} else {
		slot->history_unknown = true;
		slot->history_failed = failed;
	}
	slot->since_us = h->g->now_us;
	if (slot->engine_unknown && slot->held.size)
		slot_answer(h->g, h->c, slot, 200, slice_of(NULL, 0), slice_of(NULL, 0));
	else if (slot->engine_unknown && slot->history_unknown)
		slot_refuse(h->g, h->c, slot, slot->history_failed ? API_OVERLOADED : API_NO_SUCH_ORDER, NULL);
}

static int engine_refused_heard(struct heard *h, const void *data)
{
	struct engine_refused refused;
	memcpy(&refused, data, sizeof refused);
	if (h->rest_size)
		return -EPROTO;
	if (h->slot->route == ROUTE_ORDER_QUERY && refused.refusal == REFUSED_UNKNOWN_ORDER)
		order_unknown(h, false);
	else
		refusal_answer(h, refused.refusal, refused.was_cancel);
	return 0;
}

static int history_refused_heard(struct heard *h, const void *data)
{
	struct engine_refused refused;
	char detail[32];
	memcpy(&refused, data, sizeof refused);
	if (h->rest_size)
		return -EPROTO;
	snprintf(detail, sizeof detail, "%llu", (unsigned long long)refused.behind);
	if (h->slot->route == ROUTE_ORDER_QUERY)
		order_unknown(h, refused.refusal != REFUSED_UNKNOWN_ORDER);
	else if (refused.refusal == REFUSED_NOT)
		slot_refuse(h->g, h->c, h->slot, API_HISTORY_BEHIND, detail);
	else
		refusal_answer(h, refused.refusal, false);
	return 0;
}

// ---- lists ----

static void order_row(struct heard *h, struct writer *w, const void *row, uint32_t customer)
{
	struct order_view order;
	memcpy(&order, row, sizeof order);
	if (h->slot->route == ROUTE_OPEN_ORDERS_CANCEL)
		answer_order_cancelled(w, &h->g->catalogue, &order);
	else
		answer_order_row(w, &h->g->catalogue, &order);
}

static void balance_row(struct heard *h, struct writer *w, const void *row, uint32_t customer)
{
	struct balance_row balance;
	memcpy(&balance, row, sizeof balance);
	if (h->slot->route == ROUTE_CAPITAL_CONFIG)
		answer_coin_row(w, &h->g->catalogue, &balance);
	else
		answer_balance_row(w, &h->g->catalogue, &balance);
}

static void trade_row(struct heard *h, struct writer *w, const void *row, uint32_t customer)
{
	struct trade_row trade;
	memcpy(&trade, row, sizeof trade);
	if (h->slot->route == ROUTE_MY_TRADES)
		answer_my_trade_row(w, &h->g->catalogue, &trade, customer);
	else if (h->slot->route == ROUTE_AGG_TRADES)
		answer_agg_trade_row(w, &trade);
	else
		answer_trade_row(w, &trade.trade, trade.time_us);
}

static void kline_row(struct heard *h, struct writer *w, const void *row, uint32_t customer)
{
	struct kline_row kline;
	memcpy(&kline, row, sizeof kline);
	answer_kline_row(w, &kline);
}

// What stands around and between the rows is the route's; GET order is one row and no list.
static void rows_begin(struct heard *h, struct writer *w, const struct rows_head *head)
{
	if (h->slot->route == ROUTE_ACCOUNT)
		answer_account_begin(w, &h->g->catalogue, head->customer, h->g->realtime_us);
	else if (h->slot->route != ROUTE_ORDER_QUERY)
		JSON(w, "[");
}

static void rows_end(struct heard *h, struct writer *w)
{
	if (h->slot->route == ROUTE_ACCOUNT)
		answer_account_end(w);
	else if (h->slot->route != ROUTE_ORDER_QUERY)
		JSON(w, "]");
}

static bool row_left_out(const struct heard *h, const void *row)
{
	struct balance_row balance;
	if (!h->slot->omit_zero || h->slot->route != ROUTE_ACCOUNT)
		return false;
	memcpy(&balance, row, sizeof balance);
	return balance.available.units == 0 && balance.held.units == 0;
}

typedef void (*row_writer)(struct heard *h, struct writer *w, const void *row, uint32_t customer);

static void rows_write(struct heard *h, struct writer *w, const struct rows_head *head, size_t row_size, row_writer write)
{
	for (uint32_t i = 0; i < head->count; i++) {
		const uint8_t *row = h->rest + i * row_size;
		if (row_left_out(h, row))
			continue;
		if (h->slot->rows++)
			JSON(w, ",");
		write(h, w, row, head->customer);
	}
}

static void rows_answer(struct heard *h, const struct rows_head *head, struct writer *w)
{
	char lines[64];
	int size = 0;
	if (w->failed) {
		slot_answer_body(h->g, h->c, h->slot, w);
		return;
	}
	// History is never the truth of the moment: it says how far behind it is.
	if (head->behind)
		size = snprintf(lines, sizeof lines, "X-Redoubt-History-Behind: %llu\r\n",
				(unsigned long long)head->behind);
	slot_answer(h->g, h->c, h->slot, 200, slice_of(w->start, writer_size(w)), slice_of(lines, (size_t)size));
}

static int rows_heard(struct heard *h, const void *data, size_t row_size, row_writer write)
{
	struct rows_head head;
	memcpy(&head, data, sizeof head);
	if (head.count > ROWS_MAX || h->rest_size != head.count * row_size)
		return -EPROTO;
	if (h->slot->route == ROUTE_ORDER_QUERY && (head.count != 1 || head.more))
		return -EPROTO;
	bool early = h->slot->route == ROUTE_ORDER_QUERY && h->from == PEER_HISTORY && !h->slot->engine_unknown;
	if (early && h->slot->held.size)
		return 0;
	struct writer w = scratch_writer(h->g);
	if (h->slot->route == ROUTE_ORDER_QUERY && h->from == PEER_ENGINE)
		bytes_free(h->g, &h->slot->held); // what history said before is older
	if (!h->slot->held.size)
		rows_begin(h, &w, &head);
	if (h->slot->route == ROUTE_ORDER_QUERY)
		h->slot->rows = 0;
	rows_write(h, &w, &head, row_size, write);
	if (!head.more && !early)
		rows_end(h, &w);
	if (head.more || early)
		slot_hold(h->g, h->c, h->slot, &w);
	else
		rows_answer(h, &head, &w);
	return 0;
}

static int orders_heard(struct heard *h, const void *data)
{
	return rows_heard(h, data, sizeof(struct order_view), order_row);
}

static int balances_heard(struct heard *h, const void *data)
{
	return rows_heard(h, data, sizeof(struct balance_row), balance_row);
}

static int trades_heard(struct heard *h, const void *data)
{
	return rows_heard(h, data, sizeof(struct trade_row), trade_row);
}

static int klines_heard(struct heard *h, const void *data)
{
	return rows_heard(h, data, sizeof(struct kline_row), kline_row);
}

#define ROUTE_BIT(r) (UINT32_C(1) << ROUTE_##r)
_Static_assert(ROUTE_ID_COUNT <= 32, "one bit a route");
#define LIST_ROUTES (ROUTE_BIT(ORDER_QUERY) | ROUTE_BIT(OPEN_ORDERS) | ROUTE_BIT(OPEN_ORDERS_CANCEL))
#define ALL_ROUTES (~UINT32_C(0))

// Who may say it, how large its head is, and to which routes it is an answer.
static const struct message_row {
	uint32_t kind;
	enum gateway_peer from;
	size_t head_size;
	uint32_t routes;
	int (*heard)(struct heard *h, const void *data);
} messages[] = {
	{ MESSAGE_ORDER, PEER_ENGINE, sizeof(struct order_head),
	  ROUTE_BIT(ORDER_NEW) | ROUTE_BIT(ORDER_CANCEL), order_heard },
	{ MESSAGE_REFUSED, PEER_AUTH, sizeof(struct refused_head), ALL_ROUTES, refused_heard },
	{ MESSAGE_DONE, PEER_AUTH, sizeof(struct done),
	  ROUTE_BIT(ORDER_TEST) | ROUTE_BIT(TRADE_FEE) | ROUTE_BIT(COMMISSION) | ROUTE_BIT(RATE_LIMIT_ORDER) |
		  ROUTE_BIT(PREVENTED_MATCHES),
	  done_heard },
	{ MESSAGE_ORDERS, PEER_ENGINE, sizeof(struct rows_head), LIST_ROUTES, orders_heard },
	{ MESSAGE_BALANCES, PEER_ENGINE, sizeof(struct rows_head), ROUTE_BIT(ACCOUNT) | ROUTE_BIT(CAPITAL_CONFIG),
	  balances_heard },
	{ MESSAGE_ENGINE_REFUSED, PEER_ENGINE, sizeof(struct engine_refused), ALL_ROUTES, engine_refused_heard },
	{ MESSAGE_HISTORY_ORDERS, PEER_HISTORY, sizeof(struct rows_head),
	  ROUTE_BIT(ORDER_QUERY) | ROUTE_BIT(ALL_ORDERS), orders_heard },
	{ MESSAGE_HISTORY_TRADES, PEER_HISTORY, sizeof(struct rows_head),
	  ROUTE_BIT(MY_TRADES) | ROUTE_BIT(HISTORICAL_TRADES) | ROUTE_BIT(AGG_TRADES), trades_heard },
	{ MESSAGE_HISTORY_KLINES, PEER_HISTORY, sizeof(struct rows_head), ROUTE_BIT(KLINES), klines_heard },
	{ MESSAGE_HISTORY_REFUSED, PEER_HISTORY, sizeof(struct engine_refused),
	  ROUTE_BIT(ORDER_QUERY) | ROUTE_BIT(ALL_ORDERS) | ROUTE_BIT(MY_TRADES) | ROUTE_BIT(HISTORICAL_TRADES) |
		  ROUTE_BIT(AGG_TRADES) | ROUTE_BIT(KLINES),
	  history_refused_heard },
};

static const struct message_row *message_find(enum gateway_peer from, uint32_t kind)
{
	for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
		if (messages[i].kind == kind && messages[i].from == from)
			return &messages[i];
	}
	return NULL;
}

static bool kind_refuses(uint32_t kind)
{
	return kind == MESSAGE_REFUSED || kind == MESSAGE_ENGINE_REFUSED || kind == MESSAGE_HISTORY_REFUSED;
}

int peer_record_take(struct gateway *g, enum gateway_peer from, uint32_t kind, size_t size)
{
	const struct message_row *row = message_find(from, kind);
	if (!row || size < row->head_size)
		return -EPROTO;
	uint64_t tag;
	memcpy(&tag, g->record, sizeof tag); // every head begins with it
	struct heard h = { .g = g, .from = from, .rest = g->record + row->head_size,
			   .rest_size = size - row->head_size };
	h.slot = slot_find(g, tag, &h.c);
	// A slot whose connection went away, or that was answered already; or an answer to another question.
	if (!h.slot || (h.slot->asked == PEER_HISTORY && from != PEER_HISTORY) ||
	    !(row->routes >> h.slot->route & 1)) {
		count_up(g, COUNT_STALE);
		return 0;
	}
	// What came in parts goes on with the same kind of record.
	if (h.slot->held.size && h.slot->held_kind != kind && h.slot->route != ROUTE_ORDER_QUERY && !kind_refuses(kind))
		return -EPROTO;
	h.slot->held_kind = (uint8_t)kind;
	return row->heard(&h, g->record);
}

static int peer_drain(struct gateway *g, enum gateway_peer from)
{
	struct channel_reader *r = &g->from[from];
	int result = 0;
	if (!r->ring)
		return 0;
	for (unsigned i = 0; i < PEER_BATCH && !result; i++) {
		uint32_t kind;
		size_t size;
		int got = channel_read(r, g->record, &kind, &size);
		if (got <= 0) {
			result = got;
			break;
		}
		result = peer_record_take(g, from, kind, size);
	}
	channel_release(r);
	return result;
}

int peers_drain(struct gateway *g)
{
	for (int peer = 0; peer < PEER_COUNT; peer++) {
		int r = peer_drain(g, (enum gateway_peer)peer);
		if (r)
			return r;
	}
	return 0;
}
