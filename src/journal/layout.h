// SPDX-License-Identifier: Apache-2.0
// Numbers of the written format. docs/PROTOCOL.journal.md explains them.
#pragma once

#include "crypto/aead.h"
#include "journal/journal.h"

#define SEGMENT_MAGIC 0x3147455354424452u // "RDBTSEG1"
#define SEGMENT_VERSION 1
#define SEGMENT_HEAD_SIZE BLOCK_ALIGN
#define SEGMENT_SIZE_MIN (2u * BLOCK_FRAME_MAX + SEGMENT_HEAD_SIZE)
#define SEGMENT_SIZE_MAX (1ull << 40)
#define SEGMENTS_MAX 100000000u // eight digits

#define FRAME_MAGIC 0x314b4c4254424452u // "RDBTBLK1"
#define FRAME_VERSION 1
#define FRAME_HEAD_SIZE 96u
#define FRAME_ASSOCIATED_SIZE 92u // all of the head but its CRC
#define FRAME_MARK_SIZE 40u       // plaintext of a seal or a close

#define NOTE_MAGIC 0x45544f4e54424452u // "RDBTNOTE"
#define NOTE_VERSION 1

#define SNAPSHOT_MAGIC 0x31504e5354424452u // "RDBTSNP1"
#define SNAPSHOT_VERSION 1
#define SNAPSHOT_HEAD_SIZE 188u
#define SNAPSHOT_CHUNK (1u << 20)
#define SNAPSHOT_SIZE_MAX (1ull << 38)

_Static_assert(FRAME_HEAD_SIZE + BLOCK_LEAF_MAX + AEAD_TAG_SIZE <= BLOCK_FRAME_MAX, "the largest leaf fits its frame");
_Static_assert(offsetof(struct block, entries) - offsetof(struct block, head) >= BLOCK_LEAF_HEAD,
	       "the leaf's head fits before the entries");
_Static_assert(offsetof(struct block, entries) == offsetof(struct block, head) + sizeof(((struct block *)0)->head),
	       "nothing lies between the leaf's head and the entries");
