// SPDX-License-Identifier: Apache-2.0
// History against a naive gathering of the same events.
#include "daemons/history/history.h"
#include "daemons/history/serve.h"
#include "fold/journal_lab.h"
#include "fold/test_dir.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define ROWS_ALL 20000
#define CUSTOMERS 8

struct naive { // everything that ever happened, in memory
	size_t orders, trades;
	struct order_view order[ROWS_ALL];
	struct trade_row trade[ROWS_ALL];
};

struct world {
	struct test_dir dir;
	int journal_fd;
	struct journal_lab l;
	char database[300];
	struct naive naive;
	struct answer answer;
};

static struct order_view *naive_order(struct naive *n, uint64_t id)
{
	for (size_t i = n->orders; i-- > 0;)
		if (n->order[i].id == id)
			return &n->order[i];
	assert_true(n->orders < ROWS_ALL);
	return &n->order[n->orders++];
}

static void naive_entry(void *context, const struct exchange *x, const struct entry *entry, uint64_t sequence,
			uint64_t time_us)
{
	struct naive *n = context;
	for (size_t i = 0; i < exchange_event_count(x); i++) {
		const struct event *e = exchange_event(x, i);
		if (e->kind == EVENT_ORDER_ACCEPTED || e->kind == EVENT_ORDER_RESTED || e->kind == EVENT_ORDER_DONE)
			*naive_order(n, e->order.id) = e->order;
		if (e->kind != EVENT_TRADE)
			continue;
		struct order_view *maker = naive_order(n, e->trade.maker_order);
		maker->executed.units += e->trade.quantity.units;
		maker->quote.units += e->trade.quote.units;
		maker->updated_us = time_us;
		maker->status = e->trade.maker_done ? ORDER_FILLED : ORDER_PARTIALLY_FILLED;
		assert_true(n->trades < ROWS_ALL);
		n->trade[n->trades++] = (struct trade_row){ .trade = e->trade, .time_us = time_us };
	}
}

static void naive_fold(struct world *w)
{
	struct fold_options o = { .storage = &w->l.storage, .master_key = w->l.key, .founding = &w->l.founding,
				  .snapshots_fd = -1, .blocks_max = UINT64_MAX, .durable = UINT64_MAX };
	struct journal_error error;
	struct fold *f = NULL;
	int r = fold_open(&o, &f, &error);
	w->naive.orders = w->naive.trades = 0;
	while (!r)
		r = fold_block(f, UINT64_MAX, naive_entry, &w->naive, &error);
	assert_int_equal(r, FOLD_END);
	fold_close(f);
}

static int world_open(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	struct capacities c = lab_capacities();
	c.orders = 4096;
	c.orders_per_customer = 4000;
	w->dir = test_dir_make();
	w->journal_fd = test_dir_sub(&w->dir, "journal");
	snprintf(w->database, sizeof w->database, "%s/history.db", w->dir.path);
	journal_lab_open(&w->l, w->journal_fd, &c);
	journal_lab_market(&w->l, CUSTOMERS);
	*state = w;
	return 0;
}

static int world_close(void **state)
{
	struct world *w = *state;
	journal_lab_close(&w->l);
	close(w->journal_fd);
	test_dir_remove(&w->dir);
	free(w);
	return 0;
}

static struct history *begin(struct world *w, const char *database)
{
	struct history_options o = { .storage = &w->l.storage, .master_key = w->l.key, .founding = &w->l.founding,
				     .snapshots_fd = -1, .database = database, .durable = UINT64_MAX };
	struct journal_error error;
	struct history *h = NULL;
	int r = history_open(&o, &h, &error);
	if (r)
		print_message("history_open: %d %s\n", r, error.text);
	assert_int_equal(r, 0);
	return h;
}

static void run(struct history *h, uint64_t durable)
{
	struct journal_error error = { 0 };
	int r;
	while (!(r = history_step(h, durable, 1000000, &error)))
		;
	if (r != FOLD_END)
		print_message("history_step: %d %s\n", r, error.text);
	assert_int_equal(r, FOLD_END);
}

