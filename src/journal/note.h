// SPDX-License-Identifier: Apache-2.0
// The durable note: what the writer knew to be durable. Used to refuse, never to lengthen.
#pragma once

#include "journal/fault.h"
#include "journal/layout.h"

#define NOTE_SIZE 104u

struct note {
	uint32_t segment;
	uint64_t blocks, sequence;
	uint8_t leaf_hash[32];
};

void note_encode(const struct note *note, const uint8_t exchange_id[32], uint8_t to[NOTE_SIZE]);
// 0, or 1 when it counts as absent (another magic, version, exchange or CRC).
MUST_USE int note_decode(const uint8_t from[NOTE_SIZE], const uint8_t exchange_id[32], struct note *ret);

// Reads the storage's note; absent gives zero blocks.
void note_load(const struct storage *storage, const uint8_t exchange_id[32], struct note *ret);
