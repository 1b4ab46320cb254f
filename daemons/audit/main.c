// SPDX-License-Identifier: Apache-2.0
// redoubt-audit: signs what the journal holds. A thin shell.
#include "base/clock.h"
#include "base/log.h"
#include "crypto/secret.h"
#include "daemons/audit/audit.h"
#include "follower/follower.h"

#include <sys/stat.h>

#define NICE 5
#define STEP_BUDGET_NS 5000000ull
#define END_BUDGET_NS 1000000000ull
#define WAIT_MS_MAX 100u
#define ALERT_AGAIN_NS 10000000000ull
#define CHECKPOINT_MS 500u // while blocks arrive; the promise is one second

enum counter { BLOCKS, BEHIND, CHECKPOINT_SIZE, CHECKPOINT_US, CHECKPOINTS, SIGN_NS, TILES, REFUSES, COUNTERS };
static const char *const counter_name[COUNTERS] = {
	[BLOCKS] = "blocks", [BEHIND] = "behind_blocks", [CHECKPOINT_SIZE] = "checkpoint_size",
	[CHECKPOINT_US] = "checkpoint_us", [CHECKPOINTS] = "checkpoints", [SIGN_NS] = "sign_ns", [TILES] = "tiles",
	[REFUSES] = "refuses",
};

struct daemon {
	struct follower follower;
	struct audit *audit;
	uint8_t *seed;
	_Atomic uint64_t *counter[COUNTERS];
	uint64_t alert_ns;
};

static void stats_note(struct daemon *d)
{
	struct audit_figures f = audit_figures(d->audit);
	uint64_t durable = follow_durable(d->follower.durable);
	const uint64_t values[COUNTERS] = { [BLOCKS] = f.blocks, [BEHIND] = durable > f.blocks ? durable - f.blocks : 0,
					    [CHECKPOINT_SIZE] = f.signed_size, [CHECKPOINT_US] = f.signed_us,
					    [CHECKPOINTS] = f.checkpoints, [SIGN_NS] = f.sign_ns, [TILES] = f.tiles,
					    [REFUSES] = audit_fault(d->audit) != NULL };
	for (size_t i = 0; i < COUNTERS; i++)
		stats_set(d->counter[i], values[i]);
}

static void refusal_say(struct daemon *d)
{
	const char *fault = audit_fault(d->audit);
	uint64_t now = clock_monotonic_ns();
	if (!fault || (d->alert_ns && now - d->alert_ns < ALERT_AGAIN_NS))
		return;
	d->alert_ns = now;
	log_write(LOG_ALERT, "%s", fault);
}

static void sleep_until_due(struct daemon *d)
{
	uint64_t due = audit_due_ns(d->audit), durable = follow_durable(d->follower.durable);
	uint64_t wait_ms = due == UINT64_MAX ? WAIT_MS_MAX : u64_min(due / 1000000 + 1, WAIT_MS_MAX);
	uint64_t seen = audit_fault(d->audit) ? durable : audit_figures(d->audit).blocks;
	journal_follow(d->follower.durable, seen, 0, (unsigned)wait_ms);
}

static int turn(struct daemon *d)
{
	struct journal_error error = { 0 };
	int r = audit_step(d->audit, follow_durable(d->follower.durable), STEP_BUDGET_NS, &error);
	stats_note(d);
	refusal_say(d);
	if (r == 1)
		log_write(LOG_ALERT, "%s", error.text);
	else if (r < 0)
		log_write(LOG_ALERT, "the log's directory: %s; nothing is signed", strerror(-r));
	else if (r == 2)
		sleep_until_due(d);
	return r == 0 || r == 2 ? 0 : 1;
}

static int audit_begin(struct daemon *d)
{
	struct follower *f = &d->follower;
	int log_fd = handover_fd(f->handover, "log-dir");
	d->seed = secret_alloc(32);
	if (log_fd < 0 || !d->seed || secret_read(handover_fd(f->handover, "log-key"), d->seed, 32)) {
		log_write(LOG_ERROR, "log-dir or log-key is missing, or the key does not have 32 bytes");
		return 1;
	}
	follower_stand_back(NICE);
	if (follower_sandbox(f, -1, log_fd) || !follower_await(f, NULL, NULL))
		return 1;
	struct audit_options o = {
		.storage = &f->storage, .master_key = f->key, .founding = &f->founding, .log_fd = log_fd,
		.seed = d->seed, .durable = follow_durable(f->durable),
		.interval_ns = handover_number(f->handover, "audit.checkpoint_ms", CHECKPOINT_MS) * 1000000ull,
	};
	struct journal_error error = { 0 };
	int r = audit_open(&o, &d->audit, &error);
	if (r)
		log_write(LOG_ALERT, "%s", r < 0 ? strerror(-r) : error.text);
	return r ? 1 : 0;
}

static int run(struct daemon *d)
{
	for (size_t i = 0; i < COUNTERS; i++)
		d->counter[i] = stats_counter(d->follower.stats, counter_name[i]);
	if (audit_begin(d))
		return 1;
	log_write(LOG_INFO, "the log has %llu blocks", (unsigned long long)audit_figures(d->audit).blocks);
	int r = 0;
	while (!r && follower_turn(&d->follower, NULL, NULL))
		r = turn(d);
	// A clean end: what the engine wrote last is signed too (audit_close signs).
	struct journal_error error = { 0 };
	if (!r)
		r = audit_step(d->audit, follow_durable(d->follower.durable), END_BUDGET_NS, &error) == 1;
	return r;
}

int main(int argc, char **argv)
{
	static struct daemon d;
	if (follower_open(&d.follower, "audit"))
		return 1;
	umask(022); // what it writes is public
	int r = run(&d);
	audit_close(d.audit);
	secret_free(d.seed);
	follower_close(&d.follower);
	return r;
}
