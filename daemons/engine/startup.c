// SPDX-License-Identifier: Apache-2.0
// From descriptors to a running sequencer: recover the journal, fold it, open it for writing.
#include "base/clock.h"
#include "base/log.h"
#include "crypto/secret.h"
#include "daemons/engine/engine.h"
#include "daemons/engine/floor.h"
#include "daemons/engine/recovery.h"
#include "daemons/engine/resident.h"
#include "process/sandbox.h"
#include "process/status.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

// What is needed until the engine runs, wiped afterwards.
struct opening {
	uint8_t *master_key;
	struct journal *journal;
	struct journal_place place;
	uint8_t incarnation[32];
};

static int founding_open(struct engine *e)
{
	struct stat st;
	int fd = handover_fd(e->handover, "founding");
	if (fd < 0 || fstat(fd, &st) < 0 || st.st_size <= 0 || st.st_size > (off_t)FOUNDING_SIZE_MAX)
		return 1;
	e->founding_size = (size_t)st.st_size;
	e->founding_bytes = malloc(e->founding_size);
	if (!e->founding_bytes)
		return -ENOMEM;
	if (pread(fd, e->founding_bytes, e->founding_size, 0) != (ssize_t)e->founding_size)
		return -EIO;
	return founding_genesis(e->founding_bytes, e->founding_size, &e->founding.genesis, e->founding.exchange_id);
}

static int key_open(struct engine *e, struct opening *o)
{
	o->master_key = secret_alloc(32);
	if (!o->master_key)
		return -ENOMEM;
	return secret_read(handover_fd(e->handover, "journal-key"), o->master_key, 32);
}

static int sandbox_close(struct engine *e)
{
	struct sandbox sandbox = { .privileges = PRIVILEGE_READ_DIR | PRIVILEGE_WRITE_DIR | PRIVILEGE_THREAD,
				   .read_dirs = { handover_fd(e->handover, "snapshots-dir"),
						 handover_fd(e->handover, "log-dir") },
				   .write_dirs = { handover_fd(e->handover, "journal-dir") } };
	struct sandbox_report report;
	int r = sandbox_enter(&sandbox, &report);
	if (r == 0)
		memcpy(e->stats->sandbox_missing, report.missing, sizeof e->stats->sandbox_missing);
	return r;
}

static int complain(const char *what, int error)
{
	if (error > 0)
		log_write(LOG_ERROR, "%s: it is not what it should be; a backup has it", what);
	else
		log_write(LOG_ERROR, "%s: %s", what, strerror(-error));
	return error > 0 ? EXIT_FOR_GOOD : 1;
}

// A disk may come back by itself; a journal that is damaged, missing or another's does not.
static int journal_complain(const char *what, const struct journal_error *error)
{
	log_write(LOG_ALERT, "%s: %s", what, error->text);
	return error->fault == JOURNAL_IO || error->fault == JOURNAL_FULL ? 1 : EXIT_FOR_GOOD;
}

static int journal_begin(struct engine *e, struct opening *o)
{
	struct journal_error error = { 0 };
	int r = storage_directory_open(handover_fd(e->handover, "journal-dir"), true, &e->directory, &e->storage);
	if (r < 0)
		return complain("cannot open the journal's directory for writing", r);
	struct floor floor;
	struct floor_sources sources = { .master_key = o->master_key,
					 .founding = &e->founding,
					 .snapshots_fd = handover_fd(e->handover, "snapshots-dir"),
					 .log_fd = handover_fd(e->handover, "log-dir") };
	r = floor_find(&sources, &floor, &error);
	if (r)
		return r < 0 ? complain("cannot look at the snapshots and the log's checkpoint", r)
			     : journal_complain("the journal is not opened", &error);
	random_bytes(o->incarnation, sizeof o->incarnation);
	uint64_t segment = handover_number(e->handover, "journal.segment_bytes", SEGMENT_SIZE_DEFAULT);
	if (journal_open_above(&e->storage, o->master_key, e->founding.exchange_id, o->incarnation, segment,
			       &floor.journal, &o->journal, &o->place, &error))
		return journal_complain("the journal does not open", &error);
	return 0;
}

