// SPDX-License-Identifier: Apache-2.0
// First byte: the route. Then the query, a newline, the body. What is accepted must hold what its type promises.
#include "api/routes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void values_check(const struct params *p)
{
	struct slice name;
	size_t at = 0;
	if (param_has(p, PARAM_SYMBOL))
		ASSERT(param_text(p, PARAM_SYMBOL).size >= 1 && param_text(p, PARAM_SYMBOL).size <= SYMBOL_MAX);
	if (param_has(p, PARAM_NEW_CLIENT_ORDER_ID))
		ASSERT(client_id_valid(p->value[PARAM_NEW_CLIENT_ORDER_ID].text,
				       p->value[PARAM_NEW_CLIENT_ORDER_ID].text_size));
	ASSERT(param_number(p, PARAM_PRICE, 0) <= AMOUNT_MAX && param_number(p, PARAM_QUANTITY, 0) <= AMOUNT_MAX);
	ASSERT(param_number(p, PARAM_ORDER_ID, 1) >= 1 && param_number(p, PARAM_ORDER_ID, 1) <= EPOCH_ORDER_ID_MAX);
	ASSERT(param_number(p, PARAM_SIDE, 0) <= SIDE_SELL && param_number(p, PARAM_TYPE, 0) <= ORDER_LIMIT_MAKER);
	ASSERT(param_number(p, PARAM_RECV_WINDOW, 0) <= RECV_WINDOW_MAX_US);
	for (size_t n = 0; param_has(p, PARAM_SYMBOLS) && symbols_next(p, &at, &name); n++)
		ASSERT(name.size >= 1 && name.size <= SYMBOL_MAX && n < SYMBOLS_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct params params;
	struct api_problem problem;
	struct order_new order;
	struct order_cancel cancel;
	enum order_response response;
	size_t count;
	const struct route *routes = api_routes(&count);
	if (size < 1)
		return 0;
	const struct route *route = &routes[data[0] % count];
	const char *text = (const char *)data + 1;
	const char *line = size > 1 ? memchr(text, '\n', size - 1) : NULL;
	struct slice query = slice_of(text, line ? (size_t)(line - text) : size - 1);
	struct slice body = line ? slice_of(line + 1, size - 2 - query.size) : slice_of(NULL, 0);
	if (params_parse(route, query, body, &params, &problem)) {
		ASSERT(problem.error > API_OK && problem.error < API_ERROR_COUNT && problem.detail_size <= API_DETAIL_MAX);
		return 0;
	}
	values_check(&params);
	ASSERT(params.signed_query.size <= query.size && params.signed_body.size <= body.size);
	ASSERT(route_weight(route, &params) > 0);
	if (route->id == ROUTE_ORDER_NEW && !params_order(&params, &order, &response, &problem))
		ASSERT(order.client_id_size <= CLIENT_ID_MAX && response <= RESPONSE_FULL);
	if (route->id == ROUTE_ORDER_CANCEL && !params_cancel(&params, &cancel, &problem))
		ASSERT(cancel.order || cancel.client_id_size);
	return 0;
}
