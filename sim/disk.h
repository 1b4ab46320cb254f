// SPDX-License-Identifier: Apache-2.0
// A simulated disk under the journal's storage callbacks. Written sectors are
// seen by reads at once but are durable only after a sync; a crash leaves each
// unsynced sector old, new or torn. It fails when it is told to, and it
// watches that no (key, nonce) is ever used for two different frames.
#pragma once

#include "journal/frame.h"
#include "sim/random.h"

#define DISK_SECTOR 512u
#define DISK_SEGMENTS_MAX 64u
#define DISK_DIRTY_MAX 4096u

struct dirty {
	uint32_t segment;
	uint64_t offset;
	size_t size;
};

struct seal { // one frame that was written: its key and nonce, and what it was used for
	uint8_t incarnation[32];
	uint64_t number;
	uint32_t kind;
	uint32_t crc;
};

struct disk {
	struct chance *chance;
	uint8_t *now[DISK_SEGMENTS_MAX];    // what reads see; NULL = no such segment
	uint8_t *stable[DISK_SEGMENTS_MAX]; // what a crash cannot touch
	uint64_t size[DISK_SEGMENTS_MAX];
	struct dirty dirty[DISK_DIRTY_MAX];
	size_t dirty_count;
	uint8_t note[512], note_stable[512];
	bool note_there, note_stable_there;
	bool note_missed;                   // the power failed just before it
	bool note_current;                  // what a crash left is what the writer last knew
	struct dirty last;                  // the last write
	// faults
	uint64_t crash_in;       // operations until the power fails; 0 = it does not
	unsigned sync_fails_in, create_fails_in, read_fails_in; // calls until one fails; 0 = none does
	bool crashed, failed;    // power is gone; some call failed
	// the watch
	struct seal *seals;
	size_t seal_count, seal_room;
	bool nonce_reused;
	// what happened
	uint64_t writes, syncs, crashes, torn;
};

void disk_init(struct disk *d, struct chance *chance, struct storage *ret_storage);
void disk_clear(struct disk *d);

// The machine or the process is gone. power: unsynced sectors are old, new or torn; else everything written stays.
void disk_crash(struct disk *d, bool power);

// Rot, to be undone: one bit anywhere or in the last write; a whole page only while the note is current
// (wider damage to the last batch without its note looks like a tear: PROTOCOL.journal.md).
struct rot { bool there; uint32_t segment; uint64_t offset; size_t size; uint8_t before[4096]; };
void disk_rot(struct disk *d, struct rot *ret);
void disk_heal(struct disk *d, struct rot *rot);
