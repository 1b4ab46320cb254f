// SPDX-License-Identifier: Apache-2.0
// A transparency log: the Merkle tree of RFC 6962 over leaf hashes, its
// proofs, and C2SP's tiles (c2sp.org/tlog-tiles). Notes and checkpoints are in
// tlog/note.h. No system call and no allocation; what is stored comes through a callback.
//
//   leaf = SHA-256(0x00 || entry)   node = SHA-256(0x01 || left || right)   empty root = SHA-256("")
//
// Every hash is exactly 32 bytes: whoever decodes one from text refuses other lengths.
#pragma once

#include "base/base.h"
#include "tlog/note.h"

#define TLOG_HASH_SIZE 32
#define TLOG_LEVELS 64
#define TLOG_PROOF_MAX 65 // hashes in the longest proof
#define TLOG_TILE_WIDTH 256
#define TLOG_TILE_LEVELS 8 // a 64-bit tree has tile levels 0..7

void tlog_leaf_hash(const void *entry, size_t size, uint8_t hash[32]);
void tlog_node_hash(const uint8_t left[32], const uint8_t right[32], uint8_t hash[32]);
void tlog_empty_root(uint8_t root[32]);

// ---- growing a tree ----
// The right edge of a tree: all that appending needs. node[l] is the root of
// the complete subtree of 2^l leaves where bit l of size is set, else unused.
struct tlog_tree {
	uint64_t size;
	uint8_t node[TLOG_LEVELS][32];
	uint8_t tile_hash[TLOG_TILE_LEVELS][32]; // see tlog_tree_tile_hash
};

void tlog_tree_init(struct tlog_tree *tree); // size 0
void tlog_tree_append(struct tlog_tree *tree, const uint8_t leaf_hash[32]);
void tlog_tree_root(const struct tlog_tree *tree, uint8_t root[32]);

// What the last append added to the tiles. Level 0: the leaf, always. Level t:
// the root of 256^t leaves, when that append completed them. True: `hash` belongs
// at tile level t, index *ret_index (tile *ret_index / 256, position *ret_index % 256).
// Ask t = 0, 1, 2 ... until false.
bool tlog_tree_tile_hash(const struct tlog_tree *tree, unsigned tile_level, uint64_t *ret_index, uint8_t hash[32]);

// ---- reading a stored tree ----
// hash_at gives what the tiles hold: at tile level t, index i, the root of the
// 256^t leaves that begin at leaf i * 256^t (t = 0: the leaf hash itself). Only
// complete subtrees are asked for. 0, or negative errno, which is forwarded.
struct tlog_source {
	void *context;
	int (*hash_at)(void *context, unsigned tile_level, uint64_t index, uint8_t hash[32]);
};

// The right edge of the first `size` leaves, to go on appending. 0 or negative errno.
MUST_USE int tlog_tree_load(struct tlog_tree *tree, uint64_t size, const struct tlog_source *source);

// That leaf `index` is in the tree of `size` leaves. 0, 1 when index >= size, or negative errno.
MUST_USE int tlog_inclusion_proof(const struct tlog_source *source, uint64_t index, uint64_t size,
				  uint8_t proof[TLOG_PROOF_MAX][32], size_t *ret_count);

// That the tree of `new_size` leaves begins with the tree of `old_size` leaves.
// 0, 1 when old_size > new_size, or negative errno. Empty when old_size is 0 or equals new_size.
MUST_USE int tlog_consistency_proof(const struct tlog_source *source, uint64_t old_size, uint64_t new_size,
				    uint8_t proof[TLOG_PROOF_MAX][32], size_t *ret_count);

// True when the proof has exactly the right hashes (RFC 9162 2.1.3.2 and 2.1.4.2).
bool tlog_inclusion_verify(const uint8_t leaf_hash[32], uint64_t index, uint64_t size, const uint8_t (*proof)[32],
			   size_t count, const uint8_t root[32]);
// An old tree of size 0 is refused: every tree begins with it, so there is nothing to prove.
bool tlog_consistency_verify(uint64_t old_size, uint64_t new_size, const uint8_t (*proof)[32], size_t count,
			     const uint8_t old_root[32], const uint8_t new_root[32]);

// ---- tiles ----
#define TLOG_PATH_MAX 64
#define TLOG_TILE_ENTRIES (-1) // as a level: the entry bundles, "tile/entries/<N>"

// "tile/<L>/<N>[.p/<W>]" for tile n of that level with `width` hashes, 1..256;
// 256 is a full tile. N in groups of three: 1234067 is x001/x234/067.
// Returns the length; the text ends in NUL.
size_t tlog_tile_path(int level, uint64_t n, unsigned width, char to[TLOG_PATH_MAX]);

// The inverse. 0, or 1 when the text is no path that tlog_tile_path writes.
MUST_USE int tlog_tile_path_parse(const char *text, size_t length, int *ret_level, uint64_t *ret_n,
				  unsigned *ret_width);

// How many hashes the last, partial tile of a level has in a tree of `size`
// leaves (0 = none), and how many full tiles are before it.
unsigned tlog_tile_partial(unsigned level, uint64_t size, uint64_t *ret_full_tiles);
