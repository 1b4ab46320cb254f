// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "market/tree.h"

#define LEAVES 600u

static uint64_t state = 7;

static uint64_t draw(uint64_t below)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (state >> 33) % below;
}

static void *open_tree(struct tree_pool *pool, struct tree *tree, uint32_t leaves)
{
	void *memory = calloc(1, tree_pool_memory(leaves, 1));
	assert_non_null(memory);
	tree_pool_init(pool, memory, leaves, 1);
	memset(tree, 0, sizeof *tree);
	tree_init(tree);
	return memory;
}

static void assert_sound(const struct tree_pool *pool, const struct tree *tree)
{
	uint32_t leaves = 0, nodes = 0;
	assert_null(tree_check(pool, tree, &leaves, &nodes));
	assert_int_equal(leaves, pool->leaves_used);
	assert_int_equal(nodes, pool->nodes_used);
}

static void occupy(struct tree_pool *pool, struct tree *tree, uint32_t key)
{
	tree_level_occupied(pool, tree, tree_leaf_for(pool, tree, key), key);
}

static void empty(struct tree_pool *pool, struct tree *tree, uint32_t key)
{
	tree_level_emptied(pool, tree, tree_find(pool, tree, key), key);
}

static void an_empty_tree_has_no_best(void **unused)
{
	struct tree_pool pool;
	struct tree tree;
	void *memory = open_tree(&pool, &tree, LEAVES);
	uint32_t leaf;
	assert_int_equal(tree.best, KEY_NONE);
	assert_int_equal(tree_first(&pool, &tree, &leaf), KEY_NONE);
	assert_int_equal(tree_find(&pool, &tree, 12345), 0);
	assert_sound(&pool, &tree);
	free(memory);
}

static void the_ends_of_the_range_are_ordinary(void **unused)
{
	static const uint32_t keys[] = { KEY_MAX, 0, 63, 64, KEY_MAX - 64, 1u << 29, (1u << 24) - 1, 1u << 24 };
	struct tree_pool pool;
	struct tree tree;
	void *memory = open_tree(&pool, &tree, LEAVES);
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		occupy(&pool, &tree, keys[i]);
		assert_sound(&pool, &tree);
	}
	assert_int_equal(tree.best, 0);
	uint32_t leaf = tree.best_leaf, last = 0, count = 1;
	for (uint32_t key = tree_next(&pool, 0, &leaf); key != KEY_NONE; key = tree_next(&pool, key, &leaf), count++) {
		assert_true(key > last);
		last = key;
	}
	assert_int_equal(last, KEY_MAX);
	assert_int_equal(count, ARRAY_LEN(keys));
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		empty(&pool, &tree, keys[i]);
	assert_int_equal(tree.best, KEY_NONE);
	assert_int_equal(pool.leaves_used, 0);
	assert_sound(&pool, &tree);
	free(memory);
}

// Against a plain array of flags, over a range that spans several leaves and nodes.
static void random_keys_keep_their_order(void **unused)
{
	enum { RANGE = 20000, STRIDE = 997 };
	static bool there[RANGE];
	struct tree_pool pool;
	struct tree tree;
	void *memory = open_tree(&pool, &tree, RANGE);
	for (unsigned step = 0; step < 40000; step++) {
		uint32_t i = (uint32_t)draw(step % 3 ? 300 : RANGE), key = i * STRIDE;
		if (there[i])
			empty(&pool, &tree, key);
		else
			occupy(&pool, &tree, key);
		there[i] = !there[i];
		if (step % 500)
			continue;
		assert_sound(&pool, &tree);
		uint32_t leaf = tree.best_leaf, at = tree.best;
		for (i = 0; i < RANGE; i++) {
			if (!there[i])
				continue;
			assert_int_equal(at, i * STRIDE);
			at = tree_next(&pool, at, &leaf);
		}
		assert_int_equal(at, KEY_NONE);
	}
	free(memory);
}

static void leaves_run_out_before_nodes(void **unused)
{
	struct tree_pool pool;
	struct tree tree;
	void *memory = open_tree(&pool, &tree, 60);
	for (uint32_t i = 0; i < 60; i++) {
		assert_false(tree_full(&pool));
		occupy(&pool, &tree, i << 24); // each needs all of its own ancestors
	}
	assert_true(tree_full(&pool));
	assert_sound(&pool, &tree);
	empty(&pool, &tree, 5 << 24);
	assert_false(tree_full(&pool));
	occupy(&pool, &tree, (5 << 24) + 1);
	assert_true(tree_full(&pool));
	assert_sound(&pool, &tree);
	free(memory);
}

static void check_finds_a_wrong_best(void **unused)
{
	struct tree_pool pool;
	struct tree tree;
	uint32_t leaves = 0, nodes = 0;
	void *memory = open_tree(&pool, &tree, LEAVES);
	occupy(&pool, &tree, 100);
	occupy(&pool, &tree, 50);
	tree.best = 100;
	assert_non_null(tree_check(&pool, &tree, &leaves, &nodes));
	free(memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_tree_has_no_best),
		cmocka_unit_test(the_ends_of_the_range_are_ordinary),
		cmocka_unit_test(random_keys_keep_their_order),
		cmocka_unit_test(leaves_run_out_before_nodes),
		cmocka_unit_test(check_finds_a_wrong_best),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
