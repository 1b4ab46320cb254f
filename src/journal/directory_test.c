// SPDX-License-Identifier: Apache-2.0
// The real disk: files, lock, the pipeline's two threads, followers, snapshots.
#include "base/clock.h"
#include "crypto/secret.h"
#include "journal/follow.h"
#include "journal/layout.h"
#include "journal/pipeline.h"
#include "journal/test_disk.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

static const uint8_t master[32] = { 4, 4 }, exchange[32] = { 6, 6 };
static char path[64];

static int dir_make(void **state)
{
	(void)snprintf(path, sizeof path, "journal-test-XXXXXX");
	if (!mkdtemp(path))
		return -1;
	int fd = open(path, O_RDONLY | O_DIRECTORY);
	*state = (void *)(intptr_t)fd;
	return fd < 0 ? -1 : 0;
}

static int dir_remove(void **state)
{
	char command[128];
	close((int)(intptr_t)*state);
	(void)snprintf(command, sizeof command, "rm -rf ./%s", path);
	return system(command);
}

static struct journal *open_journal(const struct storage *s, uint64_t segment_size, struct journal_place *ret_place)
{
	struct journal *j = NULL;
	struct journal_error error;
	uint8_t fresh[32];
	random_bytes(fresh, sizeof fresh);
	if (journal_open(s, master, exchange, fresh, segment_size, &j, ret_place, &error))
		fail_msg("%s", error.text);
	return j;
}

static void one_writer_only(void **state)
{
	int dir = (int)(intptr_t)*state;
	struct storage_directory *first, *second;
	struct storage a, b;
	assert_int_equal(storage_directory_open(dir, true, &first, &a), 0);
	assert_int_equal(storage_directory_open(dir, true, &second, &b), -EBUSY);
	assert_int_equal(storage_directory_open(dir, false, &second, &b), 0);
	storage_directory_close(second);
	storage_directory_close(first);
	assert_int_equal(storage_directory_open(dir, true, &first, &a), 0);
	storage_directory_close(first);
}

static void gap_is_named(void **state)
{
	int dir = (int)(intptr_t)*state;
	struct storage_directory *d;
	struct storage s;
	uint32_t first, count;
	assert_int_equal(storage_directory_open(dir, true, &d, &s), 0);
	for (uint32_t k = 0; k < 4; k++)
		assert_int_equal(s.create(s.context, k, SEGMENT_SIZE_MIN), 0);
	assert_int_equal(s.list(s.context, &first, &count), 0);
	assert_int_equal(count, 4);
	assert_int_equal(unlinkat(dir, "segment-00000002", 0), 0);
	assert_int_equal(s.list(s.context, &first, &count), -ENOENT);
	assert_int_equal(first, 2);
	storage_directory_close(d);
}

// A file size limit is the nearest thing to a full disk that a test may have.
static void no_space(void **state)
{
	int dir = (int)(intptr_t)*state;
	struct storage_directory *d;
	struct storage s;
	struct rlimit old, limit;
	uint32_t first, count;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(storage_directory_open(dir, true, &d, &s), 0);
	getrlimit(RLIMIT_FSIZE, &old);
	limit = old;
	limit.rlim_cur = 64 << 10;
	setrlimit(RLIMIT_FSIZE, &limit);
	assert_true(s.create(s.context, 0, SEGMENT_SIZE_MIN) < 0);
	setrlimit(RLIMIT_FSIZE, &old);
	assert_int_equal(s.list(s.context, &first, &count), 0);
	assert_int_equal(count, 0); // nothing half made is left
	assert_int_equal(s.create(s.context, 0, SEGMENT_SIZE_MIN), 0);
	storage_directory_close(d);
}

struct follower {
	int dir;
	const struct durable_page *page;
	uint64_t until, seen, sum;
	char failure[256];
};

