// SPDX-License-Identifier: Apache-2.0
// redoubt-replica: the second opinion on every block. A thin shell.
#include "base/clock.h"
#include "base/log.h"
#include "daemons/replica/replica.h"
#include "follower/follower.h"

#define FOLD_BUDGET_NS 2000000ull
#define END_BUDGET_NS 1000000000ull
#define WAIT_MS_MAX 100u
#define ALERT_AGAIN_NS 10000000000ull
#define SNAPSHOT_ENTRIES 5000000u
#define SNAPSHOT_SECONDS 60u
#define CHECK_SECONDS 5u
#define SECOND_NS 1000000000ull

enum counter {
	APPLIED, BEHIND, ENTRIES_RATE, DIVERGED, DIVERGENCE, PUBLICATIONS, PUBLISH_NS, SNAPSHOTS, SNAPSHOT_SEQUENCE,
	SNAPSHOT_BYTES, SNAPSHOT_NS, SNAPSHOT_FAILED, CHECKS, COUNTERS
};
static const char *const counter_name[COUNTERS] = {
	[APPLIED] = "applied_sequence", [BEHIND] = "behind", [ENTRIES_RATE] = "entries_per_second",
	[DIVERGED] = "diverged", [DIVERGENCE] = "divergence", [PUBLICATIONS] = "publications",
	[PUBLISH_NS] = "publish_ns", [SNAPSHOTS] = "snapshots", [SNAPSHOT_SEQUENCE] = "snapshot_sequence",
	[SNAPSHOT_BYTES] = "snapshot_bytes", [SNAPSHOT_NS] = "snapshot_ns", [SNAPSHOT_FAILED] = "snapshot_failed",
	[CHECKS] = "integrity_rounds",
};

struct daemon {
	struct follower follower;
	struct replica *replica;
	struct marketdata *page;
	_Atomic uint64_t *counter[COUNTERS];
	uint64_t rate_ns, rate_sequence, alert_ns;
	int snapshot_error;
	unsigned spin_us;
};

static void stats_note(struct daemon *d, uint64_t now)
{
	const struct replica_figures *f = replica_figures(d->replica);
	uint64_t applied = replica_place(d->replica)->sequence;
	uint64_t durable = atomic_load_explicit(&d->follower.durable->sequence, memory_order_relaxed);
	const uint64_t values[COUNTERS] = {
		[APPLIED] = applied, [BEHIND] = durable > applied ? durable - applied : 0,
		[ENTRIES_RATE] = atomic_load_explicit(d->counter[ENTRIES_RATE], memory_order_relaxed),
		[DIVERGED] = replica_state(d->replica) != REPLICA_FOLLOWS,
		[DIVERGENCE] = replica_divergence(d->replica)->block, [PUBLICATIONS] = f->publications,
		[PUBLISH_NS] = f->publish_ns, [SNAPSHOTS] = f->snapshots, [SNAPSHOT_SEQUENCE] = f->snapshot_sequence,
		[SNAPSHOT_BYTES] = f->snapshot_size, [SNAPSHOT_NS] = f->snapshot_ns,
		[SNAPSHOT_FAILED] = (uint64_t)-f->snapshot_error, [CHECKS] = f->checks };
	for (size_t i = 0; i < COUNTERS; i++)
		stats_set(d->counter[i], values[i]);
	if (now - d->rate_ns < SECOND_NS)
		return;
	stats_set(d->counter[ENTRIES_RATE], (applied - d->rate_sequence) * SECOND_NS / (now - d->rate_ns));
	d->rate_ns = now;
	d->rate_sequence = applied;
}

// Loud, and again every ten seconds until somebody comes.
static void troubles_say(struct daemon *d, uint64_t now)
{
	int error = replica_figures(d->replica)->snapshot_error;
	if (error && error != d->snapshot_error)
		log_write(LOG_ERROR, "a snapshot could not be written: %s; the journal keeps growing until one can",
			  strerror(-error));
	d->snapshot_error = error;
	if (replica_state(d->replica) == REPLICA_FOLLOWS || (d->alert_ns && now - d->alert_ns < ALERT_AGAIN_NS))
		return;
	d->alert_ns = now;
	log_write(LOG_ALERT, "%s", replica_fault(d->replica));
}

