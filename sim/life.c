// SPDX-License-Identifier: Apache-2.0
// One engine from opening to its end. What daemons/engine/startup.c and loop.c do with
// threads and channels, done here in one thread with chance as the scheduler.
#include "crypto/secret.h"
#include "sim/plants.h"
#include "sim/world.h"

#include <stdio.h>
#include <stdlib.h>

static void send_out(void *context, enum destination destination, uint16_t gateway, uint32_t kind, const void *data,
		     size_t size)
{
	(void)gateway;
	clients_told(context, destination, kind, data, size);
}

static void release(struct world *w)
{
	uint64_t durable = plant == PLANT_ACK_BEFORE_SYNC ? w->sealed : w->place.blocks;
	(void)sequencer_release(w->sequencer, durable, w->clock, send_out, w);
}

static void time_passes(struct world *w)
{
	uint64_t step = chance_below(&w->chance, 300);
	w->clock.monotonic_us += step;
	w->clock.realtime_us += step;
	if (chance_percent(&w->chance, 1)) // somebody sets the clock
		w->clock.realtime_us += chance_below(&w->chance, 20000000) - 10000000;
}

static void block_seal(struct world *w)
{
	struct block *b = sequencer_seal(w->sequencer);
	if (!b)
		return;
	w->filling = false;
	w->sealed++;
	w->queue[w->queued++] = b;
}

static void batch_write(struct world *w)
{
	uint8_t salts[BLOCKS_MAX][32];
	struct journal_error error = { 0 };
	if (w->queued == 0 || w->stopped)
		return;
	chance_fill(&w->chance, salts, sizeof salts);
	if (journal_write(w->journal, w->queue, w->queued, (const uint8_t(*)[32])salts, &w->place, &error)) {
		w->stopped = true;
		if (!w->disk.crashed && !w->disk.failed)
			world_fail(w, "a write failed without a fault: %s", error.text);
		return;
	}
	for (uint32_t i = 0; i < w->queued; i++)
		w->spare[w->spares++] = w->queue[i];
	w->queued = 0;
}

// A block to fill; writes what is queued when there is none left.
static bool block_have(struct world *w)
{
	if (w->filling)
		return true;
	if (w->spares == 0)
		batch_write(w);
	if (w->spares == 0)
		return false;
	sequencer_begin(w->sequencer, w->spare[--w->spares]);
	w->filling = true;
	return true;
}

enum sequencer_result world_submit(struct world *w, enum sequencer_origin origin, uint32_t kind, const void *data,
				   size_t size)
{
	for (int i = 0; i < 4 && !w->stopped && block_have(w); i++) {
		enum sequencer_result r = sequencer_submit(w->sequencer, origin, kind, data, size, w->clock);
		if (r == SEQUENCER_DONE || r == SEQUENCER_MALFORMED)
			return r;
		block_seal(w);
		if (r == SEQUENCER_OUTPUT_FULL) {
			batch_write(w);
			release(w);
		}
	}
	return SEQUENCER_OUTPUT_FULL;
}

static void own(struct world *w, uint8_t kind, const void *payload, size_t size)
{
	for (int i = 0; i < 2 && block_have(w); i++) {
		if (sequencer_own(w->sequencer, kind, payload, size, w->clock) == SEQUENCER_DONE)
			return;
		block_seal(w);
	}
}

static void found(struct world *w)
{
	struct reader r = reader_over(w->beginning->bytes, w->beginning->size);
	while (reader_left(&r)) {
		const uint8_t *at = r.at;
		struct entry entry;
		int malformed = entry_read(&r, &entry);
		ASSERT(!malformed && block_have(w));
		enum sequencer_result done = sequencer_found(w->sequencer, at, (size_t)(r.at - at), w->clock);
		ASSERT(done == SEQUENCER_DONE);
	}
}

static void serve(struct world *w, uint32_t commands)
{
	for (uint32_t i = 0; i < commands && !w->stopped && !w->failure[0]; i++) {
		time_passes(w);
		clients_act(w);
		if (chance_percent(&w->chance, 2))
			own(w, ENTRY_TICK, NULL, 0);
		if (chance_percent(&w->chance, 25) && w->queued + 1 < BLOCKS_MAX)
			block_seal(w);
		if (chance_percent(&w->chance, 12))
			batch_write(w);
		if (chance_percent(&w->chance, 50))
			release(w);
		const char *broken = chance_percent(&w->chance, 4) ? exchange_check(w->exchange) : NULL;
		if (broken)
			world_fail(w, "after entry %llu: %s", (unsigned long long)exchange_sequence(w->exchange), broken);
		if (chance_percent(&w->chance, 3)) {
			struct journal_error error;
			if (journal_prepare_segment(w->journal, &error) && !w->disk.crashed && !w->disk.failed)
				world_fail(w, "%s", error.text);
		}
	}
}

static void faults_plan(struct world *w)
{
	struct chance *c = &w->chance;
	if (chance_percent(c, 60))
		w->disk.crash_in = 1 + chance_below(c, 120);
	else if (chance_percent(c, 30))
		w->disk.sync_fails_in = (unsigned)(1 + chance_below(c, 30));
	else if (chance_percent(c, 30))
		w->disk.create_fails_in = (unsigned)(1 + chance_below(c, 2));
	if (chance_percent(c, 5))
		w->disk.read_fails_in = (unsigned)(1 + chance_below(c, 6));
}

