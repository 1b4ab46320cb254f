// SPDX-License-Identifier: Apache-2.0
#include "fold/fold.h"
#include "fold/journal_lab.h"
#include "fold/test_dir.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct world {
	struct test_dir dir;
	int journal_fd, snapshots_fd;
	struct journal_lab l;
};

static int world_open(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	struct capacities c = lab_capacities();
	w->dir = test_dir_make();
	w->journal_fd = test_dir_sub(&w->dir, "journal");
	w->snapshots_fd = test_dir_sub(&w->dir, "snapshots");
	journal_lab_open(&w->l, w->journal_fd, &c);
	journal_lab_market(&w->l, 8);
	*state = w;
	return 0;
}

static int world_close(void **state)
{
	struct world *w = *state;
	journal_lab_close(&w->l);
	close(w->journal_fd);
	close(w->snapshots_fd);
	test_dir_remove(&w->dir);
	free(w);
	return 0;
}

static struct fold *begin(struct world *w, uint64_t blocks_max)
{
	struct fold_options o = { .storage = &w->l.storage, .master_key = w->l.key, .founding = &w->l.founding,
				  .snapshots_fd = w->snapshots_fd, .blocks_max = blocks_max, .durable = UINT64_MAX };
	struct journal_error error;
	struct fold *f = NULL;
	int r = fold_open(&o, &f, &error);
	if (r)
		print_message("fold_open: %d %s\n", r, error.text);
	assert_int_equal(r, 0);
	return f;
}

static int run(struct fold *f, uint64_t durable)
{
	struct journal_error error = { 0 };
	int r;
	while (!(r = fold_block(f, durable, NULL, NULL, &error)))
		;
	if (r == FOLD_FAULT)
		print_message("fold_block: %s\n", error.text);
	return r;
}

static void assert_same_state(const struct exchange *a, const struct exchange *b)
{
	uint8_t x[32], y[32];
	exchange_hash(a, x);
	exchange_hash(b, y);
	assert_memory_equal(x, y, 32);
}

static void test_from_zero(void **state)
{
	struct world *w = *state;
	journal_lab_trade(&w->l, 1, 3000);
	journal_lab_commit(&w->l);
	struct fold *f = begin(w, UINT64_MAX);
	assert_int_equal(run(f, 3), FOLD_END);
	assert_int_equal(fold_place(f)->blocks, 3);
	assert_int_equal(run(f, UINT64_MAX), FOLD_END);
	assert_int_equal(fold_place(f)->sequence, w->l.place.sequence);
	assert_int_equal(fold_place(f)->blocks, w->l.place.blocks);
	assert_memory_equal(fold_place(f)->leaf_hash, w->l.place.leaf_hash, 32);
	assert_same_state(fold_exchange(f), w->l.lab.x);
	fold_close(f);
}

static void test_lie_is_found_and_stays(void **state)
{
	struct world *w = *state;
	journal_lab_trade(&w->l, 2, 10);
	journal_lab_commit(&w->l);
	uint64_t block = w->l.place.blocks;
	journal_lab_trade(&w->l, 3, 10);
	journal_lab_commit_lie(&w->l);
	journal_lab_trade(&w->l, 4, 10);
	journal_lab_commit(&w->l);
	struct fold *f = begin(w, UINT64_MAX);
	assert_int_equal(run(f, UINT64_MAX), FOLD_DIVERGED);
	const struct fold_divergence *d = fold_diverged(f);
	assert_int_equal(d->block, block);
	assert_int_equal(d->last_sequence - d->first_sequence, 9);
	assert_int_equal(d->engine ^ d->ours, 1);
	struct journal_error error;
	assert_int_equal(fold_block(f, UINT64_MAX, NULL, NULL, &error), FOLD_DIVERGED);
	fold_close(f);
}

static void write_snapshot(struct world *w, struct fold *f)
{
	extern int test_snapshot(int, const uint8_t *, const struct founding *, const struct fold *);
	assert_int_equal(test_snapshot(w->snapshots_fd, w->l.key, &w->l.founding, f), 0);
}

static void void_entry(struct world *w, uint64_t names)
{
	uint8_t bytes[64];
	struct writer wr = writer_over(bytes, sizeof bytes);
	size_t size = entry_write(&wr, ENTRY_VOID, &names, sizeof names);
	journal_lab_entry(&w->l, bytes, size);
	journal_lab_commit(&w->l);
}

struct passed {
	uint64_t sequence;
	unsigned count;
};

static void passed_note(void *context, const struct exchange *x, const struct entry *entry, uint64_t sequence,
			uint64_t time_us)
{
	struct passed *p = context;
	if (!entry) {
		p->sequence = sequence;
		p->count++;
	}
}

