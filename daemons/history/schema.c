// SPDX-License-Identifier: Apache-2.0
#include "daemons/history/schema.h"

// synchronous=NORMAL: a power loss may lose the last commits but not the
// database's consistency; what is lost is folded again from the journal.
const char *const schema_pragmas = "PRAGMA journal_mode=WAL;"
				   "PRAGMA synchronous=NORMAL;"
				   "PRAGMA temp_store=MEMORY;"
				   "PRAGMA cache_size=-65536;"
				   "PRAGMA wal_autocheckpoint=4000;"
				   "PRAGMA trusted_schema=OFF;";

const char *const schema_tables =
	"CREATE TABLE IF NOT EXISTS applied("
	" one INTEGER PRIMARY KEY CHECK(one = 1), version INTEGER NOT NULL, exchange BLOB NOT NULL,"
	" blocks INTEGER NOT NULL, sequence INTEGER NOT NULL, time_us INTEGER NOT NULL) STRICT;"
	"CREATE TABLE IF NOT EXISTS orders("
	" id INTEGER PRIMARY KEY, customer INTEGER NOT NULL, market INTEGER NOT NULL, side INTEGER NOT NULL,"
	" type INTEGER NOT NULL, tif INTEGER NOT NULL, stp INTEGER NOT NULL, status INTEGER NOT NULL,"
	" by_quote INTEGER NOT NULL, client_id TEXT NOT NULL, price INTEGER NOT NULL, quantity INTEGER NOT NULL,"
	" executed INTEGER NOT NULL, quote INTEGER NOT NULL, time_us INTEGER NOT NULL,"
	" updated_us INTEGER NOT NULL, first_trade INTEGER NOT NULL, last_trade INTEGER NOT NULL) STRICT;"
	"CREATE INDEX IF NOT EXISTS orders_customer ON orders(customer, market, id);"
	"CREATE INDEX IF NOT EXISTS orders_client ON orders(customer, client_id) WHERE client_id <> '';"
	"CREATE TABLE IF NOT EXISTS trades("
	" market INTEGER NOT NULL, id INTEGER NOT NULL, price INTEGER NOT NULL, quantity INTEGER NOT NULL,"
	" quote INTEGER NOT NULL, maker_order INTEGER NOT NULL, taker_order INTEGER NOT NULL,"
	" maker_fee INTEGER NOT NULL, taker_fee INTEGER NOT NULL, maker INTEGER NOT NULL, taker INTEGER NOT NULL,"
	" taker_side INTEGER NOT NULL, maker_done INTEGER NOT NULL, time_us INTEGER NOT NULL,"
	" PRIMARY KEY(market, id)) STRICT, WITHOUT ROWID;"
	"CREATE INDEX IF NOT EXISTS trades_maker ON trades(maker, market, id);"
	"CREATE INDEX IF NOT EXISTS trades_taker ON trades(taker, market, id);"
	"CREATE TABLE IF NOT EXISTS klines("
	" span INTEGER NOT NULL, market INTEGER NOT NULL, open_us INTEGER NOT NULL, open INTEGER NOT NULL,"
	" high INTEGER NOT NULL, low INTEGER NOT NULL, close INTEGER NOT NULL, volume INTEGER NOT NULL,"
	" taker_volume INTEGER NOT NULL, quote INTEGER NOT NULL, taker_quote INTEGER NOT NULL,"
	" trades INTEGER NOT NULL, PRIMARY KEY(span, market, open_us)) STRICT, WITHOUT ROWID;";

const char *const schema_clear = "BEGIN IMMEDIATE; DELETE FROM orders; DELETE FROM trades; DELETE FROM klines;"
				 " DELETE FROM applied; COMMIT;";

#define ORDER_COLUMNS                                                                                        \
	"id, customer, market, side, type, tif, stp, status, by_quote, client_id, price, quantity, executed, " \
	"quote, time_us, updated_us, first_trade, last_trade"
#define TRADE_COLUMNS                                                                                        \
	"market, id, price, quantity, quote, maker_order, taker_order, maker_fee, taker_fee, maker, taker, "  \
	"taker_side, maker_done, time_us"
#define KLINE_COLUMNS "open_us, open, high, low, close, volume, taker_volume, quote, taker_quote, trades"

// Two ordered walks, one for each index, merged by SQLite without a sort.
#define MINE(order)                                                                                          \
	"SELECT " TRADE_COLUMNS " FROM trades WHERE maker = ?1 AND market = ?2 AND id >= ?3 AND id <= ?4"     \
	" AND (?5 = 0 OR maker_order = ?5)"                                                                   \
	" UNION ALL "                                                                                         \
	"SELECT " TRADE_COLUMNS " FROM trades WHERE taker = ?1 AND market = ?2 AND id >= ?3 AND id <= ?4"     \
	" AND (?5 = 0 OR taker_order = ?5) ORDER BY 2 " order " LIMIT ?6"

