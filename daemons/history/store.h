// SPDX-License-Identifier: Apache-2.0
// The query database as an object: opened once, statements prepared, rows bound
// and read by column. Results are SQLite's codes turned into 0, 1 (no row) or -EIO;
// store_error says what SQLite said.
#pragma once

#include "daemons/history/schema.h"
#include "wire/message.h"

#include <sqlite3.h>

struct store {
	sqlite3 *db;
	sqlite3_stmt *statement[STATEMENT_COUNT];
	uint64_t deadline_ns; // a query stops here; 0 = never
	bool writing;         // a transaction is open
	char error[256];
};

struct applied {
	uint64_t blocks, sequence, time_us;
};

// `path` of the database file, ":memory:" for tests. Makes the tables when they are not there. 0; 1 when the file is of
// another exchange or version (delete it: it is rebuilt); or -EIO. store->error has the sentence; close it in any case.
MUST_USE int store_open(struct store *store, const char *path, const uint8_t exchange_id[32], bool writable);
void store_close(struct store *store);

MUST_USE int store_applied(struct store *store, struct applied *ret); // zeros when nothing was applied yet
MUST_USE int store_begin(struct store *store);                       // no-op inside a transaction
MUST_USE int store_commit(struct store *store, const uint8_t exchange_id[32], const struct applied *applied);
MUST_USE int store_rollback(struct store *store); // to the last commit; no-op outside a transaction
// Takes every row away: they are made again from the journal.
MUST_USE int store_clear(struct store *store);

// A statement, reset and with its first `count` parameters bound to integers.
sqlite3_stmt *store_bind(struct store *store, enum statement which, size_t count, const int64_t *values);
MUST_USE int store_run(struct store *store, sqlite3_stmt *s); // one that returns no row. 0 or -EIO
MUST_USE int store_row(struct store *store, sqlite3_stmt *s); // 0 = a row is there, 1 = no more (reset), -EIO, -ETIME
void store_done(sqlite3_stmt *s);                             // leave a statement before its last row

// Columns as the schema lists them.
struct order_record {
	struct order_view view;
	uint64_t first_trade, last_trade;
};
struct candle {
	uint64_t open_us;
	uint64_t open, high, low, close, volume, taker_volume, quote, taker_quote, trades;
};
MUST_USE int order_put(struct store *store, const struct order_record *order);
void order_columns(sqlite3_stmt *s, struct order_record *ret);
MUST_USE int trade_put(struct store *store, const struct trade_row *trade);
void trade_columns(sqlite3_stmt *s, struct trade_row *ret);
MUST_USE int candle_put(struct store *store, unsigned span, uint16_t market, const struct candle *candle);
void candle_columns(sqlite3_stmt *s, struct candle *ret);
