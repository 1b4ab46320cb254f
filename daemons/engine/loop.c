// SPDX-License-Identifier: Apache-2.0
// The main loop: take, sequence, hand over, release. One thread; the disk has its own.
#include "base/clock.h"
#include "base/log.h"
#include "daemons/engine/engine.h"

#include <poll.h>

struct sequencer_clock engine_clock(void)
{
	return (struct sequencer_clock){ .realtime_us = clock_realtime_us(),
					 .monotonic_us = clock_monotonic_ns() / 1000 };
}

// ---- blocks ----

bool block_have(struct engine *e)
{
	if (sequencer_has_room(e->sequencer))
		return true;
	block_submit(e);
	struct block *block = pipeline_block(e->pipeline);
	if (!block)
		return false;
	sequencer_begin(e->sequencer, block);
	return true;
}

void block_submit(struct engine *e)
{
	if (!sequencer_seal(e->sequencer))
		return;
	pipeline_submit(e->pipeline);
	e->submitted++;
}

bool engine_own(struct engine *e, uint8_t kind, const void *payload, size_t size)
{
	while (!block_have(e)) {
		if (!pipeline_alive(e->pipeline, NULL))
			return false;
		poll(NULL, 0, 1);
	}
	enum sequencer_result r = sequencer_own(e->sequencer, kind, payload, size, engine_clock());
	if (r == SEQUENCER_BLOCK_FULL) { // too old for another stamp
		block_submit(e);
		return engine_own(e, kind, payload, size);
	}
	ASSERT(r == SEQUENCER_DONE);
	return true;
}

// ---- taking ----

// A peer that breaks the protocol is not listened to until the supervisor has started it again.
static void inbox_cut(struct inbox *in, const char *why)
{
	log_write(LOG_ALERT, "%s %s: cut off", in->name, why);
	atomic_fetch_add_explicit(in->cut, 1, memory_order_relaxed);
	inbox_close(in);
}

// The next record, or the one that had to wait. False: there is none.
static bool inbox_next(struct inbox *in)
{
	if (in->held)
		return true;
	int r = channel_read(&in->reader, in->record, &in->kind, &in->size);
	if (r < 0)
		inbox_cut(in, "broke the framing of its channel");
	return r > 0;
}

// False when no more can be taken now.
static bool inbox_take(struct engine *e, struct inbox *in, struct sequencer_clock now)
{
	if (!inbox_next(in))
		return false;
	in->held = true;
	if (!block_have(e)) {
		e->blocked = true;
		return false;
	}
	switch (sequencer_submit(e->sequencer, in->origin, in->kind, in->record, in->size, now)) {
	case SEQUENCER_DONE:
		in->held = false;
		return true;
	case SEQUENCER_BLOCK_FULL:
		block_submit(e);
		return true; // the same record again
	case SEQUENCER_OUTPUT_FULL:
		e->blocked = true;
		return false;
	case SEQUENCER_MALFORMED:
		inbox_cut(in, "sent a record that it may not send");
		return false;
	}
	return false;
}

static unsigned inbox_turn(struct engine *e, struct inbox *in, unsigned records)
{
	unsigned taken = 0;
	struct sequencer_clock now = engine_clock();
	while (in->open && taken < records && inbox_take(e, in, now))
		taken++;
	if (in->open && taken)
		channel_release(&in->reader);
	if (taken)
		e->entry_us = now.monotonic_us;
	return taken;
}

// ---- giving ----

static bool durable_release(struct engine *e)
{
	if (!sequencer_held(e->sequencer))
		return false;
	return sequencer_release(e->sequencer, pipeline_durable(e->pipeline), engine_clock(), engine_send, e) > 0;
}

static bool feed_turn(struct engine *e)
{
	// A quarter of the ring free: then auth is reading, and a turn's rows fit.
	if (!e->auth.open || channel_room(&e->auth.writer) < e->auth.writer.size / 4)
		return false;
	if (e->feed_lost) {
		sequencer_feed_restart(e->sequencer);
		e->feed_lost = false;
	}
	size_t before = sequencer_held(e->sequencer);
	sequencer_feed(e->sequencer, FEED_TURN);
	return sequencer_held(e->sequencer) != before;
}

// Nothing more to take for now: hand over what is there, unless the disk has enough to do anyway.
static void block_pass_on(struct engine *e)
{
	if (sequencer_filled(e->sequencer) && e->submitted - pipeline_durable(e->pipeline) < QUEUED_BLOCKS)
		block_submit(e);
}