// Some hours of trading with pauses, so that every candle length has several.
static void trade_for_days(struct world *w)
{
	static const uint64_t pauses[] = { 300000, 1500000, 40000000, 7ull * 60000000, 3ull * 3600000000, 90000,
					   26ull * 3600000000, 50ull * 60000000, 999999, 17ull * 60000000 };
	for (unsigned i = 0; i < 40; i++) {
		journal_lab_trade(&w->l, i + 1, 60);
		journal_lab_wait(&w->l, pauses[i % ARRAY_LEN(pauses)]);
	}
}

static void ask(struct world *w, struct history *h, struct history_query query)
{
	struct journal_error error;
	query.limit = query.limit ? query.limit : 500;
	assert_int_equal(history_answer(h, &query, &w->answer, &error), 0);
}

// ---- what the naive gathering would answer ----

static size_t naive_orders(const struct naive *n, const struct history_query *q, struct order_view *to)
{
	size_t count = 0;
	static struct order_view all[ROWS_ALL];
	for (size_t i = 0; i < n->orders; i++) {
		const struct order_view *o = &n->order[i];
		if (o->customer == q->customer && o->market == q->market && o->id >= q->from_id &&
		    o->time_us >= q->start_us && (!q->end_us || o->time_us <= q->end_us))
			all[count++] = *o;
	}
	size_t skip = !q->from_id && !q->start_us && count > q->limit ? count - q->limit : 0;
	count = u64_min(count - skip, q->limit);
	memcpy(to, all + skip, count * sizeof *to);
	return count;
}

static size_t naive_mine(const struct naive *n, const struct history_query *q, struct trade_row *to)
{
	size_t count = 0;
	static struct trade_row all[2 * ROWS_ALL];
	for (size_t i = 0; i < n->trades; i++) {
		const struct trade_row *t = &n->trade[i];
		if (t->trade.market != q->market || t->trade.id < q->from_id || t->time_us < q->start_us ||
		    (q->end_us && t->time_us > q->end_us))
			continue;
		if (t->trade.maker == q->customer && (!q->order || t->trade.maker_order == q->order))
			all[count++] = *t;
		if (t->trade.taker == q->customer && (!q->order || t->trade.taker_order == q->order))
			all[count++] = *t;
	}
	size_t skip = !q->from_id && !q->start_us && count > q->limit ? count - q->limit : 0;
	count = u64_min(count - skip, q->limit);
	memcpy(to, all + skip, count * sizeof *to);
	return count;
}

static void assert_orders(struct world *w, struct history *h, struct history_query q)
{
	static struct order_view want[HISTORY_LIMIT_MAX];
	size_t count = naive_orders(&w->naive, &q, want);
	ask(w, h, q);
	assert_int_equal(w->answer.kind, MESSAGE_HISTORY_ORDERS);
	assert_int_equal(w->answer.count, count);
	for (size_t i = 0; i < count; i++)
		assert_memory_equal(&w->answer.order[i], &want[i], sizeof want[i]);
}

static void assert_mine(struct world *w, struct history *h, struct history_query q)
{
	static struct trade_row want[HISTORY_LIMIT_MAX];
	size_t count = naive_mine(&w->naive, &q, want);
	ask(w, h, q);
	assert_int_equal(w->answer.kind, MESSAGE_HISTORY_TRADES);
	assert_int_equal(w->answer.count, count);
	for (size_t i = 0; i < count; i++)
		assert_memory_equal(&w->answer.trade[i], &want[i], sizeof want[i]);
}

