// SPDX-License-Identifier: Apache-2.0
// One backup being made: objects are sealed into the spool, then one signed
// manifest names them. A run that is killed in between leaves objects that
// nobody names, which the next one removes.
#pragma once

#include "place.h"

// How far everything is, as the last manifest left it.
struct position {
	uint64_t number;		// of the last manifest, 0 = none
	uint8_t digest[SHA256_SIZE];	// of its text
	uint64_t blocks, sequence, time_us;
	uint8_t leaf_hash[32];
	uint32_t segment;		// where the journal's next byte to ship is
	uint64_t offset;
	uint64_t full_number, full_time_us; // of the last full one
};

// 0; 1 when there is none or it cannot be read (a full backup starts anew); or negative errno.
MUST_USE int position_load(struct position *ret);
// 0 or negative errno.
MUST_USE int position_store(const struct position *position);

struct batch {
	const struct backup_place *place;
	enum backup_manifest_kind kind;
	struct position position; // moves on as the journal is added
	struct backup_manifest_item *items;
	size_t count, room;
	uint64_t plain_bytes;
};

void batch_begin(struct batch *batch, const struct backup_place *place, const struct position *position,
		 enum backup_manifest_kind kind);
void batch_end(struct batch *batch); // frees; what was not committed is as if it had not been

// An item under a name, sealed into the spool: bytes at hand, or a stretch of an open file (size UINT64_MAX: to its
// end). Each 0, or an exit code after it has complained.
MUST_USE int batch_bytes(struct batch *batch, const char *name, const void *data, size_t size);
MUST_USE int batch_file(struct batch *batch, const char *name, int fd, uint64_t from, uint64_t size);
// An item of an earlier manifest, whose object is at the destinations already.
MUST_USE int batch_keep(struct batch *batch, const struct backup_manifest_item *item);

// Signs the manifest into the spool and moves the position. 0, or an exit code after it has complained.
MUST_USE int batch_commit(struct batch *batch);