static void *follower_main(void *context)
{
	struct follower *f = context;
	struct storage_directory *d;
	struct storage s;
	struct journal_reader *r;
	struct journal_error error;
	struct block_view v;
	if (storage_directory_open(f->dir, false, &d, &s) ||
	    journal_reader_open(&s, master, exchange, 0, &r, &error)) {
		(void)snprintf(f->failure, sizeof f->failure, "open");
		return NULL;
	}
	while (f->seen < f->until) {
		uint64_t durable = journal_follow(f->page, f->seen, 20, 1000);
		int result;
		while ((result = journal_reader_next(r, durable, &v, &error)) == 0) {
			f->seen = v.number + 1;
			f->sum += v.entries[0] + v.count;
		}
		if (result == 1) {
			memcpy(f->failure, error.text, sizeof f->failure);
			break;
		}
	}
	journal_reader_close(r);
	storage_directory_close(d);
	return NULL;
}

// The sequencer's side; returns the sum that a follower must see.
static uint64_t sequence_blocks(struct pipeline *p, struct journal_place at, uint64_t until, int doorbell)
{
	uint64_t sum = 0;
	while (at.blocks < until) {
		struct block *b = pipeline_block(p);
		if (!b) {
			pipeline_sleeping(p, true);
			uint64_t count;
			if (!pipeline_block(p) && pipeline_alive(p, NULL))
				assert_int_equal(read(doorbell, &count, sizeof count), sizeof count);
			pipeline_sleeping(p, false);
			assert_true(pipeline_alive(p, NULL));
			continue;
		}
		test_block(b, &at, 1 + (uint32_t)(at.blocks % 1500), 40, (uint8_t)at.blocks);
		sum += b->entries[0] + b->count;
		at.blocks++;
		at.sequence += b->count;
		at.time_us = b->time_us;
		pipeline_submit(p);
	}
	return sum;
}

static void pipeline_and_followers(void **state)
{
	int dir = (int)(intptr_t)*state, doorbell = eventfd(0, EFD_CLOEXEC);
	const uint64_t blocks = 3000;
	uint64_t sum = 0;
	struct storage_directory *d;
	struct storage s;
	struct journal_place place;
	struct pipeline *p;
	struct follower follower[3];
	pthread_t thread[3];
	int page_fd = memfd_create("durable", MFD_CLOEXEC);
	assert_int_equal(ftruncate(page_fd, 4096), 0);
	struct durable_page *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, page_fd, 0);
	const struct durable_page *seen = mmap(NULL, 4096, PROT_READ, MAP_SHARED, page_fd, 0);
	assert_int_equal(storage_directory_open(dir, true, &d, &s), 0);
	for (int opening = 1; opening <= 2; opening++) {
		struct journal *j = open_journal(&s, 16 << 20, &place);
		assert_int_equal(place.blocks, blocks * (uint64_t)(opening - 1));
		struct pipeline_options options = { j, place, page, 32, 20, doorbell };
		assert_int_equal(pipeline_start(&options, &p), 0);
		uint64_t until = place.blocks + blocks;
		for (int i = 0; i < 3; i++) {
			follower[i] = (struct follower){ .dir = dir, .page = seen, .until = until };
			assert_int_equal(pthread_create(&thread[i], NULL, follower_main, &follower[i]), 0);
		}
		sum += sequence_blocks(p, place, until, doorbell);
		for (int i = 0; i < 3; i++) {
			pthread_join(thread[i], NULL);
			assert_string_equal(follower[i].failure, "");
			assert_int_equal(follower[i].seen, until);
			assert_int_equal(follower[i].sum, sum);
		}
		struct pipeline_counters counters;
		pipeline_counters(p, &counters);
		assert_int_equal(counters.blocks, blocks);
		assert_true(counters.batches < blocks);
		pipeline_stop(p);
	}
	storage_directory_close(d);
	close(page_fd);
	close(doorbell);
}

static void follow_times_out(void **state)
{
	struct durable_page page = { .blocks = 5 };
	uint64_t start = clock_monotonic_ns();
	assert_int_equal(journal_follow(&page, 5, 10, 20), 5);
	assert_true(clock_monotonic_ns() - start >= 19000000);
	assert_int_equal(journal_follow(&page, 4, 10, 20), 5);
	assert_int_equal(journal_follow(&page, 5, 10, 0), 5);
}