static void test_orders(void **state)
{
	struct world *w = *state;
	trade_for_days(w);
	struct history *h = begin(w, w->database);
	run(h, UINT64_MAX);
	naive_fold(w);
	assert_true(w->naive.orders > 1000 && w->naive.trades > 500);
	const struct order_view *middle = &w->naive.order[w->naive.orders / 2];
	for (uint32_t c = 0; c < CUSTOMERS; c++) {
		struct history_query q = { .kind = HISTORY_ALL_ORDERS, .customer = c, .limit = 1000 };
		assert_orders(w, h, q);
		q.limit = 7;
		assert_orders(w, h, q);
		q.from_id = middle->id;
		assert_orders(w, h, q);
		q.from_id = 0;
		q.start_us = middle->time_us;
		assert_orders(w, h, q);
		q.end_us = middle->time_us + 3600000000;
		q.limit = 1000;
		assert_orders(w, h, q);
		q.start_us = 0;
		assert_orders(w, h, q);
		q.start_us = q.end_us = 5;
		assert_orders(w, h, q);
		q.market = 1;
		q.start_us = q.end_us = 0;
		assert_orders(w, h, q);
		assert_int_equal(w->answer.count, 0);
	}
	history_close(h);
}

static void test_one_order(void **state)
{
	struct world *w = *state;
	trade_for_days(w);
	struct history *h = begin(w, w->database);
	run(h, UINT64_MAX);
	naive_fold(w);
	for (size_t i = 0; i < w->naive.orders; i += 37) {
		const struct order_view *o = &w->naive.order[i];
		struct history_query q = { .kind = HISTORY_ORDER, .customer = o->customer, .order = o->id };
		ask(w, h, q);
		assert_int_equal(w->answer.kind, MESSAGE_HISTORY_ORDERS);
		assert_memory_equal(&w->answer.order[0], o, sizeof *o);
		q.customer++; // another's
		ask(w, h, q);
		assert_int_equal(w->answer.kind, MESSAGE_HISTORY_REFUSED);
		assert_int_equal(w->answer.refusal, REFUSED_UNKNOWN_ORDER);
		q = (struct history_query){ .kind = HISTORY_ORDER, .customer = o->customer,
					    .client_id_size = o->client_id_size };
		memcpy(q.client_id, o->client_id, o->client_id_size);
		ask(w, h, q);
		assert_int_equal(w->answer.kind, MESSAGE_HISTORY_ORDERS);
		assert_memory_equal(w->answer.order[0].client_id, o->client_id, o->client_id_size);
	}
	history_close(h);
}

static void test_my_trades(void **state)
{
	struct world *w = *state;
	trade_for_days(w);
	struct history *h = begin(w, w->database);
	run(h, UINT64_MAX);
	naive_fold(w);
	const struct trade_row *middle = &w->naive.trade[w->naive.trades / 2];
	for (uint32_t c = 0; c < CUSTOMERS; c++) {
		struct history_query q = { .kind = HISTORY_MY_TRADES, .customer = c, .limit = 1000 };
		assert_mine(w, h, q);
		q.limit = 5;
		assert_mine(w, h, q);
		q.from_id = middle->trade.id;
		assert_mine(w, h, q);
		q.from_id = 0;
		q.start_us = middle->time_us;
		q.end_us = middle->time_us + 60000000;
		q.limit = 1000;
		assert_mine(w, h, q);
	}
	for (size_t i = 0; i < w->naive.orders; i += 53) {
		const struct order_view *o = &w->naive.order[i];
		struct history_query q = { .kind = HISTORY_MY_TRADES, .customer = o->customer, .order = o->id,
					   .limit = 500 };
		assert_mine(w, h, q);
	}
	history_close(h);
}

static void test_public_trades(void **state)
{
	struct world *w = *state;
	trade_for_days(w);
	struct history *h = begin(w, w->database);
	run(h, UINT64_MAX);
	naive_fold(w);
	ask(w, h, (struct history_query){ .kind = HISTORY_TRADES, .limit = 10 });
	assert_int_equal(w->answer.count, 10);
	for (size_t i = 0; i < 10; i++)
		assert_memory_equal(&w->answer.trade[i], &w->naive.trade[w->naive.trades - 10 + i],
				    sizeof(struct trade_row));
	ask(w, h, (struct history_query){ .kind = HISTORY_TRADES, .from_id = 3, .limit = 2 });
	assert_int_equal(w->answer.count, 2);
	assert_int_equal(w->answer.trade[0].trade.id, 3);
	assert_int_equal(w->answer.trade[1].trade.id, 4);
	history_close(h);
}

