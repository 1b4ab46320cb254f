// SPDX-License-Identifier: Apache-2.0
// The real redoubt-replica, redoubt-audit and redoubt-history, in their sandboxes,
// over a journal that grows: the test plays supervisor, engine, auth and a gateway.
#include "base/clock.h"
#include "fold/journal_lab.h"
#include "fold/test_dir.h"
#include "journal/follow.h"
#include "process/handover.h"
#include "process/memory.h"
#include "process/stats.h"
#include "wire/marketdata.h"
#include "wire/message.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <cmocka.h>

#define CUSTOMERS 4
#define SECONDS_MAX 20 // for anything that is waited for

struct page {
	int fd;
	void *map;
};

struct world {
	struct test_dir dir;
	int journal_fd, snapshots_fd, log_fd, history_fd;
	struct journal_lab l;
	uint8_t seed[32];
	struct page durable, stats, marketdata;
	int hear, ring, own_hear, own_ring, link[2];
	pid_t pid;
	struct channel_writer from_auth, from_gateway;
	struct channel_reader answers;
};

static struct page page_make(size_t size)
{
	struct page p = { .fd = memory_create("page", size) };
	p.map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, p.fd, 0);
	ASSERT(p.fd >= 0 && p.map != MAP_FAILED);
	return p;
}

