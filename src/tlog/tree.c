// SPDX-License-Identifier: Apache-2.0
#include "crypto/sha256.h"
#include "tlog/tlog.h"

// Domain separation of RFC 6962 2.1: a leaf can never be taken for a node.
void tlog_leaf_hash(const void *entry, size_t size, uint8_t hash[32])
{
	struct sha256 s;
	sha256_init(&s);
	sha256_update(&s, "\x00", 1);
	sha256_update(&s, entry, size);
	sha256_final(&s, hash);
}

void tlog_node_hash(const uint8_t left[32], const uint8_t right[32], uint8_t hash[32])
{
	uint8_t message[65] = { 0x01 };
	memcpy(message + 1, left, 32);
	memcpy(message + 33, right, 32);
	sha256_of(message, sizeof message, hash);
}

void tlog_empty_root(uint8_t root[32])
{
	sha256_of("", 0, root);
}

void tlog_tree_init(struct tlog_tree *tree)
{
	memset(tree, 0, sizeof *tree);
}

void tlog_tree_append(struct tlog_tree *tree, const uint8_t leaf_hash[32])
{
	ASSERT(tree->size < UINT64_MAX);
	uint8_t hash[32];
	unsigned level = 0;
	memcpy(hash, leaf_hash, 32);
	memcpy(tree->tile_hash[0], hash, 32);
	// Like a carry in binary addition: two complete subtrees become one of the next level.
	for (; tree->size >> level & 1; level++) {
		tlog_node_hash(tree->node[level], hash, hash);
		if ((level + 1) % 8 == 0)
			memcpy(tree->tile_hash[(level + 1) / 8], hash, 32);
	}
	memcpy(tree->node[level], hash, 32);
	tree->size++;
}

void tlog_tree_root(const struct tlog_tree *tree, uint8_t root[32])
{
	if (tree->size == 0) {
		tlog_empty_root(root);
		return;
	}
	unsigned level = (unsigned)__builtin_ctzll(tree->size);
	uint8_t hash[32];
	memcpy(hash, tree->node[level], 32);
	while (++level < TLOG_LEVELS) {
		if (tree->size >> level & 1)
			tlog_node_hash(tree->node[level], hash, hash);
	}
	memcpy(root, hash, 32);
}

bool tlog_tree_tile_hash(const struct tlog_tree *tree, unsigned tile_level, uint64_t *ret_index, uint8_t hash[32])
{
	if (tile_level >= TLOG_TILE_LEVELS || tree->size == 0)
		return false;
	uint64_t span = (uint64_t)1 << 8 * tile_level;
	if (tree->size % span)
		return false;
	*ret_index = tree->size / span - 1;
	memcpy(hash, tree->tile_hash[tile_level], 32);
	return true;
}
