// SPDX-License-Identifier: Apache-2.0
// The engine as a process: acknowledged is durable, whatever dies.
#include "daemons/engine/engine_house.h"

#include "base/clock.h"
#include "crypto/ed25519.h"
#include "crypto/sha256.h"
#include "process/status.h"
#include "tlog/note.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static uint8_t answer[ANSWER_MAX];

static const struct order_head *order_answer(struct engine_house *h, int timeout_ms)
{
	uint32_t kind;
	size_t size;
	if (!house_answer(h, timeout_ms, &kind, answer, &size))
		return NULL;
	assert_int_equal(kind, MESSAGE_ORDER);
	return (const struct order_head *)(const void *)answer;
}

static struct order_new resting(uint64_t i, char id[CLIENT_ID_MAX])
{
	memset(id, 0, CLIENT_ID_MAX);
	snprintf(id, CLIENT_ID_MAX, "order-%llu", (unsigned long long)i);
	return house_limit(0, SIDE_SELL, 60000 + i % 50, HOUSE_ONE / 100, id);
}

static void test_order_is_answered(void **state)
{
	struct engine_house h;
	house_make(&h);
	house_start(&h);
	struct order_new sell = house_limit(0, SIDE_SELL, 50000, HOUSE_ONE, NULL);
	struct order_new buy = house_limit(1, SIDE_BUY, 50001, HOUSE_ONE / 2, NULL);
	house_order(&h, &sell);
	const struct order_head *head = order_answer(&h, 5000);
	assert_non_null(head);
	assert_int_equal(head->tag, 1);
	assert_int_equal(head->order.status, ORDER_NEW);
	house_order(&h, &buy);
	head = order_answer(&h, 5000);
	assert_non_null(head);
	assert_int_equal(head->order.status, ORDER_FILLED);
	assert_int_equal(head->trades, 1);
	assert_true(head->sequence <= atomic_load(&h.durable->sequence)); // durable before the answer
	assert_int_equal(house_stop(&h, SIGTERM), 0);
	house_remove(&h);
}

// Asks for the order by its client id; true when it is there.
static bool order_known(struct engine_house *h, uint64_t i)
{
	char id[CLIENT_ID_MAX];
	uint32_t kind;
	size_t size;
	resting(i, id);
	struct query query = { .tag = ++h->tag, .customer = 0, .market = -1, .kind = QUERY_ORDER,
			       .client_id_size = (uint8_t)strnlen(id, sizeof id) };
	memcpy(query.client_id, id, sizeof id);
	assert_int_equal(channel_write(&h->to_auth, MESSAGE_QUERY, &query, sizeof query), 0);
	channel_publish(&h->to_auth);
	assert_true(house_answer(h, 20000, &kind, answer, &size));
	return kind == MESSAGE_ORDERS;
}

static void test_killed_under_load_loses_nothing_acknowledged(void **state)
{
	struct engine_house h;
	house_make(&h);
	uint64_t sent = 0, acknowledged[4000], count = 0;
	srand(1);
	for (int round = 0; round < 6; round++) {
		house_start(&h);
		uint64_t first_tag = h.tag, first = sent;
		char first_id[CLIENT_ID_MAX];
		struct order_new opening = resting(sent++, first_id);
		house_order(&h, &opening);
		assert_non_null(order_answer(&h, 20000)); // it runs
		acknowledged[count++] = first;
		uint64_t until = clock_monotonic_ns() + 1000000 + (uint64_t)(rand() % 30) * 1000000;
		while (clock_monotonic_ns() < until && sent < first + 600) {
			char id[CLIENT_ID_MAX];
			struct order_new order = resting(sent++, id);
			house_order(&h, &order);
			if (sent % 10 == 0)
				poll(NULL, 0, 1);
			const struct order_head *head;
			while ((head = order_answer(&h, 0))) {
				assert_int_equal(head->refusal, 0);
				acknowledged[count++] = first + (head->tag - first_tag - 1);
			}
		}
		house_stop(&h, SIGKILL);
		const struct order_head *head; // acknowledged just before the end
		while ((head = order_answer(&h, 0)))
			acknowledged[count++] = first + (head->tag - first_tag - 1);
	}
	assert_true(count > 100);
	house_start(&h);
	for (uint64_t i = 0; i < count; i++)
		assert_true(order_known(&h, acknowledged[i]));
	assert_int_equal(house_stop(&h, SIGTERM), 0);
	house_remove(&h);
}

