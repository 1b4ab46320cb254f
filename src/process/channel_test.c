// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"
#include "process/channel_layout.h"
#include "process/memory.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

struct pair {
	int hear, ring;
	struct channel_fds made, writer_fds, reader_fds;
	struct channel_writer w;
	struct channel_reader r;
};

static void pair_open(struct pair *p, size_t size)
{
	memset(p, 0, sizeof *p);
	assert_int_equal(doorbell_create(&p->hear, &p->ring), 0);
	assert_int_equal(channel_create("test", size, p->ring, &p->made), 0);
	assert_int_equal(channel_end(&p->made, true, &p->writer_fds), 0);
	assert_int_equal(channel_end(&p->made, false, &p->reader_fds), 0);
	assert_int_equal(channel_open_writer(&p->w, &p->writer_fds), 0);
	assert_int_equal(channel_open_reader(&p->r, &p->reader_fds), 0);
}

static void pair_close(struct pair *p)
{
	channel_close_writer(&p->w);
	channel_close_reader(&p->r);
	channel_fds_close(&p->writer_fds);
	channel_fds_close(&p->reader_fds);
	channel_fds_close(&p->made);
	close(p->hear);
	close(p->ring);
}

static uint8_t copy[CHANNEL_RECORD_MAX];

static void test_records_in_order(void **state)
{
	struct pair p;
	pair_open(&p, 4096);
	uint32_t kind;
	size_t size;
	assert_int_equal(channel_read(&p.r, copy, &kind, &size), 0);
	// Every size from 0, many times around the ring.
	for (uint32_t i = 0; i < 3000; i++) {
		uint8_t data[300];
		size_t n = i % sizeof data;
		memset(data, (int)(i & 0xff), sizeof data);
		assert_int_equal(channel_write2(&p.w, i, data, n / 2, data, n - n / 2), 0);
		assert_int_equal(channel_read(&p.r, copy, &kind, &size), 0); // not published yet
		channel_publish(&p.w);
		assert_int_equal(channel_read(&p.r, copy, &kind, &size), 1);
		assert_int_equal(kind, i);
		assert_int_equal(size, n);
		assert_memory_equal(copy, data, n);
		channel_release(&p.r);
	}
	assert_true(channel_empty(&p.r));
	pair_close(&p);
}

static void test_full_and_released(void **state)
{
	struct pair p;
	pair_open(&p, 4096);
	uint8_t data[56] = { 0 }; // 64 bytes a record
	for (int i = 0; i < 64; i++)
		assert_int_equal(channel_write(&p.w, 1, data, sizeof data), 0);
	assert_int_equal(channel_write(&p.w, 1, data, sizeof data), 1);
	assert_int_equal(channel_write(&p.w, 1, data, 0), 1);
	channel_publish(&p.w);
	uint64_t used, size;
	channel_fill(&p.r, &used, &size);
	assert_int_equal(used, 4096);
	uint32_t kind;
	size_t got;
	assert_int_equal(channel_read(&p.r, copy, &kind, &got), 1);
	assert_int_equal(channel_write(&p.w, 1, data, sizeof data), 1); // read but not released
	channel_release(&p.r);
	assert_int_equal(channel_room(&p.w), 64);
	assert_int_equal(channel_write(&p.w, 1, data, sizeof data), 0);
	assert_int_equal(channel_write(&p.w, 1, data, sizeof data), 1);
	pair_close(&p);
}

static void test_sizes_refused(void **state)
{
	struct channel_fds fds;
	assert_int_equal(channel_create("x", 2048, -1, &fds), -EINVAL);
	assert_int_equal(channel_create("x", 5000, -1, &fds), -EINVAL);
	assert_int_equal(channel_create("x", (size_t)CHANNEL_SIZE_MAX * 2, -1, &fds), -EINVAL);
}

static void test_read_only_side_cannot_be_mapped_writable(void **state)
{
	struct pair p;
	pair_open(&p, 4096);
	assert_ptr_equal(mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, p.reader_fds.ring, 0), MAP_FAILED);
	assert_int_equal(errno, EACCES);
	assert_ptr_equal(mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, p.writer_fds.cursor, 0), MAP_FAILED);
	assert_int_equal(ftruncate(p.writer_fds.ring, 0), -1);
	assert_int_equal(ftruncate(p.writer_fds.ring, 1 << 20), -1);
	assert_int_equal(fcntl(p.writer_fds.ring, F_ADD_SEALS, F_SEAL_WRITE), -1);
	pair_close(&p);
}

