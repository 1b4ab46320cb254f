// SPDX-License-Identifier: Apache-2.0
// The daemon around the sequencer: channels, disk, clock.
#pragma once

#include "daemons/engine/sequencer.h"
#include "fold/founding.h"
#include "journal/pipeline.h"
#include "process/handover.h"
#include "process/stats.h"

#define TICK_US 10000000u     // an idle exchange writes an entry so often
#define STATS_US 100000u      // counters are published so often
#define LINK_US 10000u        // the supervisor's link is looked at so often while busy
#define AUTH_TURN 512u        // records taken in one turn
#define CONTROL_TURN 16u
#define FEED_TURN 256u        // rows for auth in one turn
#define QUEUED_BLOCKS 2u      // one being written, one waiting: beyond that a block is filled up first

// What comes in from one peer.
struct inbox {
	enum sequencer_origin origin;
	const char *name;
	struct channel_reader reader;
	bool open;
	bool held;                 // a record is in `record` that could not be sequenced yet
	uint32_t kind;
	size_t size;
	uint8_t *record;           // CHANNEL_RECORD_MAX
	_Atomic uint64_t *cut, *fill;
};

// What goes out to one peer.
struct outbox {
	struct channel_writer writer;
	bool open, dirty;
	_Atomic uint64_t *cut;
};

struct engine_counters; // stats.c

struct engine {
	struct handover *handover;
	struct founding founding;
	uint8_t *founding_bytes;
	size_t founding_size;
	struct exchange *exchange;
	struct sequencer *sequencer;
	struct storage_directory *directory;
	struct storage storage;
	struct durable_page *durable;
	struct pipeline *pipeline;
	bool blocked;              // input waits for the disk: only the disk wakes
	uint64_t submitted;        // blocks handed to the pipeline or durable before

	struct inbox inbox[2];     // by origin
	struct outbox gateway[GATEWAYS_MAX], auth, control;
	unsigned gateways;
	bool feed_lost;            // auth's ring was full: start the feed again when it has room

	int doorbell;
	unsigned spin_us;
	struct stats_page *stats;
	struct engine_counters *counters;
	uint64_t entry_us, stats_us, link_us; // monotonic, of the last time
};

struct sequencer_clock engine_clock(void);

// ---- startup.c: from descriptors to a running sequencer ----
// Exit status of the daemon, or -1 to go on.
int engine_start(struct engine *e);
void engine_stop(struct engine *e);

// ---- channels.c ----
MUST_USE int channels_open(struct engine *e);
// Channels that the supervisor replaced. Negative errno: the supervisor is gone.
MUST_USE int channels_poll(struct engine *e);
void inbox_close(struct inbox *in);
void engine_send(void *engine, enum destination destination, uint16_t gateway, uint32_t kind, const void *data,
		 size_t size);
void channels_publish(struct engine *e);

// ---- stats.c ----
void stats_open(struct engine *e);
void stats_publish(struct engine *e, uint64_t realtime_us);

// ---- loop.c ----
// Until SIGTERM (0), or until it cannot go on (1).
int engine_run(struct engine *e);
// One entry of the engine's own, with room made for it. False: the journal is full or dead.
bool engine_own(struct engine *e, uint8_t kind, const void *payload, size_t size);
// Hands the block over that is being filled.
void block_submit(struct engine *e);
// Makes sure that the sequencer has a block. False while all are under way.
bool block_have(struct engine *e);

// ---- crash.c ----
// Names the entry when apply crashes. `applying` is looked at in the signal's handler. Again to change it.
void crash_watch(const volatile uint64_t *applying, bool replaying);
