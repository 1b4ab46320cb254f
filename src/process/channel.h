// SPDX-License-Identifier: Apache-2.0
// A channel: a bounded ring of records in shared memory with one writer and one
// reader. Two sealed memfds: `ring` (writer maps read-write, reader read-only)
// and `cursor` (the reverse). The reader copies a record out before anyone looks
// at it, because a hostile writer can rewrite shared memory at any time.
// A writer that breaks the framing kills the channel, loudly (channel_read < 0);
// a reader that breaks its cursor only makes the ring look full for ever.
//
// In the ring each record is u32 size, u32 kind, bytes, padding to 8; head and tail
// count bytes and never wrap. docs/CHANNELS.md has the table of all channels.
//
// Waking: each process has one doorbell, a pipe whose write end alone its peers
// hold (with an eventfd a hostile peer could read other peers' wake-ups away). A
// writer rings only when the reader says that it sleeps, once for each sleep.
#pragma once

#include "base/base.h"

#define CHANNEL_RECORD_MAX 65536 // bytes of one record
#define CHANNEL_SIZE_MIN 4096    // capacities are powers of two from here
#define CHANNEL_SIZE_MAX (1u << 30)

// Makes a doorbell: `hear` stays with its owner, `ring` goes to its peers. 0 or negative errno.
MUST_USE int doorbell_create(int *ret_hear, int *ret_ring);
void doorbell_ring(int ring);  // never blocks
void doorbell_clear(int hear); // forget every ring so far; look at the channels after it, not before

// The three descriptors of a channel, as the supervisor makes and hands them over.
struct channel_fds { int ring, cursor, doorbell; };

// Makes a sealed channel of `size` bytes. doorbell = the reader's `ring` end, borrowed. 0 or negative errno.
MUST_USE int channel_create(const char *name, size_t size, int doorbell, struct channel_fds *ret);
// The descriptors of one end, new ones of its own: what the other side writes is opened
// read-only, so that it cannot be mapped writable. Call for both ends, then channel_fds_close the
// made ones; the memfds are then mode 0000, so that nobody opens them anew.
MUST_USE int channel_end(const struct channel_fds *made, bool writer, struct channel_fds *ret);
// Closes ring and cursor (the doorbell is its owner's); -1 is skipped.
void channel_fds_close(struct channel_fds *fds);

struct channel_cursor;
struct channel_head;
struct channel_writer { // opaque to callers; here so that it needs no allocation
	struct channel_head *map;
	uint8_t *ring;
	const struct channel_cursor *cursor;
	uint64_t size, head, tail_seen, published;
	uint32_t rang;
	bool broken;
	int doorbell;
};
struct channel_reader {
	const struct channel_head *map;
	const uint8_t *ring;
	struct channel_cursor *cursor;
	uint64_t size, tail, head_seen;
	bool broken;
};

MUST_USE int channel_open_writer(struct channel_writer *w, const struct channel_fds *fds);
MUST_USE int channel_open_reader(struct channel_reader *r, const struct channel_fds *fds);
// Unmap. Before a replaced channel is opened anew into the same struct; a zeroed struct is accepted.
void channel_close_writer(struct channel_writer *w);
void channel_close_reader(struct channel_reader *r);

// Queues one record (kind and bytes). 0, or 1 when the ring is full: nothing was queued.
MUST_USE int channel_write(struct channel_writer *w, uint32_t kind, const void *data, size_t size);
// Like channel_write for a record in two pieces (a header and a body).
MUST_USE int channel_write2(struct channel_writer *w, uint32_t kind, const void *head, size_t head_size,
			    const void *data, size_t size);
// Makes everything queued visible and rings the doorbell if the reader sleeps. Call once a batch.
void channel_publish(struct channel_writer *w);
// Bytes free now (a record takes 8 + its size rounded up to 8); 0 when the reader broke its cursor.
uint64_t channel_room(struct channel_writer *w);

// Copies the next record to `to` (CHANNEL_RECORD_MAX bytes at least). Returns 1 with *ret_kind and *ret_size, 0 when
// empty, negative errno when the writer broke the framing (and for ever after).
MUST_USE int channel_read(struct channel_reader *r, void *to, uint32_t *ret_kind, size_t *ret_size);
// Frees what was read for the writer. Call once a batch.
void channel_release(struct channel_reader *r);

// Sleep protocol: say so, look once more, then wait on the doorbell; say awake afterwards.
void channel_sleeping(struct channel_reader *r, bool asleep);
bool channel_empty(const struct channel_reader *r);

// Bytes queued and capacity, for status.
void channel_fill(const struct channel_reader *r, uint64_t *ret_used, uint64_t *ret_size);

// Waits until any of the readers has a record, spinning for spin_us first, then on the doorbell, for at most timeout_ms (-1 = ever).
// Clears the doorbell. 0 (also at the timeout, on a signal, and when the supervisor rings), or negative errno.
MUST_USE int channel_wait(struct channel_reader *const *readers, size_t count, int doorbell, unsigned spin_us,
			  int timeout_ms);
