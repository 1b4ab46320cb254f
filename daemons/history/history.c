// SPDX-License-Identifier: Apache-2.0
#include "daemons/history/history.h"

#include "base/clock.h"
#include "daemons/history/projection.h"

#include <stdio.h>
#include <stdlib.h>

#define IDLE_COMMIT_NS 1000000000ull // when only time passed, the database hears of it this often

struct history {
	struct history_options options;
	struct store store;
	struct projection *projection;
	struct fold *fold;
	struct applied committed;
	uint64_t committed_ns;
	bool diverged;
	struct fold_divergence divergence;
};

static int store_fault(const struct history *h, struct journal_error *error)
{
	*error = (struct journal_error){ .fault = JOURNAL_IO, .error = EIO };
	snprintf(error->text, sizeof error->text, "%s", h->store.error);
	return FOLD_FAULT;
}

// The fold starts at or before the last row; entries that are rows already are folded but not written.
static int fold_begin(struct history *h, uint64_t durable, struct journal_error *error)
{
	const struct history_options *o = &h->options;
	struct fold_options fold = { .storage = o->storage, .master_key = o->master_key, .founding = o->founding,
				     .snapshots_fd = o->snapshots_fd, .blocks_max = h->committed.blocks,
				     .durable = durable, .progress = o->progress, .context = o->context };
	fold_close(h->fold);
	h->fold = NULL;
	projection_free(h->projection);
	h->projection = projection_new(&h->store, &o->founding->genesis, h->committed.sequence);
	return h->projection ? fold_open(&fold, &h->fold, error) : -ENOMEM;
}

static int parts_open(struct history *h, struct journal_error *error)
{
	const struct history_options *o = &h->options;
	int r = store_open(&h->store, o->database, o->founding->exchange_id, true);
	if (!r)
		r = store_applied(&h->store, &h->committed);
	if (r)
		return store_fault(h, error);
	r = fold_begin(h, o->durable, error);
	if (r || !fold_rewrites(h->fold, h->committed.sequence))
		return r;
	// Rows of an entry that is void now: away with them all.
	h->committed = (struct applied){ 0 };
	return store_clear(&h->store) ? store_fault(h, error) : fold_begin(h, o->durable, error);
}

int history_open(const struct history_options *options, struct history **ret, struct journal_error *ret_error)
{
	*ret_error = (struct journal_error){ 0 };
	struct history *h = calloc(1, sizeof *h);
	if (!h)
		return -ENOMEM;
	h->options = *options;
	int r = parts_open(h, ret_error);
	if (r) {
		fold_close(h->fold);
		projection_free(h->projection);
		store_close(&h->store);
		free(h);
		return r;
	}
	*ret = h;
	return 0;
}

static int commit(struct history *h)
{
	const struct fold_place *place = fold_place(h->fold);
	if (place->sequence <= h->committed.sequence)
		return 0;
	struct applied now = { place->blocks, place->sequence, place->time_us };
	int r = store_begin(&h->store);
	if (!r)
		r = projection_flush(h->projection);
	if (!r)
		r = store_commit(&h->store, h->options.founding->exchange_id, &now);
	if (r)
		return r;
	h->committed = now;
	h->committed_ns = clock_monotonic_ns();
	return 0;
}

void history_close(struct history *h)
{
	if (!h)
		return;
	// Not after a fault: what is not committed then is folded again at the next start.
	if (!h->diverged && !projection_error(h->projection) && fold_place(h->fold)->sequence == exchange_sequence(fold_exchange(h->fold)) &&
	    commit(h))
		h->committed_ns = 0;
	fold_close(h->fold);
	projection_free(h->projection);
	store_close(&h->store);
	free(h);
}

// Questions see what is not committed yet, so a commit may wait: orders that live
// shorter than that are written once.
static bool commit_due(const struct history *h, uint64_t now_ns)
{
	uint64_t since = now_ns - h->committed_ns;
	return since > (projection_pending(h->projection) ? COMMIT_MS_MAX * 1000000ull : IDLE_COMMIT_NS);
}

static int block_apply(struct history *h, uint64_t durable, struct journal_error *error)
{
	if (store_begin(&h->store))
		return store_fault(h, error);
	int r = fold_block(h->fold, durable, projection_entry, h->projection, error);
	if (r == 0 && projection_full(h->projection) && projection_flush(h->projection))
		return store_fault(h, error);
	return projection_error(h->projection) ? store_fault(h, error) : r;
}

// What was written since the last commit may be of the block that nobody agrees on. It goes, and
// everything up to that block is folded once more and stays.
static int diverge(struct history *h, struct journal_error *error)
{
	h->diverged = true;
	h->divergence = *fold_diverged(h->fold);
	if (store_rollback(&h->store))
		return store_fault(h, error);
	int r = fold_begin(h, h->divergence.block, error);
	while (!r)
		r = block_apply(h, h->divergence.block, error);
	if (r == FOLD_END && commit(h))
		return store_fault(h, error);
	return r;
}

int history_step(struct history *h, uint64_t durable, uint64_t budget_ns, struct journal_error *ret_error)
{
	uint64_t start = clock_monotonic_ns();
	int r = 0;
	if (h->diverged)
		return FOLD_END;
	do {
		r = durable > fold_place(h->fold)->blocks ? block_apply(h, durable, ret_error) : FOLD_END;
	} while (!r && clock_monotonic_ns() - start < budget_ns);
	if (r == FOLD_DIVERGED)
		return diverge(h, ret_error);
	if (r && r != FOLD_END)
		return r;
	if (commit_due(h, clock_monotonic_ns()) && commit(h))
		return store_fault(h, ret_error);
	return r;
}

int history_answer(struct history *h, const struct history_query *query, struct answer *ret,
		   struct journal_error *ret_error)
{
	int r = 0;
	if (projection_pending(h->projection)) {
		r = store_begin(&h->store);
		if (!r)
			r = projection_flush(h->projection);
	}
	if (!r)
		r = query_answer(&h->store, query, history_applied(h).time_us, ret);
	return r ? store_fault(h, ret_error) : 0;
}

const struct fold_divergence *history_diverged(const struct history *h)
{
	return h->diverged ? &h->divergence : NULL;
}

struct applied history_applied(const struct history *h)
{
	const struct fold_place *place = fold_place(h->fold);
	if (h->diverged || place->sequence <= h->committed.sequence)
		return h->committed;
	return (struct applied){ place->blocks, place->sequence, place->time_us };
}

const struct fold_place *history_place(const struct history *h)
{
	return fold_place(h->fold);
}

const struct exchange *history_exchange(const struct history *h)
{
	return fold_exchange(h->fold);
}

uint64_t history_rows(const struct history *h)
{
	return projection_rows(h->projection);
}