static void test_auth_is_replaced_and_told_again(void **state)
{
	static uint8_t record[CHANNEL_RECORD_MAX];
	struct engine_house h;
	house_make(&h);
	house_start(&h);
	for (int life = 0; life < 3; life++) {
		bool complete = false;
		unsigned keys = 0, markets = 0;
		for (int i = 0; i < 500 && !complete; i++) {
			uint32_t kind;
			size_t size;
			while (channel_read(&h.from_auth, record, &kind, &size) == 1) {
				keys += kind == MESSAGE_KEY;
				markets += kind == MESSAGE_MARKET;
				complete |= kind == MESSAGE_STATE_COMPLETE;
			}
			channel_release(&h.from_auth);
			poll(NULL, 0, 10);
		}
		assert_true(complete);
		assert_int_equal(keys, 2);
		assert_int_equal(markets, 1);
		struct order_new order = house_limit(0, SIDE_SELL, 50000, HOUSE_ONE, NULL);
		house_order(&h, &order);
		assert_non_null(order_answer(&h, 5000));
		house_replace_auth(&h);
	}
	assert_int_equal(house_stop(&h, SIGTERM), 0);
	house_remove(&h);
}

static void test_broken_auth_is_cut_and_nothing_changes(void **state)
{
	struct engine_house h;
	house_make(&h);
	house_start(&h);
	struct order_new order = house_limit(0, SIDE_SELL, 50000, HOUSE_ONE, NULL);
	house_order(&h, &order);
	assert_non_null(order_answer(&h, 5000));
	poll(NULL, 0, 250);
	uint64_t sequence = house_counter(&h, "sequence");
	uint8_t nonsense[100] = { 1, 2, 3 };
	assert_int_equal(channel_write(&h.to_auth, MESSAGE_COMMAND, nonsense, sizeof nonsense), 0);
	channel_publish(&h.to_auth);
	house_order(&h, &order); // behind it: not heard any more
	assert_null(order_answer(&h, 300));
	assert_int_equal(house_counter(&h, "cut.auth"), 1);
	assert_int_equal(house_counter(&h, "sequence"), sequence);
	house_replace_auth(&h); // what the supervisor does then
	poll(NULL, 0, 50);
	house_order(&h, &order);
	assert_non_null(order_answer(&h, 5000));
	assert_int_equal(house_stop(&h, SIGTERM), 0);
	house_remove(&h);
}

static void test_gateway_that_does_not_drain_is_cut(void **state)
{
	struct engine_house h;
	house_make(&h);
	house_start(&h);
	// One megabyte of ring, answers of about 150 bytes: nobody reads them.
	for (int i = 0; i < 12000; i++) {
		struct order_new order = house_limit(0, SIDE_SELL, 50000, 1, NULL); // refused; the answer is as long
		house_order(&h, &order);
	}
	for (int i = 0; i < 500 && !house_counter(&h, "cut.gateway0"); i++)
		poll(NULL, 0, 10);
	assert_int_equal(house_counter(&h, "cut.gateway0"), 1);
	for (int i = 0; i < 500 && house_counter(&h, "commands") < 12000; i++)
		poll(NULL, 0, 10);
	assert_int_equal(house_counter(&h, "commands"), 12000); // and it slowed nobody
	assert_int_equal(house_stop(&h, SIGTERM), 0);
	house_remove(&h);
}

static void test_engine_ends_with_its_supervisor(void **state)
{
	struct engine_house h;
	house_make(&h);
	house_start(&h);
	struct order_new order = house_limit(0, SIDE_SELL, 50000, HOUSE_ONE, NULL);
	house_order(&h, &order);
	assert_non_null(order_answer(&h, 5000));
	shutdown(h.link[0], 2);
	int status = house_wait(&h);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
	house_remove(&h);
}

static void test_full_disk_stops_acknowledging(void **state)
{
	struct engine_house h;
	house_make(&h);
	char path[128];
	snprintf(path, sizeof path, "%s/small", h.dir);
	assert_int_equal(mkdir(path, 0700), 0);
	if (mount("none", path, "tmpfs", 0, "size=5m") < 0) {
		house_remove(&h);
		skip();
	}
	h.journal_path = "small";
	h.segment_bytes = 1 << 20;
	house_start(&h);
	uint64_t acknowledged = 0, sent = 0;
	bool ended = false;
	for (uint64_t until = clock_monotonic_ns() + 60000000000u; !ended && clock_monotonic_ns() < until;) {
		for (; sent < acknowledged + 500; sent++) {
			char id[CLIENT_ID_MAX];
			struct order_new order = resting(sent, id);
			order.quantity.units = 1; // refused: the journal grows, the book does not
			house_order(&h, &order);
		}
		const struct order_head *head;
		while ((head = order_answer(&h, 0))) {
			acknowledged++;
			assert_true(head->sequence <= atomic_load(&h.durable->sequence));
		}
		struct pollfd end = { .fd = h.pidfd, .events = POLLIN };
		ended = poll(&end, 1, 0) == 1;
	}
	assert_true(ended);
	int status = house_wait(&h);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	assert_true(acknowledged > 1000);
	assert_int_equal(house_counter(&h, "journal_error"), 1);
	// Every acknowledged one is in the journal: the durable sequence counts them.
	assert_true(atomic_load(&h.durable->sequence) >= acknowledged);
	umount2(path, MNT_DETACH);
	house_remove(&h);
}

