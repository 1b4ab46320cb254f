// SPDX-License-Identifier: Apache-2.0
// The journal: segments of hash-chained, encrypted blocks. docs/PROTOCOL.journal.md
// is the written format. This header is what the engine, the followers, the
// tools and the simulator use; storage comes through callbacks so that the same
// code runs on a disk, on a simulated disk, and later on a replicated engine.
#pragma once

#include "base/bytes.h"
#include "crypto/sha256.h"

#define BLOCK_LEAF_MAX 65280u     // plaintext of one block, a C2SP log entry (at most 65,535)
#define BLOCK_FRAME_MAX 65536u    // the same on disk, header and tag included
#define BLOCK_ALIGN 4096u         // frames start and end on it
#define BLOCK_SALT_SIZE 32
#define SEGMENT_SIZE_DEFAULT (256u << 20)
#define BATCH_BLOCKS_MAX 64u      // blocks in one write and one sync

// ---- storage: the one door to the disk ----
// Offsets and sizes of read/write are multiples of BLOCK_ALIGN and buffers are
// aligned to it. Each returns 0 or a negative errno.
struct storage {
	void *context;
	int (*list)(void *context, uint32_t *ret_first, uint32_t *ret_count); // segments present, without gaps in numbering
									       // (-ENOENT names a gap: *ret_first = the missing one)
	int (*size)(void *context, uint32_t segment, uint64_t *ret_size);
	int (*create)(void *context, uint32_t segment, uint64_t size);        // zero-filled and durable, or not there; another
									       // thread may be in write or sync of another segment
	int (*read)(void *context, uint32_t segment, uint64_t offset, void *to, size_t size);
	int (*write)(void *context, uint32_t segment, uint64_t offset, const void *from, size_t size);
	int (*sync)(void *context, uint32_t segment);
	// A small record beside the segments (durable cursor), written without a
	// sync: it survives a killed process and usually a power loss; recovery
	// uses it to tell a torn tail from a damaged one, never trusts it to lengthen the journal.
	int (*note_write)(void *context, const void *data, size_t size);
	int (*note_read)(void *context, void *data, size_t size); // -ENOENT when there is none
};
// Segment files in a directory, O_DIRECT | O_DSYNC where the file system can.
// dir_fd is borrowed until the close. Writable: takes the directory's lock (-EBUSY when another writer has it).
struct storage_directory; // journal/storage_directory.c
MUST_USE int storage_directory_open(int dir_fd, bool writable, struct storage_directory **ret, struct storage *ret_storage);
void storage_directory_close(struct storage_directory *d); // accepts NULL

// ---- one block ----
// The leaf (what is hashed, encrypted, proven) is: u64 number, u64 first sequence,
// u64 time_us, u32 count, u32 size of entries, u64 digest, u8 previous leaf hash[32],
// u8 salt[32], entries. Its leaf hash is SHA-256(0x00 || leaf), RFC 6962.
#define BLOCK_LEAF_HEAD (8 + 8 + 8 + 4 + 4 + 8 + 32 + 32)
#define BLOCK_ENTRIES_MAX (BLOCK_LEAF_MAX - BLOCK_LEAF_HEAD)

// A block being filled by the sequencer. Plain memory; no allocation.
struct block {
	uint64_t first_sequence, time_us, digest;
	uint32_t count, size;
	alignas(64) uint8_t head[128]; // the journal's own: the leaf's head goes right before the entries
	uint8_t entries[BLOCK_ENTRIES_MAX];
};

// A block that was read back. Pointers are valid until the next read.
struct block_view {
	uint64_t number, first_sequence, time_us, digest;
	uint32_t count, segment;
	uint64_t offset;            // of its frame in the segment
	uint8_t leaf_hash[32], previous[32];
	const uint8_t *entries;
	size_t entries_size;
	const uint8_t *leaf;        // the whole plaintext, for proofs
	size_t leaf_size;
};

// ---- what went wrong, and where ----
enum journal_fault {
	JOURNAL_OK = 0,
	JOURNAL_DAMAGED,      // bytes that were durable are not what was written
	JOURNAL_MISSING,      // a segment is not there
	JOURNAL_WRONG_KEY,
	JOURNAL_OTHER,        // belongs to another exchange
	JOURNAL_IO,           // the storage said errno
	JOURNAL_FULL,         // no space
	JOURNAL_FORMAT,       // a version that this program does not know
};
struct journal_error {
	enum journal_fault fault;
	int error;                  // errno for JOURNAL_IO and JOURNAL_FULL
	uint32_t segment;
	uint64_t offset, block;
	char text[256];             // a whole sentence: what, where, what to do
};

// ---- writing ----
struct journal; // one writer

struct journal_place { // where the durable journal ends
	uint64_t blocks;            // how many: the next block's number
	uint64_t sequence;          // last durable entry, 0 = none
	uint64_t time_us;
	uint8_t leaf_hash[32];      // of the last block, zeros = none
	uint64_t digest;
};

// Opens for writing: recovers (truncates a torn tail, refuses everything else),
// then continues after it with the incarnation given (32 random bytes; it must
// never repeat). master_key: 32 bytes. exchange_id: 32 bytes, in every segment header.
// 0, or 1 with *ret_error filled.
MUST_USE int journal_open(const struct storage *storage, const uint8_t master_key[32], const uint8_t exchange_id[32],
			  const uint8_t incarnation[32], uint64_t segment_size, struct journal **ret,
			  struct journal_place *ret_place, struct journal_error *ret_error);