static void dead_writer_is_told(void **state)
{
	int doorbell = eventfd(0, EFD_CLOEXEC);
	struct test_disk disk;
	struct storage s;
	struct journal_place place;
	struct journal_error error;
	struct pipeline *p;
	test_disk_init(&disk, &s);
	journal_close(open_journal(&s, SEGMENT_SIZE_MIN, &place));
	struct journal *j = open_journal(&s, SEGMENT_SIZE_MIN, &place);
	disk.sync_error = -EIO;
	struct pipeline_options options = { j, place, NULL, 4, 0, doorbell };
	assert_int_equal(pipeline_start(&options, &p), 0);
	pipeline_sleeping(p, true);
	test_block(pipeline_block(p), &place, 3, 40, 1);
	pipeline_submit(p);
	uint64_t count;
	assert_int_equal(read(doorbell, &count, sizeof count), sizeof count);
	assert_false(pipeline_alive(p, &error));
	assert_int_equal(error.fault, JOURNAL_IO);
	assert_int_equal(error.error, EIO);
	assert_int_equal(pipeline_durable(p), 0);
	pipeline_stop(p);
	test_disk_clear(&disk);
	close(doorbell);
}

// ---- a disk that keeps nothing: only the two threads are at work ----

static int sink_list(void *context, uint32_t *ret_first, uint32_t *ret_count)
{
	*ret_first = *ret_count = 0;
	return 0;
}

static int sink_size(void *context, uint32_t segment, uint64_t *ret_size)
{
	*ret_size = *(const uint64_t *)context;
	return 0;
}

static int sink_create(void *context, uint32_t segment, uint64_t size)
{
	return 0;
}

static int sink_read(void *context, uint32_t segment, uint64_t offset, void *to, size_t size)
{
	memset(to, 0, size);
	return 0;
}

static int sink_write(void *context, uint32_t segment, uint64_t offset, const void *from, size_t size)
{
	return 0;
}

static int sink_sync(void *context, uint32_t segment)
{
	return 0;
}

static int sink_note_write(void *context, const void *data, size_t size)
{
	return 0;
}

static int sink_note_read(void *context, void *data, size_t size)
{
	return -ENOENT;
}

#define SINGLE_SUBMITS 200000u
#define SINGLE_TOTAL_NS 10000000000ull // a busy machine does fewer of them
#define SINGLE_WAIT_NS 5000000000ull   // a wake-up that was lost never comes

// Each block alone, and nothing after it that would wake the writer by chance: it looks, finds nothing and
// goes to sleep at the very moment at which the next one is submitted.
static void no_wake_up_is_lost(void **state)
{
	uint64_t segment_size = 256u << 20;
	const struct storage sink = { &segment_size, sink_list, sink_size, sink_create, sink_read, sink_write,
				      sink_sync, sink_note_write, sink_note_read };
	struct journal_place place;
	struct pipeline *p;
	struct journal *j = open_journal(&sink, segment_size, &place);
	struct pipeline_options options = { j, place, NULL, 4, 0, -1 };
	assert_int_equal(pipeline_start(&options, &p), 0);
	uint64_t start = clock_monotonic_ns();
	for (unsigned i = 0; i < SINGLE_SUBMITS && clock_monotonic_ns() - start < SINGLE_TOTAL_NS; i++) {
		test_block(pipeline_block(p), &place, 1, 40, 1);
		place.blocks++;
		place.sequence++;
		pipeline_submit(p);
		uint64_t submitted = clock_monotonic_ns();
		while (pipeline_durable(p) != place.blocks)
			if (clock_monotonic_ns() - submitted > SINGLE_WAIT_NS)
				fail_msg("block %u was submitted and the writer sleeps on", i);
		// Another moment each time: where the writer is by then differs.
		for (unsigned pause = 0; pause < i % 256; pause++)
			__builtin_ia32_pause();
	}
	pipeline_stop(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_writer_only, dir_make, dir_remove),
		cmocka_unit_test_setup_teardown(gap_is_named, dir_make, dir_remove),
		cmocka_unit_test_setup_teardown(no_space, dir_make, dir_remove),
		cmocka_unit_test_setup_teardown(pipeline_and_followers, dir_make, dir_remove),
		cmocka_unit_test(follow_times_out),
		cmocka_unit_test(dead_writer_is_told),
		cmocka_unit_test(no_wake_up_is_lost),
	};
	ASSERT(crypto_init() == 0);
	return cmocka_run_group_tests_name("journal-directory", tests, NULL, NULL);
}