static int state_recover(struct engine *e, struct opening *o)
{
	static volatile uint64_t applying;
	struct recovery_options how = { .storage = &e->storage,
					.master_key = o->master_key,
					.founding = &e->founding,
					.snapshots_fd = handover_fd(e->handover, "snapshots-dir"),
					.blocks = o->place.blocks,
					.applying = &applying };
	struct recovery done;
	struct journal_error error = { 0 };
	uint64_t began = clock_monotonic_ns();
	crash_watch(&applying, true);
	int r = recovery_run(&how, &done, &error);
	if (r > 0)
		return journal_complain("the journal cannot be folded", &error);
	if (r < 0)
		return complain("cannot hold the state that genesis asks for in memory", r);
	if (done.snapshot_text[0])
		log_write(LOG_NOTICE, "%s", done.snapshot_text);
	if (done.place.sequence != o->place.sequence) {
		log_write(LOG_ALERT, "the fold ends at entry %llu, the journal at %llu: stop and keep the journal",
			  (unsigned long long)done.place.sequence, (unsigned long long)o->place.sequence);
		exchange_free(done.exchange);
		return EXIT_FOR_GOOD;
	}
	e->exchange = done.exchange;
	log_write(LOG_NOTICE, "state of entry %llu: %llu entries folded after the snapshot of entry %llu, %llu ms",
		  (unsigned long long)done.place.sequence, (unsigned long long)done.entries,
		  (unsigned long long)done.from_sequence, (unsigned long long)(clock_monotonic_ns() - began) / 1000000);
	return 0;
}

// A machine that cannot is a little slower at first, and no less right.
static void memory_ready(struct engine *e)
{
	uint64_t began = clock_monotonic_ns();
	struct resident r = resident_make(e->exchange, RESIDENT_ORDERS);
	log_write(LOG_NOTICE, "%llu MB made resident for the next %u orders in %llu ms%s%s",
		  (unsigned long long)r.bytes >> 20, RESIDENT_ORDERS,
		  (unsigned long long)(clock_monotonic_ns() - began) / 1000000, r.error ? "; not all: " : "",
		  r.error ? strerror(-r.error) : "");
}

static int threads_begin(struct engine *e, struct opening *o)
{
	struct sequencer_options how = { .exchange = e->exchange,
					 .blocks = o->place.blocks,
					 .time_us = exchange_time_us(e->exchange),
					 .output_size = (size_t)handover_number(e->handover, "engine.output_bytes",
										64u << 20) };
	e->sequencer = sequencer_new(&how);
	if (!e->sequencer)
		return complain("cannot start the sequencer", -ENOMEM);
	crash_watch(sequencer_applying(e->sequencer), false);
	e->submitted = o->place.blocks;
	struct pipeline_options pipeline = { .journal = o->journal,
					     .place = o->place,
					     .page = e->durable,
					     .blocks = (uint32_t)handover_number(e->handover, "journal.blocks",
										 PIPELINE_BLOCKS_DEFAULT),
					     .spin_us = e->spin_us,
					     .doorbell = handover_fd(e->handover, "doorbell.ring") };
	int r = pipeline_start(&pipeline, &e->pipeline);
	if (r < 0)
		return complain("cannot start the journal's threads", r);
	o->journal = NULL; // the pipeline's now
	return 0;
}

// The signed control entries that the exchange begins with.
static int founding_append(struct engine *e)
{
	struct reader r = reader_over(e->founding_bytes, e->founding_size);
	while (reader_left(&r)) {
		const uint8_t *at = r.at;
		struct entry entry;
		enum sequencer_result done = SEQUENCER_MALFORMED;
		if (entry_read(&r, &entry) == 0 && block_have(e))
			done = sequencer_found(e->sequencer, at, (size_t)(r.at - at), engine_clock());
		if (done != SEQUENCER_DONE) {
			log_write(LOG_ERROR, "entry %llu of the founding file is refused: make the exchange anew with `redoubt init`",
				  (unsigned long long)exchange_sequence(e->exchange));
			return 1;
		}
	}
	log_write(LOG_NOTICE, "founded: %llu entries", (unsigned long long)exchange_sequence(e->exchange));
	return 0;
}

