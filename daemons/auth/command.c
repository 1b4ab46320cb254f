// SPDX-License-Identifier: Apache-2.0
#include "command.h"

#define HISTORY_LIMIT_DEFAULT 500

struct making {
	const struct route *route;
	const struct params *params;
	const struct asker *asker;
	const struct market_row *market; // NULL when no symbol was sent
	struct client_ids *ids;
	struct output *to;
	struct api_problem *problem;
};

static uint8_t *output_add(struct output *to, enum auth_to where, uint32_t kind, size_t size)
{
	ASSERT(to->count < OUTPUTS_MAX && size <= OUTPUT_RECORD_MAX);
	struct output_record *r = &to->record[to->count++];
	r->to = where;
	r->kind = kind;
	r->size = size;
	memset(r->bytes, 0, size);
	return r->bytes;
}

void output_refuse(struct output *to, uint64_t tag, const struct api_problem *problem)
{
	struct refused_head head = { .tag = tag, .error = (uint16_t)problem->error, .detail_size = problem->detail_size };
	uint8_t *p = output_add(to, TO_GATEWAY, MESSAGE_REFUSED, sizeof head + problem->detail_size);
	memcpy(p, &head, sizeof head);
	memcpy(p + sizeof head, problem->detail, problem->detail_size);
}
_Static_assert(sizeof(struct refused_head) + API_DETAIL_MAX <= OUTPUT_RECORD_MAX, "a refusal fits");

static enum api_error done(struct making *m)
{
	struct done answer = { .tag = m->asker->tag };
	memcpy(output_add(m->to, TO_GATEWAY, MESSAGE_DONE, sizeof answer), &answer, sizeof answer);
	return API_OK;
}

static enum api_error refuse(struct making *m, enum api_error error, const char *detail)
{
	api_problem_set(m->problem, error, detail);
	return error;
}

#define COMMAND_MAX (sizeof(struct command_head) + ENTRY_HEADER_SIZE + 64 + CLIENT_ID_MAX)
_Static_assert(COMMAND_MAX <= OUTPUT_RECORD_MAX, "a command fits");

// Starts a MESSAGE_COMMAND; the entry goes where the writer points, then command_end cuts the record.
static struct writer command_begin(struct making *m, enum order_response response)
{
	struct command_head head = { .tag = m->asker->tag, .received_us = m->asker->received_us,
				     .gateway = m->asker->gateway, .response = (uint8_t)response };
	uint8_t *p = output_add(m->to, TO_ENGINE, MESSAGE_COMMAND, COMMAND_MAX);
	memcpy(p, &head, sizeof head);
	return writer_over(p + sizeof head, COMMAND_MAX - sizeof head);
}

static enum api_error command_end(struct making *m, size_t entry_size)
{
	ASSERT(entry_size > 0);
	m->to->record[m->to->count - 1].size = sizeof(struct command_head) + entry_size;
	return API_OK;
}

// Everything of a new order, with a client order id in any case. made_id is its storage.
static enum api_error order_fill(struct making *m, struct order_new *order, enum order_response *response,
				 char made_id[CLIENT_ID_MADE])
{
	if (params_order(m->params, order, response, m->problem))
		return m->problem->error;
	order->customer = m->asker->key->customer;
	order->key = m->asker->key->index;
	order->market = (uint16_t)m->market->market;
	if (order->client_id_size == 0) {
		client_ids_take(m->ids, made_id);
		order->client_id = made_id;
		order->client_id_size = CLIENT_ID_MADE;
	}
	return API_OK;
}

static enum api_error make_order_new(struct making *m)
{
	struct order_new order;
	enum order_response response;
	char made_id[CLIENT_ID_MADE];
	enum api_error e = order_fill(m, &order, &response, made_id);
	if (e)
		return e;
	struct writer w = command_begin(m, response);
	return command_end(m, order_new_write(&w, &order));
}

static enum api_error make_order_test(struct making *m)
{
	struct order_new order;
	enum order_response response;
	char made_id[CLIENT_ID_MADE];
	enum api_error e = order_fill(m, &order, &response, made_id);
	if (e)
		return e;
	enum refusal refusal = market_filters(m->market, &order);
	if (!refusal)
		return done(m);
	const char *detail = NULL;
	e = api_error_of_refusal((uint8_t)refusal, false, &detail);
	return refuse(m, e, detail);
}

static enum api_error make_order_cancel(struct making *m)
{
	struct order_cancel cancel;
	if (params_cancel(m->params, &cancel, m->problem))
		return m->problem->error;
	cancel.customer = m->asker->key->customer;
	cancel.key = m->asker->key->index;
	cancel.market = (uint16_t)m->market->market;
	struct writer w = command_begin(m, RESPONSE_RESULT);
	return command_end(m, order_cancel_write(&w, &cancel));
}

static enum api_error make_cancel_all(struct making *m)
{
	struct order_cancel_all cancel = { .customer = m->asker->key->customer, .key = m->asker->key->index,
					   .market = (uint16_t)m->market->market };
	struct writer w = command_begin(m, RESPONSE_RESULT);
	return command_end(m, order_cancel_all_write(&w, &cancel));
}

