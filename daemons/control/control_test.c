// SPDX-License-Identifier: Apache-2.0
#include "answers.h"
#include "clients.h"
#include "evidence.h"
#include "wire/event.h"

#include "base/text.h"
#include "crypto/ed25519.h"
#include "crypto/secret.h"
#include "crypto/sha256.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

static struct control_request request;

static const char *read_line(const char *line)
{
	return control_request_read(line, strlen(line), &request);
}

static void test_requests(void **state)
{
	assert_null(read_line("{\"op\":\"head\"}"));
	assert_int_equal(request.op, OP_HEAD);
	assert_null(read_line("{\"op\":\"status\"}"));
	assert_null(read_line("{\"op\":\"markets\"}"));
	assert_null(read_line("{\"op\":\"book\",\"symbol\":\"BTCUSDT\",\"levels\":100,\"trades\":0}"));
	assert_int_equal(request.op, OP_BOOK);
	assert_int_equal(request.levels, 100);
	assert_int_equal(request.trades, 0);
	assert_string_equal(request.symbol, "BTCUSDT");
	assert_null(read_line("{\"op\":\"submit\",\"entry\":\"AAEC\"}"));
	assert_int_equal(request.op, OP_SUBMIT);
	assert_int_equal(request.entry_size, 3);
}

static void test_bad_requests(void **state)
{
	static const char *const BAD[] = {
		"", "x", "[]", "1", "{}", "{\"op\":1}", "{\"op\":\"stop\"}", "{\"op\":\"head\",\"more\":1}",
		"{\"op\":\"head\",\"op\":\"head\"}", "{\"op\":\"head\"} x", "{\"op\":\"submit\"}",
		"{\"op\":\"submit\",\"entry\":1}", "{\"op\":\"submit\",\"entry\":\"A\"}",
		"{\"op\":\"submit\",\"entry\":\"AAEC\",\"uid\":0}", "{\"op\":\"book\"}", "{\"op\":\"book\",\"symbol\":\"\"}",
		"{\"op\":\"book\",\"symbol\":\"btc\"}", "{\"op\":\"book\",\"symbol\":\"AAAAAAAAAAAAAAAAAAAAA\"}",
		"{\"op\":\"book\",\"symbol\":\"A\",\"levels\":101}", "{\"op\":\"book\",\"symbol\":\"A\",\"levels\":-1}",
		"{\"op\":\"book\",\"symbol\":\"A\",\"trades\":1.5}", "{\"op\":\"book\",\"symbol\":\"A\\u0000\"}",
		"{\"op\":\"he\\u0000ad\"}", "\xff\xfe", "{\"op\":\"head\"",
	};
	for (size_t i = 0; i < ARRAY_LEN(BAD); i++)
		assert_non_null(read_line(BAD[i]));
	char *deep = malloc(CONTROL_LINE_MAX);
	memset(deep, '[', CONTROL_LINE_MAX);
	assert_non_null(control_request_read(deep, CONTROL_LINE_MAX - 1, &request));
	assert_non_null(control_request_read(deep, CONTROL_LINE_MAX, &request));
	free(deep);
}

struct signed_entry {
	struct genesis genesis;
	uint8_t exchange[32], seed[32], bytes[1024];
	size_t size;
};

static void entry_sign(struct signed_entry *s, uint8_t kind)
{
	uint8_t body[64], previous[32] = { 9 };
	struct customer_set set = { .customer = 3, .status = CUSTOMER_FROZEN };
	*s = (struct signed_entry){ .genesis = { .operators = 1 }, .exchange = { 5 }, .seed = { 7 } };
	ed25519_public(s->seed, s->genesis.operator_public[0]);
	size_t size = customer_set_write(&set, body, sizeof body);
	s->size = control_sign(s->exchange, kind, 8, previous, 0, s->seed, 1000, body, size, s->bytes, sizeof s->bytes);
	assert_true(s->size > 0);
}