// 0, 1 = refused with the error.
static int open_once(struct world *w, struct journal_error *error)
{
	uint8_t incarnation[32];
	chance_fill(&w->chance, incarnation, sizeof incarnation);
	if (journal_open(&w->storage, w->key, w->beginning->founding.exchange_id, incarnation, SIM_SEGMENT_SIZE,
			 &w->journal, &w->place, error)) {
		if (error->fault == JOURNAL_OK || strlen(error->text) < 20)
			world_fail(w, "the opening was refused without saying why");
		return 1;
	}
	volatile uint64_t applying;
	struct recovery done;
	struct recovery_options how = { .storage = &w->storage, .master_key = w->key,
					.founding = &w->beginning->founding, .snapshots_fd = w->snapshots_fd,
					.blocks = w->place.blocks, .applying = &applying };
	int r = recovery_run(&how, &done, error);
	if (r) {
		journal_close(w->journal);
		w->journal = NULL;
		return 1;
	}
	w->exchange = done.exchange;
	return 0;
}

static void engine_drop(struct world *w)
{
	for (; w->queued; w->queued--)
		w->spare[w->spares++] = w->queue[w->queued - 1];
	if (w->filling && w->sequencer) { // the block is still the sequencer's; its slot is found again below
		sequencer_free(w->sequencer);
		w->sequencer = NULL;
	}
	w->filling = false;
	sequencer_free(w->sequencer);
	exchange_free(w->exchange);
	journal_close(w->journal);
	w->sequencer = NULL;
	w->exchange = NULL;
	w->journal = NULL;
	w->queued = 0;
	w->stopped = false;
}

// Opens, with or without rot. Rot may only ever lead to a refusal, never to a loss.
static bool open_for_life(struct world *w)
{
	struct journal_error error = { 0 };
	struct rot rot = { 0 };
	if (w->lives > 1 && chance_percent(&w->chance, 25))
		disk_rot(&w->disk, &rot);
	for (int tries = 0; tries < 4; tries++) {
		bool healthy = !rot.there && !w->disk.read_fails_in && !w->disk.create_fails_in && !w->disk.crash_in &&
			       !w->disk.sync_fails_in;
		if (!open_once(w, &error)) {
			check_everything(w, w->exchange, &w->place);
			if (!rot.there || !w->failure[0])
				return !w->failure[0];
			// It opened, but a full reading found the rot: in an older segment.
			w->failure[0] = 0;
			exchange_free(w->exchange);
			journal_close(w->journal);
			w->exchange = NULL;
			w->journal = NULL;
		} else if (healthy) {
			world_fail(w, "a healthy journal was refused: %s", error.text);
			return false;
		}
		if (w->failure[0])
			return false;
		bool power = w->disk.crashed || chance_percent(&w->chance, 50);
		disk_crash(&w->disk, power);
		disk_heal(&w->disk, &rot);
	}
	world_fail(w, "the journal did not open in four tries: %s", error.text);
	return false;
}

static int snapshot_sink_write(void *context, const void *data, size_t size)
{
	return snapshot_append(context, data, size);
}

static int snapshot_count(void *context, const void *data, size_t size)
{
	(void)data;
	*(uint64_t *)context += size;
	return 0;
}

// What the replica does, at a moment when the state is exactly what is durable.
static void snapshot_save(struct world *w)
{
	struct snapshot_info info = { .sequence = w->place.sequence, .blocks = w->place.blocks,
				      .time_us = exchange_time_us(w->exchange), .digest = w->place.digest };
	struct snapshot_writer *to;
	memcpy(info.leaf_hash, w->place.leaf_hash, 32);
	exchange_hash(w->exchange, info.state_hash);
	int r = exchange_snapshot(w->exchange, snapshot_count, &info.size);
	if (!r)
		r = snapshot_begin(w->snapshots_fd, w->key, w->beginning->founding.exchange_id, &info, &to);
	if (!r) {
		r = exchange_snapshot(w->exchange, snapshot_sink_write, to);
		if (!r)
			r = snapshot_finish(to, 2);
		else
			snapshot_abandon(to);
	}
	if (r)
		world_fail(w, "the snapshot was not written: %s", strerror(-r));
}

static void life_end(struct world *w, bool clean)
{
	w->hash_known = false;
	if (clean) {
		block_seal(w);
		batch_write(w);
		release(w);
	}
	if (clean && !w->stopped && !w->failure[0]) {
		exchange_hash(w->exchange, w->hash);
		w->hash_sequence = exchange_sequence(w->exchange);
		w->hash_known = true;
	}
	bool power = w->disk.crashed || chance_percent(&w->chance, 50);
	if (!clean && w->journal && !w->disk.crashed) { // killed: not even a close mark
		w->disk.crashed = true;
		journal_close(w->journal);
		w->journal = NULL;
	}
	engine_drop(w);
	disk_crash(&w->disk, power && !clean);
}

void life_run(struct world *w, bool last)
{
	w->lives++;
	if (!last)
		faults_plan(w);
	if (!open_for_life(w)) {
		engine_drop(w);
		return;
	}
	struct sequencer_options options = { .exchange = w->exchange, .blocks = w->place.blocks,
					     .time_us = exchange_time_us(w->exchange) };
	w->sequencer = sequencer_new(&options);
	ASSERT(w->sequencer);
	w->sealed = w->place.blocks;
	w->clock.monotonic_us = 1000 + chance_below(&w->chance, 1000000);
	if (w->place.blocks && chance_percent(&w->chance, 40))
		snapshot_save(w);
	if (w->place.blocks == 0)
		found(w);
	uint8_t payload[32] = { 1 };
	own(w, ENTRY_OPEN, payload, sizeof payload);
	clients_resolve(w);
	// Short lives that close cleanly find what the one before left unfinished.
	bool brief = chance_percent(&w->chance, 25);
	if (!last)
		serve(w, (uint32_t)(brief ? chance_below(&w->chance, 4) : 20 + chance_below(&w->chance, COMMANDS_PER_LIFE)));
	life_end(w, last || chance_percent(&w->chance, brief ? 70 : 20));
}
