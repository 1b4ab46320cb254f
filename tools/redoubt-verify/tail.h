// SPDX-License-Identifier: Apache-2.0
// What lies behind the last whole frame: nothing, a write that was torn, or
// something that had been durable and is damaged.
#pragma once

#include "opener.h"
#include "segment.h"

struct tail {
	int dir_fd;
	uint32_t segment, segments; // where the frame should be; how many there are
	uint64_t offset, block;     // there; its number
	struct mark note;           // what the writer knew to be durable
	uint8_t leaf_hash[32];      // of the last whole block
	struct opener *opener;
	struct report *report;
	const char *wrong;          // with the frame there
	uint64_t torn_bytes;        // result
};

// False when it is damage, and a finding says so.
bool end_judge(struct tail *t);

// The durable note. Absent, short or broken: present = false.
struct mark note_read(int dir_fd);