static void test_evidence(void **state)
{
	struct signed_entry s;
	entry_sign(&s, ENTRY_CUSTOMER_SET);
	assert_null(evidence_check(&s.genesis, s.exchange, s.bytes, s.size, 1000));
	assert_non_null(evidence_check(&s.genesis, s.exchange, s.bytes, s.size, 0)); // another user sends it
	for (size_t n = 0; n < s.size; n++)
		assert_non_null(evidence_check(&s.genesis, s.exchange, s.bytes, n, 1000));
	assert_non_null(evidence_check(&s.genesis, s.exchange, s.bytes, s.size + 1, 1000));
	for (size_t i = 0; i < s.size; i++) {
		if (i >= 4 && i < 8)
			continue; // delay_us: the sequencer's stamp, not signed
		s.bytes[i] ^= 1;
		assert_non_null(evidence_check(&s.genesis, s.exchange, s.bytes, s.size, 1000));
		s.bytes[i] ^= 1;
	}
	s.exchange[0] ^= 1; // another exchange
	assert_non_null(evidence_check(&s.genesis, s.exchange, s.bytes, s.size, 1000));
	entry_sign(&s, ENTRY_GENESIS); // a second genesis
	assert_non_null(evidence_check(&s.genesis, s.exchange, s.bytes, s.size, 1000));
	entry_sign(&s, ENTRY_ORDER_NEW); // a trading entry with a signature is no statement
	assert_non_null(evidence_check(&s.genesis, s.exchange, s.bytes, s.size, 1000));
}

static void test_refusals_have_texts(void **state)
{
	for (unsigned i = 0; i < 256; i++)
		assert_true(strlen(refusal_text((uint8_t)i)) > 3);
}

// ---- connections ----
static struct clients clients;
static int listener;
static struct sockaddr_un place = { .sun_family = AF_UNIX };

static int listen_start(void **state)
{
	snprintf(place.sun_path + 1, sizeof place.sun_path - 1, "redoubt-control-test-%d", getpid());
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&place, sizeof place), 0);
	assert_int_equal(listen(listener, 32), 0);
	clients_init(&clients);
	return 0;
}

static int listen_stop(void **state)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		client_close(&clients.client[i]);
	return close(listener);
}

static int dial(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&place, sizeof place), 0);
	assert_int_equal(clients_accept(&clients, listener), 0);
	return fd;
}

static void test_lines(void **state)
{
	size_t size;
	struct client *c = &clients.client[0];
	int fd = dial();
	assert_int_equal(c->uid, getuid());
	assert_true(client_ready(c));
	assert_int_equal(write(fd, "one\ntw", 6), 6);
	assert_true(client_line(c, &size));
	assert_int_equal(size, 3);
	assert_memory_equal(c->line, "one", 3);
	client_line_done(c, size);
	assert_false(client_line(c, &size));
	assert_int_equal(write(fd, "o\n\n", 3), 3);
	assert_true(client_line(c, &size));
	assert_memory_equal(c->line, "two", 3);
	client_line_done(c, size);
	assert_true(client_line(c, &size));
	assert_int_equal(size, 0);
	client_line_done(c, size);
	char back[64] = "";
	client_answer(c, answer_error("no"));
	assert_true(read(fd, back, sizeof back) > 0);
	assert_string_equal(back, "{\"ok\":false,\"error\":\"no\"}\n");
	close(fd);
	assert_false(client_line(c, &size));
	assert_int_equal(c->fd, -1);
}

static void test_line_too_long(void **state)
{
	size_t size;
	struct client *c = &clients.client[0];
	int fd = dial();
	char *much = malloc(CONTROL_LINE_MAX);
	memset(much, 'x', CONTROL_LINE_MAX);
	assert_int_equal(write(fd, much, CONTROL_LINE_MAX), CONTROL_LINE_MAX);
	assert_false(client_line(c, &size));
	assert_int_equal(c->fd, -1); // told, and closed
	free(much);
	close(fd);
}