static void test_foreign_memory_is_refused(void **state)
{
	struct channel_reader r;
	int plain = memfd_create("plain", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	assert_int_equal(ftruncate(plain, 8192), 0);
	struct channel_fds fds = { .ring = plain, .cursor = plain, .doorbell = -1 };
	assert_int_equal(channel_open_reader(&r, &fds), -EPERM); // could shrink under us
	int odd = memory_create("odd", 4096 + 5000);
	int cursor = memory_create("cursor", 4096);
	fds = (struct channel_fds){ .ring = odd, .cursor = cursor, .doorbell = -1 };
	assert_int_equal(channel_open_reader(&r, &fds), -EINVAL);
	close(plain);
	close(odd);
	close(cursor);
}

static void test_hostile_frames(void **state)
{
	static const struct { uint64_t head; uint32_t size; int expect; } cases[] = {
		{ 8, 0, 1 },          { 7, 0, -EPROTO },       { 4104, 0, -EPROTO },   { UINT64_MAX - 7, 0, -EPROTO },
		{ 8, 1, -EPROTO },    { 16, 9, -EPROTO },      { 16, 8, 1 },           { 4096, 4088, 1 },
		{ 4096, 4089, -EPROTO }, { 4096, 65537, -EPROTO }, { 4096, UINT32_MAX, -EPROTO },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct pair p;
		pair_open(&p, 4096);
		((struct channel_record *)(void *)p.w.ring)->size = cases[i].size;
		atomic_store(&p.w.map->head, cases[i].head);
		uint32_t kind;
		size_t size;
		assert_int_equal(channel_read(&p.r, copy, &kind, &size), cases[i].expect);
		if (cases[i].expect < 0) { // for ever
			atomic_store(&p.w.map->head, 0);
			assert_int_equal(channel_read(&p.r, copy, &kind, &size), -EPROTO);
		}
		pair_close(&p);
	}
}

static void test_head_must_not_go_back(void **state)
{
	struct pair p;
	pair_open(&p, 4096);
	uint32_t kind;
	size_t size;
	assert_int_equal(channel_write(&p.w, 1, "abc", 3), 0);
	channel_publish(&p.w);
	assert_int_equal(channel_read(&p.r, copy, &kind, &size), 1);
	atomic_store(&p.w.map->head, 8);
	assert_int_equal(channel_read(&p.r, copy, &kind, &size), -EPROTO);
	pair_close(&p);
}

static void test_hostile_cursor(void **state)
{
	static const uint64_t tails[] = { 8, 7, UINT64_MAX, 1u << 20 };
	for (size_t i = 0; i < ARRAY_LEN(tails); i++) {
		struct pair p;
		pair_open(&p, 4096);
		atomic_store(&p.r.cursor->tail, tails[i]); // beyond what was published
		assert_int_equal(channel_room(&p.w), 0);
		assert_int_equal(channel_write(&p.w, 1, "x", 1), 1); // full for ever
		atomic_store(&p.r.cursor->tail, 0);
		assert_int_equal(channel_write(&p.w, 1, "x", 1), 1);
		pair_close(&p);
	}
}

// ---- a peer that scribbles over everything it can write, while the honest side works ----

struct scribbler {
	void *at;
	size_t size;
	_Atomic bool stop;
};

static void *scribble(void *argument)
{
	struct scribbler *s = argument;
	uint64_t x = 88172645463325252u;
	volatile uint64_t *words = s->at;
	while (!atomic_load_explicit(&s->stop, memory_order_relaxed)) {
		x ^= x << 13, x ^= x >> 7, x ^= x << 17;
		size_t i = (size_t)(x >> 33) % (s->size / 8);
		// Mostly small values: they get further.
		words[i] = x & 1 ? x & 0xffff : x;
	}
	return NULL;
}

static void test_hostile_writer_scribbles(void **state)
{
	for (int round = 0; round < 200; round++) {
		struct pair p;
		pair_open(&p, 4096);
		uint8_t *out = malloc(CHANNEL_RECORD_MAX); // of its exact size: the sanitizer guards its end
		struct scribbler s = { .at = p.w.map, .size = CHANNEL_HEAD_SIZE + 4096 };
		pthread_t thread;
		assert_int_equal(pthread_create(&thread, NULL, scribble, &s), 0);
		for (int i = 0; i < 2000; i++) {
			uint32_t kind;
			size_t size = 0;
			int r = channel_read(&p.r, out, &kind, &size);
			assert_true(r == 0 || r == 1 || r == -EPROTO);
			assert_true(size <= CHANNEL_RECORD_MAX);
			channel_release(&p.r);
			if (r < 0) // what a fresh channel would be: go on from a state that holds
				p.r.broken = false, p.r.head_seen = p.r.tail = atomic_load(&p.w.map->head) & ~7ull;
			uint64_t used, capacity;
			channel_fill(&p.r, &used, &capacity);
			assert_true(used <= capacity);
		}
		atomic_store(&s.stop, true);
		pthread_join(thread, NULL);
		free(out);
		pair_close(&p);
	}
}

static void test_hostile_reader_scribbles(void **state)
{
	struct pair p;
	pair_open(&p, 4096);
	struct scribbler s = { .at = p.r.cursor, .size = CHANNEL_CURSOR_SIZE };
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, scribble, &s), 0);
	for (int i = 0; i < 100000; i++) {
		uint8_t data[200] = { 1 };
		int r = channel_write(&p.w, 1, data, (size_t)i % sizeof data);
		assert_true(r == 0 || r == 1);
		channel_publish(&p.w);
		assert_true(p.w.head - p.w.tail_seen <= p.w.size);
		if (p.w.broken) // go on as if the tail were where it may be
			p.w.broken = false, p.w.tail_seen = p.w.published;
		doorbell_clear(p.hear);
	}
	atomic_store(&s.stop, true);
	pthread_join(thread, NULL);
	pair_close(&p);
}

