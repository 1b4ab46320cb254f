// SPDX-License-Identifier: Apache-2.0
// The pool is a ring: block number n lives in slot n % blocks. So the two threads
// share two counters and nothing else: `submitted` (sequencer) and `durable`
// (journal). A slot is free again when its block is durable.
#include "journal/pipeline.h"

#include "base/clock.h"
#include "crypto/secret.h"
#include "journal/follow.h"

#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// Sealing a block costs about as much as writing it, so beyond a few blocks a larger
// batch brings no more throughput, only a longer wait for the first block in it.
#define PIPELINE_BATCH 8u

_Static_assert(PIPELINE_BATCH <= BATCH_BLOCKS_MAX, "the writer takes it");

#define PREPARE_RETRY_MS 1000 // after a failure to make the next segment

struct pipeline {
	// the sequencer's
	alignas(CACHE_LINE) _Atomic uint64_t submitted;
	_Atomic uint32_t sequencer_sleeps;
	// the journal thread's
	alignas(CACHE_LINE) _Atomic uint64_t durable;
	_Atomic uint32_t sleeps; // futex: 1 while it sleeps, 0 once somebody has woken it
	_Atomic bool dead;
	struct journal_error error;
	_Atomic uint64_t batches, bytes, write_us_sum, write_us_max, segments_prepared;
	// both
	alignas(CACHE_LINE) _Atomic bool stop;
	struct pipeline_options options;
	uint64_t first; // number of the first block of this opening
	struct block *pool;
	size_t pool_size;
	pthread_t writer, preparer;
	// the preparer sleeps on this: the last segment that should exist by now
	_Atomic uint32_t segment_wanted;
	uint8_t salts[PIPELINE_BATCH][32];
};

static void futex_wait(_Atomic uint32_t *word, uint32_t value, unsigned timeout_ms)
{
	struct timespec t = { timeout_ms / 1000, (long)(timeout_ms % 1000) * 1000000 };
	(void)syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, timeout_ms ? &t : NULL, NULL, 0);
}

