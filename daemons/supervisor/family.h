// SPDX-License-Identifier: Apache-2.0
// The running instances of the roles, the channels between them, and their lives.
#pragma once

#include "daemons/supervisor/house.h"
#include "process/stats.h"
#include "process/status.h"

#include <sys/types.h>

#define WIRES_MAX (16 * GATEWAYS_MAX)
#define DEATHS_WINDOW_US 60000000u // more than supervisor.deaths_per_minute in it: left down
#define BACKOFF_MIN_US 100000u
#define BACKOFF_MAX_US 5000000u

// One process of a role.
struct instance {
	enum role_id role;
	unsigned number;            // which gateway
	char name[STATUS_NAME_MAX];
	int hear, ring;             // its doorbell, for its life and the next one's
	int stats, stats_reader;    // its page; kept when it dies
	pid_t pid;                  // 0 = not running
	int pidfd, link;
	uint64_t deaths_since_us;    // monotonic: when the window began
	uint64_t deaths;             // in the window
	bool died;                   // ever
	uint64_t started_us, backoff_us, start_at_us;
	bool down;                  // died too often
	struct role_status *status;
	const struct stats_page *page; // its counters, as it says
	uint64_t cuts_seen[INSTANCES_MAX];
};

// One channel between two instances. Its ends are made anew whenever one of the two starts again.
struct wire {
	const struct channel_row *row;
	char name[HANDOVER_NAME_MAX + 1];
	struct instance *writer, *reader;
	struct channel_fds end[2];   // [0] the writer's, [1] the reader's; -1 once given away
	bool made, given[2];
};

struct family {
	struct house *house;
	struct instance instance[INSTANCES_MAX];
	size_t instances;
	struct wire wire[WIRES_MAX];
	size_t wires;
	int page[4], page_reader[4]; // of page_rows
	int status_reader;
	struct status_page *status;
	bool stopping;
	char void_sequence[24];      // text for the engine: append VOID and end
};

// Makes instances, pages and doorbells. Logs and returns false when it cannot.
bool family_new(struct family *f, struct house *house);
void family_free(struct family *f);

// Starts one instance, with fresh channels where its last life had them. False: it will be tried again.
bool instance_start(struct family *f, struct instance *i);
void instance_stop(struct instance *i, int signal_number);

// ---- wiring.c ----
void wires_new(struct family *f);
// Makes what must be new for a start of `i`, lists its ends, and tells living peers about theirs.
MUST_USE int wires_give(struct family *f, struct instance *i, struct handover_list *list);
// After the start: the ends are the child's alone now.
void wires_given(struct family *f, struct instance *i);

// ---- handing.c ----
MUST_USE int handing_fill(struct family *f, struct instance *i, struct handover_list *list);

// ---- watch.c: who was cut off by a peer ----
void watch_open(struct family *f);
void watch_cuts(struct family *f);

// ---- lives.c: deaths, back-off, stopping ----
void lives_reap(struct family *f);
// Starts whoever is due; returns milliseconds until the next one is, -1 = nobody waits.
int lives_start_due(struct family *f);
// In the order of their stages; whoever does not end in time is killed.
void lives_stop(struct family *f);
