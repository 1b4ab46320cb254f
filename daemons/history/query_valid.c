// SPDX-License-Identifier: Apache-2.0
#include "daemons/history/serve.h"

#define LIMIT_DEFAULT 500 // rows, as in the API

static bool kind_allowed(uint8_t kind, bool from_auth)
{
	if (kind == HISTORY_KLINES || kind == HISTORY_TRADES || kind == HISTORY_AGG_TRADES)
		return true;
	return from_auth && (kind == HISTORY_ORDER || kind == HISTORY_ALL_ORDERS || kind == HISTORY_MY_TRADES);
}

bool query_valid(const void *record, size_t size, uint32_t kind, bool from_auth, unsigned gateways, uint16_t markets,
		 struct history_query *ret)
{
	struct history_query query;
	if (kind != MESSAGE_HISTORY || size != sizeof query)
		return false;
	memcpy(&query, record, sizeof query);
	if (!kind_allowed(query.kind, from_auth) || query.market >= markets ||
	    query.limit > HISTORY_LIMIT_MAX)
		return false;
	if (from_auth && query.gateway >= gateways)
		return false;
	if (query.kind == HISTORY_KLINES && query.interval >= INTERVAL_COUNT)
		return false;
	if (query.client_id_size && (query.client_id_size > CLIENT_ID_MAX ||
				     !client_id_valid(query.client_id, query.client_id_size)))
		return false;
	if (query.limit == 0)
		query.limit = LIMIT_DEFAULT;
	*ret = query;
	return true;
}
