// SPDX-License-Identifier: Apache-2.0
// Hashes and proofs computed from what the tiles hold.
#include "tlog/stored.h"

// The root of the complete subtree of 2^level leaves at that index. Tiles hold
// every eighth level; what lies between is hashed again from at most 128 hashes.
static int node_at(const struct tlog_source *source, unsigned level, uint64_t index, uint8_t hash[32])
{
	unsigned between = level % 8;
	uint64_t first = index << between;
	uint8_t waiting[8][32], current[32];
	for (uint64_t i = 0; i < (uint64_t)1 << between; i++) {
		int error = source->hash_at(source->context, level / 8, first + i, current);
		if (error)
			return error;
		unsigned height = 0;
		for (; i >> height & 1; height++)
			tlog_node_hash(waiting[height], current, current);
		memcpy(waiting[height], current, 32);
	}
	memcpy(hash, current, 32);
	return 0;
}

// The largest power of two that is at most n (n > 0), as an exponent.
static unsigned log2_floor(uint64_t n)
{
	return 63u - (unsigned)__builtin_clzll(n);
}

int tlog_range_hash(const struct tlog_source *source, uint64_t low, uint64_t high, uint8_t hash[32])
{
	uint8_t blocks[TLOG_LEVELS][32];
	unsigned count = 0;
	if (low == high) {
		tlog_empty_root(hash);
		return 0;
	}
	while (low < high) {
		unsigned level = log2_floor(high - low);
		int error = node_at(source, level, low >> level, blocks[count++]);
		if (error)
			return error;
		low += (uint64_t)1 << level;
	}
	for (; count > 1; count--)
		tlog_node_hash(blocks[count - 2], blocks[count - 1], blocks[count - 2]);
	memcpy(hash, blocks[0], 32);
	return 0;
}

int tlog_tree_load(struct tlog_tree *tree, uint64_t size, const struct tlog_source *source)
{
	struct tlog_tree loaded;
	tlog_tree_init(&loaded);
	loaded.size = size;
	for (unsigned level = 0; level < TLOG_LEVELS; level++) {
		if (!(size >> level & 1))
			continue;
		int error = node_at(source, level, (size >> level) - 1, loaded.node[level]);
		if (error)
			return error;
	}
	// What the last append completed, so that a loaded tree answers as a grown one.
	for (unsigned t = 0; size && t < TLOG_TILE_LEVELS; t++) {
		uint64_t span = (uint64_t)1 << 8 * t;
		if (size % span)
			break;
		int error = source->hash_at(source->context, t, size / span - 1, loaded.tile_hash[t]);
		if (error)
			return error;
	}
	*tree = loaded;
	return 0;
}

// Where RFC 6962 splits n > 1 leaves: the largest power of two below n.
static uint64_t split_of(uint64_t n)
{
	return (uint64_t)1 << log2_floor(n - 1);
}

// Proofs are gathered from the root down and written from the leaf up.
static void reverse(uint8_t proof[][32], size_t count)
{
	uint8_t keep[32];
	for (size_t i = 0; i < count / 2; i++) {
		memcpy(keep, proof[i], 32);
		memcpy(proof[i], proof[count - 1 - i], 32);
		memcpy(proof[count - 1 - i], keep, 32);
	}
}

struct descent { // one walk from the root to a place in the tree
	const struct tlog_source *source;
	uint64_t low, high;
	uint8_t found[TLOG_PROOF_MAX][32];
	size_t count;
};

// Goes into the half that holds the place and gathers the other half's hash.
static int descend(struct descent *d, bool right)
{
	uint64_t middle = d->low + split_of(d->high - d->low);
	int error = right ? tlog_range_hash(d->source, d->low, middle, d->found[d->count])
			  : tlog_range_hash(d->source, middle, d->high, d->found[d->count]);
	if (error)
		return error;
	d->count++;
	if (right)
		d->low = middle;
	else
		d->high = middle;
	return 0;
}

static void descent_finish(struct descent *d, uint8_t proof[TLOG_PROOF_MAX][32], size_t *ret_count)
{
	reverse(d->found, d->count);
	memcpy(proof, d->found, d->count * 32);
	*ret_count = d->count;
}

int tlog_inclusion_proof(const struct tlog_source *source, uint64_t index, uint64_t size,
			 uint8_t proof[TLOG_PROOF_MAX][32], size_t *ret_count)
{
	if (index >= size)
		return 1;
	struct descent d = { .source = source, .low = 0, .high = size };
	while (d.high - d.low > 1) {
		int error = descend(&d, index - d.low >= split_of(d.high - d.low));
		if (error)
			return error;
	}
	descent_finish(&d, proof, ret_count);
	return 0;
}

int tlog_consistency_proof(const struct tlog_source *source, uint64_t old_size, uint64_t new_size,
			   uint8_t proof[TLOG_PROOF_MAX][32], size_t *ret_count)
{
	if (old_size > new_size)
		return 1;
	struct descent d = { .source = source, .low = 0, .high = new_size };
	while (old_size > 0 && d.high != old_size) {
		int error = descend(&d, old_size - d.low > split_of(d.high - d.low));
		if (error)
			return error;
	}
	// The old tree's own root needs no proof: whoever verifies has it.
	if (old_size > 0 && d.low > 0) {
		int error = tlog_range_hash(source, d.low, d.high, d.found[d.count]);
		if (error)
			return error;
		d.count++;
	}
	descent_finish(&d, proof, ret_count);
	return 0;
}