static void file_write(struct world *w, const char *name, const void *data, size_t size)
{
	int fd = openat(w->dir.fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ASSERT(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	close(fd);
}

static void durable_say(struct world *w)
{
	journal_lab_commit(&w->l);
	durable_publish(w->durable.map, &w->l.place);
}

static int world_open(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	struct capacities c = lab_capacities();
	w->dir = test_dir_make();
	w->journal_fd = test_dir_sub(&w->dir, "journal");
	w->snapshots_fd = test_dir_sub(&w->dir, "snapshots");
	w->log_fd = test_dir_sub(&w->dir, "log");
	w->history_fd = test_dir_sub(&w->dir, "history");
	memset(w->seed, 0x4c, sizeof w->seed);
	journal_lab_open(&w->l, w->journal_fd, &c);
	journal_lab_market(&w->l, CUSTOMERS);
	file_write(w, "founding", w->l.genesis_entry, w->l.genesis_size);
	file_write(w, "journal.key", w->l.key, sizeof w->l.key);
	file_write(w, "log.key", w->seed, sizeof w->seed);
	w->durable = page_make(4096);
	w->stats = page_make(STATS_PAGE_SIZE);
	w->marketdata = page_make(u64_round_up(marketdata_size(c.markets), 4096));
	ASSERT(!doorbell_create(&w->hear, &w->ring) && !doorbell_create(&w->own_hear, &w->own_ring));
	*state = w;
	return 0;
}

static int world_close(void **state)
{
	struct world *w = *state;
	if (w->pid) {
		kill(w->pid, SIGKILL);
		waitpid(w->pid, NULL, 0);
	}
	journal_lab_close(&w->l);
	test_dir_remove(&w->dir);
	free(w);
	return 0;
}

static void give_fd(struct handover_list *l, const char *name, int fd)
{
	ASSERT(fd >= 0 && !handover_add_fd(l, name, fd));
}

static void give_file(struct world *w, struct handover_list *l, const char *name, const char *path)
{
	give_fd(l, name, openat(w->dir.fd, path, O_RDONLY | O_CLOEXEC));
}

static void channel_in(struct world *w, struct handover_list *l, const char *name, struct channel_writer *ret)
{
	struct channel_fds made, ours, theirs;
	ASSERT(!channel_create(name, 1 << 16, w->ring, &made));
	ASSERT(!channel_end(&made, true, &ours) && !channel_end(&made, false, &theirs));
	ASSERT(!channel_open_writer(ret, &ours) && !handover_add_channel(l, name, &theirs));
}

static void channel_out(struct world *w, struct handover_list *l, const char *name, struct channel_reader *ret)
{
	struct channel_fds made, ours, theirs;
	ASSERT(!channel_create(name, 1 << 20, w->own_ring, &made));
	ASSERT(!channel_end(&made, false, &ours) && !channel_end(&made, true, &theirs));
	ASSERT(!channel_open_reader(ret, &ours) && !handover_add_channel(l, name, &theirs));
}

static void start(struct world *w, const char *role)
{
	char path[700], self[512], name[32];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	ASSERT(n > 0);
	self[n] = 0;
	*strrchr(self, '/') = 0;
	snprintf(path, sizeof path, "%s/daemons/%s/redoubt-%s", self, role, role);
	snprintf(name, sizeof name, "redoubt-%s", role);
	ASSERT(!socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, w->link));
	struct handover_list *l = handover_list_new();
	give_file(w, l, "founding", "founding");
	give_file(w, l, "journal-key", "journal.key");
	give_file(w, l, "log-key", "log.key");
	give_fd(l, "journal-dir", w->journal_fd);
	give_fd(l, "snapshots-dir", w->snapshots_fd);
	give_fd(l, "log-dir", w->log_fd);
	give_fd(l, "history-dir", w->history_fd);
	give_fd(l, "durable", memory_reopen(w->durable.fd, false));
	give_fd(l, "stats", w->stats.fd);
	give_fd(l, "marketdata", w->marketdata.fd);
	give_fd(l, "doorbell", w->hear);
	give_fd(l, "supervisor", w->link[1]);
	channel_in(w, l, "auth.history", &w->from_auth);
	channel_in(w, l, "gateway0.history", &w->from_gateway);
	channel_out(w, l, "history.gateway0", &w->answers);
	ASSERT(!handover_add_text(l, "gateways", "1") && !handover_add_text(l, "audit.checkpoint_ms", "10") &&
	       !handover_add_text(l, "replica.snapshot_entries", "1000"));
	struct spawn_request request = { .path = path, .name = name, .list = l };
	int pidfd;
	w->pid = spawn(&request, &pidfd);
	if (w->pid < 0)
		print_message("cannot start %s: %s\n", path, strerror(-w->pid));
	assert_true(w->pid > 0);
	handover_list_free(l);
	close(w->link[1]);
	close(pidfd);
}

static int stop(struct world *w, int signal_number)
{
	int status = 0;
	kill(w->pid, signal_number);
	doorbell_ring(w->ring);
	assert_int_equal(waitpid(w->pid, &status, 0), w->pid);
	w->pid = 0;
	close(w->link[0]);
	return status;
}

static uint64_t counter(const struct world *w, const char *name)
{
	return atomic_load(stats_counter(w->stats.map, name));
}

static void wait_for(struct world *w, const char *name, uint64_t value)
{
	for (unsigned i = 0; i < SECONDS_MAX * 200; i++) {
		int status;
		if (counter(w, name) >= value)
			return;
		if (waitpid(w->pid, &status, WNOHANG) == w->pid) {
			w->pid = 0;
			print_message("the program ended with status %x\n", (unsigned)status);
			fail();
		}
		poll(NULL, 0, 5);
	}
	print_message("%s is %llu, not %llu\n", name, (unsigned long long)counter(w, name), (unsigned long long)value);
	fail();
}

static void test_replica(void **state)
{
	struct world *w = *state;
	const struct marketdata *m = w->marketdata.map;
	start(w, "replica"); // before the engine has said anything
	poll(NULL, 0, 50);
	durable_say(w);
	for (unsigned i = 0; i < 20; i++) {
		journal_lab_trade(&w->l, i, 100);
		durable_say(w);
	}
	wait_for(w, "applied_sequence", w->l.place.sequence);
	for (unsigned i = 0; i < 400 && atomic_load(&m->applied_sequence) != w->l.place.sequence; i++)
		poll(NULL, 0, 5);
	assert_int_equal(m->applied_sequence, w->l.place.sequence);
	assert_int_equal(m->market[0].book_update, exchange_book_update(w->l.lab.x, 0));
	assert_true(marketdata_fresh(m, clock_realtime_us()));
	uint64_t heartbeat_us = m->heartbeat_us;
	for (unsigned i = 0; i < 400 && m->heartbeat_us == heartbeat_us; i++) // nothing happens: it still beats
		poll(NULL, 0, 5);
	assert_true(m->heartbeat_us > heartbeat_us);
	wait_for(w, "snapshots", 1);
	assert_int_equal(counter(w, "diverged"), 0);
	assert_int_equal(stop(w, SIGTERM), 0); // writes a last snapshot
	start(w, "replica");
	wait_for(w, "snapshot_sequence", w->l.place.sequence);
	journal_lab_trade(&w->l, 77, 30);
	journal_lab_commit_lie(&w->l);
	durable_say(w);
	wait_for(w, "diverged", 1);
	assert_int_equal(counter(w, "divergence"), w->l.place.blocks - 1);
	heartbeat_us = m->heartbeat_us;
	poll(NULL, 0, 300);
	assert_int_equal(m->heartbeat_us, heartbeat_us); // it folds no further: its pages grow old, and say so
	assert_int_equal(stop(w, SIGTERM), 0);
}

static void test_audit(void **state)
{
	struct world *w = *state;
	durable_say(w);
	start(w, "audit");
	// The lab's genesis names another log key: it must not sign, and stays up so that this is seen.
	wait_for(w, "refuses", 1);
	assert_int_equal(faccessat(w->log_fd, "checkpoint", F_OK, 0), -1);
	assert_int_equal(stop(w, SIGTERM), 0);
}

static void ask(struct channel_writer *to, struct history_query q)
{
	q.limit = q.limit ? q.limit : 100;
	assert_int_equal(channel_write(to, MESSAGE_HISTORY, &q, sizeof q), 0);
	channel_publish(to);
}

static bool answer(struct world *w, uint32_t *ret_kind, uint8_t *to)
{
	struct channel_reader *readers[1] = { &w->answers };
	size_t size;
	for (unsigned i = 0; i < 50 && channel_empty(&w->answers); i++)
		ASSERT(!channel_wait(readers, 1, w->own_hear, 0, 20));
	if (channel_read(&w->answers, to, ret_kind, &size) != 1)
		return false;
	channel_release(&w->answers);
	return true;
}

static void test_history(void **state)
{
	static uint8_t record[CHANNEL_RECORD_MAX];
	struct world *w = *state;
	struct rows_head head;
	uint32_t kind, rows = 0;
	start(w, "history");
	journal_lab_trade(&w->l, 5, 3000);
	durable_say(w);
	wait_for(w, "applied_sequence", w->l.place.sequence);
	// Private rows come in several records.
	ask(&w->from_auth, (struct history_query){ .tag = 7, .kind = HISTORY_ALL_ORDERS, .customer = 1, .limit = 500 });
	do {
		assert_true(answer(w, &kind, record));
		assert_int_equal(kind, MESSAGE_HISTORY_ORDERS);
		memcpy(&head, record, sizeof head);
		assert_int_equal(head.tag, 7);
		assert_int_equal(head.customer, 1);
		assert_int_equal(head.sequence, w->l.place.sequence);
		rows += head.count;
	} while (head.more);
	assert_int_equal(rows, 500);
	// Somebody's own last write, not yet durable: the answer waits for it.
	uint64_t next = w->l.place.sequence + 50;
	uint64_t asked = clock_monotonic_ns();
	ask(&w->from_auth, (struct history_query){ .tag = 8, .kind = HISTORY_MY_TRADES, .customer = 1, .limit = 10,
						    .at_least = next });
	poll(NULL, 0, 60);
	assert_true(channel_empty(&w->answers));
	journal_lab_trade(&w->l, 6, 50);
	durable_say(w);
	assert_true(answer(w, &kind, record));
	memcpy(&head, record, sizeof head);
	assert_true(head.sequence >= next && head.behind == 0);
	assert_true(clock_monotonic_ns() - asked < 290000000);
	// One that never comes is answered all the same.
	ask(&w->from_auth, (struct history_query){ .tag = 9, .kind = HISTORY_ORDER, .order = 1ull << 52, .at_least = next * 2 });
	assert_true(answer(w, &kind, record));
	assert_int_equal(kind, MESSAGE_HISTORY_REFUSED);
	// A gateway may ask what is public ...
	ask(&w->from_gateway, (struct history_query){ .tag = 10, .kind = HISTORY_KLINES, .interval = 1, .gateway = 5 });
	assert_true(answer(w, &kind, record));
	assert_int_equal(kind, MESSAGE_HISTORY_KLINES);
	// ... and is cut off when it asks for a customer's rows; auth goes on.
	ask(&w->from_gateway, (struct history_query){ .tag = 11, .kind = HISTORY_MY_TRADES, .customer = 1 });
	ask(&w->from_gateway, (struct history_query){ .tag = 12, .kind = HISTORY_KLINES, .interval = 1 });
	wait_for(w, "channels_closed", 1);
	ask(&w->from_auth, (struct history_query){ .tag = 13, .kind = HISTORY_TRADES, .limit = 1 });
	assert_true(answer(w, &kind, record));
	memcpy(&head, record, sizeof head);
	assert_int_equal(head.tag, 13);
	assert_int_equal(stop(w, SIGTERM), 0);
	// Killed, it goes on where it was.
	start(w, "history");
	wait_for(w, "applied_sequence", w->l.place.sequence);
	assert_int_equal(WTERMSIG(stop(w, SIGKILL)), SIGKILL);
	start(w, "history");
	ask(&w->from_auth, (struct history_query){ .tag = 14, .kind = HISTORY_ALL_ORDERS, .customer = 1, .limit = 500 });
	assert_true(answer(w, &kind, record));
	assert_int_equal(stop(w, SIGTERM), 0);
}

// The supervisor's end of the link is gone: nobody may stay behind.
static void test_orphan(void **state)
{
	struct world *w = *state;
	const char *const roles[] = { "replica", "audit", "history" };
	durable_say(w);
	for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
		int status = 0;
		start(w, roles[i]);
		poll(NULL, 0, 100);
		close(w->link[0]);
		doorbell_ring(w->ring);
		assert_int_equal(waitpid(w->pid, &status, 0), w->pid);
		assert_true(WIFEXITED(status));
		w->pid = 0;
	}
}

int main(void)
{
#define WITH_WORLD(t) cmocka_unit_test_setup_teardown(t, world_open, world_close)
	const struct CMUnitTest tests[] = {
		WITH_WORLD(test_replica), WITH_WORLD(test_audit), WITH_WORLD(test_history), WITH_WORLD(test_orphan),
	};
	return cmocka_run_group_tests_name("followers", tests, NULL, NULL);
}
