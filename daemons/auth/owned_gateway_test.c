// SPDX-License-Identifier: Apache-2.0
// The daemon itself, with its channels and its sandbox, against gateways that
// somebody owns: they replay, alter and invent requests, write records of other
// kinds, and write over the shared memory. Nothing but what a customer signed, once,
// may come out at the engine's side, and an honest gateway must not notice.
//
// usage: owned_gateway_test PATH-OF-redoubt-auth
#include "api/error.h"
#include "base/clock.h"
#include "base/text.h"
#include "crypto/ed25519.h"
#include "crypto/secret.h"
#include "process/handover.h"
#include "wire/founding.h"
#include "wire/message.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#define GATEWAYS 3
#define HONEST 1
#define RING (1u << 20)
#define API_KEY "OWNEDOWNEDOWNEDOWNEDOWNEDOWNEDOWNEDOWNEDOWNEDOWNEDOWNEDOWNED0000"
#define SECRET "0123456789012345678901234567890123456789012345678901234567890123"
#define PATIENCE_NS 5000000000u

static const char *program;
static uint8_t record[CHANNEL_RECORD_MAX];

// We play supervisor, engine, history and every gateway.
struct world {
	pid_t pid;
	struct channel_writer to_auth[GATEWAYS], feed;
	struct channel_reader answers[GATEWAYS], commands, history;
	uint8_t auth_secret[32], auth_public[32];
	struct hmac_key hmac;
	int founding, key;
};
static struct world world;