static void test_many_operators(void **state)
{
	int fd[CLIENTS_MAX + 1];
	char back[128] = "";
	for (size_t i = 0; i < ARRAY_LEN(fd); i++)
		fd[i] = dial();
	assert_true(read(fd[CLIENTS_MAX], back, sizeof back - 1) > 0);
	assert_non_null(strstr(back, "16 operators"));
	assert_int_equal(clients_accept(&clients, listener), 1);
	clients.client[3].tag = 99;
	assert_ptr_equal(clients_by_tag(&clients, 99), &clients.client[3]);
	assert_null(clients_by_tag(&clients, 98));
	assert_null(clients_by_tag(&clients, 0));
	for (size_t i = 0; i < ARRAY_LEN(fd); i++)
		close(fd[i]);
}

// ---- answers from pages that others write ----
static void test_status_of_wild_pages(void **state)
{
	struct status_page *status = calloc(1, STATUS_PAGE_SIZE);
	struct stats_page *stats = calloc(1, STATS_PAGE_SIZE);
	struct pages pages = { .status = status, .stats_count = 1, .stats = { { "engine", stats } } };
	struct genesis genesis = { .origin = "test" };
	json_t *o = answer_status(&pages, &genesis, 5);
	assert_non_null(o);
	json_decref(o);
	memset(status, 0xee, STATUS_PAGE_SIZE); // a daemon that somebody owns writes what it likes
	memset(stats, 0xee, STATS_PAGE_SIZE);
	snprintf(status->role[0].name, STATUS_NAME_MAX, "engine");
	o = answer_status(&pages, &genesis, 5);
	assert_non_null(o);
	char *text = json_dumps(o, 0);
	assert_non_null(text);
	free(text);
	json_decref(o);
	free(status);
	free(stats);
}

static void test_book(void **state)
{
	struct marketdata *m = calloc(1, marketdata_size(2));
	struct pages pages = { .marketdata = m, .markets_max = 2 };
	assert_int_equal(atomic_load(&m->markets), 0);
	assert_null(read_line("{\"op\":\"book\",\"symbol\":\"AB\",\"levels\":2,\"trades\":3}"));
	json_t *o = answer_book(&pages, &request);
	assert_false(json_is_true(json_object_get(o, "ok")));
	json_decref(o);
	atomic_store(&m->markets, 1);
	struct marketdata_market *market = &m->market[0];
	memcpy(market->market.symbol, "AB", 3);
	market->bids = 5;
	market->bid[0] = (struct marketdata_level){ { 2 * AMOUNT_SCALE }, { 3 * AMOUNT_SCALE } };
	market->trade_count = 1;
	market->trade[0].trade.price.units = AMOUNT_SCALE;
	o = answer_book(&pages, &request);
	assert_int_equal(json_array_size(json_object_get(o, "bids")), 2);
	assert_string_equal(json_string_value(json_array_get(json_array_get(json_object_get(o, "bids"), 0), 1)),
			    "3.00000000");
	assert_int_equal(json_array_size(json_object_get(o, "trades")), 1);
	json_decref(o);
	// Counts beyond what is mapped, and a lock that never opens.
	atomic_store(&m->markets, 1000000);
	market->bids = market->asks = UINT32_MAX;
	market->trade_count = UINT64_MAX;
	memset(market->market.symbol, 'X', sizeof market->market.symbol);
	o = answer_markets(&pages);
	assert_non_null(o);
	json_decref(o);
	memcpy(market->market.symbol, "AB", 3);
	o = answer_book(&pages, &request);
	assert_true(json_is_true(json_object_get(o, "ok")));
	json_decref(o);
	atomic_store(&market->lock, 1);
	o = answer_book(&pages, &request);
	assert_false(json_is_true(json_object_get(o, "ok")));
	json_decref(o);
	free(m);
}

static int setup(void **state)
{
	return crypto_init();
}

#define WITH_SOCKET(name) cmocka_unit_test_setup_teardown(name, listen_start, listen_stop)
int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests), cmocka_unit_test(test_bad_requests), cmocka_unit_test(test_evidence),
		cmocka_unit_test(test_refusals_have_texts), WITH_SOCKET(test_lines), WITH_SOCKET(test_line_too_long),
		WITH_SOCKET(test_many_operators), cmocka_unit_test(test_status_of_wild_pages), cmocka_unit_test(test_book),
	};
	return cmocka_run_group_tests_name("control", tests, setup, NULL);
}