static void test_wrong_key_and_other_founding_do_not_start(void **state)
{
	struct engine_house h;
	house_make(&h);
	house_start(&h);
	struct order_new order = house_limit(0, SIDE_SELL, 50000, HOUSE_ONE, NULL);
	house_order(&h, &order);
	assert_non_null(order_answer(&h, 5000));
	assert_int_equal(house_stop(&h, SIGTERM), 0);
	int fd = openat(h.dir_fd, "journal.key", O_WRONLY);
	assert_int_equal(pwrite(fd, "wrong", 5, 0), 5);
	close(fd);
	house_start(&h);
	assert_int_equal(WEXITSTATUS(house_wait(&h)), EXIT_FOR_GOOD);
	fd = openat(h.dir_fd, "journal.key", O_WRONLY | O_TRUNC);
	close(fd);
	house_start(&h);
	assert_int_equal(WEXITSTATUS(house_wait(&h)), EXIT_FOR_GOOD);
	fd = openat(h.dir_fd, "founding", O_WRONLY);
	assert_int_equal(pwrite(fd, "x", 1, 60), 1);
	close(fd);
	house_start(&h);
	assert_int_equal(WEXITSTATUS(house_wait(&h)), EXIT_FOR_GOOD);
	house_remove(&h);
}

// ---- a journal that was lost or set back ----

static void one_life(struct engine_house *h)
{
	house_start(h);
	struct order_new order = house_limit(0, SIDE_SELL, 50000, HOUSE_ONE, NULL);
	house_order(h, &order);
	assert_non_null(order_answer(h, 5000));
	assert_int_equal(house_stop(h, SIGTERM), 0);
}

static void journal_lose(const struct engine_house *h)
{
	char command[128];
	snprintf(command, sizeof command, "rm -rf %s/journal/*", h->dir);
	assert_int_equal(system(command), 0);
}

static unsigned journal_files(const struct engine_house *h)
{
	char path[128];
	unsigned n = 0;
	snprintf(path, sizeof path, "%s/journal", h->dir);
	DIR *dir = opendir(path);
	assert_non_null(dir);
	for (struct dirent *e; (e = readdir(dir));)
		n += strncmp(e->d_name, "segment-", 8) == 0;
	closedir(dir);
	return n;
}

static void checkpoint_put(const struct engine_house *h, uint64_t size, const uint8_t seed[32])
{
	char text[CHECKPOINT_TEXT_MAX], note[CHECKPOINT_TEXT_MAX + 1 + NOTE_LINE_MAX];
	uint8_t public_key[32], root[32] = { 1 };
	struct note_key key;
	ed25519_public(seed, public_key);
	assert_int_equal(note_key_make(h->genesis.origin, NOTE_ED25519, public_key, &key), 0);
	size_t text_size = checkpoint_format(key.name, size, root, text);
	size_t note_size = note_sign(&key, seed, text, text_size, note, sizeof note);
	int fd = openat(h->dir_fd, "log/checkpoint", O_WRONLY | O_CREAT | O_TRUNC, 0644);
	assert_true(fd >= 0 && note_size > 0);
	assert_int_equal(write(fd, note, note_size), note_size);
	close(fd);
}

static void snapshot_put(const struct engine_house *h, uint64_t blocks)
{
	uint8_t key[32];
	struct snapshot_info info = { .sequence = 10 * blocks, .blocks = blocks, .size = 5 };
	struct snapshot_writer *w;
	int fd = openat(h->dir_fd, "journal.key", O_RDONLY), dir = openat(h->dir_fd, "snapshots", O_RDONLY | O_DIRECTORY);
	assert_int_equal(read(fd, key, sizeof key), sizeof key);
	close(fd);
	sha256_of("state", 5, info.state_hash);
	assert_int_equal(snapshot_begin(dir, key, h->exchange, &info, &w), 0);
	assert_int_equal(snapshot_append(w, "state", 5), 0);
	assert_int_equal(snapshot_finish(w, 1), 0);
	close(dir);
}