static int file_of(const void *data, size_t size)
{
	int fd = memfd_create("file", MFD_CLOEXEC);
	assert_true(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	return fd;
}

static void files_make(struct world *w)
{
	struct genesis g = { .rules = 1, .demo = true, .origin = "test", .operators = 1,
			     .capacities = { .customers = 10, .keys = 10, .assets = 4, .markets = 4, .orders = 1024,
					     .orders_per_customer = 100, .levels = 1024, .closed_orders = 64,
					     .fills_per_order = 64 } };
	uint8_t seed[32] = { 3 }, body[1024], entry[2048], id[32], zeros[32] = { 0 };
	sealed_keypair(w->auth_public, w->auth_secret);
	memcpy(g.auth_public, w->auth_public, 32);
	ed25519_public(seed, g.operator_public[0]);
	ed25519_public(seed, g.checkpoint_public);
	size_t size = genesis_write(&g, body, sizeof body);
	assert_true(size > 0);
	sha256_of(body, size, id);
	size = control_sign(id, ENTRY_GENESIS, 1, zeros, 0, seed, 0, body, size, entry, sizeof entry);
	assert_true(size > 0);
	w->founding = file_of(entry, size);
	w->key = file_of(w->auth_secret, 32);
	hmac_key_init(&w->hmac, SECRET, 64);
}

// One channel between the daemon and us. `ours_writes`: who has the writer's end.
static void channel_add(struct handover_list *l, const char *name, int our_bell, int auth_bell, bool ours_writes,
			void *ours)
{
	struct channel_fds made, theirs, mine;
	assert_int_equal(channel_create(name, RING, ours_writes ? auth_bell : our_bell, &made), 0);
	assert_int_equal(channel_end(&made, ours_writes, &mine), 0);
	assert_int_equal(channel_end(&made, !ours_writes, &theirs), 0);
	assert_int_equal(handover_add_channel(l, name, &theirs), 0);
	if (ours_writes)
		assert_int_equal(channel_open_writer(ours, &mine), 0);
	else
		assert_int_equal(channel_open_reader(ours, &mine), 0);
}

static void daemon_start(struct world *w)
{
	int hear, ring, our_hear, our_ring, pidfd;
	char name[HANDOVER_NAME_MAX + 1];
	struct handover_list *l = handover_list_new();
	assert_int_equal(doorbell_create(&hear, &ring), 0);
	assert_int_equal(doorbell_create(&our_hear, &our_ring), 0);
	for (unsigned i = 0; i < GATEWAYS; i++) {
		snprintf(name, sizeof name, "gateway%u.auth", i);
		channel_add(l, name, our_ring, ring, true, &w->to_auth[i]);
		snprintf(name, sizeof name, "auth.gateway%u", i);
		channel_add(l, name, our_ring, ring, false, &w->answers[i]);
	}
	channel_add(l, "engine.auth", our_ring, ring, true, &w->feed);
	channel_add(l, "auth.engine", our_ring, ring, false, &w->commands);
	channel_add(l, "auth.history", our_ring, ring, false, &w->history);
	assert_int_equal(handover_add_fd(l, "doorbell", hear), 0);
	assert_int_equal(handover_add_fd(l, "founding", w->founding), 0);
	assert_int_equal(handover_add_fd(l, "auth-key", w->key), 0);
	assert_int_equal(handover_add_text(l, "gateways", "3"), 0);
	struct spawn_request request = { .path = program, .name = "redoubt-auth", .list = l };
	w->pid = spawn(&request, &pidfd);
	assert_true(w->pid > 0);
	handover_list_free(l);
}

static void state_feed(struct world *w)
{
	struct key_row key = { .key = 0, .add = { .customer = 4, .kind = KEY_HMAC, .scopes = SCOPE_READ | SCOPE_TRADE,
						  .api_key = API_KEY, .sealed_size = 64 + SEALED_OVERHEAD } };
	struct market_row market = { .market = 1, .add = { .symbol = "BTCUSDT", .tick = { 1 }, .lot = { 1 } } };
	assert_int_equal(sealed_seal(w->auth_public, SECRET, 64, key.add.sealed), 0);
	assert_int_equal(channel_write(&w->feed, MESSAGE_KEY, &key, sizeof key), 0);
	assert_int_equal(channel_write(&w->feed, MESSAGE_MARKET, &market, sizeof market), 0);
	assert_int_equal(channel_write(&w->feed, MESSAGE_STATE_COMPLETE, "", 0), 0);
	channel_publish(&w->feed);
}

static int setup(void **state)
{
	assert_int_equal(crypto_init(), 0);
	files_make(&world);
	daemon_start(&world);
	state_feed(&world);
	return 0;
}

static int teardown(void **state)
{
	kill(world.pid, SIGKILL);
	waitpid(world.pid, NULL, 0);
	return 0;
}

// A signed order of its own price. Returns the record's size.
static size_t order_make(const struct world *w, uint64_t time_us, unsigned price, uint8_t *to)
{
	static const char path[] = "/api/v3/order";
	char text[512], hex[65];
	uint8_t mac[32];
	int n = snprintf(text, sizeof text,
			 "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=%u&recvWindow=30000&timestamp=%llu",
			 price, (unsigned long long)time_us);
	hmac_sha256(&w->hmac, text, (size_t)n, mac);
	hex_encode(mac, 32, hex);
	n += snprintf(text + n, sizeof text - (size_t)n, "&signature=%s", hex);
	struct request_head head = { .tag = price, .method = METHOD_POST, .address = { [10] = 0xff, 0xff, 127, 0, 0, 1 },
				     .path_size = sizeof path - 1, .api_key_size = 64, .query_size = (uint16_t)n };
	struct writer out = writer_over(to, 2048);
	write_bytes(&out, &head, sizeof head);
	write_bytes(&out, path, sizeof path - 1);
	write_bytes(&out, API_KEY, 64);
	write_bytes(&out, text, (size_t)n);
	return writer_size(&out);
}

static void send(unsigned gateway, uint32_t kind, const void *data, size_t size)
{
	uint64_t until = clock_monotonic_ns() + PATIENCE_NS;
	while (channel_write(&world.to_auth[gateway], kind, data, size)) {
		channel_publish(&world.to_auth[gateway]);
		assert_true(clock_monotonic_ns() < until);
		usleep(100);
	}
	channel_publish(&world.to_auth[gateway]);
}

// The next answer at that gateway: the error of a refusal. -1 when none comes in time.
static int answer_take(unsigned gateway, uint64_t patience_ns)
{
	uint32_t kind;
	size_t size;
	uint64_t until = clock_monotonic_ns() + patience_ns;
	while (channel_read(&world.answers[gateway], record, &kind, &size) == 0) {
		if (clock_monotonic_ns() > until)
			return -1;
		usleep(100);
	}
	channel_release(&world.answers[gateway]);
	struct refused_head head;
	assert_int_equal(kind, MESSAGE_REFUSED);
	memcpy(&head, record, sizeof head);
	return head.error;
}

// The price of the next command at the engine's side, 0 when none comes in time. Whatever comes must be a whole command.
static uint64_t command_take(uint64_t patience_ns)
{
	uint32_t kind;
	size_t size;
	struct command_head head;
	struct entry entry = { 0 };
	struct order_new order = { 0 };
	uint64_t until = clock_monotonic_ns() + patience_ns;
	while (channel_read(&world.commands, record, &kind, &size) == 0) {
		if (clock_monotonic_ns() > until)
			return 0;
		usleep(100);
	}
	channel_release(&world.commands);
	assert_int_equal(kind, MESSAGE_COMMAND);
	struct reader r = reader_over(record, size);
	read_copy(&r, &head, sizeof head);
	assert_int_equal(entry_read(&r, &entry), 0);
	assert_true(reader_done(&r));
	assert_int_equal(order_new_read(&entry, &order), 0);
	assert_int_equal(order.customer, 4);
	assert_int_equal(order.key, 0);
	return order.price.units / AMOUNT_SCALE;
}

static void test_honest_order_passes(void **state)
{
	uint8_t order[2048];
	uint64_t until = clock_monotonic_ns() + PATIENCE_NS, price = 0;
	// The first second is closed: what an earlier process had accepted could be replayed.
	size_t size = order_make(&world, clock_realtime_us(), 1000, order);
	send(HONEST, MESSAGE_REQUEST, order, size);
	assert_int_equal(answer_take(HONEST, PATIENCE_NS), API_RESTARTING);
	for (unsigned i = 1001; !price && clock_monotonic_ns() < until; i++) {
		size = order_make(&world, clock_realtime_us(), i, order);
		send(HONEST, MESSAGE_REQUEST, order, size);
		price = command_take(100000000);
	}
	assert_true(price > 1001);
	while (answer_take(HONEST, 10000000) >= 0)
		;
}

static void honest_works(unsigned price)
{
	uint8_t order[2048];
	size_t size = order_make(&world, clock_realtime_us(), price, order);
	send(HONEST, MESSAGE_REQUEST, order, size);
	assert_int_equal(command_take(PATIENCE_NS), price);
}

// It has a customer's signed request, and may do with it what it wants: once it passes, never again, never altered.
static void test_altered_and_replayed(void **state)
{
	uint8_t order[2048], copy[2048];
	unsigned passed = 0, refused = 0;
	size_t size = order_make(&world, clock_realtime_us(), 5000, order);
	uint32_t random = 12345;
	for (unsigned i = 0; i < 20000; i++) {
		memcpy(copy, order, size);
		random = random * 1664525 + 1013904223;
		size_t at = sizeof(struct request_head) + random % (size - sizeof(struct request_head));
		if (i % 4 == 3)
			memset(copy + offsetof(struct request_head, address), (int)(random >> 24), 16); // only the address: no part of what is signed
		else
			copy[at] = (uint8_t)(copy[at] ^ (1 + (random >> 24) % 255));
		send(0, MESSAGE_REQUEST, copy, size);
		if (i % 100 == 99) { // take what came so far
			while (answer_take(0, 0) >= 0)
				refused++;
			for (uint64_t price; (price = command_take(0));) {
				assert_int_equal(price, 5000); // the one that was signed, unaltered
				passed++;
			}
		}
	}
	while (answer_take(0, 300000000) >= 0)
		refused++;
	while (command_take(0))
		passed++;
	// A changed letter case in the signature's hex is the same signature; it still passes once only.
	assert_int_equal(passed, 1);
	assert_int_equal(passed + refused, 20000);
	honest_works(6000);
}

// Requests that nobody signed, made of random bytes with right lengths.
static void test_invented(void **state)
{
	uint8_t copy[2048];
	uint32_t random = 777;
	for (unsigned i = 0; i < 20000; i++) {
		struct request_head head = { .tag = i, .method = (uint8_t)(i % 4), .path_size = 13, .api_key_size = 64,
					     .query_size = (uint16_t)(random % 500), .body_size = random >> 8 & 0xff };
		struct writer w = writer_over(copy, sizeof copy);
		write_bytes(&w, &head, sizeof head);
		write_bytes(&w, "/api/v3/order", 13);
		write_bytes(&w, API_KEY, 64);
		for (unsigned n = head.query_size + head.body_size; n > 0; n--) {
			random = random * 1664525 + 1013904223;
			write_u8(&w, (uint8_t)"&=%signaturetimestamp0123456789"[(random >> 16) % 31]);
		}
		send(0, MESSAGE_REQUEST, copy, writer_size(&w));
		if (i % 100 == 99)
			while (answer_take(0, 0) >= 0)
				;
	}
	while (answer_take(0, 300000000) >= 0)
		;
	assert_int_equal(command_take(100000000), 0);
	honest_works(6001);
}

// A command as auth itself would write it, put into the gateway's channel.
static void test_command_of_its_own(void **state)
{
	uint8_t order[2048], command[512];
	struct order_new forged = { .customer = 4, .market = 1, .price = { 7 * (uint64_t)AMOUNT_SCALE },
				    .quantity = { 1 } };
	struct command_head head = { .tag = 1 };
	struct writer w = writer_over(command, sizeof command);
	write_bytes(&w, &head, sizeof head);
	order_new_write(&w, &forged);
	send(0, MESSAGE_COMMAND, command, writer_size(&w));
	// That channel is shut now: not even a good request passes.
	send(0, MESSAGE_REQUEST, order, order_make(&world, clock_realtime_us(), 8000, order));
	assert_int_equal(command_take(300000000), 0);
	assert_int_equal(answer_take(0, 0), -1);
	honest_works(6002);
}

// Arbitrary bytes over the whole ring, framing and all.
static void test_ring_overwritten(void **state)
{
	struct channel_writer *w = &world.to_auth[2];
	uint8_t order[2048];
	send(2, MESSAGE_REQUEST, order, order_make(&world, clock_realtime_us(), 9000, order));
	assert_int_equal(command_take(PATIENCE_NS), 9000);
	for (unsigned round = 0; round < 50; round++) {
		random_bytes(w->ring, (size_t)w->size);
		uint8_t bytes[256];
		random_bytes(bytes, sizeof bytes);
		if (channel_write(w, MESSAGE_REQUEST, bytes, sizeof bytes) == 0) {
			random_bytes(w->ring, (size_t)w->size);
			channel_publish(w);
		}
		usleep(1000);
	}
	assert_int_equal(command_take(100000000), 0);
	honest_works(6003);
}

static void test_alive_at_the_end(void **state)
{
	int status;
	assert_int_equal(waitpid(world.pid, &status, WNOHANG), 0);
	uint32_t kind;
	size_t size;
	assert_int_equal(channel_read(&world.history, record, &kind, &size), 0); // nothing private was asked, either
}

// What was accepted before a kill is not accepted after it.
static void test_replay_across_a_kill(void **state)
{
	uint8_t order[2048], fresh[2048];
	size_t size = order_make(&world, clock_realtime_us() + 900000, 7000, order); // by a clock that is ahead
	send(HONEST, MESSAGE_REQUEST, order, size);
	assert_int_equal(command_take(PATIENCE_NS), 7000);
	teardown(NULL);
	daemon_start(&world);
	state_feed(&world);
	for (unsigned i = 0; i < 30; i++) {
		send(HONEST, MESSAGE_REQUEST, order, size);
		assert_int_equal(answer_take(HONEST, PATIENCE_NS), API_RESTARTING);
		usleep(50000);
	}
	size_t fresh_size = order_make(&world, clock_realtime_us(), 7001, fresh);
	send(HONEST, MESSAGE_REQUEST, fresh, fresh_size);
	assert_int_equal(command_take(PATIENCE_NS), 7001);
}

// It asks and asks, and never takes an answer: its requests wait, and nobody else's.
static void test_never_drains(void **state)
{
	uint8_t order[2048];
	size_t size = order_make(&world, 1, 1, order);
	unsigned sent = 0, full = 0;
	while (full < 100) {
		if (channel_write(&world.to_auth[0], MESSAGE_REQUEST, order, size) == 0) {
			sent++;
		} else {
			full++;
			usleep(1000);
		}
		channel_publish(&world.to_auth[0]);
	}
	assert_true(sent > 5000);
	honest_works(7100);
	usleep(2200000); // its patience is over: that gateway is cut off
	honest_works(7101);
	unsigned answers = 0;
	while (answer_take(0, 100000000) >= 0)
		answers++;
	assert_true(answers > 0 && answers < sent);
	(void)!channel_write(&world.to_auth[0], MESSAGE_REQUEST, order, size); // still shut, although there is room again
	channel_publish(&world.to_auth[0]);
	assert_int_equal(answer_take(0, 100000000), -1);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_honest_order_passes), cmocka_unit_test(test_altered_and_replayed),
		cmocka_unit_test(test_invented), cmocka_unit_test(test_command_of_its_own),
		cmocka_unit_test(test_ring_overwritten), cmocka_unit_test(test_alive_at_the_end),
		cmocka_unit_test(test_replay_across_a_kill), cmocka_unit_test(test_never_drains),
	};
	if (argc != 2) {
		fprintf(stderr, "usage: %s PATH-OF-redoubt-auth\n", argv[0]);
		return 2;
	}
	program = argv[1];
	return cmocka_run_group_tests_name("auth against owned gateways", tests, setup, teardown);
}