// ---- the rest of a turn ----

// Exit status, or -1 to go on.
static int periodic(struct engine *e, bool slept)
{
	struct sequencer_clock now = engine_clock();
	if (now.monotonic_us - e->entry_us >= TICK_US) {
		e->entry_us = now.monotonic_us;
		if (!engine_own(e, ENTRY_TICK, NULL, 0))
			return -1; // the check of the journal says why
	}
	if (now.monotonic_us - e->stats_us >= STATS_US) {
		e->stats_us = now.monotonic_us;
		stats_publish(e, now.realtime_us);
	}
	if (!slept && now.monotonic_us - e->link_us < LINK_US)
		return -1;
	e->link_us = now.monotonic_us;
	if (handover_stopping())
		return 0;
	int r = channels_poll(e);
	if (r < 0) {
		log_write(LOG_ERROR, "the supervisor is gone (%s): ending", strerror(-r));
		return 1;
	}
	return -1;
}

static bool anything(const struct engine *e, uint64_t durable)
{
	for (size_t i = 0; !e->blocked && i < ARRAY_LEN(e->inbox); i++)
		if (e->inbox[i].open && (e->inbox[i].held || !channel_empty(&e->inbox[i].reader)))
			return true;
	return pipeline_durable(e->pipeline) != durable || !pipeline_alive(e->pipeline, NULL);
}

// Looks for a while before it sleeps.
static bool spin(const struct engine *e, uint64_t durable)
{
	uint64_t until = clock_monotonic_ns() + e->spin_us * (uint64_t)1000;
	while (e->spin_us && clock_monotonic_ns() < until)
		for (unsigned i = 0; i < 32; i++) {
			if (anything(e, durable))
				return true;
			__builtin_ia32_pause();
		}
	return false;
}

static void all_sleeping(struct engine *e, bool asleep)
{
	for (size_t i = 0; i < ARRAY_LEN(e->inbox); i++)
		if (e->inbox[i].open)
			channel_sleeping(&e->inbox[i].reader, asleep);
	pipeline_sleeping(e->pipeline, asleep);
}

static void wait_for_work(struct engine *e, uint64_t durable)
{
	if (spin(e, durable))
		return;
	all_sleeping(e, true);
	if (!anything(e, durable) && !handover_stopping()) {
		struct pollfd wait = { .fd = e->doorbell, .events = POLLIN };
		poll(&wait, 1, STATS_US / 1000);
		doorbell_clear(e->doorbell);
	}
	all_sleeping(e, false);
}

// True when something was done.
static bool turn(struct engine *e)
{
	e->blocked = false;
	bool work = inbox_turn(e, &e->inbox[ORIGIN_CONTROL], CONTROL_TURN) > 0;
	work |= inbox_turn(e, &e->inbox[ORIGIN_AUTH], AUTH_TURN) > 0;
	block_pass_on(e);
	work |= feed_turn(e);
	work |= durable_release(e);
	channels_publish(e);
	return work;
}

static int journal_dead(struct engine *e)
{
	struct journal_error error;
	if (pipeline_alive(e->pipeline, &error))
		return -1;
	log_write(LOG_ALERT, "the journal cannot be written: %s. Nothing more is acknowledged", error.text);
	stats_publish(e, clock_realtime_us());
	return 1;
}

// What was sequenced before the end becomes durable and is answered.
static void drain(struct engine *e)
{
	uint64_t until = clock_monotonic_ns() + 2000000000u;
	do {
		block_submit(e);
		durable_release(e);
		channels_publish(e);
		poll(NULL, 0, 1);
	} while (pipeline_alive(e->pipeline, NULL) && pipeline_durable(e->pipeline) < e->submitted &&
		 clock_monotonic_ns() < until);
	durable_release(e);
	channels_publish(e);
}

int engine_run(struct engine *e)
{
	bool slept = true;
	for (;;) {
		uint64_t durable = pipeline_durable(e->pipeline);
		bool work = turn(e);
		int status = journal_dead(e);
		if (status < 0)
			status = periodic(e, slept);
		if (status >= 0) {
			if (status == 0)
				drain(e);
			return status;
		}
		slept = !work;
		if (!work)
			wait_for_work(e, durable);
	}
}