// ---- two honest sides in two threads, sleeping in between ----

#define PASSED 200000u

static void *produce(void *argument)
{
	struct pair *p = argument;
	for (uint32_t i = 0; i < PASSED; i++) {
		uint32_t data[8] = { i, i ^ 0x5555, i * 3 };
		while (channel_write(&p->w, i, data, sizeof data)) {
			channel_publish(&p->w);
			sched_yield();
		}
		if (i % 7 == 0)
			channel_publish(&p->w);
		if (i % 5003 == 0)
			usleep(300);
	}
	channel_publish(&p->w);
	return NULL;
}

static void test_no_wakeup_is_lost(void **state)
{
	struct pair p;
	pair_open(&p, 8192);
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, produce, &p), 0);
	struct channel_reader *readers[1] = { &p.r };
	for (uint32_t next = 0; next < PASSED;) {
		uint64_t began = clock_monotonic_ns();
		assert_int_equal(channel_wait(readers, 1, p.hear, 0, 5000), 0);
		// A late ring may wake it for nothing; five seconds without a record mean that one was lost.
		assert_true(clock_monotonic_ns() - began < 4000000000u);
		uint32_t kind, data[8];
		size_t size;
		while (channel_read(&p.r, copy, &kind, &size) == 1) {
			assert_int_equal(kind, next);
			assert_int_equal(size, sizeof data);
			memcpy(data, copy, sizeof data);
			assert_int_equal(data[2], next * 3);
			next++;
		}
		channel_release(&p.r);
	}
	pthread_join(thread, NULL);
	pair_close(&p);
}

static void test_wait_times_out_and_hears_the_bell(void **state)
{
	struct pair p;
	pair_open(&p, 4096);
	struct channel_reader *readers[1] = { &p.r };
	assert_int_equal(channel_wait(readers, 1, p.hear, 0, 1), 0);
	for (int i = 0; i < 100000; i++) // a peer that rings without end neither blocks nor is remembered
		doorbell_ring(p.ring);
	assert_int_equal(channel_wait(readers, 1, p.hear, 0, 60000), 0);
	char byte;
	assert_int_equal(read(p.hear, &byte, 1), -1);
	pair_close(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records_in_order),
		cmocka_unit_test(test_full_and_released),
		cmocka_unit_test(test_sizes_refused),
		cmocka_unit_test(test_read_only_side_cannot_be_mapped_writable),
		cmocka_unit_test(test_foreign_memory_is_refused),
		cmocka_unit_test(test_hostile_frames),
		cmocka_unit_test(test_head_must_not_go_back),
		cmocka_unit_test(test_hostile_cursor),
		cmocka_unit_test(test_hostile_writer_scribbles),
		cmocka_unit_test(test_hostile_reader_scribbles),
		cmocka_unit_test(test_no_wakeup_is_lost),
		cmocka_unit_test(test_wait_times_out_and_hears_the_bell),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
