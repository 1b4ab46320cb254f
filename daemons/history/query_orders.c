// SPDX-License-Identifier: Apache-2.0
#include "daemons/history/query.h"

int query_order(struct store *store, const struct history_query *query, struct answer *ret)
{
	const int64_t by_id[] = { (int64_t)query->order };
	const int64_t by_client[] = { query->customer, 0, query->market };
	sqlite3_stmt *s;
	if (query->order) {
		s = store_bind(store, STATEMENT_ORDER_GET, 1, by_id);
	} else {
		s = store_bind(store, STATEMENT_ORDER_BY_CLIENT, 3, by_client);
		sqlite3_bind_text(s, 2, query->client_id, query->client_id_size, SQLITE_STATIC);
	}
	int r = store_row(store, s);
	if (r < 0)
		return r;
	ret->kind = MESSAGE_HISTORY_REFUSED;
	ret->refusal = REFUSED_UNKNOWN_ORDER;
	if (r == 1)
		return 0;
	struct order_record order;
	order_columns(s, &order);
	store_done(s);
	// Another customer's order is as unknown as one that never was.
	if (order.view.customer != query->customer || order.view.market != query->market)
		return 0;
	ret->kind = MESSAGE_HISTORY_ORDERS;
	ret->refusal = REFUSED_NOT;
	ret->order[ret->count++] = order.view;
	return 0;
}

static void orders_reverse(struct answer *answer)
{
	for (uint32_t i = 0, j = answer->count; i + 1 < j; i++) {
		struct order_view swap = answer->order[i];
		answer->order[i] = answer->order[--j];
		answer->order[j] = swap;
	}
}

int query_all_orders(struct store *store, const struct history_query *query, struct answer *ret)
{
	struct id_range range;
	ret->kind = MESSAGE_HISTORY_ORDERS;
	int r = query_range(store, ID_OF_ORDERS, query, &range);
	if (r)
		return r;
	const int64_t key[] = { query->customer, query->market, (int64_t)range.from, (int64_t)range.to,
				query->limit };
	sqlite3_stmt *s = store_bind(store, range.newest ? STATEMENT_ORDERS_DOWN : STATEMENT_ORDERS_UP,
				     ARRAY_LEN(key), key);
	while (ret->count < query->limit && !(r = store_row(store, s))) {
		struct order_record order;
		order_columns(s, &order);
		ret->order[ret->count++] = order.view;
	}
	store_done(s);
	if (r < 0)
		return r;
	if (range.newest)
		orders_reverse(ret);
	return 0;
}
