// SPDX-License-Identifier: Apache-2.0
// redoubt-history: the query database and its questions. A thin shell; with
// --rebuild it works offline on the directory of a stopped exchange.
#include "base/clock.h"
#include "base/log.h"
#include "daemons/history/rebuild.h"
#include "daemons/history/serve.h"
#include "follower/follower.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define NICE 10                   // nobody waits for history before an order is acknowledged
#define FOLD_BUDGET_NS 3000000ull // then the questions get their turn
#define END_BUDGET_NS 1000000000ull
#define WAIT_EAGER_MS 1           // somebody waits for the journal's next entry
#define WAIT_LIVELY_MS 3          // the journal grew a moment ago
#define WAIT_IDLE_MS 20
#define LIVELY_NS 200000000ull

struct daemon {
	struct follower follower;
	struct history *history;
	struct serve *serve;
	uint64_t grew_ns;
	bool divergence_said;
	_Atomic uint64_t *diverged, *applied, *behind, *rows, *rows_per_second;
	uint64_t rate_ns, rate_rows;
};

static void channel_replaced(void *context, const char *name)
{
	struct daemon *d = context;
	if (serve_replaced(d->serve, d->follower.handover, name))
		log_write(LOG_WARNING, "the supervisor replaced %s, which history does not have", name);
}

static void stats_note(struct daemon *d, uint64_t now_ns)
{
	uint64_t applied = history_applied(d->history).sequence, rows = history_rows(d->history);
	uint64_t durable = atomic_load_explicit(&d->follower.durable->sequence, memory_order_relaxed);
	stats_set(d->diverged, history_diverged(d->history) != NULL);
	stats_set(d->applied, applied);
	stats_set(d->behind, durable > applied ? durable - applied : 0);
	stats_set(d->rows, rows);
	if (now_ns - d->rate_ns < 1000000000ull)
		return;
	stats_set(d->rows_per_second, (rows - d->rate_rows) * 1000000000ull / (now_ns - d->rate_ns));
	d->rate_ns = now_ns;
	d->rate_rows = rows;
}

// Once: the replica is the one that keeps calling.
static void divergence_say(struct daemon *d)
{
	const struct fold_divergence *divergence = history_diverged(d->history);
	if (!divergence || d->divergence_said)
		return;
	d->divergence_said = true;
	log_write(LOG_ALERT, "the engine's digest of block %llu is not ours: see the replica; history stays at entry %llu",
		  (unsigned long long)divergence->block,
		  (unsigned long long)history_applied(d->history).sequence);
}

static int wait_ms(const struct daemon *d, uint64_t now_ns)
{
	if (serve_waiting(d->serve))
		return WAIT_EAGER_MS;
	return now_ns - d->grew_ns < LIVELY_NS ? WAIT_LIVELY_MS : WAIT_IDLE_MS;
}

// One turn: some folding, some questions, then sleep if there was nothing to do. 0 or 1 with *error.
static int turn(struct daemon *d, struct journal_error *error)
{
	const struct durable_page *page = d->follower.durable;
	uint64_t before = history_place(d->history)->blocks;
	int step = history_step(d->history, follow_durable(page), FOLD_BUDGET_NS, error);
	if (step && step != FOLD_END)
		return step;
	uint64_t now = clock_monotonic_ns();
	if (history_place(d->history)->blocks != before)
		d->grew_ns = now;
	int r = serve_turn(d->serve, d->history, atomic_load(&page->sequence), error);
	stats_note(d, now);
	divergence_say(d);
	if (!r && step == FOLD_END && serve_wait(d->serve, d->follower.doorbell, wait_ms(d, now)))
		r = 1;
	return r;
}

static int failed(int r, const struct daemon *d, const struct journal_error *error)
{
	if (r == FOLD_VOIDED)
		log_write(LOG_WARNING, "an entry that was folded is void now; history folds again");
	else
		log_write(LOG_ALERT, "%s", r < 0 ? strerror(-r) : error->text);
	return 1;
}

static int history_begin(struct daemon *d, struct journal_error *error)
{
	struct follower *f = &d->follower;
	int snapshots = handover_fd(f->handover, "snapshots-dir"), dir = handover_fd(f->handover, "history-dir");
	char link[64], path[PATH_MAX];
	snprintf(link, sizeof link, "/proc/self/fd/%d", dir);
	ssize_t n = readlink(link, path, sizeof path - sizeof "/" DATABASE_NAME);
	if (n < 0) {
		log_write(LOG_ERROR, "history-dir: %s", strerror(errno));
		return 1;
	}
	memcpy(path + n, "/" DATABASE_NAME, sizeof "/" DATABASE_NAME);
	sqlite3_initialize();
	follower_stand_back(NICE);
	if (follower_sandbox(f, snapshots, dir) || !follower_await(f, channel_replaced, d))
		return 1;
	struct history_options o = { .storage = &f->storage, .master_key = f->key, .founding = &f->founding,
				     .snapshots_fd = snapshots, .database = path,
				     .durable = follow_durable(f->durable) };
	int r = history_open(&o, &d->history, error);
	return r ? failed(r, d, error) : 0;
}

static int run(struct daemon *d)
{
	struct journal_error error = { 0 };
	struct stats_page *stats = d->follower.stats;
	d->serve = serve_new(d->follower.handover, (unsigned)handover_number(d->follower.handover, "gateways", 1),
			     stats);
	d->applied = stats_counter(stats, "applied_sequence");
	d->diverged = stats_counter(stats, "diverged");
	d->behind = stats_counter(stats, "behind");
	d->rows = stats_counter(stats, "rows");
	d->rows_per_second = stats_counter(stats, "rows_per_second");
	if (!d->serve || history_begin(d, &error))
		return 1;
	log_write(LOG_INFO, "applied up to entry %llu", (unsigned long long)history_applied(d->history).sequence);
	while (follower_turn(&d->follower, channel_replaced, d)) {
		int r = turn(d, &error);
		if (r)
			return failed(r, d, &error);
	}
	// A clean end: what the engine wrote last is in the database too.
	int r = history_step(d->history, follow_durable(d->follower.durable), END_BUDGET_NS, &error);
	return r && r != FOLD_END ? failed(r, d, &error) : 0;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return rebuild_main(argc, argv);
	static struct daemon d;
	umask(077); // the database is nobody else's; the supervisor's own mask lets the journal's group read
	if (follower_open(&d.follower, "history"))
		return 1;
	int r = run(&d);
	history_close(d.history);
	serve_free(d.serve);
	follower_close(&d.follower);
	return r;
}