static void futex_wake(_Atomic uint32_t *word)
{
	(void)syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

static bool something_to_do(struct pipeline *p, uint64_t durable)
{
	return atomic_load(&p->submitted) != durable || atomic_load(&p->stop);
}

// Spins for a while, then sleeps until the sequencer submits.
static void writer_wait(struct pipeline *p, uint64_t durable)
{
	uint64_t limit = (uint64_t)p->options.spin_us * 1000, start = limit ? clock_monotonic_ns() : 0;
	while (limit && clock_monotonic_ns() - start < limit)
		for (int i = 0; i < 64; i++) {
			if (something_to_do(p, durable))
				return;
			__builtin_ia32_pause();
		}
	for (;;) {
		atomic_store(&p->sleeps, 1);
		if (something_to_do(p, durable))
			break;
		futex_wait(&p->sleeps, 1, 0);
	}
	atomic_store(&p->sleeps, 0);
}

// After the change that the writer waits for. The word is changed before the wake: a writer that has
// looked already but does not sleep yet finds another value and does not go to sleep.
static void wake_writer(struct pipeline *p)
{
	if (atomic_load(&p->sleeps) && atomic_exchange(&p->sleeps, 0))
		futex_wake(&p->sleeps);
}

static void wake_sequencer(struct pipeline *p)
{
	if (p->options.doorbell >= 0 && atomic_load(&p->sequencer_sleeps)) {
		uint64_t one = 1;
		ssize_t ignored = write(p->options.doorbell, &one, sizeof one);
		(void)ignored;
	}
}

static void count_batch(struct pipeline *p, uint64_t bytes, uint64_t start_ns)
{
	uint64_t us = (clock_monotonic_ns() - start_ns) / 1000;
	atomic_fetch_add_explicit(&p->batches, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&p->bytes, bytes, memory_order_relaxed);
	atomic_fetch_add_explicit(&p->write_us_sum, us, memory_order_relaxed);
	if (us > atomic_load_explicit(&p->write_us_max, memory_order_relaxed))
		atomic_store_explicit(&p->write_us_max, us, memory_order_relaxed);
}

// Writes blocks durable .. submitted, PIPELINE_BATCH at most. False when the writer died.
static bool batch_write(struct pipeline *p, uint64_t durable, uint64_t submitted, uint64_t *ret_durable)
{
	struct block *batch[PIPELINE_BATCH];
	struct journal_place place;
	size_t count = (size_t)u64_min(submitted - durable, PIPELINE_BATCH);
	uint64_t bytes = 0, start = clock_monotonic_ns();
	for (size_t i = 0; i < count; i++) {
		batch[i] = &p->pool[(durable + i) % p->options.blocks];
		bytes += batch[i]->size;
	}
	random_bytes(p->salts, count * sizeof p->salts[0]);
	if (journal_write(p->options.journal, batch, count, (const uint8_t(*)[32])p->salts, &place, &p->error)) {
		atomic_store(&p->dead, true);
		return false;
	}
	count_batch(p, bytes, start);
	*ret_durable = durable + count;
	atomic_store(&p->durable, *ret_durable);
	if (p->options.page)
		durable_publish(p->options.page, &place);
	return true;
}

static void *writer_main(void *context)
{
	struct pipeline *p = context;
	uint64_t durable = p->first;
	for (;;) {
		uint64_t submitted = atomic_load(&p->submitted);
		if (submitted == durable) {
			if (atomic_load(&p->stop))
				return NULL;
			writer_wait(p, durable);
			continue;
		}
		bool alive = batch_write(p, durable, submitted, &durable);
		wake_sequencer(p);
		if (!alive)
			return NULL;
		uint32_t wanted = journal_segment_wanted(p->options.journal);
		if (wanted != atomic_load_explicit(&p->segment_wanted, memory_order_relaxed)) {
			atomic_store(&p->segment_wanted, wanted);
			futex_wake(&p->segment_wanted);
		}
	}
}

// Makes the next segment while the current one is being filled. A failure is not yet
// fatal: the writer meets it, with the error, when it needs the segment.
static void *preparer_main(void *context)
{
	struct pipeline *p = context;
	struct journal_error ignored;
	uint32_t there = journal_segment(p->options.journal);
	for (;;) {
		uint32_t wanted = atomic_load(&p->segment_wanted);
		if (atomic_load(&p->stop)) // after the load: pipeline_stop changes both, this one first
			return NULL;
		bool failed = wanted > there && journal_prepare_segment(p->options.journal, &ignored) != 0;
		if (wanted > there && !failed) {
			there = wanted;
			atomic_fetch_add(&p->segments_prepared, 1);
		}
		futex_wait(&p->segment_wanted, wanted, failed ? PREPARE_RETRY_MS : 60000);
	}
}

static int pool_make(struct pipeline *p)
{
	p->pool_size = (size_t)p->options.blocks * sizeof *p->pool;
	// Touched now: the sequencer never faults a page in.
	void *pool = mmap(NULL, p->pool_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (pool == MAP_FAILED)
		return -errno;
	p->pool = pool;
	return 0;
}

static void pipeline_free(struct pipeline *p)
{
	if (p->pool)
		munmap(p->pool, p->pool_size);
	free(p);
}

static int threads_start(struct pipeline *p)
{
	int error = pthread_create(&p->writer, NULL, writer_main, p);
	if (error)
		return -error;
	error = pthread_create(&p->preparer, NULL, preparer_main, p);
	if (!error)
		return 0;
	atomic_store(&p->stop, true);
	wake_writer(p);
	pthread_join(p->writer, NULL);
	return -error;
}

int pipeline_start(const struct pipeline_options *options, struct pipeline **ret)
{
	if (options->blocks < PIPELINE_BLOCKS_MIN)
		return -EINVAL;
	struct pipeline *p = aligned_alloc(CACHE_LINE, sizeof *p);
	if (!p)
		return -ENOMEM;
	memset(p, 0, sizeof *p);
	p->options = *options;
	p->first = options->place.blocks;
	atomic_store(&p->submitted, p->first);
	atomic_store(&p->durable, p->first);
	atomic_store(&p->segment_wanted, journal_segment_wanted(options->journal));
	if (options->page)
		durable_publish(options->page, &options->place);
	int error = pool_make(p);
	if (!error)
		error = threads_start(p);
	if (error) {
		pipeline_free(p);
		return error;
	}
	*ret = p;
	return 0;
}

void pipeline_stop(struct pipeline *p)
{
	if (!p)
		return;
	atomic_store(&p->stop, true);
	wake_writer(p);
	pthread_join(p->writer, NULL);
	atomic_fetch_add(&p->segment_wanted, UINT32_MAX / 2); // another value: the preparer does not go to sleep on it
	futex_wake(&p->segment_wanted);
	pthread_join(p->preparer, NULL);
	journal_close(p->options.journal);
	pipeline_free(p);
}

struct block *pipeline_block(struct pipeline *p)
{
	uint64_t submitted = atomic_load_explicit(&p->submitted, memory_order_relaxed);
	if (submitted - pipeline_durable(p) >= p->options.blocks)
		return NULL;
	return &p->pool[submitted % p->options.blocks];
}

void pipeline_submit(struct pipeline *p)
{
	atomic_fetch_add(&p->submitted, 1); // sequentially consistent: before the look at `sleeps`
	wake_writer(p);
}

uint64_t pipeline_durable(const struct pipeline *p)
{
	return atomic_load_explicit(&p->durable, memory_order_acquire);
}

bool pipeline_alive(const struct pipeline *p, struct journal_error *ret_error)
{
	if (!atomic_load(&p->dead))
		return true;
	if (ret_error)
		*ret_error = p->error;
	return false;
}

void pipeline_sleeping(struct pipeline *p, bool asleep)
{
	atomic_store(&p->sequencer_sleeps, asleep);
	// Against wake_sequencer: either the writer sees the sleeper, or the sequencer's next look, which
	// only acquires, sees what is durable.
	if (asleep)
		atomic_thread_fence(memory_order_seq_cst);
}

void pipeline_counters(const struct pipeline *p, struct pipeline_counters *ret)
{
	*ret = (struct pipeline_counters){ .batches = atomic_load(&p->batches),
					   .blocks = pipeline_durable(p) - p->first,
					   .bytes = atomic_load(&p->bytes),
					   .write_us_sum = atomic_load(&p->write_us_sum),
					   .write_us_max = atomic_load(&p->write_us_max),
					   .segments_prepared = atomic_load(&p->segments_prepared) };
}