static size_t naive_aggregates(const struct naive *n, struct trade_row *to)
{
	size_t count = 0;
	for (size_t i = 0; i < n->trades; i++) {
		const struct trade_row *t = &n->trade[i];
		struct trade_row *last = count ? &to[count - 1] : NULL;
		if (i && n->trade[i - 1].trade.taker_order == t->trade.taker_order &&
		    n->trade[i - 1].trade.price.units == t->trade.price.units) {
			last->trade.quantity.units += t->trade.quantity.units;
			last->trade.taker_order = t->trade.id;
			continue;
		}
		to[count] = *t;
		to[count].trade.maker_order = to[count].trade.taker_order = t->trade.id;
		count++;
	}
	return count;
}

static void assert_aggregates(const struct answer *a, const struct trade_row *want, size_t count)
{
	assert_int_equal(a->count, count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(a->trade[i].trade.id, want[i].trade.id);
		assert_int_equal(a->trade[i].trade.quantity.units, want[i].trade.quantity.units);
		assert_int_equal(a->trade[i].trade.maker_order, want[i].trade.maker_order);
		assert_int_equal(a->trade[i].trade.taker_order, want[i].trade.taker_order);
		assert_int_equal(a->trade[i].trade.price.units, want[i].trade.price.units);
	}
}

static void test_aggregates(void **state)
{
	static struct trade_row want[ROWS_ALL];
	struct world *w = *state;
	trade_for_days(w);
	struct history *h = begin(w, w->database);
	run(h, UINT64_MAX);
	naive_fold(w);
	size_t count = naive_aggregates(&w->naive, want);
	assert_true(count < w->naive.trades); // some have several trades
	size_t page = 1;
	for (size_t limit = 1; limit <= 300; limit = limit * 3 + 1) {
		struct history_query q = { .kind = HISTORY_AGG_TRADES, .limit = (uint16_t)limit };
		ask(w, h, q);
		assert_aggregates(&w->answer, want + count - limit, limit);
		q.from_id = want[page].trade.id;
		ask(w, h, q);
		assert_aggregates(&w->answer, want + page, limit);
		page += 20;
	}
	// A page that would begin inside an aggregate begins after it.
	for (size_t i = 0; i < count; i++) {
		if (want[i].trade.taker_order == want[i].trade.maker_order)
			continue;
		ask(w, h, (struct history_query){ .kind = HISTORY_AGG_TRADES, .limit = 3,
						  .from_id = want[i].trade.maker_order + 1 });
		assert_aggregates(&w->answer, want + i + 1, u64_min(3, count - i - 1));
	}
	struct history_query q = { .kind = HISTORY_AGG_TRADES, .limit = 1000, .start_us = want[40].time_us,
				   .end_us = want[40].time_us };
	ask(w, h, q);
	assert_int_equal(w->answer.trade[0].time_us, want[40].time_us);
	history_close(h);
}

// ---- candles ----

static struct kline_row naive_kline(const struct naive *n, uint64_t open, uint64_t next, uint64_t before)
{
	struct kline_row k = { .open_time_us = open, .close_time_us = next - 1, .open.units = before,
			       .high.units = before, .low.units = before, .close.units = before };
	for (size_t i = 0; i < n->trades; i++) {
		const struct trade_row *t = &n->trade[i];
		uint64_t price = t->trade.price.units;
		if (t->time_us < open || t->time_us >= next)
			continue;
		if (k.trades++ == 0)
			k.open.units = k.high.units = k.low.units = price;
		k.high.units = u64_max(k.high.units, price);
		k.low.units = u64_min(k.low.units, price);
		k.close.units = price;
		k.volume.units += t->trade.quantity.units;
		k.quote.units += t->trade.quote.units;
		if (t->trade.taker_side == SIDE_BUY) {
			k.taker_buy_volume.units += t->trade.quantity.units;
			k.taker_buy_quote.units += t->trade.quote.units;
		}
	}
	return k;
}

