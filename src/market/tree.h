// SPDX-License-Identifier: Apache-2.0
// Price levels of one side of a book, in order: a 64-ary tree over 30-bit keys.
// Four levels of inner nodes (a bitmap and 64 links) over leaves that hold 64
// levels beside their bitmap. A lower key is a better price (bids are
// numbered downwards, book.h). Nothing is re-centred and nothing degenerates: a
// price of 0.01 costs what a price at the touch costs.
//
// Nodes and leaves come from one preallocated pool for all books. An emptied
// leaf goes back at once, so that what fits never depends on history.
// Index 0 means none, everywhere: zeroed memory is an empty tree.
#pragma once

#include "base/base.h"

#define KEY_BITS 30u
#define KEY_MAX ((1u << KEY_BITS) - 1)
#define KEY_NONE UINT32_MAX
#define TREE_INNER 4u          // inner nodes above a leaf, the root included
#define TREE_CACHE 256u        // recently used leaves a side

struct level {
	uint64_t quantity;     // lots, all orders of the level
	uint32_t head, tail;   // order slots, first in time first
};

struct tree_leaf {
	uint64_t bitmap;
	uint32_t parent;       // node; while free: the next free leaf
	uint32_t prefix;       // key >> 6
	uint64_t reserved[6];
	struct level level[64];
};
_Static_assert(sizeof(struct tree_leaf) == 64 + 64 * 16, "a leaf's header is one cache line, a level a quarter");

struct tree_node {
	uint64_t bitmap;
	uint32_t parent;       // while free: the next free node
	uint32_t place;        // index in the parent
	uint32_t child[64];    // nodes, or leaves in the lowest inner level
	uint64_t reserved[6];
};
_Static_assert(sizeof(struct tree_node) == 320, "whole cache lines");

struct tree_pool {
	struct tree_leaf *leaves; // [1 .. leaves_max]
	struct tree_node *nodes;  // [1 .. nodes_max]
	uint32_t leaves_max, leaves_used, leaf_fresh, leaf_free;
	uint32_t nodes_max, nodes_used, node_fresh, node_free;
};

// A direct-mapped memory of where leaves are saves the walk for most orders.
struct tree_hint {
	uint32_t prefix, leaf; // leaf 0: empty
};

struct tree {
	uint32_t root;         // 0 until the first order
	uint32_t best;         // KEY_NONE when empty
	uint32_t best_leaf;
	uint32_t reserved;
	struct tree_hint hint[TREE_CACHE];
};

size_t tree_pool_memory(uint32_t leaves, uint32_t trees);
// trees = how many trees will share the pool: each may need a root beyond the leaves' own ancestors.
void tree_pool_init(struct tree_pool *pool, void *zeroed, uint32_t leaves, uint32_t trees);
void tree_init(struct tree *tree); // on zeroed memory

uint32_t tree_walk(const struct tree_pool *pool, const struct tree *tree, uint32_t prefix); // 0: no such leaf
uint32_t tree_leaf_make(struct tree_pool *pool, struct tree *tree, uint32_t prefix);
void tree_leaf_drop(struct tree_pool *pool, struct tree *tree, uint32_t leaf);
// The best key after leaf-local information ran out; KEY_NONE when the tree is empty.
uint32_t tree_first(const struct tree_pool *pool, const struct tree *tree, uint32_t *ret_leaf);
// The next worse key, KEY_NONE at the end. *leaf is where `key` is, and becomes where the next is.
uint32_t tree_next(const struct tree_pool *pool, uint32_t key, uint32_t *leaf);
// NULL, or what is wrong with the tree's own structure.
const char *tree_check(const struct tree_pool *pool, const struct tree *tree, uint32_t *leaves, uint32_t *nodes);

static inline struct level *tree_level(const struct tree_pool *pool, uint32_t leaf, uint32_t key)
{
	return &pool->leaves[leaf].level[key & 63];
}

static inline bool tree_full(const struct tree_pool *pool)
{
	return pool->leaves_used == pool->leaves_max;
}

// The leaf of a key, 0 when there is none.
static inline uint32_t tree_find(const struct tree_pool *pool, struct tree *tree, uint32_t key)
{
	uint32_t prefix = key >> 6;
	struct tree_hint *hint = &tree->hint[prefix % TREE_CACHE];
	if (LIKELY(hint->prefix == prefix && hint->leaf))
		return hint->leaf;
	uint32_t leaf = tree_walk(pool, tree, prefix);
	if (leaf)
		*hint = (struct tree_hint){ .prefix = prefix, .leaf = leaf };
	return leaf;
}

// The leaf of a key, made when missing. The caller has asked tree_full.
static inline uint32_t tree_leaf_for(struct tree_pool *pool, struct tree *tree, uint32_t key)
{
	uint32_t leaf = tree_find(pool, tree, key);
	return LIKELY(leaf) ? leaf : tree_leaf_make(pool, tree, key >> 6);
}

static inline void tree_level_occupied(struct tree_pool *pool, struct tree *tree, uint32_t leaf, uint32_t key)
{
	pool->leaves[leaf].bitmap |= 1ull << (key & 63);
	if (key < tree->best) {
		tree->best = key;
		tree->best_leaf = leaf;
	}
}

static inline void tree_level_emptied(struct tree_pool *pool, struct tree *tree, uint32_t leaf, uint32_t key)
{
	struct tree_leaf *at = &pool->leaves[leaf];
	at->bitmap &= ~(1ull << (key & 63));
	uint64_t left = at->bitmap;
	if (LIKELY(left)) {
		if (key == tree->best)
			tree->best = (key & ~63u) | (uint32_t)__builtin_ctzll(left);
		return;
	}
	tree_leaf_drop(pool, tree, leaf);
	if (key == tree->best)
		tree->best = tree_first(pool, tree, &tree->best_leaf);
}