static void sleep_until_due(struct daemon *d)
{
	uint64_t due_ms = replica_due_ns(d->replica) / 1000000;
	uint64_t wait_ms = u64_min(due_ms + (due_ms != UINT64_MAX / 1000000), WAIT_MS_MAX);
	// A replica that has diverged folds no further: it looks ahead of the journal, so that it sleeps.
	uint64_t seen = replica_state(d->replica) == REPLICA_FOLLOWS ? replica_place(d->replica)->blocks
								      : follow_durable(d->follower.durable);
	journal_follow(d->follower.durable, seen, d->spin_us, (unsigned)wait_ms);
}

// Who reads the pages must know that they are kept. After a divergence they are not: nothing is folded any more.
static void page_keep(struct daemon *d)
{
	if (replica_state(d->replica) == REPLICA_FOLLOWS)
		atomic_store_explicit(&d->page->heartbeat_us, clock_realtime_us(), memory_order_relaxed);
}

static int turn(struct daemon *d)
{
	struct journal_error error = { 0 };
	int r = replica_step(d->replica, follow_durable(d->follower.durable), FOLD_BUDGET_NS, &error);
	uint64_t now = clock_monotonic_ns();
	page_keep(d);
	stats_note(d, now);
	troubles_say(d, now);
	if (r == FOLD_VOIDED)
		log_write(LOG_WARNING, "an entry that was folded is void now; the replica folds again");
	else if (r && r != FOLD_END)
		log_write(LOG_ALERT, "%s", r < 0 ? strerror(-r) : error.text);
	if (r && r != FOLD_END)
		return 1;
	if (r == FOLD_END)
		sleep_until_due(d);
	return 0;
}

static void start_say(const struct daemon *d)
{
	const char *text;
	bool market;
	uint64_t from = replica_started_from(d->replica, &text, &market);
	if (text[0])
		log_write(LOG_NOTICE, "%s", text);
	if (!market)
		log_write(LOG_NOTICE, "the day's trades before entry %llu were not kept; tickers begin anew",
			  (unsigned long long)from);
	log_write(LOG_INFO, "folds from entry %llu", (unsigned long long)from + 1);
}

static int replica_begin(struct daemon *d)
{
	struct follower *f = &d->follower;
	int snapshots = handover_fd(f->handover, "snapshots-dir");
	struct marketdata *page = handover_map(f->handover, "marketdata",
					       marketdata_size(f->founding.genesis.capacities.markets), true);
	if (snapshots < 0 || !page) {
		log_write(LOG_ERROR, "the supervisor gave no %s", page ? "snapshots-dir" : "marketdata");
		return 1;
	}
	if (follower_sandbox(f, -1, snapshots) || !follower_await(f, NULL, NULL))
		return 1;
	struct replica_options o = {
		.storage = &f->storage, .master_key = f->key, .founding = &f->founding, .snapshots_fd = snapshots,
		.marketdata = page, .durable = follow_durable(f->durable),
		.snapshot_entries = handover_number(f->handover, "replica.snapshot_entries", SNAPSHOT_ENTRIES),
		.snapshot_ns = handover_number(f->handover, "replica.snapshot_seconds", SNAPSHOT_SECONDS) * SECOND_NS,
		.check_ns = handover_number(f->handover, "replica.check_seconds", CHECK_SECONDS) * SECOND_NS,
	};
	d->page = page;
	struct journal_error error = { 0 };
	int r = replica_open(&o, &d->replica, &error);
	if (r)
		log_write(LOG_ALERT, "%s", r < 0 ? strerror(-r) : error.text);
	return r ? 1 : 0;
}

static int run(struct daemon *d)
{
	for (size_t i = 0; i < COUNTERS; i++)
		d->counter[i] = stats_counter(d->follower.stats, counter_name[i]);
	d->spin_us = (unsigned)u64_min(handover_number(d->follower.handover, "replica.spin_us", 0), 1000);
	if (replica_begin(d))
		return 1;
	start_say(d);
	int r = 0;
	while (!r && follower_turn(&d->follower, NULL, NULL))
		r = turn(d);
	// A clean end: what the engine wrote last is folded too, and the next start has almost nothing to fold.
	struct journal_error error = { 0 };
	if (!r)
		r = replica_step(d->replica, follow_durable(d->follower.durable), END_BUDGET_NS, &error) == FOLD_FAULT;
	int written = r ? 0 : replica_snapshot(d->replica);
	if (written)
		log_write(LOG_ERROR, "the last snapshot could not be written: %s", strerror(-written));
	return r;
}

int main(int argc, char **argv)
{
	static struct daemon d;
	if (follower_open(&d.follower, "replica"))
		return 1;
	int r = run(&d);
	replica_close(d.replica);
	follower_close(&d.follower);
	return r;
}