static uint64_t close_before(const struct naive *n, uint64_t open)
{
	uint64_t close = 0;
	for (size_t i = 0; i < n->trades && n->trade[i].time_us < open; i++)
		close = n->trade[i].trade.price.units;
	return close;
}

static void assert_klines(struct world *w)
{
	for (uint32_t i = 0; i < w->answer.count; i++) {
		const struct kline_row *got = &w->answer.kline[i];
		struct kline_row want = naive_kline(&w->naive, got->open_time_us, got->close_time_us + 1,
						    close_before(&w->naive, got->open_time_us));
		assert_memory_equal(got, &want, sizeof want);
		if (i)
			assert_int_equal(got->open_time_us, w->answer.kline[i - 1].close_time_us + 1);
	}
}

static void test_klines(void **state)
{
	struct world *w = *state;
	trade_for_days(w);
	struct history *h = begin(w, w->database);
	run(h, UINT64_MAX);
	naive_fold(w);
	uint64_t first = w->naive.trade[0].time_us, now = history_place(h)->time_us;
	for (unsigned interval = 0; interval < INTERVAL_COUNT; interval++) {
		struct history_query q = { .kind = HISTORY_KLINES, .interval = (uint8_t)interval, .limit = 60 };
		ask(w, h, q); // the newest
		assert_klines(w);
		assert_true(w->answer.count > 0);
		assert_true(w->answer.kline[w->answer.count - 1].open_time_us <= now &&
			    w->answer.kline[w->answer.count - 1].close_time_us >= now);
		q.start_us = 1; // from before anybody traded: begins with the first trade
		ask(w, h, q);
		assert_klines(w);
		assert_true(w->answer.kline[0].open_time_us <= first && w->answer.kline[0].close_time_us >= first);
		q.start_us = first + (now - first) / 2;
		q.end_us = q.start_us + (now - first) / 4;
		ask(w, h, q);
		assert_klines(w);
		for (uint32_t i = 0; i < w->answer.count; i++)
			assert_true(w->answer.kline[i].open_time_us >= q.start_us &&
				    w->answer.kline[i].open_time_us <= q.end_us);
	}
	ask(w, h, (struct history_query){ .kind = HISTORY_KLINES, .interval = INTERVAL_1M, .market = 2 });
	assert_int_equal(w->answer.count, 0);
	history_close(h);
}

// ---- live, restarted and rebuilt are the same ----

