// SPDX-License-Identifier: Apache-2.0
// The writer's inside, shared by opening (recover.c) and writing (writer.c).
#pragma once

#include "journal/fault.h"
#include "journal/frame.h"
#include "journal/segment.h"

#include <pthread.h>

#define STAGING_SIZE ((size_t)BATCH_BLOCKS_MAX * BLOCK_FRAME_MAX + 2 * BLOCK_ALIGN)

struct journal {
	struct storage storage;
	struct journal_keys keys;
	uint8_t exchange_id[32];
	uint8_t incarnation[32];
	struct journal_place place;
	uint32_t segment;
	uint64_t segment_size;     // of the current one
	uint64_t segment_size_new; // for those to come
	uint64_t offset;           // of the next frame
	uint8_t *staging;          // aligned; frames of the batch being written
	size_t staged;
	uint64_t batch_first;      // number of the first block staged
	bool dead;
	struct journal_error error; // why it is dead
	pthread_mutex_t preparing;
	uint32_t segments;         // that exist, unused ones included; under `preparing`
};

// Writes and syncs the header of segment j->segment, for what follows j->place. 0 or 1 with the error.
MUST_USE int writer_head(struct journal *j, struct journal_error *ret_error);
// Makes sure that segment `index` exists.
MUST_USE int writer_segment(struct journal *j, uint32_t index, struct journal_error *ret_error);
// Writes the note; its failure costs nothing but a proof.
void writer_note(struct journal *j);
