// SPDX-License-Identifier: Apache-2.0
#include "daemons/replica/replica.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>

struct replica {
	struct replica_options options;
	struct fold *fold;
	struct publisher *publisher;
	struct integrity integrity;
	struct replica_figures figures;
	enum replica_state state;
	char fault[384];
	bool market_restored;
	uint64_t published_sequence, publish_after_ns;
	uint64_t changes;            // entries since the last snapshot that change something
	uint64_t snapshot_at_ns;     // when the last one was written
};

static int parts_open(struct replica *r, struct journal_error *error)
{
	const struct replica_options *o = &r->options;
	struct fold_options fold = { .storage = o->storage, .master_key = o->master_key, .founding = o->founding,
				     .snapshots_fd = o->snapshots_fd, .blocks_max = UINT64_MAX,
				     .durable = o->durable };
	int result = fold_open(&fold, &r->fold, error);
	if (result)
		return result;
	r->publisher = publisher_new(o->marketdata, &o->founding->genesis);
	if (!r->publisher)
		return -ENOMEM;
	uint64_t from = fold_started_from(r->fold, NULL);
	r->market_restored = from == 0 || !snapshots_restore(o->snapshots_fd, from, r->publisher);
	return 0;
}

int replica_open(const struct replica_options *options, struct replica **ret, struct journal_error *ret_error)
{
	struct replica *r = calloc(1, sizeof *r);
	if (!r)
		return -ENOMEM;
	r->options = *options;
	r->snapshot_at_ns = clock_monotonic_ns();
	int result = parts_open(r, ret_error);
	if (result) {
		replica_close(r);
		return result;
	}
	r->figures.snapshot_sequence = fold_started_from(r->fold, NULL);
	*ret = r;
	return 0;
}

void replica_close(struct replica *r)
{
	if (!r)
		return;
	fold_close(r->fold);
	publisher_free(r->publisher);
	free(r);
}

static void entry_folded(void *context, const struct exchange *x, const struct entry *entry, uint64_t sequence,
			 uint64_t time_us)
{
	struct replica *r = context;
	if (!entry)
		return;
	publisher_entry(r->publisher, x, time_us);
	r->changes += entry->kind != ENTRY_TICK && entry->kind != ENTRY_OPEN;
}

static void diverged(struct replica *r)
{
	const struct fold_divergence *d = fold_diverged(r->fold);
	r->state = REPLICA_DIVERGED;
	snprintf(r->fault, sizeof r->fault,
		 "the engine and the replica disagree at block %llu (entries %llu to %llu): engine's digest %016llx, "
		 "ours %016llx; halt trading, keep the journal, run redoubt-verify --replay",
		 (unsigned long long)d->block, (unsigned long long)d->first_sequence,
		 (unsigned long long)d->last_sequence, (unsigned long long)d->engine, (unsigned long long)d->ours);
}

static void publish(struct replica *r, uint64_t now_ns)
{
	const struct exchange *x = fold_exchange(r->fold);
	r->figures.markets_published = publisher_publish(r->publisher, x);
	r->figures.publish_ns = clock_monotonic_ns() - now_ns;
	r->figures.publications++;
	r->published_sequence = exchange_sequence(x);
	r->publish_after_ns = now_ns + u64_max(PUBLISH_NS_MIN, r->figures.publish_ns * PUBLISH_SHARE);
}

static bool snapshot_due(const struct replica *r, uint64_t now_ns)
{
	const struct replica_options *o = &r->options;
	if (r->changes == 0 || o->snapshots_fd < 0)
		return false;
	if (o->snapshot_entries && r->changes >= o->snapshot_entries)
		return true;
	return o->snapshot_ns && now_ns - r->snapshot_at_ns >= o->snapshot_ns;
}

int replica_snapshot(struct replica *r)
{
	const struct replica_options *o = &r->options;
	if (r->state != REPLICA_FOLLOWS || r->changes == 0 || o->snapshots_fd < 0)
		return 0;
	// Half a block is no place to start from.
	if (fold_place(r->fold)->sequence != exchange_sequence(fold_exchange(r->fold)))
		return 0;
	struct snapshot_figures figures;
	int result = snapshots_write(o->snapshots_fd, o->master_key, o->founding, r->fold, r->publisher, &figures);
	r->snapshot_at_ns = clock_monotonic_ns(); // after a failure, too: not again at once
	r->figures.snapshot_error = result;
	r->changes = 0;
	if (result)
		return result;
	r->figures.snapshots++;
	r->figures.snapshot_sequence = fold_place(r->fold)->sequence;
	r->figures.snapshot_size = figures.size;
	r->figures.snapshot_ns = figures.nanoseconds;
	return 0;
}

static void housekeeping(struct replica *r)
{
	uint64_t now = clock_monotonic_ns();
	const struct exchange *x = fold_exchange(r->fold);
	if (r->published_sequence != exchange_sequence(x) && now >= r->publish_after_ns)
		publish(r, now);
	if (!integrity_turn(&r->integrity, x, now, r->options.check_ns)) {
		r->state = REPLICA_UNBALANCED;
		snprintf(r->fault, sizeof r->fault, "at entry %llu %s; halt trading, keep the journal",
			 (unsigned long long)exchange_sequence(x), r->integrity.fault);
		return;
	}
	r->figures.checks = r->integrity.rounds;
	// A snapshot that fails (a full disk) stops nothing: the figures say it, the shell logs it, the next one is tried later.
	int written = snapshot_due(r, now) ? replica_snapshot(r) : 0;
	ASSERT(written <= 0);
}

int replica_step(struct replica *r, uint64_t durable, uint64_t budget_ns, struct journal_error *ret_error)
{
	uint64_t start = clock_monotonic_ns();
	int result = 0;
	if (r->state != REPLICA_FOLLOWS)
		return FOLD_END;
	do {
		result = fold_block(r->fold, durable, entry_folded, r, ret_error);
	} while (!result && clock_monotonic_ns() - start < budget_ns);
	if (result == FOLD_DIVERGED) {
		diverged(r);
		return FOLD_END;
	}
	if (result && result != FOLD_END)
		return result;
	housekeeping(r);
	return result;
}

uint64_t replica_due_ns(const struct replica *r)
{
	if (r->state != REPLICA_FOLLOWS || r->published_sequence == exchange_sequence(fold_exchange(r->fold)))
		return UINT64_MAX;
	uint64_t now = clock_monotonic_ns();
	return r->publish_after_ns > now ? r->publish_after_ns - now : 0;
}

enum replica_state replica_state(const struct replica *r)
{
	return r->state;
}

const char *replica_fault(const struct replica *r)
{
	return r->fault;
}

const struct fold_divergence *replica_divergence(const struct replica *r)
{
	return fold_diverged(r->fold);
}

const struct fold_place *replica_place(const struct replica *r)
{
	return fold_place(r->fold);
}

const struct replica_figures *replica_figures(const struct replica *r)
{
	return &r->figures;
}

struct fold *replica_fold(struct replica *r)
{
	return r->fold;
}

uint64_t replica_started_from(const struct replica *r, const char **ret_text, bool *ret_market)
{
	*ret_market = r->market_restored;
	return fold_started_from(r->fold, ret_text);
}