// The same, but refuses a journal that ends before block `floor->blocks` (or is not there at all), and leaves the disk
// as it is. Somebody who saw those blocks durable says so: without it a lost journal would look like one that has not begun.
struct journal_floor {
	uint64_t blocks;      // 0 = nobody knows of any
	const char *witness;  // who counts them, for the sentence: "the snapshot of entry 17"
};
MUST_USE int journal_open_above(const struct storage *storage, const uint8_t master_key[32],
				const uint8_t exchange_id[32], const uint8_t incarnation[32], uint64_t segment_size,
				const struct journal_floor *floor, struct journal **ret, struct journal_place *ret_place,
				struct journal_error *ret_error);
void journal_close(struct journal *j); // marks a clean end; accepts NULL

// Encrypts, chains and writes the blocks with one write and one sync (two of
// each when a segment ends between them). salts: 32 fresh random bytes a block.
// When it returns 0 everything is durable. On 1 nothing of it may be
// acknowledged and the writer is dead: a sync is never retried.
MUST_USE int journal_write(struct journal *j, struct block *const *blocks, size_t count, const uint8_t (*salts)[32],
			   struct journal_place *ret_place, struct journal_error *ret_error);

// Makes the next segment ahead of time, so that rolling costs nothing. Any thread may call it, one at a time.
MUST_USE int journal_prepare_segment(struct journal *j, struct journal_error *ret_error);
uint32_t journal_segment(const struct journal *j); // the one being written; any thread
// The last segment that should exist by now: the one being written, or the next once an eighth of it is used. The writer's thread.
uint32_t journal_segment_wanted(const struct journal *j);

// ---- reading ----
struct journal_reader;
// Reads from block `from` (0 = the start).
MUST_USE int journal_reader_open(const struct storage *storage, const uint8_t master_key[32],
				 const uint8_t exchange_id[32], uint64_t from, struct journal_reader **ret,
				 struct journal_error *ret_error);
void journal_reader_close(struct journal_reader *r); // accepts NULL
// The next block, verified (CRC, tag, chain, sequence). 0 with *ret; 1 with *ret_error; 2 at the end.
// A follower passes `durable` = blocks known durable and gets 2 there without touching the disk;
// UINT64_MAX reads to the end of what is there (torn tail included in "the end").
MUST_USE int journal_reader_next(struct journal_reader *r, uint64_t durable, struct block_view *ret,
				 struct journal_error *ret_error);

// From now on only the tags are verified, neither CRC nor chain, and leaf hashes are not
// computed (left zero): three times as fast, for a first look before a full reading of the same blocks.
void journal_reader_light(struct journal_reader *r);

// A thread that reads and verifies ahead of the one that uses the blocks. Takes the reader over; it may
// be used again after journal_ahead_close gave it back. Not for a reader whose blocks the caller still holds.
struct journal_ahead;
MUST_USE int journal_ahead_open(struct journal_reader *reader, uint64_t durable, struct journal_ahead **ret);
// As journal_reader_next: 0 with *ret (valid until the next call), 1 with the error, 2 when `durable` is reached.
MUST_USE int journal_ahead_next(struct journal_ahead *a, struct block_view *ret, struct journal_error *ret_error);
// Ends the thread. The reader, standing after the last block read ahead; when _next gave 1 or 2 that is where it stopped.
struct journal_reader *journal_ahead_close(struct journal_ahead *a); // accepts NULL

// What followers wait on: a page that the engine's journal thread writes and everyone else maps read-only.
#include <stdatomic.h>
struct durable_page {
	_Atomic uint64_t blocks;    // durable blocks
	_Atomic uint64_t sequence;
	_Atomic uint32_t wakes;     // futex word, bumped when blocks grows
	uint32_t reserved;
	_Atomic uint64_t tail_frames; // reserved for a shared tail of frames
};

// ---- snapshots ----
// File "snapshot-<sequence, 20 digits>": header, then the canonical bytes, AES-256-GCM in chunks.
struct snapshot_info {
	uint64_t sequence, blocks, time_us, size;
	uint64_t digest;            // running digest at that block
	uint8_t leaf_hash[32];      // of the last block folded
	uint8_t state_hash[32];
};
struct snapshot_writer;
MUST_USE int snapshot_begin(int dir_fd, const uint8_t master_key[32], const uint8_t exchange_id[32],
			    const struct snapshot_info *info, struct snapshot_writer **ret);
MUST_USE int snapshot_append(struct snapshot_writer *s, const void *data, size_t size);
// Syncs, renames into place, removes all but the newest `keep`. 0 or negative errno. Frees s in any case.
MUST_USE int snapshot_finish(struct snapshot_writer *s, unsigned keep);
void snapshot_abandon(struct snapshot_writer *s);
// Loads the newest whole one at or below max_blocks into memory (free with snapshot_free). 0, 1 = there is none (or
// none is whole; *ret_error says what was wrong with the newest), negative errno.
MUST_USE int snapshot_load(int dir_fd, const uint8_t master_key[32], const uint8_t exchange_id[32], uint64_t max_blocks,
			   struct snapshot_info *ret_info, uint8_t **ret_data, struct journal_error *ret_error);
// How far the newest snapshot reaches whose header the key vouches for, whether the rest is whole or not. 0, 1 = there is
// none, negative errno.
MUST_USE int snapshot_newest(int dir_fd, const uint8_t master_key[32], const uint8_t exchange_id[32],
			     struct snapshot_info *ret);
void snapshot_free(uint8_t *data, size_t size);