static void query_add(struct making *m, struct query *q)
{
	q->tag = m->asker->tag;
	q->customer = m->asker->key->customer;
	q->gateway = m->asker->gateway;
	q->market = m->market ? (int32_t)m->market->market : -1;
	memcpy(output_add(m->to, TO_ENGINE, MESSAGE_QUERY, sizeof *q), q, sizeof *q);
}

static void history_add(struct making *m, struct history_query *q)
{
	q->tag = m->asker->tag;
	q->customer = m->asker->key->customer;
	q->gateway = m->asker->gateway;
	q->market = (uint16_t)m->market->market;
	q->start_us = param_number(m->params, PARAM_START_TIME, 0);
	q->end_us = param_number(m->params, PARAM_END_TIME, 0);
	q->limit = (uint16_t)u64_min(param_number(m->params, PARAM_LIMIT, HISTORY_LIMIT_DEFAULT), HISTORY_LIMIT_MAX);
	memcpy(output_add(m->to, TO_HISTORY, MESSAGE_HISTORY, sizeof *q), q, sizeof *q);
}
_Static_assert(sizeof(struct query) <= OUTPUT_RECORD_MAX && sizeof(struct history_query) <= OUTPUT_RECORD_MAX,
	       "queries fit");

static enum api_error make_balances(struct making *m)
{
	struct query q = { .kind = QUERY_BALANCES };
	query_add(m, &q);
	return API_OK;
}

static enum api_error make_open_orders(struct making *m)
{
	struct query q = { .kind = QUERY_OPEN_ORDERS };
	query_add(m, &q);
	return API_OK;
}

// Both are asked, the engine for what lives and history for what is long gone: the gateway takes the engine's
// answer, or history's if the engine has none. Nobody has to ask twice, and no private answer makes a detour.
static enum api_error make_order_query(struct making *m)
{
	struct order_cancel named; // the same two ways to name an order
	if (params_cancel(m->params, &named, m->problem))
		return m->problem->error;
	struct query q = { .kind = QUERY_ORDER, .order = named.order, .client_id_size = named.client_id_size };
	struct history_query h = { .kind = HISTORY_ORDER, .order = named.order, .client_id_size = named.client_id_size };
	if (named.client_id_size) {
		memcpy(q.client_id, named.client_id, named.client_id_size);
		memcpy(h.client_id, named.client_id, named.client_id_size);
	}
	query_add(m, &q);
	history_add(m, &h);
	return API_OK;
}

static enum api_error make_all_orders(struct making *m)
{
	struct history_query h = { .kind = HISTORY_ALL_ORDERS, .from_id = param_number(m->params, PARAM_ORDER_ID, 0) };
	history_add(m, &h);
	return API_OK;
}

// fromId=0 asks for the first trades there are; no fromId for the newest, which history calls 0.
static uint64_t from_id_asked(const struct params *params)
{
	return param_has(params, PARAM_FROM_ID) ? u64_max(param_number(params, PARAM_FROM_ID, 0), 1) : 0;
}

static enum api_error make_my_trades(struct making *m)
{
	struct history_query h = { .kind = HISTORY_MY_TRADES, .from_id = from_id_asked(m->params),
				   .order = param_number(m->params, PARAM_ORDER_ID, 0) };
	history_add(m, &h);
	return API_OK;
}

static enum api_error (*const makers[ROUTE_ID_COUNT])(struct making *m) = {
	[ROUTE_ORDER_NEW] = make_order_new,
	[ROUTE_ORDER_TEST] = make_order_test,
	[ROUTE_ORDER_CANCEL] = make_order_cancel,
	[ROUTE_OPEN_ORDERS_CANCEL] = make_cancel_all,
	[ROUTE_ORDER_QUERY] = make_order_query,
	[ROUTE_OPEN_ORDERS] = make_open_orders,
	[ROUTE_ALL_ORDERS] = make_all_orders,
	[ROUTE_MY_TRADES] = make_my_trades,
	[ROUTE_ACCOUNT] = make_balances,
	[ROUTE_CAPITAL_CONFIG] = make_balances,
	[ROUTE_TRADE_FEE] = done,
	[ROUTE_COMMISSION] = done,
	[ROUTE_RATE_LIMIT_ORDER] = done,
	[ROUTE_PREVENTED_MATCHES] = done,
};

enum api_error command_make(const struct route *route, const struct params *params, const struct asker *asker,
			    const struct market_table *markets, struct client_ids *ids, struct output *to,
			    struct api_problem *ret_problem)
{
	struct making m = { .route = route, .params = params, .asker = asker, .ids = ids, .to = to,
			    .problem = ret_problem };
	if (route->id >= ROUTE_ID_COUNT || !makers[route->id])
		return refuse(&m, API_NOT_FOUND, NULL);
	if (param_has(params, PARAM_SYMBOL)) {
		struct slice symbol = param_text(params, PARAM_SYMBOL);
		m.market = market_table_find(markets, symbol.at, symbol.size);
		if (!m.market)
			return refuse(&m, API_SYMBOL, NULL);
	}
	return makers[route->id](&m);
}
