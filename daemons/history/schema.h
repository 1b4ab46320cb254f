// SPDX-License-Identifier: Apache-2.0
// The query database: every statement that history ever runs, in one table.
// It is a projection and holds nothing that the journal does not: it may be
// deleted at any time. applied.sequence is written in the transaction that
// writes the rows, so the two never disagree.
#pragma once

#define SCHEMA_VERSION 1
#define DATABASE_NAME "history.db"

enum statement {
	STATEMENT_BEGIN, STATEMENT_COMMIT, STATEMENT_ROLLBACK,
	STATEMENT_APPLIED_GET, STATEMENT_APPLIED_SET,
	STATEMENT_ORDER_PUT, STATEMENT_ORDER_GET, STATEMENT_ORDER_BY_CLIENT,
	STATEMENT_ORDERS_UP, STATEMENT_ORDERS_DOWN, STATEMENT_ORDER_TIME, STATEMENT_ORDER_LAST,
	STATEMENT_TRADE_PUT, STATEMENT_TRADES_UP, STATEMENT_TRADES_DOWN, STATEMENT_TRADE_TIME, STATEMENT_TRADE_LAST,
	STATEMENT_MINE_UP, STATEMENT_MINE_DOWN,
	STATEMENT_KLINE_PUT, STATEMENT_KLINE_GET, STATEMENT_KLINES_UP, STATEMENT_KLINE_BEFORE,
	STATEMENT_COUNT
};

extern const char *const schema_pragmas;
extern const char *const schema_tables;
extern const char *const schema_clear;
extern const char *const schema_statements[STATEMENT_COUNT];