// A VOID is collected before folding: also a snapshot that already holds the entry is passed over.
static void test_void(void **state)
{
	struct world *w = *state;
	journal_lab_trade(&w->l, 5, 100);
	journal_lab_commit(&w->l);
	uint64_t victim = w->l.place.sequence;
	struct fold *f = begin(w, UINT64_MAX);
	assert_int_equal(run(f, UINT64_MAX), FOLD_END);
	write_snapshot(w, f);
	void_entry(w, victim);
	// Live, it is news: what was folded cannot be taken back.
	assert_int_equal(run(f, UINT64_MAX), FOLD_VOIDED);
	fold_close(f);
	f = begin(w, UINT64_MAX);
	assert_int_equal(fold_started_from(f, NULL), 0);
	struct passed p = { 0 };
	struct journal_error error;
	int r;
	while (!(r = fold_block(f, UINT64_MAX, passed_note, &p, &error)))
		;
	assert_int_equal(r, FOLD_END);
	assert_int_equal(p.count, 1);
	assert_int_equal(p.sequence, victim);
	fold_close(f);
}

static void test_from_snapshot(void **state)
{
	struct world *w = *state;
	journal_lab_trade(&w->l, 6, 500);
	journal_lab_commit(&w->l);
	struct fold *f = begin(w, UINT64_MAX);
	assert_int_equal(run(f, UINT64_MAX), FOLD_END);
	write_snapshot(w, f);
	struct fold_place first = *fold_place(f);
	journal_lab_trade(&w->l, 7, 500);
	journal_lab_commit(&w->l);
	assert_int_equal(run(f, UINT64_MAX), FOLD_END);
	struct fold *g = begin(w, UINT64_MAX);
	assert_int_equal(fold_started_from(g, NULL), first.sequence);
	assert_int_equal(fold_place(g)->blocks, first.blocks);
	assert_int_equal(run(g, UINT64_MAX), FOLD_END);
	assert_same_state(fold_exchange(g), fold_exchange(f));
	fold_close(g);
	// Somebody who needs an earlier state than the snapshot's starts from zero.
	g = begin(w, first.blocks - 1);
	assert_int_equal(fold_started_from(g, NULL), 0);
	fold_close(g);
	fold_close(f);
}

static void test_damaged_balance_is_found(void **state)
{
	struct world *w = *state;
	journal_lab_trade(&w->l, 8, 200);
	journal_lab_commit(&w->l);
	struct fold *f = begin(w, UINT64_MAX);
	assert_int_equal(run(f, 2), FOLD_END);
	struct fold *g = begin(w, UINT64_MAX);
	assert_int_equal(run(g, UINT64_MAX), FOLD_END);
	// An entry that the engine never saw: the states differ from here on.
	uint8_t bytes[64];
	struct writer wr = writer_over(bytes, sizeof bytes);
	size_t size = entry_write(&wr, ENTRY_TICK, NULL, 0);
	assert_true(size > 0);
	assert_int_equal(exchange_apply(fold_exchange_mutable(f), exchange_sequence(fold_exchange(f)) + 1,
					exchange_time_us(fold_exchange(f)), bytes, size),
			 0);
	struct journal_error error;
	assert_int_equal(fold_block(f, UINT64_MAX, NULL, NULL, &error), FOLD_FAULT);
	fold_close(f);
	fold_close(g);
}

static void test_founding(void **state)
{
	struct world *w = *state;
	int fd = openat(w->dir.fd, "founding", O_RDWR | O_CREAT, 0600);
	struct founding found;
	assert_int_equal(write(fd, w->l.genesis_entry, w->l.genesis_size), w->l.genesis_size);
	assert_int_equal(founding_load(fd, &found), 0);
	assert_memory_equal(found.exchange_id, w->l.founding.exchange_id, 32);
	assert_string_equal(found.genesis.origin, "redoubt.local/lab");
	uint8_t byte = w->l.genesis_entry[w->l.genesis_size - 1] ^ 1;
	assert_int_equal(pwrite(fd, &byte, 1, (off_t)w->l.genesis_size - 1), 1);
	assert_int_equal(founding_load(fd, &found), 1);
	assert_int_equal(ftruncate(fd, FOUNDING_SIZE_MAX + 1), 0);
	assert_int_equal(founding_load(fd, &found), 1);
	close(fd);
	assert_int_equal(founding_load(-1, &found), -EBADF);
}

int main(void)
{
#define WITH_WORLD(t) cmocka_unit_test_setup_teardown(t, world_open, world_close)
	const struct CMUnitTest tests[] = {
		WITH_WORLD(test_from_zero), WITH_WORLD(test_lie_is_found_and_stays), WITH_WORLD(test_from_snapshot),
		WITH_WORLD(test_void), WITH_WORLD(test_damaged_balance_is_found), WITH_WORLD(test_founding),
	};
	return cmocka_run_group_tests_name("fold", tests, NULL, NULL);
}
