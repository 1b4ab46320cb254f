// SPDX-License-Identifier: Apache-2.0
// Trees that grow, trees that are read back, and their proofs, against the
// recursive definitions of RFC 6962 written out plainly here.
#include "base/testing.h"
#include "crypto/sha256.h"
#include "tlog/tlog.h"

#define LEAVES 1100 // more than four level-0 tiles

static uint8_t leaves[LEAVES][32];

// ---- RFC 6962 2.1, word by word ----
static size_t split(size_t n)
{
	size_t k = 1;
	while (2 * k < n)
		k *= 2;
	return k;
}

static void reference_root(size_t low, size_t high, uint8_t root[32])
{
	uint8_t left[32], right[32];
	if (low == high) {
		sha256_of("", 0, root);
	} else if (high - low == 1) {
		memcpy(root, leaves[low], 32);
	} else {
		size_t middle = low + split(high - low);
		reference_root(low, middle, left);
		reference_root(middle, high, right);
		tlog_node_hash(left, right, root);
	}
}

static void reference_path(size_t m, size_t low, size_t high, uint8_t proof[][32], size_t *count)
{
	if (high - low <= 1)
		return;
	size_t middle = low + split(high - low);
	bool right = m >= middle;
	reference_path(m, right ? middle : low, right ? high : middle, proof, count);
	reference_root(right ? low : middle, right ? middle : high, proof[(*count)++]);
}

static void reference_subproof(size_t m, size_t low, size_t high, bool whole, uint8_t proof[][32], size_t *count)
{
	if (m == high) {
		if (!whole)
			reference_root(low, high, proof[(*count)++]);
		return;
	}
	size_t middle = low + split(high - low);
	if (m <= middle) {
		reference_subproof(m, low, middle, whole, proof, count);
		reference_root(middle, high, proof[(*count)++]);
	} else {
		reference_subproof(m, middle, high, false, proof, count);
		reference_root(low, middle, proof[(*count)++]);
	}
}

// ---- tiles in memory ----
static uint8_t tiles[3][LEAVES][32];

static int hash_at(void *context, unsigned level, uint64_t index, uint8_t hash[32])
{
	uint64_t size = *(uint64_t *)context;
	assert_true(level < 3);
	assert_true(((index + 1) << 8 * level) <= size); // complete subtrees only
	memcpy(hash, tiles[level][index], 32);
	return 0;
}

static int set_up(void **state)
{
	struct tlog_tree tree;
	tlog_tree_init(&tree);
	for (size_t i = 0; i < LEAVES; i++) {
		tlog_leaf_hash(&i, sizeof i, leaves[i]);
		tlog_tree_append(&tree, leaves[i]);
		uint64_t index;
		uint8_t hash[32];
		for (unsigned t = 0; tlog_tree_tile_hash(&tree, t, &index, hash); t++)
			memcpy(tiles[t][index], hash, 32);
	}
	return 0;
}

static void roots_while_growing(void **state)
{
	struct tlog_tree tree;
	uint8_t root[32], expected[32];
	tlog_tree_init(&tree);
	for (size_t n = 0; n <= LEAVES; n++) {
		tlog_tree_root(&tree, root);
		reference_root(0, n, expected);
		assert_memory_equal(root, expected, 32);
		if (n < LEAVES)
			tlog_tree_append(&tree, leaves[n]);
	}
}

static void tiles_hold_every_eighth_level(void **state)
{
	uint8_t expected[32];
	for (size_t i = 0; i < LEAVES / 256; i++) {
		reference_root(256 * i, 256 * i + 256, expected);
		assert_memory_equal(tiles[1][i], expected, 32);
	}
}

static void a_loaded_tree_goes_on_like_a_grown_one(void **state)
{
	struct tlog_tree grown, loaded;
	tlog_tree_init(&grown);
	for (uint64_t n = 0; n < LEAVES; n++) {
		struct tlog_source source = { &n, hash_at };
		uint8_t a[32], b[32];
		assert_int_equal(tlog_tree_load(&loaded, n, &source), 0);
		for (unsigned t = 0; t < 3; t++) {
			uint64_t i = 0, k = 0;
			assert_int_equal(tlog_tree_tile_hash(&grown, t, &i, a), tlog_tree_tile_hash(&loaded, t, &k, b));
			assert_int_equal(i, k);
		}
		tlog_tree_append(&grown, leaves[n]);
		tlog_tree_append(&loaded, leaves[n]);
		tlog_tree_root(&grown, a);
		tlog_tree_root(&loaded, b);
		assert_memory_equal(a, b, 32);
	}
}

