// SPDX-License-Identifier: Apache-2.0
#include "market/tree.h"

// Depth 0 is the root; depth 3 links to leaves. A prefix has 24 bits, 6 a depth.
static uint32_t place_at(uint32_t prefix, unsigned depth)
{
	return prefix >> (6 * (TREE_INNER - 1 - depth)) & 63;
}

static uint64_t nodes_for(uint32_t leaves, uint32_t trees)
{
	// Every leaf can need its own three nodes below the root; roots stay.
	return (uint64_t)leaves * (TREE_INNER - 1) + trees;
}

size_t tree_pool_memory(uint32_t leaves, uint32_t trees)
{
	return ((size_t)leaves + 1) * sizeof(struct tree_leaf) +
	       (nodes_for(leaves, trees) + 1) * sizeof(struct tree_node);
}

void tree_pool_init(struct tree_pool *pool, void *zeroed, uint32_t leaves, uint32_t trees)
{
	struct tree_leaf *first = zeroed;
	*pool = (struct tree_pool){
		.leaves = first,
		.nodes = (struct tree_node *)(void *)(first + (size_t)leaves + 1),
		.leaves_max = leaves,
		.nodes_max = (uint32_t)nodes_for(leaves, trees),
	};
}

void tree_init(struct tree *tree)
{
	tree->best = KEY_NONE;
}

static uint32_t node_take(struct tree_pool *pool, uint32_t parent, uint32_t place)
{
	ASSERT(pool->nodes_used < pool->nodes_max); // sized so that leaves run out first
	uint32_t node = pool->node_free;
	if (node)
		pool->node_free = pool->nodes[node].parent;
	else
		node = ++pool->node_fresh;
	pool->nodes_used++;
	pool->nodes[node].bitmap = 0;
	pool->nodes[node].parent = parent;
	pool->nodes[node].place = place;
	return node;
}

static void node_give(struct tree_pool *pool, uint32_t node)
{
	pool->nodes[node].parent = pool->node_free;
	pool->node_free = node;
	pool->nodes_used--;
}

static uint32_t leaf_take(struct tree_pool *pool, uint32_t parent, uint32_t prefix)
{
	ASSERT(pool->leaves_used < pool->leaves_max);
	uint32_t leaf = pool->leaf_free;
	if (leaf)
		pool->leaf_free = pool->leaves[leaf].parent;
	else
		leaf = ++pool->leaf_fresh;
	pool->leaves_used++;
	pool->leaves[leaf].bitmap = 0;
	pool->leaves[leaf].parent = parent;
	pool->leaves[leaf].prefix = prefix;
	return leaf;
}

uint32_t tree_walk(const struct tree_pool *pool, const struct tree *tree, uint32_t prefix)
{
	uint32_t at = tree->root;
	for (unsigned depth = 0; depth < TREE_INNER && at; depth++) {
		const struct tree_node *node = &pool->nodes[at];
		uint32_t place = place_at(prefix, depth);
		at = node->bitmap >> place & 1 ? node->child[place] : 0;
	}
	return at;
}

static uint32_t child_make(struct tree_pool *pool, uint32_t parent, uint32_t place)
{
	if (!(pool->nodes[parent].bitmap >> place & 1)) {
		pool->nodes[parent].child[place] = node_take(pool, parent, place);
		pool->nodes[parent].bitmap |= 1ull << place;
	}
	return pool->nodes[parent].child[place];
}

uint32_t tree_leaf_make(struct tree_pool *pool, struct tree *tree, uint32_t prefix)
{
	if (!tree->root)
		tree->root = node_take(pool, 0, 0);
	uint32_t at = tree->root;
	for (unsigned depth = 0; depth < TREE_INNER - 1; depth++)
		at = child_make(pool, at, place_at(prefix, depth));
	uint32_t place = place_at(prefix, TREE_INNER - 1);
	uint32_t leaf = leaf_take(pool, at, prefix);
	pool->nodes[at].child[place] = leaf;
	pool->nodes[at].bitmap |= 1ull << place;
	tree->hint[prefix % TREE_CACHE] = (struct tree_hint){ .prefix = prefix, .leaf = leaf };
	return leaf;
}

