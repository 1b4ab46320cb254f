// SPDX-License-Identifier: Apache-2.0
// Answers to history_query: at most HISTORY_LIMIT_MAX rows, oldest first, within QUERY_MS_MAX.
#pragma once

#include "daemons/history/candles.h"
#include "daemons/history/store.h"

#define QUERY_MS_MAX 100      // then the query is refused rather than keep everybody waiting
#define QUERY_SCAN_MAX 50000u // trades read for one page of aggregates

struct answer {
	uint32_t kind;    // enum message_kind: HISTORY_ORDERS, _TRADES, _KLINES or _REFUSED
	uint32_t count;
	uint8_t refusal;  // with _REFUSED: REFUSED_UNKNOWN_ORDER, or REFUSED_NOT = could not be answered now
	union {
		struct order_view order[HISTORY_LIMIT_MAX];
		struct trade_row trade[HISTORY_LIMIT_MAX];
		struct kline_row kline[HISTORY_LIMIT_MAX];
	};
};

// `now_us`: time of the last entry applied. 0, or -EIO when the database fails.
MUST_USE int query_answer(struct store *store, const struct history_query *query, uint64_t now_us,
			  struct answer *ret);

// One file a family; 0, -ETIME or -EIO.
MUST_USE int query_order(struct store *store, const struct history_query *query, struct answer *ret);
MUST_USE int query_all_orders(struct store *store, const struct history_query *query, struct answer *ret);
MUST_USE int query_my_trades(struct store *store, const struct history_query *query, struct answer *ret);
MUST_USE int query_trades(struct store *store, const struct history_query *query, struct answer *ret);
MUST_USE int query_aggregates(struct store *store, const struct history_query *query, struct answer *ret);
MUST_USE int query_klines(struct store *store, const struct history_query *query, uint64_t now_us,
			  struct answer *ret);

// A range of ids, and which end of it is wanted.
struct id_range {
	uint64_t from, to; // both included
	bool newest;       // the last `limit` of it instead of the first
};
enum id_of { ID_OF_ORDERS, ID_OF_TRADES };
// Ids grow with time, so a range of time is a range of ids, found by halving: no index on time is needed.
MUST_USE int query_range(struct store *store, enum id_of what, const struct history_query *query,
			 struct id_range *ret);