static void refuses_to_start(struct engine_house *h, unsigned segments)
{
	house_start(h);
	struct pollfd end = { .fd = h->pidfd, .events = POLLIN };
	if (poll(&end, 1, 20000) != 1) {
		house_stop(h, SIGKILL);
		fail_msg("the engine runs on a journal that is not the one it wrote");
	}
	assert_int_equal(WEXITSTATUS(house_wait(h)), EXIT_FOR_GOOD);
	assert_int_equal(journal_files(h), segments); // and makes none
}

static void test_lost_journal_is_not_founded_anew(void **state)
{
	struct engine_house h;
	house_make(&h);
	one_life(&h);
	uint64_t blocks = atomic_load(&h.durable->blocks);
	assert_true(blocks >= 2);
	checkpoint_put(&h, blocks, h.log_seed);
	one_life(&h); // as long as the checkpoint says, or longer: nothing is wrong
	unsigned segments = journal_files(&h);
	checkpoint_put(&h, blocks + 1000, h.log_seed);
	refuses_to_start(&h, segments); // set back
	checkpoint_put(&h, blocks, h.log_seed);
	one_life(&h);
	journal_lose(&h);
	refuses_to_start(&h, 0);
	// The log is gone as well: the snapshot knows.
	assert_int_equal(unlinkat(h.dir_fd, "log/checkpoint", 0), 0);
	snapshot_put(&h, blocks);
	refuses_to_start(&h, 0);
	house_remove(&h);
}

static void test_checkpoint_of_somebody_else_is_refused(void **state)
{
	struct engine_house h;
	const uint8_t other[32] = { 1 };
	house_make(&h);
	one_life(&h); // none yet: a young exchange
	unsigned segments = journal_files(&h);
	checkpoint_put(&h, 1, other);
	refuses_to_start(&h, segments);
	int fd = openat(h.dir_fd, "log/checkpoint", O_WRONLY | O_TRUNC);
	close(fd);
	refuses_to_start(&h, segments);
	checkpoint_put(&h, 1, h.log_seed);
	one_life(&h);
	house_remove(&h);
}

static void test_void_is_appended_and_passed_over(void **state)
{
	struct engine_house h;
	house_make(&h);
	house_start(&h);
	char id[CLIENT_ID_MAX];
	uint64_t sequence = 0;
	for (uint64_t i = 0; i < 3; i++) {
		struct order_new order = resting(i, id);
		house_order(&h, &order);
		const struct order_head *head = order_answer(&h, 5000);
		assert_non_null(head);
		if (i == 1)
			sequence = head->sequence;
	}
	// Many at once: the journal's last block then holds entries stamped later than itself, and VOID must not go back.
	for (uint64_t i = 3; i < 500; i++) {
		struct order_new order = resting(i, id);
		house_order(&h, &order);
	}
	for (uint64_t i = 3; i < 500; i++)
		assert_non_null(order_answer(&h, 5000));
	assert_int_equal(house_stop(&h, SIGTERM), 0);
	snprintf(h.void_sequence, sizeof h.void_sequence, "%llu", 99999ull);
	house_start(&h);
	assert_int_equal(WEXITSTATUS(house_wait(&h)), 1); // there is no such entry
	snprintf(h.void_sequence, sizeof h.void_sequence, "%llu", (unsigned long long)sequence);
	house_start(&h);
	assert_int_equal(house_wait(&h), 0);
	h.void_sequence[0] = '\0';
	for (int life = 0; life < 2; life++) { // and it stays so
		house_start(&h);
		assert_true(order_known(&h, 0));
		assert_false(order_known(&h, 1));
		assert_true(order_known(&h, 2));
		assert_int_equal(house_stop(&h, SIGTERM), 0);
	}
	house_remove(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_is_answered),
		cmocka_unit_test(test_killed_under_load_loses_nothing_acknowledged),
		cmocka_unit_test(test_auth_is_replaced_and_told_again),
		cmocka_unit_test(test_broken_auth_is_cut_and_nothing_changes),
		cmocka_unit_test(test_gateway_that_does_not_drain_is_cut),
		cmocka_unit_test(test_engine_ends_with_its_supervisor),
		cmocka_unit_test(test_full_disk_stops_acknowledging),
		cmocka_unit_test(test_wrong_key_and_other_founding_do_not_start),
		cmocka_unit_test(test_lost_journal_is_not_founded_anew),
		cmocka_unit_test(test_checkpoint_of_somebody_else_is_refused),
		cmocka_unit_test(test_void_is_appended_and_passed_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