void tree_leaf_drop(struct tree_pool *pool, struct tree *tree, uint32_t leaf)
{
	uint32_t prefix = pool->leaves[leaf].prefix, at = pool->leaves[leaf].parent;
	uint32_t place = place_at(prefix, TREE_INNER - 1);
	struct tree_hint *hint = &tree->hint[prefix % TREE_CACHE];
	if (hint->leaf == leaf)
		*hint = (struct tree_hint){ 0 };
	pool->leaves[leaf].parent = pool->leaf_free;
	pool->leaf_free = leaf;
	pool->leaves_used--;
	pool->nodes[at].bitmap &= ~(1ull << place);
	while (!pool->nodes[at].bitmap && at != tree->root) {
		uint32_t parent = pool->nodes[at].parent;
		place = pool->nodes[at].place;
		node_give(pool, at);
		at = parent;
		pool->nodes[at].bitmap &= ~(1ull << place);
	}
}

static uint32_t lowest(uint64_t bitmap)
{
	return (uint32_t)__builtin_ctzll(bitmap);
}

// The lowest key under `node`, which is at `depth` and not empty.
static uint32_t descend(const struct tree_pool *pool, uint32_t node, unsigned depth, uint32_t *ret_leaf)
{
	uint32_t at = node;
	for (; depth < TREE_INNER; depth++)
		at = pool->nodes[at].child[lowest(pool->nodes[at].bitmap)];
	*ret_leaf = at;
	return pool->leaves[at].prefix << 6 | lowest(pool->leaves[at].bitmap);
}

uint32_t tree_first(const struct tree_pool *pool, const struct tree *tree, uint32_t *ret_leaf)
{
	if (!tree->root || !pool->nodes[tree->root].bitmap) {
		*ret_leaf = 0;
		return KEY_NONE;
	}
	return descend(pool, tree->root, 0, ret_leaf);
}

static uint64_t above(uint32_t place)
{
	return place == 63 ? 0 : ~0ull << (place + 1);
}

uint32_t tree_next(const struct tree_pool *pool, uint32_t key, uint32_t *leaf)
{
	uint64_t left = pool->leaves[*leaf].bitmap & above(key & 63);
	if (left)
		return (key & ~63u) | lowest(left);
	uint32_t prefix = key >> 6, at = pool->leaves[*leaf].parent;
	for (unsigned depth = TREE_INNER; depth-- > 0; at = pool->nodes[at].parent) {
		const struct tree_node *node = &pool->nodes[at];
		left = node->bitmap & above(place_at(prefix, depth));
		if (!left)
			continue;
		uint32_t child = node->child[lowest(left)];
		if (depth + 1 < TREE_INNER)
			return descend(pool, child, depth + 1, leaf);
		*leaf = child;
		return pool->leaves[child].prefix << 6 | lowest(pool->leaves[child].bitmap);
	}
	return KEY_NONE;
}

static const char *node_check(const struct tree_pool *pool, uint32_t at, unsigned depth, uint32_t prefix,
			      uint32_t *leaves, uint32_t *nodes)
{
	(*nodes)++;
	if (!pool->nodes[at].bitmap && depth)
		return "price tree: an empty node was kept";
	for (uint64_t left = pool->nodes[at].bitmap; left; left &= left - 1) {
		uint32_t place = lowest(left), child = pool->nodes[at].child[place];
		uint32_t below = prefix << 6 | place;
		if (depth + 1 < TREE_INNER) {
			if (pool->nodes[child].parent != at || pool->nodes[child].place != place)
				return "price tree: a node does not know its parent";
			const char *wrong = node_check(pool, child, depth + 1, below, leaves, nodes);
			if (wrong)
				return wrong;
			continue;
		}
		(*leaves)++;
		if (pool->leaves[child].parent != at || pool->leaves[child].prefix != below)
			return "price tree: a leaf does not know its place";
		if (!pool->leaves[child].bitmap)
			return "price tree: an empty leaf was kept";
	}
	return NULL;
}

const char *tree_check(const struct tree_pool *pool, const struct tree *tree, uint32_t *leaves, uint32_t *nodes)
{
	uint32_t leaf, best = tree_first(pool, tree, &leaf);
	if (best != tree->best || (best != KEY_NONE && leaf != tree->best_leaf))
		return "price tree: the cached best price is not the best";
	for (unsigned i = 0; i < TREE_CACHE; i++) {
		const struct tree_hint *hint = &tree->hint[i];
		if (hint->leaf && tree_walk(pool, tree, hint->prefix) != hint->leaf)
			return "price tree: a hint points to a dead leaf";
	}
	return tree->root ? node_check(pool, tree->root, 0, 0, leaves, nodes) : NULL;
}
