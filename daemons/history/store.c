// SPDX-License-Identifier: Apache-2.0
#include "daemons/history/store.h"

#include "base/clock.h"

#include <stdio.h>

#define PROGRESS_OPERATIONS 2000 // virtual-machine steps between looks at the deadline

static int failed(struct store *store, const char *what)
{
	snprintf(store->error, sizeof store->error, "%s: %s", what,
		 store->db ? sqlite3_errmsg(store->db) : "out of memory");
	return -EIO;
}

static int deadline_passed(void *context)
{
	const struct store *store = context;
	return store->deadline_ns && clock_monotonic_ns() > store->deadline_ns;
}

static int script_run(struct store *store, const char *sql, const char *what)
{
	return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : failed(store, what);
}

static int statements_prepare(struct store *store)
{
	for (size_t i = 0; i < STATEMENT_COUNT; i++)
		if (sqlite3_prepare_v3(store->db, schema_statements[i], -1, SQLITE_PREPARE_PERSISTENT,
				       &store->statement[i], NULL) != SQLITE_OK)
			return failed(store, "history's statements");
	return 0;
}

// 0 = ours or empty, 1 = another exchange's or another version's.
static int owner_check(struct store *store, const uint8_t exchange_id[32])
{
	sqlite3_stmt *s = store_bind(store, STATEMENT_APPLIED_GET, 0, NULL);
	int r = store_row(store, s);
	if (r)
		return r == 1 ? 0 : r;
	const void *id = sqlite3_column_blob(s, 1);
	bool ours = sqlite3_column_int64(s, 0) == SCHEMA_VERSION && sqlite3_column_bytes(s, 1) == 32 && id &&
		    !memcmp(id, exchange_id, 32);
	store_done(s);
	if (!ours)
		snprintf(store->error, sizeof store->error,
			 "%s is of another exchange or version; delete it, it is rebuilt from the journal",
			 DATABASE_NAME);
	return ours ? 0 : 1;
}

int store_open(struct store *store, const char *path, const uint8_t exchange_id[32], bool writable)
{
	*store = (struct store){ 0 };
	int flags = SQLITE_OPEN_NOMUTEX |
		    (writable ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY);
	if (sqlite3_open_v2(path, &store->db, flags, NULL) != SQLITE_OK)
		return failed(store, path);
	sqlite3_busy_timeout(store->db, 2000);
	sqlite3_progress_handler(store->db, PROGRESS_OPERATIONS, deadline_passed, store);
	int r = 0;
	if (writable)
		r = script_run(store, schema_pragmas, "history's settings");
	if (!r && writable)
		r = script_run(store, schema_tables, "history's tables");
	if (!r)
		r = statements_prepare(store);
	return r ? r : owner_check(store, exchange_id);
}

void store_close(struct store *store)
{
	for (size_t i = 0; i < STATEMENT_COUNT; i++)
		sqlite3_finalize(store->statement[i]);
	sqlite3_close(store->db);
	store->db = NULL;
	memset(store->statement, 0, sizeof store->statement);
}

sqlite3_stmt *store_bind(struct store *store, enum statement which, size_t count, const int64_t *values)
{
	sqlite3_stmt *s = store->statement[which];
	sqlite3_reset(s);
	for (size_t i = 0; i < count; i++)
		sqlite3_bind_int64(s, (int)i + 1, values[i]);
	return s;
}

int store_run(struct store *store, sqlite3_stmt *s)
{
	int r = sqlite3_step(s) == SQLITE_DONE ? 0 : failed(store, "history's database");
	sqlite3_reset(s);
	return r;
}

int store_row(struct store *store, sqlite3_stmt *s)
{
	int r = sqlite3_step(s);
	if (r == SQLITE_ROW)
		return 0;
	sqlite3_reset(s);
	if (r == SQLITE_INTERRUPT)
		return -ETIME;
	return r == SQLITE_DONE ? 1 : failed(store, "history's database");
}

void store_done(sqlite3_stmt *s)
{
	sqlite3_reset(s);
}

int store_applied(struct store *store, struct applied *ret)
{
	*ret = (struct applied){ 0 };
	sqlite3_stmt *s = store_bind(store, STATEMENT_APPLIED_GET, 0, NULL);
	int r = store_row(store, s);
	if (r)
		return r == 1 ? 0 : r;
	ret->blocks = (uint64_t)sqlite3_column_int64(s, 2);
	ret->sequence = (uint64_t)sqlite3_column_int64(s, 3);
	ret->time_us = (uint64_t)sqlite3_column_int64(s, 4);
	store_done(s);
	return 0;
}

int store_begin(struct store *store)
{
	if (store->writing)
		return 0;
	int r = store_run(store, store_bind(store, STATEMENT_BEGIN, 0, NULL));
	store->writing = !r;
	return r;
}

int store_clear(struct store *store)
{
	return script_run(store, schema_clear, "history's rows");
}

int store_rollback(struct store *store)
{
	int r = store->writing ? store_run(store, store_bind(store, STATEMENT_ROLLBACK, 0, NULL)) : 0;
	store->writing = false;
	return r;
}

int store_commit(struct store *store, const uint8_t exchange_id[32], const struct applied *applied)
{
	int r = store_begin(store);
	if (r)
		return r;
	sqlite3_stmt *s = store_bind(store, STATEMENT_APPLIED_SET, 0, NULL);
	sqlite3_bind_int64(s, 1, SCHEMA_VERSION);
	sqlite3_bind_blob(s, 2, exchange_id, 32, SQLITE_STATIC);
	sqlite3_bind_int64(s, 3, (int64_t)applied->blocks);
	sqlite3_bind_int64(s, 4, (int64_t)applied->sequence);
	sqlite3_bind_int64(s, 5, (int64_t)applied->time_us);
	r = store_run(store, s);
	if (!r)
		r = store_run(store, store_bind(store, STATEMENT_COMMIT, 0, NULL));
	if (!r)
		store->writing = false;
	return r;
}