// When the journal's last entry was stamped: its block's time and its own delay. The block's time alone is
// earlier, and an entry that goes back in time would be refused by every fold. 0, or 1 after it has said why.
static int last_stamp(struct engine *e, const struct opening *o, uint64_t *ret_us)
{
	struct journal_reader *reader;
	struct journal_error error = { 0 };
	struct block_view block;
	int r = journal_reader_open(&e->storage, o->master_key, e->founding.exchange_id, o->place.blocks - 1, &reader,
				    &error);
	if (r == 0) {
		r = journal_reader_next(reader, o->place.blocks, &block, &error);
		uint32_t delay_us = 0;
		if (r == 0) {
			struct reader entries = reader_over(block.entries, block.entries_size);
			for (struct entry entry; entry_read(&entries, &entry) == 0;)
				delay_us = entry.delay_us;
			*ret_us = block.time_us + delay_us;
		}
		journal_reader_close(reader);
	}
	if (r)
		log_write(LOG_ALERT, "the journal's last block cannot be read: %s", error.text);
	return r != 0;
}

// One entry that says: pass entry n over. Nothing is folded, since folding is what fails.
static int void_append(struct engine *e, struct opening *o)
{
	uint64_t names = handover_number(e->handover, "engine.void", 0);
	if (names < 2 || names > o->place.sequence) {
		log_write(LOG_ERROR, "there is no entry %llu that could be passed over: the journal has 2 to %llu",
			  (unsigned long long)names, (unsigned long long)o->place.sequence);
		return 1;
	}
	uint64_t stamp_us = 0;
	if (last_stamp(e, o, &stamp_us))
		return 1;
	struct block *block = calloc(1, sizeof *block);
	if (!block)
		return complain("cannot append VOID", -ENOMEM);
	*block = (struct block){ .first_sequence = o->place.sequence + 1, .time_us = stamp_us, .count = 1 };
	struct writer w = writer_over(block->entries, sizeof block->entries);
	block->size = (uint32_t)entry_write(&w, ENTRY_VOID, &names, sizeof names);
	uint8_t salt[1][32];
	struct journal_error error;
	random_bytes(salt, sizeof salt);
	int r = journal_write(o->journal, &block, 1, (const uint8_t(*)[32])salt, &o->place, &error);
	if (r)
		log_write(LOG_ALERT, "VOID was not appended: %s", error.text);
	else
		log_write(LOG_NOTICE, "entry %llu is passed over from now on, by entry %llu",
			  (unsigned long long)names, (unsigned long long)o->place.sequence);
	free(block);
	return r;
}

static int engine_begin(struct engine *e, struct opening *o)
{
	int r = state_recover(e, o);
	if (r == 0)
		r = threads_begin(e, o);
	if (r)
		return r;
	if (o->place.blocks == 0 && founding_append(e))
		return 1;
	memory_ready(e); // after the founding: the assets are known
	if (!engine_own(e, ENTRY_OPEN, o->incarnation, sizeof o->incarnation))
		return -1; // the loop says why
	block_submit(e);
	r = channels_open(e);
	if (r < 0)
		return complain("a channel is missing", r);
	sequencer_feed_restart(e->sequencer);
	e->entry_us = engine_clock().monotonic_us;
	return -1;
}

int engine_start(struct engine *e)
{
	struct opening o = { 0 };
	int r = founding_open(e);
	if (r)
		return complain("the founding file", r);
	r = key_open(e, &o);
	if (r)
		return complain("the journal's key", r);
	r = sandbox_close(e);
	if (r)
		return complain("the sandbox does not close", r);
	r = journal_begin(e, &o);
	if (r == 0 && handover_text(e->handover, "engine.void", NULL))
		r = void_append(e, &o);
	else if (r == 0)
		r = engine_begin(e, &o);
	journal_close(o.journal);
	secret_free(o.master_key);
	return r;
}

void engine_stop(struct engine *e)
{
	pipeline_stop(e->pipeline);
	sequencer_free(e->sequencer);
	exchange_free(e->exchange);
	storage_directory_close(e->directory);
}