static void assert_same_table(sqlite3 *a, sqlite3 *b, const char *sql)
{
	sqlite3_stmt *x, *y;
	assert_int_equal(sqlite3_prepare_v2(a, sql, -1, &x, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(b, sql, -1, &y, NULL), SQLITE_OK);
	int rx, ry, rows = 0;
	while ((rx = sqlite3_step(x)) == SQLITE_ROW) {
		assert_int_equal(sqlite3_step(y), SQLITE_ROW);
		for (int i = 0; i < sqlite3_column_count(x); i++)
			assert_string_equal(sqlite3_column_text(x, i), sqlite3_column_text(y, i));
		rows++;
	}
	ry = sqlite3_step(y);
	assert_int_equal(rx, SQLITE_DONE);
	assert_int_equal(ry, SQLITE_DONE);
	assert_true(rows > 0);
	sqlite3_finalize(x);
	sqlite3_finalize(y);
}

static void test_live_equals_rebuilt(void **state)
{
	struct world *w = *state;
	char other[300];
	snprintf(other, sizeof other, "%s/other.db", w->dir.path);
	struct history *h = begin(w, w->database);
	for (unsigned i = 0; i < 30; i++) {
		journal_lab_trade(&w->l, 100 + i, 40);
		journal_lab_wait(&w->l, i * 777777);
		run(h, w->l.place.blocks - (i & 1)); // sometimes behind
		ask(w, h, (struct history_query){ .kind = HISTORY_ALL_ORDERS, .customer = i % CUSTOMERS });
		if (i % 7 == 3) { // killed and started again
			history_close(h);
			h = begin(w, w->database);
		}
	}
	run(h, UINT64_MAX);
	history_close(h);
	h = begin(w, other);
	run(h, UINT64_MAX);
	assert_int_equal(history_place(h)->sequence, w->l.place.sequence);
	history_close(h);
	sqlite3 *a, *b;
	assert_int_equal(sqlite3_open_v2(w->database, &a, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_open_v2(other, &b, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_same_table(a, b, "SELECT * FROM orders ORDER BY id");
	assert_same_table(a, b, "SELECT * FROM trades ORDER BY market, id");
	assert_same_table(a, b, "SELECT * FROM klines ORDER BY span, market, open_us");
	assert_same_table(a, b, "SELECT hex(exchange), blocks, sequence FROM applied");
	sqlite3_close(a);
	sqlite3_close(b);
}

// At a block that engine and fold disagree on, the rows stay as they were agreed on, and questions are answered.
static void test_divergence_freezes(void **state)
{
	struct world *w = *state;
	journal_lab_trade(&w->l, 1, 300);
	journal_lab_commit(&w->l);
	struct history *h = begin(w, w->database);
	run(h, UINT64_MAX);
	naive_fold(w);
	uint64_t agreed = history_applied(h).sequence, block = w->l.place.blocks;
	journal_lab_trade(&w->l, 2, 40);
	journal_lab_commit_lie(&w->l);
	journal_lab_trade(&w->l, 3, 40);
	journal_lab_commit(&w->l);
	run(h, UINT64_MAX);
	assert_non_null(history_diverged(h));
	assert_int_equal(history_diverged(h)->block, block);
	assert_int_equal(history_applied(h).sequence, agreed);
	for (uint32_t c = 0; c < CUSTOMERS; c++) {
		assert_orders(w, h, (struct history_query){ .kind = HISTORY_ALL_ORDERS, .customer = c, .limit = 1000 });
		assert_mine(w, h, (struct history_query){ .kind = HISTORY_MY_TRADES, .customer = c, .limit = 1000 });
	}
	history_close(h);
}

// An entry that was applied turns out to be void: the rows are made anew without it.
static void test_void_takes_rows_back(void **state)
{
	struct world *w = *state;
	uint8_t bytes[64];
	journal_lab_trade(&w->l, 1, 300);
	journal_lab_commit(&w->l);
	struct history *h = begin(w, w->database);
	run(h, UINT64_MAX);
	naive_fold(w);
	history_close(h);
	uint64_t names = w->l.place.sequence; // the last entry of all
	struct writer wr = writer_over(bytes, sizeof bytes);
	journal_lab_entry(&w->l, bytes, entry_write(&wr, ENTRY_VOID, &names, sizeof names));
	journal_lab_commit(&w->l);
	naive_fold(w);
	h = begin(w, w->database);
	assert_int_equal(history_applied(h).sequence, 0);
	run(h, UINT64_MAX);
	assert_int_equal(history_applied(h).sequence, w->l.place.sequence);
	for (uint32_t c = 0; c < CUSTOMERS; c++)
		assert_orders(w, h, (struct history_query){ .kind = HISTORY_ALL_ORDERS, .customer = c, .limit = 1000 });
	history_close(h);
}

static void test_foreign_database(void **state)
{
	struct world *w = *state;
	struct store store;
	uint8_t id[32];
	memcpy(id, w->l.founding.exchange_id, 32);
	assert_int_equal(store_open(&store, w->database, id, true), 0);
	assert_int_equal(store_commit(&store, id, &(struct applied){ 1, 1, 1 }), 0);
	store_close(&store);
	id[0] ^= 1;
	assert_int_equal(store_open(&store, w->database, id, true), 1);
	assert_non_null(strstr(store.error, "another exchange"));
	store_close(&store);
}

// Every question walks an index: nothing is sorted, no table is read from one end to the other.
static void test_plans(void **state)
{
	struct world *w = *state;
	struct store store;
	unsigned looked = 0;
	assert_int_equal(store_open(&store, w->database, w->l.founding.exchange_id, true), 0);
	for (size_t i = 0; i < STATEMENT_COUNT; i++) {
		char sql[4096];
		sqlite3_stmt *s;
		if (strncmp(schema_statements[i], "SELECT", 6))
			continue;
		snprintf(sql, sizeof sql, "EXPLAIN QUERY PLAN %s", schema_statements[i]);
		assert_int_equal(sqlite3_prepare_v2(store.db, sql, -1, &s, NULL), SQLITE_OK);
		while (sqlite3_step(s) == SQLITE_ROW) {
			const char *plan = (const char *)sqlite3_column_text(s, 3);
			bool good = !strstr(plan, "SCAN") && !strstr(plan, "TEMP");
			if (!good)
				print_message("%s: %s\n", schema_statements[i], plan);
			assert_true(good);
			looked++;
		}
		sqlite3_finalize(s);
	}
	assert_true(looked >= 10);
	store_close(&store);
}

static void test_query_valid(void **state)
{
	struct history_query q = { .kind = HISTORY_KLINES, .interval = INTERVAL_1M, .limit = 10 }, got;
	(void)state;
	assert_true(query_valid(&q, sizeof q, MESSAGE_HISTORY, false, 1, 4, &got));
	assert_false(query_valid(&q, sizeof q - 1, MESSAGE_HISTORY, false, 1, 4, &got));
	assert_false(query_valid(&q, sizeof q, MESSAGE_HISTORY + 1, false, 1, 4, &got));
	q.interval = INTERVAL_COUNT;
	assert_false(query_valid(&q, sizeof q, MESSAGE_HISTORY, false, 1, 4, &got));
	q = (struct history_query){ .kind = HISTORY_MY_TRADES, .limit = 1000, .gateway = 0 };
	assert_false(query_valid(&q, sizeof q, MESSAGE_HISTORY, false, 1, 4, &got)); // private, from a gateway
	assert_true(query_valid(&q, sizeof q, MESSAGE_HISTORY, true, 1, 4, &got));
	q.gateway = 1;
	assert_false(query_valid(&q, sizeof q, MESSAGE_HISTORY, true, 1, 4, &got));
	q.gateway = 0;
	q.limit = 1001;
	assert_false(query_valid(&q, sizeof q, MESSAGE_HISTORY, true, 1, 4, &got));
	q.limit = 0;
	assert_true(query_valid(&q, sizeof q, MESSAGE_HISTORY, true, 1, 4, &got));
	assert_int_equal(got.limit, 500);
	q.market = 4;
	assert_false(query_valid(&q, sizeof q, MESSAGE_HISTORY, true, 1, 4, &got));
	q.market = 0;
	q.client_id_size = 37;
	assert_false(query_valid(&q, sizeof q, MESSAGE_HISTORY, true, 1, 4, &got));
	q.client_id_size = 1;
	q.client_id[0] = '\'';
	assert_false(query_valid(&q, sizeof q, MESSAGE_HISTORY, true, 1, 4, &got));
}

int main(void)
{
#define WITH_WORLD(t) cmocka_unit_test_setup_teardown(t, world_open, world_close)
	const struct CMUnitTest tests[] = {
		WITH_WORLD(test_orders), WITH_WORLD(test_one_order), WITH_WORLD(test_my_trades),
		WITH_WORLD(test_public_trades), WITH_WORLD(test_aggregates), WITH_WORLD(test_klines),
		WITH_WORLD(test_live_equals_rebuilt), WITH_WORLD(test_foreign_database), WITH_WORLD(test_divergence_freezes),
		WITH_WORLD(test_void_takes_rows_back), WITH_WORLD(test_plans),
		cmocka_unit_test(test_query_valid),
	};
	return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}
