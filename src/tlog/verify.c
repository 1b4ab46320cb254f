// SPDX-License-Identifier: Apache-2.0
// RFC 9162 2.1.3.2 and 2.1.4.2, step by step.
#include "tlog/tlog.h"

static bool hash_equal(const uint8_t a[32], const uint8_t b[32])
{
	return memcmp(a, b, 32) == 0; // public values
}

// One level up on the path of `node` in a tree whose last node is `last`.
struct path {
	uint64_t node, last;
};

static void path_up(struct path *p)
{
	p->node >>= 1;
	p->last >>= 1;
}

// True when the sibling is on the left. A last node without a sibling moves up
// until it has one, which then is on the left.
static bool path_sibling_left(struct path *p)
{
	if (!(p->node & 1) && p->node != p->last)
		return false;
	while (!(p->node & 1) && p->node)
		path_up(p);
	return true;
}

bool tlog_inclusion_verify(const uint8_t leaf_hash[32], uint64_t index, uint64_t size, const uint8_t (*proof)[32],
			   size_t count, const uint8_t root[32])
{
	if (index >= size)
		return false;
	struct path path = { .node = index, .last = size - 1 };
	uint8_t hash[32];
	memcpy(hash, leaf_hash, 32);
	for (size_t i = 0; i < count; i++) {
		if (path.last == 0)
			return false;
		if (path_sibling_left(&path))
			tlog_node_hash(proof[i], hash, hash);
		else
			tlog_node_hash(hash, proof[i], hash);
		path_up(&path);
	}
	return path.last == 0 && hash_equal(hash, root);
}

bool tlog_consistency_verify(uint64_t old_size, uint64_t new_size, const uint8_t (*proof)[32], size_t count,
			     const uint8_t old_root[32], const uint8_t new_root[32])
{
	if (old_size == 0 || old_size > new_size)
		return false;
	if (old_size == new_size)
		return count == 0 && hash_equal(old_root, new_root);
	struct path path = { .node = old_size - 1, .last = new_size - 1 };
	while (path.node & 1)
		path_up(&path);
	// An old tree of 2^n leaves is itself the first node of the proof.
	bool complete = (old_size & (old_size - 1)) == 0;
	if (count == 0 && !complete)
		return false;
	uint8_t old_hash[32], new_hash[32];
	memcpy(old_hash, complete ? old_root : proof[0], 32);
	memcpy(new_hash, old_hash, 32);
	for (size_t i = complete ? 0 : 1; i < count; i++) {
		if (path.last == 0)
			return false;
		if (path_sibling_left(&path)) {
			tlog_node_hash(proof[i], old_hash, old_hash);
			tlog_node_hash(proof[i], new_hash, new_hash);
		} else {
			tlog_node_hash(new_hash, proof[i], new_hash);
		}
		path_up(&path);
	}
	return path.last == 0 && hash_equal(old_hash, old_root) && hash_equal(new_hash, new_root);
}
