// SPDX-License-Identifier: Apache-2.0
// The replica without its shell: folds the durable journal again, compares,
// publishes, writes snapshots. The daemon and the tests drive this.
#pragma once

#include "daemons/replica/integrity.h"
#include "daemons/replica/snapshots.h"

#define PUBLISH_NS_MIN 5000000ull // between two rounds under load; the first after a pause goes out at once
#define PUBLISH_SHARE 4u          // rounds take at most one part in so many of the time

struct replica; // opaque

struct replica_options {
	const struct storage *storage;
	const uint8_t *master_key;       // 32 bytes
	const struct founding *founding;
	int snapshots_fd;
	struct marketdata *marketdata;
	uint64_t durable;                // blocks known durable at the start
	uint64_t snapshot_entries;       // a snapshot after so many, 0 = never by count
	uint64_t snapshot_ns;            // and so long after the last one when something changed, 0 = never by time
	uint64_t check_ns;               // between two pieces of the integrity scan
};

enum replica_state {
	REPLICA_FOLLOWS,
	REPLICA_DIVERGED,   // the engine's digest is not ours
	REPLICA_UNBALANCED, // an invariant of our own state does not hold
};

MUST_USE int replica_open(const struct replica_options *options, struct replica **ret,
			  struct journal_error *ret_error); // as fold_open
void replica_close(struct replica *r);                      // accepts NULL

// Folds until `durable` or until budget_ns have passed, publishes what is due, writes a snapshot when one is due.
// 0 = there is more to fold, FOLD_END, FOLD_FAULT with *ret_error, FOLD_VOIDED, or negative errno. After a divergence it
// does nothing more and says FOLD_END: public data stays as it last was right, and no snapshot is written.
MUST_USE int replica_step(struct replica *r, uint64_t durable, uint64_t budget_ns, struct journal_error *ret_error);

// Writes a snapshot now if something changed since the last one and the fold is sound. 0 or negative errno.
MUST_USE int replica_snapshot(struct replica *r);

// Nanoseconds until something is due by itself (a publication that was put off); UINT64_MAX = nothing.
uint64_t replica_due_ns(const struct replica *r);

struct replica_figures {
	uint64_t publications, markets_published, publish_ns;    // of the last round
	uint64_t snapshots, snapshot_sequence, snapshot_size, snapshot_ns;
	int snapshot_error;                                      // of the last attempt
	uint64_t checks;                                         // whole rounds of the integrity scan
};
enum replica_state replica_state(const struct replica *r);
const char *replica_fault(const struct replica *r); // a whole sentence when the state is not REPLICA_FOLLOWS
const struct fold_divergence *replica_divergence(const struct replica *r);
const struct fold_place *replica_place(const struct replica *r);
const struct replica_figures *replica_figures(const struct replica *r);
struct fold *replica_fold(struct replica *r); // for tests
// What was taken at the start: snapshot's sequence (0 = from zero), why not a newer one, whether the day's figures came along.
uint64_t replica_started_from(const struct replica *r, const char **ret_text, bool *ret_market);