const char *const schema_statements[STATEMENT_COUNT] = {
	[STATEMENT_BEGIN] = "BEGIN IMMEDIATE",
	[STATEMENT_COMMIT] = "COMMIT",
	[STATEMENT_ROLLBACK] = "ROLLBACK",
	[STATEMENT_APPLIED_GET] = "SELECT version, exchange, blocks, sequence, time_us FROM applied WHERE one = 1",
	[STATEMENT_APPLIED_SET] = "INSERT INTO applied VALUES(1, ?1, ?2, ?3, ?4, ?5) ON CONFLICT(one) DO UPDATE SET"
				  " blocks = excluded.blocks, sequence = excluded.sequence,"
				  " time_us = excluded.time_us",
	[STATEMENT_ORDER_PUT] =
		"INSERT INTO orders(" ORDER_COLUMNS ") VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,"
		" ?13, ?14, ?15, ?16, ?17, ?18) ON CONFLICT(id) DO UPDATE SET status = excluded.status,"
		" executed = excluded.executed, quote = excluded.quote, updated_us = excluded.updated_us,"
		" first_trade = CASE WHEN first_trade = 0 THEN excluded.first_trade ELSE first_trade END,"
		" last_trade = max(last_trade, excluded.last_trade)",
	[STATEMENT_ORDER_GET] = "SELECT " ORDER_COLUMNS " FROM orders WHERE id = ?1",
	[STATEMENT_ORDER_BY_CLIENT] = "SELECT " ORDER_COLUMNS " FROM orders WHERE customer = ?1 AND client_id = ?2"
				      " AND client_id <> '' AND market = ?3 ORDER BY id DESC LIMIT 1",
	[STATEMENT_ORDERS_UP] = "SELECT " ORDER_COLUMNS " FROM orders WHERE customer = ?1 AND market = ?2"
				" AND id >= ?3 AND id <= ?4 ORDER BY id LIMIT ?5",
	[STATEMENT_ORDERS_DOWN] = "SELECT " ORDER_COLUMNS " FROM orders WHERE customer = ?1 AND market = ?2"
				  " AND id >= ?3 AND id <= ?4 ORDER BY id DESC LIMIT ?5",
	[STATEMENT_ORDER_TIME] = "SELECT id, time_us FROM orders WHERE id >= ?1 ORDER BY id LIMIT 1",
	[STATEMENT_ORDER_LAST] = "SELECT max(id) FROM orders",
	[STATEMENT_TRADE_PUT] = "INSERT INTO trades(" TRADE_COLUMNS ") VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
				" ?10, ?11, ?12, ?13, ?14)",
	[STATEMENT_TRADES_UP] = "SELECT " TRADE_COLUMNS " FROM trades WHERE market = ?1 AND id >= ?2 AND id <= ?3"
				" ORDER BY id LIMIT ?4",
	[STATEMENT_TRADES_DOWN] = "SELECT " TRADE_COLUMNS " FROM trades WHERE market = ?1 AND id >= ?2 AND id <= ?3"
				  " ORDER BY id DESC LIMIT ?4",
	[STATEMENT_TRADE_TIME] = "SELECT id, time_us FROM trades WHERE market = ?2 AND id >= ?1 ORDER BY id LIMIT 1",
	[STATEMENT_TRADE_LAST] = "SELECT max(id) FROM trades WHERE market = ?1",
	[STATEMENT_MINE_UP] = MINE("ASC"),
	[STATEMENT_MINE_DOWN] = MINE("DESC"),
	[STATEMENT_KLINE_PUT] = "REPLACE INTO klines(span, market, " KLINE_COLUMNS ") VALUES(?1, ?2, ?3, ?4, ?5,"
				" ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
	[STATEMENT_KLINE_GET] = "SELECT " KLINE_COLUMNS " FROM klines WHERE span = ?1 AND market = ?2"
				" AND open_us = ?3",
	[STATEMENT_KLINES_UP] = "SELECT " KLINE_COLUMNS " FROM klines WHERE span = ?1 AND market = ?2"
				" AND open_us >= ?3 AND open_us < ?4 ORDER BY open_us",
	[STATEMENT_KLINE_BEFORE] = "SELECT " KLINE_COLUMNS " FROM klines WHERE span = ?1 AND market = ?2"
				   " AND open_us < ?3 ORDER BY open_us DESC LIMIT 1",
};