static const uint64_t sizes[] = { 1, 2, 3, 4, 5, 7, 8, 9, 31, 255, 256, 257, 511, 512, 513, 768, 1023, 1024, 1025, LEAVES };

static void inclusion_of_every_leaf(void **state)
{
	for (size_t s = 0; s < ARRAY_LEN(sizes); s++) {
		uint64_t size = sizes[s];
		struct tlog_source source = { &size, hash_at };
		uint8_t root[32], proof[TLOG_PROOF_MAX][32], expected[TLOG_PROOF_MAX][32];
		reference_root(0, size, root);
		for (uint64_t i = 0; i < size; i += size > 300 ? 37 : 1) {
			size_t count, expected_count = 0;
			assert_int_equal(tlog_inclusion_proof(&source, i, size, proof, &count), 0);
			reference_path(i, 0, size, expected, &expected_count);
			assert_int_equal(count, expected_count);
			assert_memory_equal(proof, expected, 32 * count);
			assert_true(tlog_inclusion_verify(leaves[i], i, size, proof, count, root));
			assert_false(tlog_inclusion_verify(leaves[i], i + 1, size, proof, count, root) && size > 1);
			assert_false(tlog_inclusion_verify(leaves[(i + 1) % LEAVES], i, size, proof, count, root));
			if (count)
				assert_false(tlog_inclusion_verify(leaves[i], i, size, proof, count - 1, root));
			memset(proof[count], 0, 32);
			assert_false(tlog_inclusion_verify(leaves[i], i, size, proof, count + 1, root));
		}
		size_t count;
		assert_int_equal(tlog_inclusion_proof(&source, size, size, proof, &count), 1);
		assert_int_equal(tlog_inclusion_proof(&source, UINT64_MAX, size, proof, &count), 1);
	}
}

static void consistency_of_every_pair(void **state)
{
	for (size_t s = 0; s < ARRAY_LEN(sizes); s++) {
		uint64_t size = sizes[s];
		struct tlog_source source = { &size, hash_at };
		uint8_t new_root[32], old_root[32], proof[TLOG_PROOF_MAX][32], expected[TLOG_PROOF_MAX][32];
		size_t count, expected_count;
		reference_root(0, size, new_root);
		for (uint64_t old = 1; old <= size; old += size > 300 ? 61 : 1) {
			expected_count = 0;
			reference_root(0, old, old_root);
			assert_int_equal(tlog_consistency_proof(&source, old, size, proof, &count), 0);
			reference_subproof(old, 0, size, true, expected, &expected_count);
			assert_int_equal(count, expected_count);
			assert_memory_equal(proof, expected, 32 * count);
			assert_true(tlog_consistency_verify(old, size, proof, count, old_root, new_root));
			if (old < size) {
				assert_false(tlog_consistency_verify(old, size, proof, count, new_root, new_root));
				assert_false(tlog_consistency_verify(old, size, proof, count, old_root, old_root));
				proof[0][31] ^= 1;
				assert_false(tlog_consistency_verify(old, size, proof, count, old_root, new_root));
			}
		}
		assert_int_equal(tlog_consistency_proof(&source, size + 1, size, proof, &count), 1);
		assert_int_equal(tlog_consistency_proof(&source, 0, size, proof, &count), 0);
		assert_int_equal(count, 0);
	}
}

static int no_disk(void *context, unsigned level, uint64_t index, uint8_t hash[32])
{
	return -EIO;
}

static void errors_of_the_source_travel_up(void **state)
{
	struct tlog_source source = { NULL, no_disk };
	struct tlog_tree tree;
	uint8_t proof[TLOG_PROOF_MAX][32];
	size_t count = 77;
	assert_int_equal(tlog_inclusion_proof(&source, 3, 9, proof, &count), -EIO);
	assert_int_equal(tlog_consistency_proof(&source, 3, 9, proof, &count), -EIO);
	assert_int_equal(tlog_tree_load(&tree, 9, &source), -EIO);
	assert_int_equal(count, 77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roots_while_growing),
		cmocka_unit_test(tiles_hold_every_eighth_level),
		cmocka_unit_test(a_loaded_tree_goes_on_like_a_grown_one),
		cmocka_unit_test(inclusion_of_every_leaf),
		cmocka_unit_test(consistency_of_every_pair),
		cmocka_unit_test(errors_of_the_source_travel_up),
	};
	return cmocka_run_group_tests_name("tlog-tree", tests, set_up, NULL);
}
