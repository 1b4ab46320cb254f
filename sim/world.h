// SPDX-License-Identifier: Apache-2.0
// One run: a disk that outlives everything, clients who remember what they were
// told, and one engine after another that crashes under them.
#pragma once

#include "daemons/engine/recovery.h"
#include "daemons/engine/sequencer.h"
#include "sim/disk.h"
#include "sim/founding.h"

#define SENT_MAX 4096u
#define BLOCKS_MAX 16u
#define SIM_SEGMENT_SIZE (40u * 4096u)
#define COMMANDS_PER_LIFE 220u

// A command that a client sent. Its tag is its place in the table.
struct sent {
	uint8_t entry[128];
	uint16_t size;
	bool answered;
	bool control;           // deposits, by the operator
	uint64_t sequence;      // as the answer said
	uint8_t refusal;        // as the answer said
	bool sticky;            // rests for ever; sent again until it is answered
	char client_id[CLIENT_ID_MAX + 1];
	uint32_t customer;
};

struct world {
	const struct beginning *beginning;
	uint64_t seed;
	struct chance chance;
	struct disk disk;
	struct storage storage;
	struct sequencer_clock clock;
	uint8_t key[32];
	int snapshots_fd;       // a directory, emptied for each run
	// the clients
	struct sent sent[SENT_MAX];
	uint32_t sent_count;
	uint64_t live[64];      // order ids to cancel, most recent ones
	uint32_t live_count;
	// the engine's life
	struct journal *journal;
	struct exchange *exchange;
	struct sequencer *sequencer;
	struct journal_place place;
	struct block *queue[BLOCKS_MAX]; // sealed, not written
	uint32_t queued;
	struct block *spare[BLOCKS_MAX];
	uint32_t spares;
	bool filling;
	uint64_t sealed;        // blocks that left the sequencer
	bool stopped;           // the writer died
	uint64_t answers;
	// at the end of a clean life
	bool hash_known;
	uint8_t hash[32];
	uint64_t hash_sequence;
	// verdict
	char failure[640];
	uint64_t entries_folded, lives;
};

// Runs one seed. True when everything held; else w->failure says what did not.
bool world_run(struct world *w, const struct beginning *beginning, uint64_t seed, int snapshots_fd,
	       struct block *blocks);
void snapshots_empty(int dir_fd);
void world_fail(struct world *w, const char *format, ...) PRINTF_LIKE(2, 3);

// ---- clients.c ----
// Submits one random command (or repeats one whose fate is unknown).
void clients_act(struct world *w);
void clients_told(struct world *w, enum destination destination, uint32_t kind, const void *data, size_t size);
// After a restart: asks for each order of unknown fate by its client id, and sends again what is not known.
void clients_resolve(struct world *w);
enum sequencer_result world_submit(struct world *w, enum sequencer_origin origin, uint32_t kind, const void *data,
				   size_t size);

// ---- life.c ----
// Opens, founds, serves, and ends in a crash, an error or a clean close.
void life_run(struct world *w, bool last);

// ---- check.c ----
// Folds everything from zero and compares it with what the clients were told, and with `x` (the state that recovery reached).
void check_everything(struct world *w, const struct exchange *x, const struct journal_place *place);
